-- Probes of more kinds. What a kind of target has no column for stands in `spec`.
ALTER TABLE monitors
    ADD COLUMN spec jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT monitors_kind_check,
    ADD CONSTRAINT monitors_kind_check
        CHECK (kind IN ('http', 'tcp', 'tls', 'dns', 'smtp', 'postgres', 'icmp', 'journey', 'heartbeat')),
    DROP CONSTRAINT monitors_target_check,
    ADD CONSTRAINT monitors_target_check CHECK (
        CASE kind WHEN 'http'    THEN url IS NOT NULL AND host IS NULL AND port IS NULL
                  WHEN 'journey' THEN url IS NOT NULL AND host IS NULL AND port IS NULL
                  WHEN 'dns'     THEN url IS NULL AND host IS NOT NULL AND port IS NULL
                  WHEN 'icmp'    THEN url IS NULL AND host IS NOT NULL AND port IS NULL
                  WHEN 'heartbeat' THEN url IS NULL AND host IS NULL AND port IS NULL
                  ELSE url IS NULL AND host IS NOT NULL AND port IS NOT NULL END);
COMMENT ON COLUMN monitors.spec IS
    'Particulars of the kind, as its own file in Sources/Monitor writes them. Holds credentials: shown by no page, kept by no trail.';

-- Said once for each threshold and certificate, however many processes look.
CREATE TABLE certificate_warnings (
    monitor_id bigint NOT NULL REFERENCES monitors,
    expires_at timestamptz NOT NULL,
    days       integer NOT NULL CHECK (days IN (30, 14, 7, 1)),
    warned_at  timestamptz NOT NULL,
    told_at    timestamptz,
    PRIMARY KEY (monitor_id, expires_at, days)
);
CREATE INDEX certificate_warnings_untold_index ON certificate_warnings (warned_at) WHERE told_at IS NULL;
COMMENT ON COLUMN certificate_warnings.told_at IS 'When its letters were written.';
