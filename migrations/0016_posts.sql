-- Where a reader's device stands, who may move it, and how much is scanned at each place.

ALTER TABLE device ADD COLUMN place_id uuid;  -- null: not placed yet, or a wallet
ALTER TABLE reader ADD COLUMN may_move boolean NOT NULL DEFAULT false;

-- Scans that began in an hour at a place: no person, no reader, no outcome.
CREATE TABLE place_hour (
    place_id        uuid NOT NULL,
    hour            timestamptz NOT NULL,
    scans           integer NOT NULL,
    PRIMARY KEY (place_id, hour)
);
COMMENT ON TABLE place_hour IS 'dist: place_id; keep: 400 days after hour';

-- Up to which leaf of the log scans have been counted.
CREATE TABLE local.place_counting (
    one             boolean PRIMARY KEY DEFAULT true CHECK (one),  -- there is one row
    seq             bigint NOT NULL
);
COMMENT ON TABLE local.place_counting IS 'dist: local; keep: until sunset';
INSERT INTO local.place_counting (seq) VALUES (-1);
