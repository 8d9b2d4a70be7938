-- Where a device stands and how much is scanned there lead to people as a scan's place does, which
-- the log seals. So neither stands in clear: 0016 was never released.

-- Which place, as a keyed index over device and place; null: nowhere yet, or a wallet.
ALTER TABLE device ADD COLUMN post bytea;
-- squawk-ignore ban-drop-column
ALTER TABLE device DROP COLUMN place_id;

-- Scans of each civil hour of a day at a place, sealed; that there were any is seen.
CREATE TABLE place_day (
    place_id        uuid NOT NULL,
    day             date NOT NULL,
    hours           bytea NOT NULL,
    PRIMARY KEY (place_id, day)
);
COMMENT ON TABLE place_day IS 'dist: place_id; keep: 400 days after day';
UPDATE local.place_counting SET seq = -1;
-- squawk-ignore ban-drop-table
DROP TABLE place_hour;
