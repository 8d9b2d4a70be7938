-- Passkeys, and the challenges that authenticators are to sign. An attacker who owns the database
-- learns who has how many and their public keys, and can sign in with none of them.

CREATE TABLE passkey (
    credential_id   bytea PRIMARY KEY,
    passkey_id      uuid NOT NULL,
    person_id       uuid NOT NULL,
    credential      bytea NOT NULL,  -- its id and public key
    handle          bytea NOT NULL,  -- random: what an authenticator knows its person by
    sealed          bytea NOT NULL,  -- the label that the person gave it
    counter         bigint NOT NULL,
    synced          boolean NOT NULL,
    added_at        timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE passkey IS 'dist: credential_id; keep: until the person removes it';
CREATE INDEX passkey_by_person ON passkey (person_id);

-- gone with the first answer, right or wrong
CREATE TABLE passkey_challenge (
    challenge_id    uuid PRIMARY KEY,
    challenge       bytea NOT NULL,
    person_id       uuid,            -- who adds a passkey; none: to sign in
    device_id       uuid,
    handle          bytea,
    sealed          bytea NOT NULL,  -- the label to be
    expires_at      timestamptz NOT NULL
);
COMMENT ON TABLE passkey_challenge IS 'dist: challenge_id; keep: 1 hour after expires_at';
CREATE INDEX passkey_challenge_by_person ON passkey_challenge (person_id)
    WHERE person_id IS NOT NULL;
