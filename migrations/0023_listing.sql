-- Reports of conformance: what the public list of apps is made of. Nothing in them is about a person.

CREATE TABLE conformance_report (
    client_id       uuid NOT NULL,
    report_id       uuid NOT NULL,
    profile         text NOT NULL,
    conforms        boolean NOT NULL,
    signed          text NOT NULL,       -- the report as a JWS (RFC 7515)
    made_at         timestamptz NOT NULL,
    PRIMARY KEY (client_id, report_id)
);
COMMENT ON TABLE conformance_report IS 'dist: reference; keep: until sunset';
CREATE INDEX conformance_report_latest ON conformance_report (client_id, profile, made_at DESC);
