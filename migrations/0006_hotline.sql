-- Đường dây nóng, Điều 21.9: support for users, and their suggestions.

CREATE TABLE requests (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('fault', 'question', 'account', 'suggestion', 'other')),
    channel      text NOT NULL CHECK (channel IN ('phone', 'mail', 'document_system', 'in_person')),
    caller_name  text NOT NULL CHECK (caller_name <> ''),
    caller_phone text NOT NULL DEFAULT '',
    agency_id    bigint REFERENCES agencies,
    text         text NOT NULL CHECK (text <> ''),
    received_at  timestamptz NOT NULL,
    received_by  bigint NOT NULL REFERENCES users,
    taken_at     timestamptz,
    taken_by     bigint REFERENCES users,
    resolved_at  timestamptz,
    resolved_by  bigint REFERENCES users,
    resolution   text,
    incident_id  bigint REFERENCES incidents,
    search       text GENERATED ALWAYS AS (folded(code || ' ' || caller_name || ' ' || text)) STORED,
    state        text GENERATED ALWAYS AS (
        CASE WHEN resolved_at IS NOT NULL THEN 'resolved' WHEN taken_at IS NOT NULL THEN 'open' ELSE 'new' END) STORED,
    CONSTRAINT requests_code_key UNIQUE (code),
    CONSTRAINT requests_taken_check CHECK ((taken_at IS NULL) = (taken_by IS NULL) AND taken_at >= received_at),
    CONSTRAINT requests_resolved_check CHECK (
        (resolved_at IS NULL) = (resolution IS NULL) AND (resolved_at IS NULL) = (resolved_by IS NULL)
        AND resolved_at >= received_at)
);
CREATE INDEX requests_received_at_index ON requests (received_at DESC, id DESC);
CREATE INDEX requests_open_index ON requests (received_at, id) WHERE resolved_at IS NULL;
CREATE INDEX requests_agency_id_index ON requests (agency_id, received_at DESC);
CREATE INDEX requests_incident_id_index ON requests (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX requests_search_index ON requests USING gin (search gin_trgm_ops);
