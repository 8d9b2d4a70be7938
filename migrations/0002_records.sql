-- Records: doses, tests and recoveries, what they say, whose they are, and what follows from them.
-- What a record says, whom it speaks of and who sent it stand in sealed columns only. An attacker
-- who owns the database learns how many records a person has and when they came.

CREATE TABLE health_record (
    record_id       uuid PRIMARY KEY,  -- derived under key from the source and its own id
    version         bigint NOT NULL,
    revision        integer NOT NULL,
    state           text NOT NULL CHECK (state IN ('active', 'retracted', 'undone')),
    sealed          bytea NOT NULL,
    person_id       uuid,            -- none: it waits for its person
    matched         text,            -- how it found its person
    received_at     timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE health_record IS 'dist: record_id; keep: until sunset or erasure';
CREATE INDEX health_record_by_person ON health_record (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX health_record_without_person ON health_record (received_at, record_id)
 WHERE person_id IS NULL AND state = 'active';

-- every version that ever came, in whatever order; the one that counts is copied above
CREATE TABLE health_record_version (
    record_id       uuid NOT NULL,
    version         bigint NOT NULL,
    revision        integer NOT NULL,  -- of a version that came with other words, or was retracted
    state           text NOT NULL CHECK (state IN ('active', 'retracted')),
    sealed          bytea NOT NULL,
    job             bytea,           -- keyed index of the import that brought it
    by_id           uuid,            -- who retracted it here
    known_at        timestamptz NOT NULL,
    undone_at       timestamptz,
    undone_by       uuid,
    PRIMARY KEY (record_id, version, revision)
);
COMMENT ON TABLE health_record_version IS 'dist: record_id; keep: until sunset or erasure';
CREATE INDEX health_record_version_by_job ON health_record_version (job) WHERE job IS NOT NULL;

CREATE TABLE health_attachment (
    record_id       uuid NOT NULL,
    attachment_id   uuid NOT NULL,
    person_id       uuid NOT NULL,
    how             text NOT NULL,
    sealed          bytea NOT NULL,  -- why: probability, reason
    by_id           uuid,            -- none: the platform itself
    attached_at     timestamptz NOT NULL,
    detached_at     timestamptz,
    detached_by     uuid,
    barred          boolean NOT NULL DEFAULT false,  -- never again without a person's decision
    PRIMARY KEY (record_id, attachment_id)
);
COMMENT ON TABLE health_attachment IS 'dist: record_id; keep: until sunset or erasure';
CREATE INDEX health_attachment_by_person ON health_attachment (person_id);

-- under which keys a waiting record is found when its person comes
CREATE TABLE health_waiting (
    blind           bytea NOT NULL,
    record_id       uuid NOT NULL,
    PRIMARY KEY (blind, record_id)
);
COMMENT ON TABLE health_waiting IS 'dist: blind; keep: until the record is attached or erased';
CREATE INDEX health_waiting_by_record ON health_waiting (record_id);

CREATE TABLE person_facts (
    person_id       uuid PRIMARY KEY,
    sealed          bytea NOT NULL,
    updated_at      timestamptz NOT NULL
);
COMMENT ON TABLE person_facts IS 'dist: person_id; keep: until sunset or erasure';

-- codes as official files have them, beside those that ship with the platform
CREATE TABLE value_set (
    value_set_id    text NOT NULL,
    dated           date NOT NULL,
    body            jsonb NOT NULL,
    imported_at     timestamptz NOT NULL,
    PRIMARY KEY (value_set_id, dated)
);
COMMENT ON TABLE value_set IS 'dist: reference; keep: until sunset';

CREATE TABLE local.record_job (
    job_id          uuid PRIMARY KEY,
    content_hash    bytea NOT NULL UNIQUE,  -- keyed
    sealed          bytea NOT NULL,  -- who sent it, and how to read it
    owner_id        uuid NOT NULL,   -- who may ask about it; the nil UUID is the platform itself
    rows_done       bigint NOT NULL DEFAULT 0,
    received        bigint NOT NULL DEFAULT 0,
    known           bigint NOT NULL DEFAULT 0,
    attached        bigint NOT NULL DEFAULT 0,
    failed          bigint NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    undone_at       timestamptz
);
COMMENT ON TABLE local.record_job IS 'dist: local; keep: 31 days after finished_at';

CREATE TABLE local.record_finding (
    job_id          uuid NOT NULL,
    row_no          bigint NOT NULL,
    field           text NOT NULL,
    severity        text NOT NULL CHECK (severity IN ('error', 'warning')),
    code            text NOT NULL,
    PRIMARY KEY (job_id, row_no, field, code)
);
COMMENT ON TABLE local.record_finding IS 'dist: local; keep: as long as its job';

CREATE TABLE local.record_upload (
    job_id          uuid NOT NULL,
    part            integer NOT NULL,
    sealed          bytea NOT NULL,
    PRIMARY KEY (job_id, part)
);
COMMENT ON TABLE local.record_upload IS 'dist: local; keep: until its job is finished';
