-- The plans of what pages ask again and again, kept by each session: a function in SQL is planned anew in every statement that
-- calls it, some 3 ms of a page of the list of monitors. Same text as in 0022, same plans.

CREATE OR REPLACE FUNCTION measurement(period tstzrange, as_of timestamptz, wanted bigint[] DEFAULT NULL)
    RETURNS TABLE (monitor_id bigint, span tstzrange, outside tstzmultirange, planned tstzmultirange,
                   unmeasured tstzmultirange, reclassified tstzmultirange)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT m.id, m.created_at, m.deleted_at FROM monitors m WHERE wanted IS NULL
        UNION ALL
        SELECT m.id, m.created_at, m.deleted_at FROM unnest(wanted) AS one JOIN monitors m ON m.id = one
    ), spans AS MATERIALIZED (
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
        FROM   spans CROSS JOIN silence CROSS JOIN asked m
        CROSS  JOIN LATERAL (
            SELECT tstzmultirange(spans.during * tstzrange(date_trunc('second', m.created_at),
                                                           date_trunc('second', m.deleted_at))) AS during) AS life
        LEFT   JOIN plans own ON own.monitor_id = m.id
        LEFT   JOIN plans everyone ON everyone.monitor_id IS NULL
        LEFT   JOIN hours own_hours ON own_hours.monitor_id = m.id
        LEFT   JOIN hours all_hours ON all_hours.monitor_id IS NULL
        CROSS  JOIN LATERAL (
            SELECT range_agg(g.during) AS during FROM measurement_gaps g
            WHERE  g.monitor_id = m.id AND g.during && spans.during) AS gaps
        LEFT   JOIN judged ON judged.monitor_id = m.id
        WHERE  NOT isempty(life.during)
    )
    SELECT id, span, outside, whole.planned, whole.unseen * tstzmultirange(span) - whole.planned - outside,
           CASE WHEN judged_planned IS NULL THEN '{}'
                ELSE (judged_planned + judged_unseen) * tstzmultirange(span) - parts.planned - parts.unseen - outside END
    FROM   parts CROSS JOIN LATERAL (
        SELECT (parts.planned + coalesce(judged_planned, '{}')) - outside AS planned,
               parts.unseen + coalesce(judged_unseen, '{}') AS unseen) AS whole;
END $$;

CREATE OR REPLACE FUNCTION uneven_days(first_day date, days integer, as_of timestamptz, wanted bigint[])
    RETURNS TABLE (monitor_id bigint, day date, window_seconds bigint, outside_seconds bigint, planned_seconds bigint,
                   not_measured_seconds bigint, down_seconds bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH span AS (
        SELECT tstzrange(first_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                         (first_day + days)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')
               * tstzrange(NULL, date_trunc('second', as_of)) AS during
    ), judged AS MATERIALIZED (
        SELECT m.monitor_id, m.span, m.outside, m.planned, m.unmeasured,
               (SELECT coalesce(range_agg(o.during) * tstzmultirange(m.span), '{}') - m.planned - m.unmeasured - m.outside
                FROM   outages o WHERE o.monitor_id = m.monitor_id AND o.during && m.span) AS down
        FROM   span CROSS JOIN LATERAL measurement(span.during, as_of, wanted) m
    ), parts AS (
        SELECT one AS monitor_id, 3 AS kind, span.during FROM unnest(wanted) AS one CROSS JOIN span
        WHERE  NOT EXISTS (SELECT FROM judged j WHERE j.monitor_id = one) UNION ALL
        SELECT j.monitor_id, 1, unnest(j.outside) AS during FROM judged j UNION ALL
        SELECT j.monitor_id, 2, unnest(j.planned) FROM judged j UNION ALL
        SELECT j.monitor_id, 3, unnest(j.unmeasured) FROM judged j UNION ALL
        SELECT j.monitor_id, 4, unnest(j.down) FROM judged j
    ), seconds AS (
        SELECT p.monitor_id, p.kind, extract(epoch FROM lower(p.during))::bigint + 25200 AS begun,
               extract(epoch FROM upper(p.during))::bigint + 25200 AS ended
        FROM parts p
    ), shares AS (
        SELECT p.monitor_id, p.kind, number, least(p.ended, (number + 1) * 86400) - greatest(p.begun, number * 86400) AS seconds
        FROM   seconds p CROSS JOIN LATERAL generate_series(p.begun / 86400, (p.ended - 1) / 86400) AS number
    ), sums AS (
        SELECT s.monitor_id, s.number,
               coalesce(sum(s.seconds) FILTER (WHERE s.kind = 1), 0)::bigint AS outside,
               coalesce(sum(s.seconds) FILTER (WHERE s.kind = 2), 0)::bigint AS planned,
               coalesce(sum(s.seconds) FILTER (WHERE s.kind = 3), 0)::bigint AS unmeasured,
               coalesce(sum(s.seconds) FILTER (WHERE s.kind = 4), 0)::bigint AS down
        FROM   shares s GROUP BY s.monitor_id, s.number
    )
    SELECT monitor_id, '1970-01-01'::date + number::integer,
           least((number + 1) * 86400, extract(epoch FROM upper(span.during))::bigint + 25200) - number * 86400 - outside,
           outside, planned, unmeasured, down
    FROM   sums CROSS JOIN span;
END $$;

-- What has been down the longest, when thousands are down.
CREATE INDEX outages_open_index ON outages (lower(during), id) WHERE upper_inf(during);
