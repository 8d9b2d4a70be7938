-- How far a run came that matches everything again that waits: the next one goes on there.

CREATE TABLE local.rematch_run (
    run_id          uuid PRIMARY KEY,
    after_at        timestamptz NOT NULL,  -- of the last record that was looked at
    after_id        uuid NOT NULL,
    looked          bigint NOT NULL DEFAULT 0,
    matched         bigint NOT NULL DEFAULT 0,
    began_at        timestamptz NOT NULL,
    finished_at     timestamptz
);
COMMENT ON TABLE local.rematch_run IS 'dist: local; keep: 31 days after began_at';
