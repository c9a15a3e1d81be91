-- Sự cố kỹ thuật, Điều 20: what happened, who was told what, and how it was closed.

CREATE TABLE incidents (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code               text NOT NULL,
    title              text NOT NULL,
    kind               text NOT NULL,
    severity           text NOT NULL DEFAULT 'undetermined',
    agency_id          bigint REFERENCES agencies,
    outage_id          bigint REFERENCES outages,
    began_at           timestamptz NOT NULL,
    detected_at        timestamptz NOT NULL,
    suspended_at       timestamptz,
    resumed_at         timestamptz,
    -- Written by the trigger on incident_closures and by nobody else.
    closed_at          timestamptz,
    description        text NOT NULL DEFAULT '',
    temporary_measures text NOT NULL DEFAULT '',
    catch_up           text NOT NULL DEFAULT '',
    cause              text NOT NULL DEFAULT '',
    is_cyber           boolean,
    has_personal_data  boolean,
    contact            text NOT NULL DEFAULT '',
    scope              text NOT NULL DEFAULT '',
    provider           text NOT NULL DEFAULT '',
    measures           text NOT NULL DEFAULT '',
    helpers            text NOT NULL DEFAULT '',
    first_results      text NOT NULL DEFAULT '',
    proposals          text NOT NULL DEFAULT '',
    opened_by          bigint REFERENCES users,
    opened_at          timestamptz NOT NULL,
    version            bigint NOT NULL DEFAULT 1,
    updated_by         bigint REFERENCES users,
    updated_at         timestamptz NOT NULL,
    is_open            boolean GENERATED ALWAYS AS (closed_at IS NULL) STORED,
    state              text GENERATED ALWAYS AS (
        CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN resumed_at IS NOT NULL THEN 'restored' ELSE 'open' END) STORED,
    search             text GENERATED ALWAYS AS (folded(code || ' ' || title || ' ' || description || ' ' || cause)) STORED,
    CONSTRAINT incidents_code_key UNIQUE (code),
    CONSTRAINT incidents_outage_id_key UNIQUE (outage_id),
    CONSTRAINT incidents_code_check CHECK (code ~ '^SC-[0-9]{4}-[0-9]{4,}$'),
    CONSTRAINT incidents_title_check CHECK (title <> ''),
    CONSTRAINT incidents_kind_check CHECK (kind IN ('suspension', 'integrity', 'degraded', 'security')),
    CONSTRAINT incidents_severity_check CHECK (severity IN ('undetermined', 'M1', 'M2', 'M3', 'M4')),
    CONSTRAINT incidents_detected_at_check CHECK (detected_at >= began_at),
    CONSTRAINT incidents_suspended_at_check CHECK (suspended_at >= began_at),
    CONSTRAINT incidents_resumed_at_check CHECK (
        resumed_at IS NULL OR (suspended_at IS NOT NULL AND resumed_at >= suspended_at)),
    -- What Điều 20 wants written before an incident is closed; who was told is checked by the rules.
    CONSTRAINT incidents_closed_at_check CHECK (closed_at IS NULL OR (
        closed_at >= detected_at AND description <> '' AND cause <> '' AND severity <> 'undetermined'
        AND (kind <> 'suspension' OR suspended_at IS NOT NULL)
        AND (suspended_at IS NULL
             OR (resumed_at IS NOT NULL AND resumed_at <= closed_at AND temporary_measures <> '' AND catch_up <> ''))))
);
COMMENT ON COLUMN incidents.agency_id IS 'Whose incident; null: the whole system, kept by the Department (Điều 21.5).';
COMMENT ON COLUMN incidents.outage_id IS 'The outage that opened it; the unique key makes that happen once.';
COMMENT ON COLUMN incidents.version IS 'Counts edits: an edit names the version that it began from.';
COMMENT ON COLUMN incidents.description IS 'Điều 20.1: sự cố.';
COMMENT ON COLUMN incidents.suspended_at IS 'Điều 20.1: thời gian tạm dừng.';
COMMENT ON COLUMN incidents.resumed_at IS 'Điều 20.1: thời gian bắt đầu sử dụng lại.';
COMMENT ON COLUMN incidents.temporary_measures IS 'Điều 20.1: các biện pháp tạm thời.';
COMMENT ON COLUMN incidents.catch_up IS 'Điều 20.1: các biện pháp cập nhật văn bản.';
COMMENT ON COLUMN incidents.severity IS 'Levels as proposed for NĐ 331/2026; the decree does not define "nghiêm trọng".';

-- The list: open ones first, newest first. What it filters by rides along, so that counting needs no table row.
CREATE INDEX incidents_list_index ON incidents (is_open, detected_at, id) INCLUDE (kind, severity, state, agency_id);
CREATE INDEX incidents_agency_id_index ON incidents (agency_id, is_open, detected_at, id) INCLUDE (kind, severity, state);
CREATE INDEX incidents_detected_at_index ON incidents (detected_at);
CREATE INDEX incidents_search_index ON incidents USING gin (search gin_trgm_ops);

-- Diễn biến: appended, never changed.
CREATE TABLE incident_entries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents,
    kind        text NOT NULL,
    happened_at timestamptz NOT NULL,
    written_at  timestamptz NOT NULL,
    author_id   bigint REFERENCES users,
    text        text NOT NULL,
    CONSTRAINT incident_entries_kind_check CHECK (
        kind IN ('detection', 'observation', 'measure', 'decision', 'communication', 'status')),
    CONSTRAINT incident_entries_text_check CHECK (text <> ''),
    CONSTRAINT incident_entries_happened_at_check CHECK (happened_at <= written_at)
);
CREATE INDEX incident_entries_incident_id_index ON incident_entries (incident_id, happened_at, id);
COMMENT ON COLUMN incident_entries.author_id IS 'Null: the console itself, which saw the outage begin or end.';

-- Who was told what, when and how: evidence for Điều 20.1 and 20.3, appended, never changed.
CREATE TABLE incident_communications (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents,
    audience    text NOT NULL,
    channel     text NOT NULL,
    told_at     timestamptz NOT NULL,
    told_by     text NOT NULL,
    facts       text[] NOT NULL DEFAULT '{}',
    reports     text[] NOT NULL DEFAULT '{}',
    note        text NOT NULL DEFAULT '',
    written_at  timestamptz NOT NULL,
    written_by  bigint NOT NULL REFERENCES users,
    CONSTRAINT incident_communications_audience_check CHECK (
        audience IN ('head', 'users', 'department', 'province_office', 'provider', 'authority')),
    CONSTRAINT incident_communications_channel_check CHECK (
        channel IN ('mail', 'phone', 'sms', 'document_system', 'meeting')),
    CONSTRAINT incident_communications_told_at_check CHECK (told_at <= written_at),
    CONSTRAINT incident_communications_told_by_check CHECK (told_by <> ''),
    CONSTRAINT incident_communications_facts_check CHECK (
        facts <@ ARRAY['incident', 'suspension', 'resumption', 'temporary_measures', 'catch_up']),
    CONSTRAINT incident_communications_reports_check CHECK (
        reports <@ ARRAY['cyber_first', 'cyber_full', 'personal_data'] AND (reports = '{}' OR audience = 'authority')),
    CONSTRAINT incident_communications_content_check CHECK (cardinality(facts) + cardinality(reports) > 0)
);
CREATE INDEX incident_communications_incident_id_index ON incident_communications (incident_id, told_at, id);
COMMENT ON COLUMN incident_communications.facts IS 'Which of the five facts of Điều 20.1 it carried.';
COMMENT ON COLUMN incident_communications.reports IS
    'Which legal reports it was: NĐ 331/2026 Đ31.2.d (24 h, 72 h), Luật 91/2025 Đ23 (72 h).';

-- When each audience first learned each of the five facts.
CREATE VIEW incident_tellings (incident_id, audience, fact, first_told_at) AS
SELECT c.incident_id, c.audience, f.fact, min(c.told_at)
FROM   incident_communications c CROSS JOIN LATERAL unnest(c.facts) AS f (fact)
GROUP  BY c.incident_id, c.audience, f.fact;

CREATE TABLE incident_closures (
    incident_id bigint PRIMARY KEY REFERENCES incidents,
    closed_at   timestamptz NOT NULL,
    closed_by   bigint NOT NULL REFERENCES users,
    note        text NOT NULL DEFAULT ''
);

-- The closure is the fact; incidents.closed_at follows it, so that the two can never disagree.
CREATE FUNCTION incident_closure_mark() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents SET closed_at = CASE TG_OP WHEN 'DELETE' THEN NULL ELSE NEW.closed_at END
    WHERE  id = CASE TG_OP WHEN 'DELETE' THEN OLD.incident_id ELSE NEW.incident_id END;
    RETURN NULL;
END $$;
CREATE TRIGGER incident_closures_mark AFTER INSERT OR UPDATE OF closed_at OR DELETE ON incident_closures
    FOR EACH ROW EXECUTE FUNCTION incident_closure_mark();

CREATE FUNCTION incident_evidence_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER incident_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_entries
    FOR EACH STATEMENT EXECUTE FUNCTION incident_evidence_refuse_change();
CREATE TRIGGER incident_communications_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_communications
    FOR EACH STATEMENT EXECUTE FUNCTION incident_evidence_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON incident_entries, incident_communications FROM trucban_app;
