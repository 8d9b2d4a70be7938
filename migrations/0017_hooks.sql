-- Webhooks of apps: how far each has been told, and what became of each delivery.

CREATE TABLE local.hook (
    hook_id         uuid PRIMARY KEY,
    client_id       uuid NOT NULL,
    url             text NOT NULL,
    secret          bytea NOT NULL,      -- sealed: of the symmetric signature, then of the other
    position        bigint NOT NULL,     -- of the last change that was taken
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'given-up')),
    failures        integer NOT NULL DEFAULT 0,  -- one after the other
    failing_since   timestamptz,
    not_before      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    ended_at        timestamptz
);
COMMENT ON TABLE local.hook IS 'dist: local; keep: 31 days after ended_at';
CREATE INDEX hook_due ON local.hook (not_before) WHERE state = 'active' AND ended_at IS NULL;
CREATE INDEX hook_by_client ON local.hook (client_id);

CREATE TABLE local.hook_delivery (
    hook_id         uuid NOT NULL,
    delivery_id     uuid NOT NULL,
    first_position  bigint NOT NULL,
    last_position   bigint NOT NULL,
    tried_at        timestamptz NOT NULL,
    took_ms         integer NOT NULL,
    code            text,                -- null: taken
    status          integer,             -- of HTTP, where there was an answer
    PRIMARY KEY (hook_id, delivery_id)
);
COMMENT ON TABLE local.hook_delivery IS 'dist: local; keep: 30 days after tried_at';
CREATE INDEX hook_delivery_by_age ON local.hook_delivery (tried_at);
