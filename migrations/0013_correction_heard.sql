-- Which sources have heard a correction that is for all of a kind: it ends when the last one has.

CREATE TABLE local.correction_heard (
    outbox_id       bigint NOT NULL,
    source          text NOT NULL,
    heard_at        timestamptz NOT NULL,
    PRIMARY KEY (outbox_id, source)
);
COMMENT ON TABLE local.correction_heard IS 'dist: local; keep: as long as its outbox row';
