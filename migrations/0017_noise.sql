-- What the rules of noise need: recurring work as it is typed, the prober's own network; and versions of what people edit.

-- MARK: Recurring maintenance

ALTER TABLE maintenance_schedules
    DROP CONSTRAINT maintenance_schedules_weekdays_check,
    ADD COLUMN begins_minute integer;
UPDATE maintenance_schedules SET begins_minute = extract(hour FROM begins_at) * 60 + extract(minute FROM begins_at);
ALTER TABLE maintenance_schedules
    ALTER COLUMN begins_minute SET NOT NULL,
    DROP COLUMN begins_at,
    ALTER COLUMN weekdays TYPE bigint[],
    ADD CONSTRAINT maintenance_schedules_begins_minute_check CHECK (begins_minute BETWEEN 0 AND 1439),
    ADD CONSTRAINT maintenance_schedules_weekdays_check CHECK (
        weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::bigint[] AND cardinality(weekdays) > 0
        AND (repeats = 'weekly' OR cardinality(weekdays) = 1) AND (repeats = 'monthly') = (week IS NOT NULL));
COMMENT ON COLUMN maintenance_schedules.begins_minute IS 'Of the day in Vietnam.';

-- The published notices, for whoever plans the work that they announce.
CREATE VIEW announced_work (notice_id, code, title, during) AS
SELECT id, code, title, during FROM notices WHERE published_at IS NOT NULL AND cancelled_at IS NULL;
GRANT SELECT ON announced_work TO trucban_app;

-- MARK: The prober's own network

-- Bộ giám sát mất mạng: one row a time in which a process could reach nothing, its reference address included. What it
-- watches was not measured meanwhile, which the gaps say monitor by monitor; this is the one notice of why.
CREATE TABLE prober_outages (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    watch_id bigint NOT NULL REFERENCES watches,
    during   tstzrange NOT NULL,
    CONSTRAINT prober_outages_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during) AND NOT upper_inc(during))
);
CREATE UNIQUE INDEX prober_outages_open_key ON prober_outages (watch_id) WHERE upper_inf(during);
CREATE INDEX prober_outages_lower_index ON prober_outages (lower(during));

-- MARK: What people say of an incident's resumption

ALTER TABLE incidents ADD COLUMN resumption_withdrawn_at timestamptz;
COMMENT ON COLUMN incidents.resumption_withdrawn_at IS
    'When a person took back that the system is in use again; from then on only people say so.';

-- MARK: Edits of monitors that meet another's

ALTER TABLE monitors
    ADD COLUMN version    integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_by bigint REFERENCES users,
    ADD COLUMN updated_at timestamptz;
COMMENT ON COLUMN monitors.version IS 'Counts edits: an edit names the version that it began from.';

-- MARK: One guard of every kind of evidence

DROP TRIGGER outage_revisions_append_only ON outage_revisions;
DROP TRIGGER service_hours_append_only ON service_hours;
DROP FUNCTION refuse_change();
ALTER FUNCTION incident_evidence_refuse_change() RENAME TO refuse_change;
CREATE TRIGGER outage_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outage_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER service_hours_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_hours
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
