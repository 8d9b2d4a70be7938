-- How we prove to a source that we read who we are. No secret stands here: a key is in the ring, a
-- header's value in a file that is named.

ALTER TABLE local.source ADD COLUMN proof jsonb;  -- null where the source asks for none
