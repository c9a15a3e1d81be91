-- Báo cáo gửi UBND tỉnh, Điều 21.10. A report that was issued is what was sent: nothing in it changes any more. A later
-- finding makes a new revision beside it.

CREATE TABLE reports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        text NOT NULL CONSTRAINT reports_code_key UNIQUE CHECK (code ~ '^BC-[0-9]{4}-[0-9]{2,}$'),
    -- 2026-H1; null for a window of its own.
    period_code text CHECK (period_code ~ '^[0-9]{4}-H[12]$'),
    during      tstzrange NOT NULL,
    revision    bigint NOT NULL CHECK (revision > 0),
    title       text NOT NULL CHECK (title <> ''),
    as_of       timestamptz NOT NULL,
    is_demo     boolean NOT NULL,
    markdown    text NOT NULL CHECK (markdown <> ''),
    html        text NOT NULL CHECK (html <> ''),
    issued_at   timestamptz NOT NULL,
    issued_by   bigint NOT NULL REFERENCES users,
    CONSTRAINT reports_during_check CHECK (
        NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    CONSTRAINT reports_revision_key UNIQUE (during, revision)
);
CREATE INDEX reports_issued_at_index ON reports (issued_at DESC);
CREATE INDEX reports_period_code_index ON reports (period_code);
REVOKE UPDATE, DELETE, TRUNCATE ON reports FROM trucban_app;
CREATE TRIGGER reports_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports
    FOR EACH STATEMENT EXECUTE FUNCTION incident_evidence_refuse_change();

-- Both are read by their window of time.
CREATE INDEX notices_window_start_index ON notices (lower(during)) WHERE published_at IS NOT NULL;
