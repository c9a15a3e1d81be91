-- Availability: outages judged again by people, service hours, months that were closed.

-- MARK: Outages judged again

-- The interval that was seen is never changed; what people say of it stands beside it, row after row, and the newest counts.
CREATE TABLE outage_revisions (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outage_id      bigint NOT NULL REFERENCES outages,
    classification text NOT NULL CHECK (classification IN ('unplanned', 'planned', 'false_alarm')),
    notice_id      bigint REFERENCES notices,
    cause          text NOT NULL DEFAULT '',
    reason         text NOT NULL CHECK (reason <> ''),
    revised_at     timestamptz NOT NULL,
    revised_by     bigint NOT NULL REFERENCES users,
    CONSTRAINT outage_revisions_notice_id_check CHECK ((classification = 'planned') = (notice_id IS NOT NULL))
);
CREATE INDEX outage_revisions_outage_id_index ON outage_revisions (outage_id, id);
CREATE INDEX outage_revisions_notice_id_index ON outage_revisions (notice_id) WHERE notice_id IS NOT NULL;
COMMENT ON COLUMN outage_revisions.classification IS
    'planned: what of it lay in the time of the notice was announced work; false_alarm: the prober erred, so it is not measured.';
COMMENT ON COLUMN outage_revisions.reason IS 'Why it is judged so: whoever reads the percentage reads this too.';
REVOKE UPDATE, DELETE, TRUNCATE ON outage_revisions FROM trucban_app;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER outage_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outage_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What each judged outage counts as now, and which part of it that takes out of availability.
CREATE VIEW judged_outages (outage_id, monitor_id, classification, excluded) AS
SELECT o.id, o.monitor_id, r.classification,
       CASE r.classification
            WHEN 'planned' THEN o.during * tstzrange(date_trunc('second', lower(n.during)),
                                                     date_trunc('second', least(upper(n.during), n.cancelled_at)))
            WHEN 'false_alarm' THEN o.during
            ELSE 'empty' END
FROM  (SELECT DISTINCT ON (outage_id) outage_id, classification, notice_id
       FROM outage_revisions ORDER BY outage_id, id DESC) r
JOIN   outages o ON o.id = r.outage_id
LEFT   JOIN notices n ON n.id = r.notice_id;
GRANT SELECT ON judged_outages TO trucban_app;

-- MARK: Service hours

-- When the system is to be usable, from a day on until the next row of the same scope. Without a row: always (Điều 24.2).
CREATE TABLE service_hours (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id    bigint REFERENCES monitors,
    in_force_from date NOT NULL,
    minutes       int4multirange,
    reason        text NOT NULL CHECK (reason <> ''),
    decided_at    timestamptz NOT NULL,
    decided_by    bigint NOT NULL REFERENCES users,
    CONSTRAINT service_hours_minutes_check CHECK (
        minutes <@ int4range(0, 10080) AND NOT isempty(minutes) AND (monitor_id IS NOT NULL OR minutes IS NOT NULL))
);
CREATE INDEX service_hours_monitor_id_index ON service_hours (monitor_id);
COMMENT ON COLUMN service_hours.monitor_id IS 'Null: every monitor that has no hours of its own.';
COMMENT ON COLUMN service_hours.in_force_from IS 'A day in Vietnam, never before the day of the decision. Of two of one day the newer counts.';
COMMENT ON COLUMN service_hours.minutes IS 'Of the week in Vietnam, from Monday 00:00; null: as the whole system.';
REVOKE UPDATE, DELETE, TRUNCATE ON service_hours FROM trucban_app;
CREATE TRIGGER service_hours_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_hours
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What of a stretch of time lies outside the hours.
CREATE FUNCTION closed_times(minutes int4multirange, during tstzrange) RETURNS SETOF tstzrange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT tstzrange(week + lower(part) * interval '1 minute', week + upper(part) * interval '1 minute') * during
FROM   generate_series(0, ((extract(epoch FROM upper(during)) - extract(epoch FROM lower(during))) / 604800)::integer + 1) AS number
CROSS  JOIN LATERAL (
    SELECT (date_trunc('week', lower(during) AT TIME ZONE 'Asia/Ho_Chi_Minh') + number * interval '7 days')
           AT TIME ZONE 'Asia/Ho_Chi_Minh' AS week) AS begun
CROSS  JOIN LATERAL unnest(int4multirange(int4range(0, 10080)) - minutes) AS part
WHERE  tstzrange(week + lower(part) * interval '1 minute', week + upper(part) * interval '1 minute') && during
$$;

-- MARK: Availability

DROP FUNCTION availability_days;
DROP FUNCTION availability;
DROP FUNCTION measurement;

-- What of a period can be judged, monitor by monitor. `outside` the service hours, `planned` and `unmeasured` do not
-- overlap, and what they leave of `span` was measured. `reclassified` is what left only because people judged outages
-- again. Before a monitor was made and after it was deleted nothing was measured. Where no process has beaten for 30 s,
-- nothing has been measured since its last beat.
CREATE FUNCTION measurement(period tstzrange, as_of timestamptz, wanted bigint[] DEFAULT NULL)
    RETURNS TABLE (monitor_id bigint, span tstzrange, outside tstzmultirange, planned tstzmultirange,
                   unmeasured tstzmultirange, reclassified tstzmultirange)
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off AS $$
WITH spans AS MATERIALIZED (
    SELECT period * tstzrange(NULL, date_trunc('second', as_of)) AS during
), silence AS (
    SELECT CASE WHEN last_beat_at < as_of - interval '30 seconds'
                THEN tstzmultirange(tstzrange(date_trunc('second', last_beat_at), NULL))
                ELSE '{}' END AS during
    FROM (SELECT max(last_beat_at) AS last_beat_at FROM watches) AS newest
), plans AS MATERIALIZED (
    SELECT p.monitor_id,
           range_agg(tstzrange(date_trunc('second', lower(p.during)), date_trunc('second', upper(p.during)))) AS during
    FROM   planned_windows p, spans WHERE p.during && spans.during GROUP BY p.monitor_id
), gaps AS (
    SELECT g.monitor_id, range_agg(g.during) AS during
    FROM   measurement_gaps g, spans
    WHERE  g.during && spans.during AND (wanted IS NULL OR g.monitor_id = ANY (wanted)) GROUP BY g.monitor_id
), judged AS (
    SELECT j.monitor_id,
           coalesce(range_agg(j.excluded) FILTER (WHERE j.classification = 'planned'), '{}') AS planned,
           coalesce(range_agg(j.excluded) FILTER (WHERE j.classification = 'false_alarm'), '{}') AS unseen
    FROM   judged_outages j, spans
    WHERE  j.excluded && spans.during AND (wanted IS NULL OR j.monitor_id = ANY (wanted)) GROUP BY j.monitor_id
), regimes AS (
    SELECT h.monitor_id, h.minutes,
           tstzrange(h.in_force_from::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                     lead(h.in_force_from) OVER (PARTITION BY h.monitor_id ORDER BY h.in_force_from)::timestamp
                     AT TIME ZONE 'Asia/Ho_Chi_Minh') AS during
    FROM  (SELECT DISTINCT ON (s.monitor_id, s.in_force_from) s.monitor_id, s.in_force_from, s.minutes
           FROM service_hours s WHERE wanted IS NULL OR s.monitor_id IS NULL OR s.monitor_id = ANY (wanted)
           ORDER BY s.monitor_id, s.in_force_from, s.id DESC) AS h
), hours AS MATERIALIZED (
    SELECT r.monitor_id, range_agg(r.during) AS during, coalesce(range_agg(part), '{}') AS closed
    FROM   spans CROSS JOIN regimes r
    LEFT   JOIN LATERAL closed_times(r.minutes, r.during * spans.during) AS part ON true
    WHERE  r.minutes IS NOT NULL AND r.during && spans.during GROUP BY r.monitor_id
), parts AS (
    SELECT m.id, spans.during AS span,
           coalesce(own_hours.closed, '{}')
           + (coalesce(all_hours.closed, '{}') - coalesce(own_hours.during, '{}')) AS outside,
           (coalesce(own.during, '{}') + coalesce(everyone.during, '{}')) * life.during AS planned,
           tstzmultirange(spans.during) - life.during + coalesce(gaps.during, '{}') + silence.during AS unseen,
           judged.planned * life.during AS judged_planned, judged.unseen * life.during AS judged_unseen
    FROM   spans CROSS JOIN silence CROSS JOIN monitors m
    CROSS  JOIN LATERAL (
        SELECT tstzmultirange(spans.during * tstzrange(date_trunc('second', m.created_at),
                                                       date_trunc('second', m.deleted_at))) AS during) AS life
    LEFT   JOIN plans own ON own.monitor_id = m.id
    LEFT   JOIN plans everyone ON everyone.monitor_id IS NULL
    LEFT   JOIN hours own_hours ON own_hours.monitor_id = m.id
    LEFT   JOIN hours all_hours ON all_hours.monitor_id IS NULL
    LEFT   JOIN gaps ON gaps.monitor_id = m.id
    LEFT   JOIN judged ON judged.monitor_id = m.id
    WHERE  (wanted IS NULL OR m.id = ANY (wanted)) AND NOT isempty(life.during)
)
SELECT id, span, outside, whole.planned, whole.unseen * tstzmultirange(span) - whole.planned - outside,
       CASE WHEN judged_planned IS NULL THEN '{}'
            ELSE (judged_planned + judged_unseen) * tstzmultirange(span) - parts.planned - parts.unseen - outside END
FROM   parts CROSS JOIN LATERAL (
    SELECT (parts.planned + coalesce(judged_planned, '{}')) - outside AS planned,
           parts.unseen + coalesce(judged_unseen, '{}') AS unseen) AS whole
$$;

-- Whole seconds of a set of times.
CREATE FUNCTION seconds_of(during tstzmultirange) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(sum(date_part('epoch', upper(part) - lower(part))), 0)::bigint FROM unnest(during) AS part
$$;

-- Availability in whole seconds: window = what of the period lies in service hours, measured = window - planned - not
-- measured, and the share is (measured - down) / measured. A monitor that did not exist in the period has no row.
-- Aggregates stand beside each monitor: joined first, all outages would have to be sorted.
CREATE FUNCTION availability(period tstzrange, as_of timestamptz, wanted bigint[] DEFAULT NULL)
    RETURNS TABLE (monitor_id bigint, window_seconds bigint, outside_seconds bigint, planned_seconds bigint,
                   not_measured_seconds bigint, measured_seconds bigint, down_seconds bigint, outages bigint,
                   longest_outage_seconds bigint, reclassified_seconds bigint)
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off AS $$
WITH judged AS MATERIALIZED (
    SELECT m.monitor_id, m.span, m.planned + m.unmeasured + m.outside AS excluded,
           date_part('epoch', upper(m.span) - lower(m.span))::bigint AS whole, seconds_of(m.outside) AS outside,
           seconds_of(m.planned) AS planned, seconds_of(m.unmeasured) AS unmeasured,
           seconds_of(m.reclassified) AS reclassified
    FROM   measurement(period, as_of, wanted) m
)
SELECT j.monitor_id, j.whole - j.outside, j.outside, j.planned, j.unmeasured,
       j.whole - j.outside - j.planned - j.unmeasured, down.seconds, down.outages, down.longest, j.reclassified
FROM   judged j
CROSS  JOIN LATERAL (
    SELECT coalesce(sum(fall.seconds), 0)::bigint AS seconds, count(*) FILTER (WHERE fall.seconds > 0) AS outages,
           coalesce(max(fall.seconds), 0)::bigint AS longest
    FROM  (SELECT CASE WHEN NOT o.during && j.excluded
                       THEN date_part('epoch', least(upper(o.during), upper(j.span))
                                               - greatest(lower(o.during), lower(j.span)))
                       -- Most of what touches closed hours lies in them altogether.
                       WHEN o.during <@ j.excluded THEN 0
                       ELSE (SELECT coalesce(sum(date_part('epoch', upper(part) - lower(part))), 0)
                             FROM unnest(tstzmultirange(o.during * j.span) - j.excluded) AS part) END AS seconds
           FROM   outages o WHERE o.monitor_id = j.monitor_id AND o.during && j.span) AS fall) AS down
$$;

-- The same cut into Vietnam's days (UTC+7), for the strips of one page of monitors. Only what is not plainly up is
-- spread over the days that it touches.
CREATE FUNCTION availability_days(first_day date, days integer, as_of timestamptz, wanted bigint[])
    RETURNS TABLE (monitor_id bigint, day date, window_seconds bigint, outside_seconds bigint, planned_seconds bigint,
                   not_measured_seconds bigint, down_seconds bigint)
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off AS $$
WITH judged AS MATERIALIZED (
    SELECT m.monitor_id, m.span, m.outside, m.planned, m.unmeasured,
           (SELECT coalesce(range_agg(o.during) * tstzmultirange(m.span), '{}') - m.planned - m.unmeasured - m.outside
            FROM   outages o WHERE o.monitor_id = m.monitor_id AND o.during && m.span) AS down
    FROM   measurement(tstzrange(first_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                                 (first_day + days)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'), as_of, wanted) m
), parts AS (
    SELECT j.monitor_id, part.kind, date_part('epoch', lower(part.during))::bigint + 25200 AS begun,
           date_part('epoch', upper(part.during))::bigint + 25200 AS ended
    FROM   judged j CROSS JOIN LATERAL (
        SELECT 'whole' AS kind, j.span AS during UNION ALL SELECT 'outside', unnest(j.outside)
        UNION ALL SELECT 'planned', unnest(j.planned) UNION ALL SELECT 'unmeasured', unnest(j.unmeasured)
        UNION ALL SELECT 'down', unnest(j.down)) AS part
    WHERE  NOT isempty(part.during)
), shares AS (
    SELECT p.monitor_id, p.kind, number, least(p.ended, (number + 1) * 86400) - greatest(p.begun, number * 86400) AS seconds
    FROM   parts p CROSS JOIN LATERAL generate_series(p.begun / 86400, (p.ended - 1) / 86400) AS number
), sums AS (
    SELECT s.monitor_id, s.number,
           coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'whole'), 0)::bigint AS whole,
           coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'outside'), 0)::bigint AS outside,
           coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'planned'), 0)::bigint AS planned,
           coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'unmeasured'), 0)::bigint AS unmeasured,
           coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'down'), 0)::bigint AS down
    FROM   shares s GROUP BY s.monitor_id, s.number
)
SELECT monitor_id, '1970-01-01'::date + number::integer, whole - outside, outside, planned, unmeasured, down
FROM   sums ORDER BY monitor_id, number
$$;

-- MARK: Samples that have served

-- Drops the oldest month of samples when it is older than so many months; null when there is none. Dropping wants the whole
-- table for a moment: whoever cannot have it within a second comes back later, so that nobody waits behind it for long.
CREATE FUNCTION drop_sample_partition(months integer, today timestamptz DEFAULT now()) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    first_kept date := date_trunc('month', today AT TIME ZONE 'Asia/Ho_Chi_Minh') - make_interval(months => months);
    oldest     text;
BEGIN
    IF months < 1 THEN
        RAISE EXCEPTION 'at least one month is kept';
    END IF;
    PERFORM pg_advisory_xact_lock(161202503);
    SELECT c.relname INTO oldest
    FROM   pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE  i.inhparent = 'samples'::regclass AND c.relname ~ '^samples_\d{4}_\d{2}$'
    AND    to_date(right(c.relname, 7), 'YYYY_MM') < first_kept
    ORDER  BY c.relname LIMIT 1;
    IF oldest IS NOT NULL THEN
        EXECUTE format('DROP TABLE %I', oldest);
    END IF;
    RETURN oldest;
END $$;
REVOKE ALL ON FUNCTION drop_sample_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_sample_partition TO trucban_app;
