-- Matching: records whose person a registrar decides about. What the records say and who may be
-- meant is sealed; an attacker who owns the database learns how sure the platform was of each and,
-- once it was decided, whose it is, which stands in the record as well.

CREATE TABLE local.match_review (
    review_id       uuid PRIMARY KEY,
    alike           bytea NOT NULL,  -- keyed index of the whole evidence: one look, one decision
    sealed          bytea NOT NULL,  -- the evidence and its candidates
    probability     real NOT NULL,
    unlocks         integer NOT NULL,  -- records that wait for the decision
    usefulness      real NOT NULL,
    opened_at       timestamptz NOT NULL,
    leased_by       uuid,
    leased_until    timestamptz,
    passed_by       uuid[] NOT NULL DEFAULT '{}',
    decided_at      timestamptz,
    decided_by      uuid,
    decision        text CHECK (decision IN ('link', 'none', 'withdrawn')),
    person_id       uuid,
    undone_at       timestamptz,
    undone_by       uuid
);
COMMENT ON TABLE local.match_review IS 'dist: local; keep: 31 days after decided_at';
CREATE UNIQUE INDEX match_review_open ON local.match_review (alike) WHERE decided_at IS NULL;
CREATE INDEX match_review_by_use ON local.match_review (usefulness DESC, opened_at, review_id)
 WHERE decided_at IS NULL;
CREATE INDEX match_review_leased ON local.match_review (leased_by)
 WHERE decided_at IS NULL AND leased_by IS NOT NULL;
CREATE INDEX match_review_decided ON local.match_review (decided_at)
 WHERE decided_at IS NOT NULL;

CREATE TABLE local.match_subject (
    kind            text NOT NULL,  -- of what is matched: record
    subject_id      uuid NOT NULL,
    review_id       uuid NOT NULL,
    offered_at      timestamptz NOT NULL,
    PRIMARY KEY (kind, subject_id)
);
COMMENT ON TABLE local.match_subject IS 'dist: local; keep: as long as its review';
CREATE INDEX match_subject_by_review ON local.match_subject (review_id);
