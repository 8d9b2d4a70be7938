-- Which version of its item a dead letter is: one that was taken ends letters of older ones only.

ALTER TABLE local.dead_letter ADD COLUMN version bigint;  -- null where nobody can read it
COMMENT ON TABLE local.dead_letter IS
    'dist: local; keep: 31 days after ended_at, or after written_at of one that is open';
