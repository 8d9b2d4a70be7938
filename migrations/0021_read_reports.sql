-- Reads that a person reported as wrong. What the person says, what the read was and what was
-- answered is sealed; an attacker who owns the database learns which event was reported, whose it
-- was, at which organisation, and when.

CREATE TABLE read_report (
    event_id        uuid NOT NULL,
    device_id       uuid NOT NULL,   -- the reader's
    person_id       uuid NOT NULL,
    organisation_id uuid,            -- whose reader it was
    sealed          bytea NOT NULL,
    reported_at     timestamptz NOT NULL,
    decided_at      timestamptz,
    decided_by      uuid,
    outcome         text CHECK (outcome IN ('wrong', 'in-order')),
    answer          bytea,           -- sealed
    PRIMARY KEY (event_id, device_id)
);
COMMENT ON TABLE read_report IS 'dist: event_id; keep: 31 days after decided_at';
CREATE INDEX read_report_by_person ON read_report (person_id);
CREATE INDEX read_report_open ON read_report (reported_at, event_id) WHERE decided_at IS NULL;
