-- Knocks that nobody carried to a subscription yet; written in the transaction of what happened.
CREATE TABLE local.push_knock (
    knock_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id       uuid NOT NULL,
    kind            text NOT NULL
);
COMMENT ON TABLE local.push_knock IS 'dist: local; keep: until carried';
