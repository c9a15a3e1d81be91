-- The outbox: an effect on the outside is a row here, written in the transaction that caused it.

CREATE TABLE deliveries (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What makes this delivery the same one however often it is asked for: 'notice:TB-2026-0003:published:12'.
    key               text NOT NULL,
    -- Code of the record on whose page the result stands.
    about             text NOT NULL,
    agency_id         bigint REFERENCES agencies,
    recipient_name    text NOT NULL,
    recipient_address text NOT NULL,
    subject           text NOT NULL,
    body              text NOT NULL,
    created_at        timestamptz NOT NULL,
    state             text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'delivered', 'failed', 'withdrawn')),
    run_at            timestamptz NOT NULL,
    attempts          integer NOT NULL DEFAULT 0,
    leased_until      timestamptz,
    lease_token       uuid,
    finished_at       timestamptz,
    -- What the other side said last.
    answer            text,
    CONSTRAINT deliveries_key_key UNIQUE (key),
    CONSTRAINT deliveries_finished_check CHECK ((state IN ('delivered', 'failed', 'withdrawn')) = (finished_at IS NOT NULL)),
    CONSTRAINT deliveries_lease_check CHECK ((state = 'running') = (lease_token IS NOT NULL AND leased_until IS NOT NULL))
);
CREATE INDEX deliveries_ready_index ON deliveries (run_at, id) WHERE state = 'ready';
CREATE INDEX deliveries_running_index ON deliveries (leased_until) WHERE state = 'running';
CREATE INDEX deliveries_failed_index ON deliveries (finished_at DESC) WHERE state = 'failed';
CREATE INDEX deliveries_about_index ON deliveries (about);
