-- Clients (programs with a key of their own) and national sources: how far each was read, what of
-- it could not be taken, and how well it goes. What a source sent stands in sealed columns only.

CREATE TABLE client (
    client_id       uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    name            text NOT NULL,
    scopes          text[] NOT NULL,
    public_key      bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz
);
COMMENT ON TABLE client IS 'dist: reference; keep: until sunset';

CREATE TABLE client_assertion (
    client_id       uuid NOT NULL,
    jti_hash        bytea NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
COMMENT ON TABLE client_assertion IS 'dist: client_id; keep: until expires_at';

-- the highest version that was taken of what a source of people sends: older ones change nothing
CREATE TABLE source_item (
    item            bytea PRIMARY KEY,  -- keyed index of the source and its own id
    version         bigint NOT NULL,
    taken_at        timestamptz NOT NULL
);
COMMENT ON TABLE source_item IS 'dist: item; keep: until sunset';

CREATE TABLE local.source (
    source          text PRIMARY KEY,
    kind            text NOT NULL
                    CHECK (kind IN ('population', 'insurance', 'immunisation', 'tests')),
    address         text NOT NULL,
    private_network boolean NOT NULL,
    cursor          text NOT NULL DEFAULT '',
    taken           bigint NOT NULL DEFAULT 0,
    backlog         bigint,
    read_to         timestamptz,     -- what the source knew at this moment has been taken
    last_success_at timestamptz,
    last_failure_at timestamptz,
    failure         text,            -- code of the last failure
    failures        integer NOT NULL DEFAULT 0,  -- one after the other
    not_before      timestamptz,     -- while the circuit is open, nobody asks
    added_at        timestamptz NOT NULL,
    ended_at        timestamptz
);
COMMENT ON TABLE local.source IS 'dist: local; keep: until sunset';

CREATE TABLE local.source_hour (
    source          text NOT NULL,
    hour            timestamptz NOT NULL,
    tries           bigint NOT NULL DEFAULT 0,
    failures        bigint NOT NULL DEFAULT 0,
    items           bigint NOT NULL DEFAULT 0,
    letters         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (source, hour)
);
COMMENT ON TABLE local.source_hour IS 'dist: local; keep: 31 days after hour';

CREATE TABLE local.dead_letter (
    letter_id       uuid PRIMARY KEY,
    source          text NOT NULL,
    item            bytea NOT NULL,  -- keyed index of the source and its own id, or of the text
    content         bytea NOT NULL UNIQUE,  -- keyed index of the text: the same is one letter
    sealed          bytea NOT NULL,  -- the text as it came
    code            text NOT NULL,
    field           text,
    tries           integer NOT NULL DEFAULT 1,
    written_at      timestamptz NOT NULL,
    tried_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    ending          text CHECK (ending IN ('taken', 'superseded', 'discarded'))
);
COMMENT ON TABLE local.dead_letter IS 'dist: local; keep: 31 days after ended_at';
CREATE INDEX dead_letter_open ON local.dead_letter (source, written_at) WHERE ended_at IS NULL;
CREATE INDEX dead_letter_by_item ON local.dead_letter (item) WHERE ended_at IS NULL;
