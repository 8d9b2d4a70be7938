-- Rule books and when each version was in force. Public texts: nothing here names anybody but
-- those who drafted, proposed and published.

CREATE TABLE rule_book (
    book_id         text NOT NULL,
    version         integer NOT NULL CHECK (version >= 1),
    number          integer NOT NULL,  -- by which printed codes name the book
    body            text NOT NULL,   -- JSON, always the same bytes for the same book
    state           text NOT NULL CHECK (state IN ('draft', 'proposed', 'published', 'superseded')),
    drafted_by      uuid NOT NULL,
    drafted_at      timestamptz NOT NULL,
    proposed_by     uuid,
    proposed_at     timestamptz,
    dry_run         jsonb,           -- counts only
    dry_run_at      timestamptz,
    PRIMARY KEY (book_id, version)
);
COMMENT ON TABLE rule_book IS 'dist: reference; keep: until sunset';

CREATE TABLE rule_publication (
    book_id         text NOT NULL,
    publication_id  uuid NOT NULL,
    version         integer NOT NULL,
    proposed_by     uuid NOT NULL,
    published_by    uuid NOT NULL,
    published_at    timestamptz NOT NULL,
    ended_at        timestamptz,
    override        text,            -- why it stands although somebody is worse off
    PRIMARY KEY (book_id, publication_id)
);
COMMENT ON TABLE rule_publication IS 'dist: reference; keep: until sunset';
-- of a book at most one version is in force
CREATE UNIQUE INDEX rule_publication_in_force ON rule_publication (book_id) WHERE ended_at IS NULL;
