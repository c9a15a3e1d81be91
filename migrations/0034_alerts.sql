-- Cảnh báo từ hệ thống khác: what other systems' alerting says, and which incident answers for it (Điều 21.5).

-- Who may send alerts that are signed (docs/decisions/0034). The secret is kept as it is: whoever verifies a signature needs it.
CREATE TABLE alert_sources (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
    agency_id    bigint REFERENCES agencies,
    secret       text NOT NULL CHECK (secret LIKE 'whsec\_%'),
    created_by   bigint NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT alert_sources_name_key UNIQUE (name)
);
COMMENT ON COLUMN alert_sources.agency_id IS 'Whose incidents it opens; null: the whole system''s.';
COMMENT ON COLUMN alert_sources.created_by IS 'Who answers for it; when they are no administrator any more, or may no longer sign in, it no longer works.';

-- One occurrence of an alert: what fires again later has another beginning.
CREATE TABLE alerts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source      text NOT NULL CHECK (source <> ''),
    agency_id   bigint REFERENCES agencies,
    fingerprint text NOT NULL CHECK (fingerprint <> '' AND length(fingerprint) <= 200),
    -- SHA-256 of the key of the group in which it was told: keys may be long.
    group_hash  bytea NOT NULL CHECK (length(group_hash) = 32),
    title       text NOT NULL CHECK (title <> ''),
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    incident_id bigint NOT NULL REFERENCES incidents,
    received_at timestamptz NOT NULL,
    CONSTRAINT alerts_key UNIQUE NULLS NOT DISTINCT (source, agency_id, fingerprint, started_at),
    CONSTRAINT alerts_ended_at_check CHECK (ended_at >= started_at)
);
CREATE INDEX alerts_incident_id_index ON alerts (incident_id, started_at, id);
CREATE INDEX alerts_group_hash_index ON alerts (group_hash, id DESC);
