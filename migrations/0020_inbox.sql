-- What a person has read of what happened to them, whom to knock at, and what comes of itself.

CREATE TABLE inbox_mark (
    person_id       uuid NOT NULL,
    event_id        uuid NOT NULL,
    read_at         timestamptz NOT NULL,
    PRIMARY KEY (person_id, event_id)
);
COMMENT ON TABLE inbox_mark IS 'dist: person_id; keep: 31 days after read_at';

-- Where a wallet's browser is knocked at (RFC 8030); a knock that waits stands in the row itself.
CREATE TABLE push_subscription (
    device_id       uuid PRIMARY KEY,
    person_id       uuid NOT NULL,
    sealed          bytea NOT NULL,  -- address and keys
    since           timestamptz NOT NULL,
    kind            text,            -- of the latest of what is to be told
    waiting         integer NOT NULL DEFAULT 0,  -- how much is to be told
    due_at          timestamptz,     -- NULL: nothing
    expires_at      timestamptz,
    tries           smallint NOT NULL DEFAULT 0
);
COMMENT ON TABLE push_subscription IS 'dist: device_id; keep: until removed, refused, or its device ended';
CREATE INDEX push_subscription_by_person ON push_subscription (person_id);
CREATE INDEX push_subscription_due ON push_subscription (due_at) WHERE due_at IS NOT NULL;

-- When the card of somebody with a wallet is looked at again, and the change that was told last.
CREATE TABLE card_watch (
    person_id       uuid PRIMARY KEY,
    look_at         timestamptz NOT NULL,
    told_until      timestamptz
);
COMMENT ON TABLE card_watch IS 'dist: person_id; keep: until the person has no wallet';
CREATE INDEX card_watch_due ON card_watch (look_at);

-- no other way inside the migration's one transaction; the table is small
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX guardian_due ON guardian (until) WHERE ended_at IS NULL;
