-- Monitoring: what is watched, what was seen, when it was down, when nobody looked. All intervals are half-open and on
-- whole seconds, so that availability is exact integer arithmetic.

CREATE TABLE monitors (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name              text NOT NULL CHECK (name <> ''),
    kind              text NOT NULL CHECK (kind IN ('http', 'tcp')),
    url               text,
    host              text,
    port              integer CHECK (port BETWEEN 1 AND 65535),
    method            text NOT NULL DEFAULT 'GET' CHECK (method IN ('GET', 'HEAD', 'POST', 'OPTIONS')),
    headers           jsonb NOT NULL DEFAULT '[]',
    accepted_statuses text NOT NULL DEFAULT '200-399',
    keyword           text,
    keyword_present   boolean NOT NULL DEFAULT true,
    follow_redirects  boolean NOT NULL DEFAULT true,
    verify_tls        boolean NOT NULL DEFAULT true,
    family            text NOT NULL DEFAULT 'any' CHECK (family IN ('any', '4', '6')),
    timeout_seconds   integer NOT NULL DEFAULT 10 CHECK (timeout_seconds BETWEEN 1 AND 120),
    interval_seconds  integer NOT NULL DEFAULT 60 CHECK (interval_seconds BETWEEN 5 AND 86400),
    retry_seconds     integer NOT NULL DEFAULT 20 CHECK (retry_seconds BETWEEN 5 AND 86400),
    confirm_after     integer NOT NULL DEFAULT 3 CHECK (confirm_after BETWEEN 1 AND 20),
    recover_after     integer NOT NULL DEFAULT 2 CHECK (recover_after BETWEEN 1 AND 20),
    component         text NOT NULL DEFAULT '',
    agency_id         bigint REFERENCES agencies,
    created_at        timestamptz NOT NULL,
    paused_at         timestamptz,
    deleted_at        timestamptz,
    search            text GENERATED ALWAYS AS (
        folded(name || ' ' || component || ' ' || coalesce(url, '') || ' ' || coalesce(host, ''))) STORED,
    CONSTRAINT monitors_target_check CHECK (
        CASE kind WHEN 'http' THEN url IS NOT NULL AND host IS NULL AND port IS NULL
                  WHEN 'tcp'  THEN url IS NULL AND host IS NOT NULL AND port IS NOT NULL END),
    CONSTRAINT monitors_timeout_seconds_interval_check CHECK (timeout_seconds <= interval_seconds)
);
CREATE INDEX monitors_agency_id_index ON monitors (agency_id);
CREATE INDEX monitors_search_index ON monitors USING gin (search gin_trgm_ops);
COMMENT ON COLUMN monitors.agency_id IS 'Whose access is watched; null: the whole system.';
COMMENT ON COLUMN monitors.headers IS 'Request headers in order: [{"name": …, "value": …}].';
COMMENT ON COLUMN monitors.accepted_statuses IS 'Statuses and ranges of statuses that count as up: 200-299, 401.';

-- Where each monitor stands: all that a probing process needs to go on where another one was killed.
CREATE TABLE monitor_states (
    monitor_id             bigint PRIMARY KEY REFERENCES monitors,
    revision               bigint NOT NULL DEFAULT 1,
    state                  text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'up', 'down')),
    since                  timestamptz NOT NULL,
    failures               integer NOT NULL DEFAULT 0,
    first_failure_at       timestamptz,
    successes              integer NOT NULL DEFAULT 0,
    first_success_at       timestamptz,
    last_sample_at         timestamptz,
    next_due_at            timestamptz,
    last_failure           text,
    last_detail            text,
    last_status            integer,
    resolve_us             bigint,
    connect_us             bigint,
    tls_us                 bigint,
    first_byte_us          bigint,
    total_us               bigint,
    certificate_expires_at timestamptz,
    CONSTRAINT monitor_states_failures_check CHECK ((failures = 0) = (first_failure_at IS NULL)),
    CONSTRAINT monitor_states_successes_check CHECK ((successes = 0) = (first_success_at IS NULL))
) WITH (fillfactor = 50);
COMMENT ON COLUMN monitor_states.revision IS
    'Raised by every command and every takeover: what an older process or an older probe says no longer counts.';
COMMENT ON COLUMN monitor_states.since IS
    'Since when the state holds; of an up monitor also the end of its last outage, before which no outage may begin.';

-- One row a probe. Cut into months so that old ones go by DROP; availability never reads them.
CREATE TABLE samples (
    monitor_id    bigint NOT NULL,
    at            timestamptz NOT NULL,
    failure       text,
    status        integer,
    resolve_us    bigint,
    connect_us    bigint,
    tls_us        bigint,
    first_byte_us bigint,
    total_us      bigint,
    PRIMARY KEY (monitor_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE samples_default PARTITION OF samples DEFAULT;
COMMENT ON COLUMN samples.at IS 'When the probe began.';
COMMENT ON COLUMN samples.failure IS 'Null: the target answered as it should.';
COMMENT ON COLUMN samples.resolve_us IS 'Phases in microseconds, one after the other; total is their sum and the body.';
COMMENT ON TABLE samples_default IS 'Samples of months without a partition; any row here means that nobody makes them ahead.';

-- Makes the partitions of this month (Vietnam's) and of the `months` that follow. The application may call it, but owns no table.
CREATE FUNCTION create_sample_partitions(months integer, today timestamptz DEFAULT now()) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamp := date_trunc('month', today AT TIME ZONE 'Asia/Ho_Chi_Minh');
    name  text;
    begun timestamptz;
    ended timestamptz;
    made  integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(161202503);
    FOR ahead IN 0..months LOOP
        name  := 'samples_' || to_char(month + make_interval(months => ahead), 'YYYY_MM');
        begun := (month + make_interval(months => ahead)) AT TIME ZONE 'Asia/Ho_Chi_Minh';
        ended := (month + make_interval(months => ahead + 1)) AT TIME ZONE 'Asia/Ho_Chi_Minh';
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE samples INCLUDING ALL)', name);
        -- A partition cannot be attached while the default one holds rows of its month.
        EXECUTE format(
            'WITH late AS (DELETE FROM samples_default WHERE at >= %L AND at < %L RETURNING *)
             INSERT INTO %I SELECT * FROM late', begun, ended, name);
        EXECUTE format('ALTER TABLE samples ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begun, ended);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION create_sample_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION create_sample_partitions TO trucban_app;
SELECT create_sample_partitions(2);

-- Down: from the first failed probe to the first good one, confirmed by enough failures in a row.
CREATE TABLE outages (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id   bigint NOT NULL REFERENCES monitors,
    during       tstzrange NOT NULL,
    confirmed_at timestamptz NOT NULL,
    reason       text NOT NULL CHECK (reason <> ''),
    CONSTRAINT outages_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during) AND NOT upper_inc(during)
        AND date_trunc('second', lower(during)) = lower(during)
        AND (upper_inf(during) OR date_trunc('second', upper(during)) = upper(during))),
    CONSTRAINT outages_overlap_exclude EXCLUDE USING gist (monitor_id WITH =, during WITH &&)
);
CREATE UNIQUE INDEX outages_open_key ON outages (monitor_id) WHERE upper_inf(during);
CREATE INDEX outages_monitor_id_index ON outages (monitor_id, lower(during));
COMMENT ON COLUMN outages.reason IS 'What the probe that confirmed it saw, in Vietnamese.';

-- When nobody looked. Reasons may overlap; availability takes their union.
CREATE TABLE measurement_gaps (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id bigint NOT NULL REFERENCES monitors,
    during     tstzrange NOT NULL,
    reason     text NOT NULL CHECK (reason IN ('not_started', 'process_down', 'prober_offline', 'paused')),
    CONSTRAINT measurement_gaps_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during) AND NOT upper_inc(during)
        AND date_trunc('second', lower(during)) = lower(during)
        AND (upper_inf(during) OR date_trunc('second', upper(during)) = upper(during)))
);
CREATE UNIQUE INDEX measurement_gaps_open_key ON measurement_gaps (monitor_id, reason) WHERE upper_inf(during);
CREATE INDEX measurement_gaps_monitor_id_index ON measurement_gaps (monitor_id, lower(during));
COMMENT ON COLUMN measurement_gaps.during IS 'Open until the first sample that follows.';

-- One row a process that probes. A beat says: until now, every probe that was due was made.
CREATE TABLE watches (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at   timestamptz NOT NULL,
    last_beat_at timestamptz NOT NULL,
    process      text NOT NULL
);
CREATE INDEX watches_last_beat_at_index ON watches (last_beat_at);

-- Announced maintenance; a null monitor means all of them. The notices' migration puts its own query in the place of this.
CREATE VIEW planned_windows (monitor_id, during) AS
SELECT NULL::bigint, NULL::tstzrange WHERE false;

-- What of a period can be judged, monitor by monitor: `planned` and `unmeasured` do not overlap, and what they leave of
-- `span` was measured. Before a monitor was made and after it was deleted nothing was measured. Where no process has
-- beaten for 30 s, nothing has been measured since its last beat.
CREATE FUNCTION measurement(period tstzrange, as_of timestamptz, wanted bigint[] DEFAULT NULL)
    RETURNS TABLE (monitor_id bigint, span tstzrange, planned tstzmultirange, unmeasured tstzmultirange)
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
), parts AS (
    SELECT m.id, spans.during AS span, life.during AS life,
           (coalesce(own.during, '{}') + coalesce(everyone.during, '{}')) * life.during AS planned,
           tstzmultirange(spans.during) - life.during + coalesce(gaps.during, '{}') + silence.during AS unseen
    FROM   spans CROSS JOIN silence CROSS JOIN monitors m
    CROSS  JOIN LATERAL (
        SELECT tstzmultirange(spans.during * tstzrange(date_trunc('second', m.created_at),
                                                       date_trunc('second', m.deleted_at))) AS during) AS life
    LEFT   JOIN plans own ON own.monitor_id = m.id
    LEFT   JOIN plans everyone ON everyone.monitor_id IS NULL
    LEFT   JOIN gaps ON gaps.monitor_id = m.id
    WHERE  (wanted IS NULL OR m.id = ANY (wanted)) AND NOT isempty(life.during)
)
SELECT id, span, planned, unseen * tstzmultirange(span) - planned FROM parts
$$;

-- Availability in whole seconds: measured = window - planned - not measured, and the share is (measured - down) / measured.
-- A monitor that did not exist in the period has no row. Aggregates stand beside each monitor: joined first, all outages
-- would have to be sorted.
CREATE FUNCTION availability(period tstzrange, as_of timestamptz, wanted bigint[] DEFAULT NULL)
    RETURNS TABLE (monitor_id bigint, window_seconds bigint, planned_seconds bigint, not_measured_seconds bigint,
                   measured_seconds bigint, down_seconds bigint, outages bigint, longest_outage_seconds bigint)
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off AS $$
WITH judged AS MATERIALIZED (
    SELECT m.monitor_id, m.span, m.planned + m.unmeasured AS excluded,
           date_part('epoch', upper(m.span) - lower(m.span))::bigint AS whole, planned.seconds AS planned,
           unmeasured.seconds AS unmeasured
    FROM   measurement(period, as_of, wanted) m
    CROSS  JOIN LATERAL (SELECT coalesce(sum(date_part('epoch', upper(part) - lower(part))), 0)::bigint AS seconds
                         FROM unnest(m.planned) AS part) AS planned
    CROSS  JOIN LATERAL (SELECT coalesce(sum(date_part('epoch', upper(part) - lower(part))), 0)::bigint AS seconds
                         FROM unnest(m.unmeasured) AS part) AS unmeasured
)
SELECT j.monitor_id, j.whole, j.planned, j.unmeasured, j.whole - j.planned - j.unmeasured, down.seconds, down.outages,
       down.longest
FROM   judged j
CROSS  JOIN LATERAL (
    SELECT coalesce(sum(fall.seconds), 0)::bigint AS seconds, count(*) FILTER (WHERE fall.seconds > 0) AS outages,
           coalesce(max(fall.seconds), 0)::bigint AS longest
    FROM  (SELECT CASE WHEN o.during && j.excluded
                       THEN (SELECT coalesce(sum(date_part('epoch', upper(part) - lower(part))), 0)
                             FROM unnest(tstzmultirange(o.during * j.span) - j.excluded) AS part)
                       ELSE date_part('epoch', least(upper(o.during), upper(j.span))
                                               - greatest(lower(o.during), lower(j.span))) END AS seconds
           FROM   outages o WHERE o.monitor_id = j.monitor_id AND o.during && j.span) AS fall) AS down
$$;

-- The same cut into Vietnam's days (UTC+7), for the strips of one page of monitors. Only what is not plainly up is
-- spread over the days that it touches.
CREATE FUNCTION availability_days(first_day date, days integer, as_of timestamptz, wanted bigint[])
    RETURNS TABLE (monitor_id bigint, day date, window_seconds bigint, planned_seconds bigint,
                   not_measured_seconds bigint, down_seconds bigint)
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off AS $$
WITH judged AS MATERIALIZED (
    SELECT m.monitor_id, m.span, m.planned, m.unmeasured,
           (SELECT coalesce(range_agg(o.during) * tstzmultirange(m.span), '{}') - m.planned - m.unmeasured
            FROM   outages o WHERE o.monitor_id = m.monitor_id AND o.during && m.span) AS down
    FROM   measurement(tstzrange(first_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                                 (first_day + days)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'), as_of, wanted) m
), parts AS (
    SELECT j.monitor_id, part.kind, date_part('epoch', lower(part.during))::bigint + 25200 AS begun,
           date_part('epoch', upper(part.during))::bigint + 25200 AS ended
    FROM   judged j CROSS JOIN LATERAL (
        SELECT 'whole' AS kind, j.span AS during UNION ALL SELECT 'planned', unnest(j.planned)
        UNION ALL SELECT 'unmeasured', unnest(j.unmeasured) UNION ALL SELECT 'down', unnest(j.down)) AS part
    WHERE  NOT isempty(part.during)
), shares AS (
    SELECT p.monitor_id, p.kind, number, least(p.ended, (number + 1) * 86400) - greatest(p.begun, number * 86400) AS seconds
    FROM   parts p CROSS JOIN LATERAL generate_series(p.begun / 86400, (p.ended - 1) / 86400) AS number
)
SELECT s.monitor_id, '1970-01-01'::date + s.number::integer,
       coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'whole'), 0)::bigint,
       coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'planned'), 0)::bigint,
       coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'unmeasured'), 0)::bigint,
       coalesce(sum(s.seconds) FILTER (WHERE s.kind = 'down'), 0)::bigint
FROM   shares s GROUP BY s.monitor_id, s.number ORDER BY s.monitor_id, s.number
$$;
