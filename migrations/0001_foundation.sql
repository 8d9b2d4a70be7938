-- The foundation. Forward only. Ready for Citus: the distribution column is in every primary and
-- unique key, no triggers, no foreign key from a small shared table to a big one.
-- Each table says its distribution and its keep-until in its comment; a test reads both.

CREATE SCHEMA IF NOT EXISTS local;  -- never distributed: queues, the log's tree, cursors
COMMENT ON TABLE local.schema_version IS 'dist: local; keep: until sunset';

-- access ------------------------------------------------------------------------------------
CREATE TABLE organisation (
    organisation_id uuid PRIMARY KEY,
    name            text NOT NULL,
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    created_at      timestamptz NOT NULL
);
COMMENT ON TABLE organisation IS 'dist: reference; keep: until sunset';

CREATE TABLE place (
    place_id        uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    kind            text NOT NULL,
    name            text NOT NULL,
    commune_code    text,
    commune_as_of   date,
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    created_at      timestamptz NOT NULL
);
COMMENT ON TABLE place IS 'dist: reference; keep: until sunset';

CREATE TABLE reader (
    reader_id       uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    login           text NOT NULL UNIQUE,
    role            text NOT NULL,
    pin_hash        text NOT NULL,
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'left')),
    created_at      timestamptz NOT NULL
);
COMMENT ON TABLE reader IS 'dist: reference; keep: until sunset';

CREATE TABLE device (
    device_id       uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('reader', 'wallet')),
    organisation_id uuid,
    person_id       uuid,
    public_key      bytea NOT NULL,
    thumbprint      text NOT NULL,
    label           text NOT NULL,
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'lost')),
    enrolled_at     timestamptz NOT NULL,
    ended_at        timestamptz
);
COMMENT ON TABLE device IS 'dist: device_id; keep: 31 days after ended_at';
CREATE INDEX device_by_person ON device (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE session (
    device_id       uuid NOT NULL,
    session_id      uuid NOT NULL,
    reader_id       uuid,
    started_at      timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    ended_at        timestamptz,
    PRIMARY KEY (device_id, session_id)
);
COMMENT ON TABLE session IS 'dist: device_id; keep: 31 days after ends_at';

CREATE TABLE enrolment_code (
    code_hash       bytea PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('reader', 'wallet')),
    organisation_id uuid,
    person_id       uuid,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE enrolment_code IS 'dist: code_hash; keep: 1 day after expires_at';

-- identity ----------------------------------------------------------------------------------
CREATE TABLE person (
    person_id       uuid PRIMARY KEY,
    profile         bytea NOT NULL,
    version         integer NOT NULL,
    qid             text NOT NULL,
    merged_into     uuid,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE person IS 'dist: person_id; keep: until sunset or erasure';

CREATE TABLE person_version (
    person_id       uuid NOT NULL,
    version         integer NOT NULL,
    profile         bytea NOT NULL,
    known_at        timestamptz NOT NULL,
    source          text NOT NULL,
    PRIMARY KEY (person_id, version)
);
COMMENT ON TABLE person_version IS 'dist: person_id; keep: until sunset or erasure';

CREATE TABLE qid (
    qid             text PRIMARY KEY,
    person_id       uuid NOT NULL,
    state           text NOT NULL CHECK (state IN ('active', 'alias', 'replaced', 'merged', 'revoked')),
    issue_no        integer NOT NULL DEFAULT 1,
    issued_at       timestamptz NOT NULL,
    ended_at        timestamptz,
    reason          bytea            -- sealed
);
COMMENT ON TABLE qid IS 'dist: qid; keep: until sunset';
CREATE INDEX qid_by_person ON qid (person_id);
CREATE INDEX qid_ended ON qid (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE document (
    person_id       uuid NOT NULL,
    blind           bytea NOT NULL,
    kind            text NOT NULL,
    sealed          bytea NOT NULL,
    assurance       smallint NOT NULL CHECK (assurance BETWEEN 0 AND 2),
    true_from       timestamptz,
    known_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    PRIMARY KEY (person_id, blind)
);
COMMENT ON TABLE document IS 'dist: person_id; keep: until sunset or erasure';

CREATE TABLE document_index (
    blind           bytea NOT NULL,
    person_id       uuid NOT NULL,
    proven          boolean NOT NULL,
    PRIMARY KEY (blind, person_id)
);
COMMENT ON TABLE document_index IS 'dist: blind; keep: until sunset or erasure';
-- a declared document never blocks anybody: only a proven one is somebody's alone
CREATE UNIQUE INDEX document_owner ON document_index (blind) WHERE proven;

CREATE TABLE person_index (
    blind           bytea NOT NULL,
    person_id       uuid NOT NULL,
    PRIMARY KEY (blind, person_id)
);
COMMENT ON TABLE person_index IS 'dist: blind; keep: until sunset or erasure';

CREATE TABLE guardian (
    dependant_id    uuid NOT NULL,
    guardian_id     uuid NOT NULL,
    evidence        bytea NOT NULL,  -- sealed: registrars name papers here
    since           timestamptz NOT NULL,
    until           timestamptz NOT NULL,
    confirmed_at    timestamptz,
    ended_at        timestamptz,
    PRIMARY KEY (dependant_id, guardian_id)
);
COMMENT ON TABLE guardian IS 'dist: dependant_id; keep: 31 days after ended_at or until';
CREATE INDEX guardian_by_guardian ON guardian (guardian_id);

CREATE TABLE merge (
    person_id       uuid NOT NULL,
    merge_id        uuid NOT NULL,
    into_id         uuid NOT NULL,
    reason          bytea NOT NULL,  -- sealed
    merged_by       uuid NOT NULL,
    merged_at       timestamptz NOT NULL,
    undone_by       uuid,
    undone_at       timestamptz,
    PRIMARY KEY (person_id, merge_id)
);
COMMENT ON TABLE merge IS 'dist: person_id; keep: until sunset';
CREATE INDEX merge_by_target ON merge (into_id);

CREATE TABLE review_case (
    person_id       uuid NOT NULL,
    case_id         uuid NOT NULL,
    kind            text NOT NULL,
    sealed          bytea NOT NULL,
    opened_at       timestamptz NOT NULL,
    decided_at      timestamptz,
    decided_by      uuid,
    decision        text,
    PRIMARY KEY (person_id, case_id)
);
COMMENT ON TABLE review_case IS 'dist: person_id; keep: 31 days after decided_at';

-- the log -----------------------------------------------------------------------------------
-- One append-only table for everything that happened, scans included.
CREATE TABLE event (
    device_id       uuid NOT NULL,   -- the nil UUID is the platform itself
    event_id        uuid NOT NULL,   -- UUIDv7; of a scan: its scan_id
    kind            text NOT NULL,   -- e.g. scan.read, identity.registered
    at              timestamptz NOT NULL,  -- true at
    known_at        timestamptz NOT NULL,  -- known at
    person_tag      bytea,           -- keyed pseudonym of the person, another one each civil day
    outcome         text,
    body_hash       bytea,           -- of the request, to notice a re-used id
    sealed          bytea NOT NULL,  -- details: who, where, for what
    salt            bytea NOT NULL,
    commitment      bytea NOT NULL,  -- what the tree holds: SHA-256(salt ‖ canonical row)
    xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the sequencer's horizon
    PRIMARY KEY (event_id, device_id)
) PARTITION BY RANGE (event_id);
COMMENT ON TABLE event IS 'dist: device_id; keep: 31 days after known_at, by partition';
CREATE INDEX event_by_person ON event (person_tag) WHERE person_tag IS NOT NULL;
CREATE INDEX event_by_xid ON event (xid);
CREATE TABLE event_other PARTITION OF event DEFAULT;
COMMENT ON TABLE event_other IS 'dist: device_id; keep: 31 days after known_at, by partition';

CREATE TABLE local.log_leaf (
    seq             bigint PRIMARY KEY,
    device_id       uuid NOT NULL,
    event_id        uuid NOT NULL,
    commitment      bytea NOT NULL
);
COMMENT ON TABLE local.log_leaf IS 'dist: local; keep: until sunset';
CREATE INDEX log_leaf_by_event ON local.log_leaf (event_id);

CREATE TABLE local.log_tile (
    level           smallint NOT NULL,
    position        bigint NOT NULL,
    hashes          bytea NOT NULL,
    PRIMARY KEY (level, position)
);
COMMENT ON TABLE local.log_tile IS 'dist: local; keep: until sunset';

CREATE TABLE local.log_checkpoint (
    size            bigint PRIMARY KEY,
    root            bytea NOT NULL,
    note            text NOT NULL,
    at              timestamptz NOT NULL
);
COMMENT ON TABLE local.log_checkpoint IS 'dist: local; keep: until sunset';

CREATE TABLE local.log_cursor (
    one             boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
    system_id       bigint NOT NULL,
    xid             xid8 NOT NULL,
    size            bigint NOT NULL
);
COMMENT ON TABLE local.log_cursor IS 'dist: local; keep: until sunset';

-- work for later, written in the transaction that causes it ----------------------------------
CREATE TABLE local.outbox (
    outbox_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic           text NOT NULL,
    key             text NOT NULL,
    body            jsonb NOT NULL,
    created_at      timestamptz NOT NULL,
    done_at         timestamptz
);
COMMENT ON TABLE local.outbox IS 'dist: local; keep: 7 days after done_at';
CREATE INDEX outbox_waiting ON local.outbox (outbox_id) WHERE done_at IS NULL;

CREATE TABLE local.import_job (
    job_id          uuid PRIMARY KEY,
    source          text NOT NULL,
    content_hash    bytea NOT NULL UNIQUE,
    rows_done       bigint NOT NULL DEFAULT 0,
    created         bigint NOT NULL DEFAULT 0,
    known           bigint NOT NULL DEFAULT 0,
    failed          bigint NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz
);
COMMENT ON TABLE local.import_job IS 'dist: local; keep: 31 days after finished_at';
