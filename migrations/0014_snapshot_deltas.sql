-- A delta of the snapshot says what ended since a moment: also earlier issues of a QID, and merges
-- that were undone.

ALTER TABLE qid ADD COLUMN reissued_at timestamptz;  -- null: never, or before this was kept

-- Before the first release no table is so large that a writer would wait for this.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX merge_undone ON merge (undone_at) WHERE undone_at IS NOT NULL;
