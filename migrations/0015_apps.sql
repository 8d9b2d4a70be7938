-- Apps of other makers: their own names (handles) for people, what people consented to, and what
-- has changed since. An app learns of nobody who has not consented, not even that they exist.

CREATE TABLE app (
    client_id       uuid PRIMARY KEY,
    name_vi         text NOT NULL,
    name_en         text NOT NULL,
    redirects       text[] NOT NULL,
    created_at      timestamptz NOT NULL
);
COMMENT ON TABLE app IS 'dist: reference; keep: until sunset';

-- an app's own name for somebody it enrolled, or who came by consent; whose it is, only by consent
CREATE TABLE app_handle (
    client_id       uuid NOT NULL,
    handle          uuid NOT NULL,
    claim           bytea,               -- sealed: what the app said of them
    claim_index     bytea,               -- keyed index of it: the same again is the same handle
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (client_id, handle),
    UNIQUE (client_id, claim_index)
);
COMMENT ON TABLE app_handle IS 'dist: client_id; keep: until sunset or erasure';

CREATE TABLE consent (
    person_id       uuid NOT NULL,
    consent_id      uuid NOT NULL,
    client_id       uuid NOT NULL,
    handle          uuid NOT NULL,
    scopes          text[] NOT NULL,
    given_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    PRIMARY KEY (person_id, consent_id)
);
COMMENT ON TABLE consent IS 'dist: person_id; keep: 31 days after ended_at';
CREATE UNIQUE INDEX consent_open ON consent (person_id, client_id) WHERE ended_at IS NULL;
CREATE INDEX consent_of_handle ON consent (client_id, handle) WHERE ended_at IS NULL;

-- what an authorisation ends in: the app redeems it once, with the verifier that only it has
CREATE TABLE consent_code (
    code_hash       bytea PRIMARY KEY,
    client_id       uuid NOT NULL,
    handle          uuid NOT NULL,
    redirect        text NOT NULL,
    challenge       text NOT NULL,
    scopes          text[] NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE consent_code IS 'dist: code_hash; keep: 1 day after expires_at';

-- people of whom somebody may hear: of others nothing is noted
CREATE TABLE local.watched_person (
    person_id       uuid PRIMARY KEY
);
COMMENT ON TABLE local.watched_person IS 'dist: local; keep: as long as a consent of theirs';

-- what happened to somebody, not yet told to the apps that may know
CREATE TABLE local.person_change (
    change_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
    person_id       uuid NOT NULL,
    kind            text NOT NULL,
    at              timestamptz NOT NULL,
    client_id       uuid,            -- only this app hears of it, under this handle
    handle          uuid
);
COMMENT ON TABLE local.person_change IS 'dist: local; keep: until told';

-- the feed of each app, in the order of position; written by one process at a time
CREATE TABLE local.app_change (
    client_id       uuid NOT NULL,
    position        bigint NOT NULL,
    handle          uuid NOT NULL,
    kind            text NOT NULL,
    at              timestamptz NOT NULL,
    told_at         timestamptz NOT NULL,
    PRIMARY KEY (client_id, position)
);
COMMENT ON TABLE local.app_change IS 'dist: local; keep: 30 days after told_at';
CREATE INDEX app_change_by_age ON local.app_change (told_at);
CREATE SEQUENCE local.app_change_position;
