-- Whose incident it is, what hangs on what, and when what happened: Điều 20.1 and 20.3 (docs/decisions/0026).

-- MARK: Attached to the whole system's incident, or merged into another

ALTER TABLE incidents
    ADD COLUMN parent_id      bigint REFERENCES incidents,
    ADD COLUMN merged_into_id bigint REFERENCES incidents,
    ADD COLUMN merged_at      timestamptz,
    ADD COLUMN reported_at    timestamptz,
    ADD COLUMN stable_at      timestamptz,
    DROP COLUMN is_open,
    DROP COLUMN state;
ALTER TABLE incidents
    ADD COLUMN is_open boolean GENERATED ALWAYS AS (closed_at IS NULL AND merged_into_id IS NULL) STORED,
    ADD COLUMN state   text GENERATED ALWAYS AS (
        CASE WHEN merged_into_id IS NOT NULL THEN 'merged' WHEN closed_at IS NOT NULL THEN 'closed'
             WHEN resumed_at IS NOT NULL THEN 'restored' ELSE 'open' END) STORED,
    ADD CONSTRAINT incidents_parent_id_check CHECK (parent_id IS NULL OR (agency_id IS NOT NULL AND merged_into_id IS NULL)),
    ADD CONSTRAINT incidents_merged_into_id_check CHECK (
        (merged_into_id IS NULL) = (merged_at IS NULL) AND merged_into_id <> id
        AND (merged_into_id IS NULL OR closed_at IS NULL)),
    ADD CONSTRAINT incidents_reported_at_check CHECK (reported_at >= began_at),
    ADD CONSTRAINT incidents_stable_at_check CHECK (
        stable_at IS NULL OR (stable_at >= began_at
        AND (suspended_at IS NULL OR (resumed_at IS NOT NULL AND stable_at >= resumed_at))));
COMMENT ON COLUMN incidents.parent_id IS 'The whole system''s incident whose updates an agency''s follows.';
COMMENT ON COLUMN incidents.merged_into_id IS
    'The incident that survives it, never one that was merged itself; what was merged is counted nowhere.';
COMMENT ON COLUMN incidents.reported_at IS 'When the agency, or somebody outside, reported it to the desk.';
COMMENT ON COLUMN incidents.stable_at IS 'When it was seen to run steadily again.';
CREATE INDEX incidents_parent_id_index ON incidents (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX incidents_merged_into_id_index ON incidents (merged_into_id) WHERE merged_into_id IS NOT NULL;

-- As in 0004; they went with the columns.
CREATE INDEX incidents_list_index ON incidents (is_open, detected_at, id)
    INCLUDE (kind, severity, state, agency_id, merged_into_id);
CREATE INDEX incidents_agency_id_index ON incidents (agency_id, is_open, detected_at, id)
    INCLUDE (kind, severity, state, merged_into_id);

-- What a row alone cannot show: a parent is the whole system's, and nothing is merged into what is merged or another's.
CREATE FUNCTION incident_bonds_check() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM incidents p
               WHERE p.id = NEW.parent_id AND (p.agency_id IS NOT NULL OR p.merged_into_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'the parent of % is no incident of the whole system', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incidents_parent_id_check';
    END IF;
    IF EXISTS (SELECT FROM incidents s WHERE s.id = NEW.merged_into_id
               AND (s.merged_into_id IS NOT NULL OR s.agency_id IS DISTINCT FROM NEW.agency_id)) THEN
        RAISE EXCEPTION '% cannot be merged there', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incidents_merged_into_id_check';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER incidents_bonds_check BEFORE INSERT OR UPDATE OF parent_id, merged_into_id ON incidents
    FOR EACH ROW EXECUTE FUNCTION incident_bonds_check();

-- An incident, and what was merged into it.
CREATE VIEW incident_members (incident_id, member_id) AS
SELECT id, id FROM incidents
UNION ALL
SELECT merged_into_id, id FROM incidents WHERE merged_into_id IS NOT NULL;

-- As in 0004: what was told of an incident was told of the one that it was merged into.
CREATE OR REPLACE VIEW incident_tellings (incident_id, audience, fact, first_told_at) AS
SELECT m.incident_id, c.audience, f.fact, min(c.told_at)
FROM   incident_members m JOIN incident_communications c ON c.incident_id = m.member_id
CROSS  JOIN LATERAL unnest(c.facts) AS f (fact)
GROUP  BY m.incident_id, c.audience, f.fact;

ALTER TABLE incident_communications ALTER COLUMN written_by DROP NOT NULL;
COMMENT ON COLUMN incident_communications.written_by IS 'Null: the console itself, which wrote the letter (Điều 20.3).';

ALTER TABLE incident_entries ADD COLUMN source_id bigint REFERENCES incident_entries;
COMMENT ON COLUMN incident_entries.source_id IS 'The entry of the parent that it repeats.';

-- Who is written to about an agency's incident: those who answer for it there, else the agency's own mailbox.
CREATE VIEW incident_mailboxes (agency_id, name, address) AS
WITH admins AS (
    SELECT u.agency_id, u.full_name, u.email FROM users u
    WHERE  u.role = 'agency_admin' AND u.disabled_at IS NULL AND u.email <> ''
)
SELECT agency_id, full_name, email FROM admins
UNION ALL
SELECT a.id, coalesce(nullif(a.contact_name, ''), a.name), a.contact_email FROM agencies a
WHERE  a.contact_email <> '' AND NOT EXISTS (SELECT FROM admins WHERE admins.agency_id = a.id);

-- MARK: Downtime

CREATE TABLE incident_downtimes (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents,
    component   text NOT NULL DEFAULT '',
    during      tstzrange NOT NULL,
    outage_id   bigint REFERENCES outages,
    written_by  bigint REFERENCES users,
    written_at  timestamptz NOT NULL,
    version     bigint NOT NULL DEFAULT 1,
    updated_by  bigint REFERENCES users,
    updated_at  timestamptz,
    CONSTRAINT incident_downtimes_outage_id_key UNIQUE (outage_id),
    CONSTRAINT incident_downtimes_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during)
        AND (NOT upper_inc(during) OR lower(during) = upper(during)))
);
CREATE INDEX incident_downtimes_incident_id_index ON incident_downtimes (incident_id);
CREATE INDEX incident_downtimes_open_index ON incident_downtimes (outage_id) WHERE upper_inf(during);
COMMENT ON COLUMN incident_downtimes.component IS 'Empty: the whole system.';
COMMENT ON COLUMN incident_downtimes.outage_id IS 'The outage that the monitoring saw; its end ends the window.';

-- Half-open, as everywhere; what people knew only to the minute may begin and end in the same.
CREATE FUNCTION downtime_range(began timestamptz, ended timestamptz) RETURNS tstzrange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT tstzrange(began, ended, CASE WHEN began = ended THEN '[]' ELSE '[)' END)
$$;

-- How many seconds an incident, with what was merged into it, kept the system (or one component) from use: windows that
-- overlap count once, one that is open until `as_of`. One row, null where no window is written: in a FROM it is planned with
-- the query around it, which makes a list three times as fast.
CREATE FUNCTION incident_downtime(incident bigint, as_of timestamptz, part text DEFAULT NULL)
    RETURNS TABLE (seconds bigint)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT extract(epoch FROM sum(upper(island) - lower(island)))::bigint
FROM  (SELECT unnest(range_agg(CASE WHEN upper_inf(w.during)
                                    THEN downtime_range(lower(w.during), greatest(lower(w.during), as_of))
                                    ELSE w.during END)) AS island
       FROM   incident_members m JOIN incident_downtimes w ON w.incident_id = m.member_id
       WHERE  m.incident_id = incident AND (part IS NULL OR w.component = part)) AS islands
$$;

INSERT INTO incident_downtimes (incident_id, component, during, outage_id, written_by, written_at)
SELECT i.id, coalesce(m.component, ''), downtime_range(i.suspended_at, i.resumed_at), i.outage_id, i.opened_by, i.opened_at
FROM   incidents i LEFT JOIN outages o ON o.id = i.outage_id LEFT JOIN monitors m ON m.id = o.monitor_id
WHERE  i.suspended_at IS NOT NULL;

-- The windows are the fact; thời gian tạm dừng and thời gian bắt đầu sử dụng lại (Điều 20.1) follow them, so that they can
-- never disagree: from the beginning of the first to the end of the last, which there is not while one is open.
CREATE FUNCTION incident_follow_downtimes(incident bigint) RETURNS void
    LANGUAGE sql AS $$
UPDATE incidents i SET suspended_at = d.first, resumed_at = d.last
FROM  (SELECT min(lower(w.during)) AS first,
              CASE WHEN NOT bool_or(upper_inf(w.during)) THEN max(upper(w.during)) END AS last
       FROM   incident_members m JOIN incident_downtimes w ON w.incident_id = m.member_id
       WHERE  m.incident_id = incident) AS d
WHERE  i.id = incident AND (i.suspended_at, i.resumed_at) IS DISTINCT FROM (d.first, d.last)
$$;

CREATE FUNCTION incident_downtimes_mark() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM incident_follow_downtimes(m.incident_id) FROM incident_members m
    WHERE   m.member_id = CASE TG_OP WHEN 'DELETE' THEN OLD.incident_id ELSE NEW.incident_id END;
    RETURN NULL;
END $$;
CREATE TRIGGER incident_downtimes_mark AFTER INSERT OR UPDATE OF during OR DELETE ON incident_downtimes
    FOR EACH ROW EXECUTE FUNCTION incident_downtimes_mark();

CREATE FUNCTION incident_merger_mark() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM incident_follow_downtimes(NEW.merged_into_id);
    RETURN NULL;
END $$;
CREATE TRIGGER incidents_merger_mark AFTER UPDATE OF merged_into_id ON incidents
    FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION incident_merger_mark();

-- Whoever writes an incident together with its suspension has written its first window.
CREATE FUNCTION incident_first_downtime() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incident_downtimes (incident_id, component, during, outage_id, written_by, written_at)
    SELECT NEW.id, coalesce((SELECT m.component FROM outages o JOIN monitors m ON m.id = o.monitor_id
                             WHERE o.id = NEW.outage_id), ''),
           downtime_range(NEW.suspended_at, NEW.resumed_at), NEW.outage_id, NEW.opened_by, NEW.opened_at;
    RETURN NULL;
END $$;
CREATE TRIGGER incidents_first_downtime AFTER INSERT ON incidents
    FOR EACH ROW WHEN (NEW.suspended_at IS NOT NULL) EXECUTE FUNCTION incident_first_downtime();

-- Nobody but the windows moves them.
CREATE FUNCTION incident_downtimes_guard() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        RAISE EXCEPTION 'suspended_at and resumed_at of % follow incident_downtimes', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'incidents_downtimes_guard';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER incidents_downtimes_guard BEFORE UPDATE OF suspended_at, resumed_at ON incidents
    FOR EACH ROW WHEN ((OLD.suspended_at, OLD.resumed_at) IS DISTINCT FROM (NEW.suspended_at, NEW.resumed_at))
    EXECUTE FUNCTION incident_downtimes_guard();
