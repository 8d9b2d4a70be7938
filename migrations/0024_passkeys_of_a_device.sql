-- On which wallet a passkey was added: a device that is lost takes its young ones with it.
ALTER TABLE passkey ADD COLUMN device_id uuid;  -- none: added before this was written down
