-- Colours set by hand, against the rules: who proposed, who confirmed, until when, what the person
-- says to it. Reasons and appeals are sealed; an attacker who owns the database learns who has
-- which colour by hand and which registrars did that, not why.

CREATE TABLE recode (
    person_id       uuid NOT NULL,
    recode_id       uuid NOT NULL,
    colour          text NOT NULL CHECK (colour IN ('green', 'yellow', 'red', 'neutral')),
    reason          bytea NOT NULL,  -- sealed
    until           timestamptz NOT NULL,
    proposed_by     uuid NOT NULL,
    proposed_at     timestamptz NOT NULL,
    confirmed_by    uuid,
    confirmed_at    timestamptz,
    ended_by        uuid,            -- nobody, where its time was over
    ended_at        timestamptz,
    ending          bytea,           -- sealed: why it ended before its time
    appealed_at     timestamptz,
    appeal          bytea,           -- sealed
    decided_by      uuid,
    decided_at      timestamptz,
    decision        text CHECK (decision IN ('upheld', 'ended')),
    answer          bytea,           -- sealed: why it was decided so
    PRIMARY KEY (person_id, recode_id),
    CHECK (confirmed_by <> proposed_by),
    CHECK (decided_by <> proposed_by AND decided_by <> confirmed_by)
);
COMMENT ON TABLE recode IS 'dist: person_id; keep: 31 days after until or ended_at';
-- of a person at most one is in force; every scan looks here
CREATE UNIQUE INDEX recode_in_force ON recode (person_id)
    WHERE confirmed_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX recode_proposed ON recode (proposed_at)
    WHERE confirmed_at IS NULL AND ended_at IS NULL;
CREATE INDEX recode_appealed ON recode (appealed_at)
    WHERE decided_at IS NULL AND ended_by IS NULL AND appealed_at IS NOT NULL;
