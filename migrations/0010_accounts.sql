-- What opens a wallet besides an activation code, and the messages that carry one-time codes.

-- Codes and notices that wait to be sent; a row goes once its message is sent or out of date.
CREATE TABLE local.message (
    message_id      uuid PRIMARY KEY,
    sealed          bytea NOT NULL,  -- number and text
    created_at      timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    tries           smallint NOT NULL DEFAULT 0
);
COMMENT ON TABLE local.message IS 'dist: local; keep: until sent or expires_at';
CREATE INDEX message_due ON local.message (due_at);

-- How long messages take just now: what a page says of when a code will come.
CREATE TABLE local.message_pace (
    one             boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
    wait_s          double precision NOT NULL,
    sent_at         timestamptz,
    stalled_until   timestamptz
);
COMMENT ON TABLE local.message_pace IS 'dist: local; keep: until sunset';
INSERT INTO local.message_pace (wait_s) VALUES (5);

ALTER TABLE device
    ADD COLUMN enrolled_by text NOT NULL DEFAULT 'code',  -- code, phone or passkey
    ADD COLUMN vouched_at timestamptz;  -- when an older device spoke for one that came by phone

CREATE TABLE account_phone (
    blind           bytea NOT NULL,
    person_id       uuid NOT NULL,
    sealed          bytea NOT NULL,  -- the number
    pin_hash        text,
    bound_at        timestamptz NOT NULL,
    PRIMARY KEY (blind, person_id)
);
COMMENT ON TABLE account_phone IS
    'dist: blind; keep: 180 days after bound_at, or until the person removes it';
CREATE INDEX account_phone_by_person ON account_phone (person_id);

-- One-time codes: to sign in, or to bind a phone when a person stands in it.
CREATE TABLE sign_in (
    sign_in_id      uuid PRIMARY KEY,
    phone_blind     bytea NOT NULL,
    sealed          bytea NOT NULL,  -- the number
    person_id       uuid,
    code_hash       bytea NOT NULL,
    tries           smallint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE sign_in IS 'dist: sign_in_id; keep: 1 day after expires_at';
CREATE INDEX sign_in_by_person ON sign_in (person_id, created_at) WHERE person_id IS NOT NULL;
