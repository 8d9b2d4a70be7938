-- Claims: what people say of their records and what was decided. What is said, the photo and the
-- decision are sealed; an attacker who owns the database learns who claimed how often, and when.

CREATE TABLE record_claim (
    person_id       uuid NOT NULL,
    claim_id        uuid NOT NULL,
    state           text NOT NULL CHECK (state IN ('open', 'accepted', 'refused')),
    sealed          bytea NOT NULL,
    photo           bytea,           -- sealed; gone with the decision
    filed_at        timestamptz NOT NULL,
    due_on          date NOT NULL,   -- two working days later
    decided_at      timestamptz,
    decision        bytea,           -- sealed
    PRIMARY KEY (person_id, claim_id)
);
COMMENT ON TABLE record_claim IS 'dist: person_id; keep: until sunset or erasure';
CREATE INDEX record_claim_open ON record_claim (due_on, claim_id) WHERE state = 'open';
