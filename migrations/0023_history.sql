-- Figures that outlive their samples: answers by the hour and by the day; months of availability, closed once.

-- MARK: Answers by the hour and by the day

-- Samples come in the order of time, so a summary of blocks finds an hour of all monitors.
CREATE INDEX samples_at_index ON samples USING brin (at) WITH (pages_per_range = 16, autosummarize = on);

CREATE TABLE hourly_rollups (
    monitor_id    bigint NOT NULL,
    begun_at      timestamptz NOT NULL,
    good          bigint NOT NULL,
    failed        bigint NOT NULL,
    resolve_us    bigint[],
    connect_us    bigint[],
    tls_us        bigint[],
    first_byte_us bigint[],
    total_us      bigint[],
    slowest_us    bigint,
    PRIMARY KEY (monitor_id, begun_at)
) PARTITION BY RANGE (begun_at);
CREATE TABLE hourly_rollups_default PARTITION OF hourly_rollups DEFAULT;
COMMENT ON COLUMN hourly_rollups.total_us IS
    'Each phase: p50, p95 and p99 of the good answers in microseconds (a value that occurred); null without a good answer.';

CREATE TABLE daily_rollups (LIKE hourly_rollups INCLUDING ALL);
COMMENT ON TABLE daily_rollups IS 'Vietnam''s days, from the samples themselves: percentiles of percentiles mean nothing. Kept for ever.';

CREATE TABLE rollup_progress (
    span     text PRIMARY KEY CHECK (span IN ('hour', 'day')),
    done_until timestamptz NOT NULL
);
COMMENT ON TABLE rollup_progress IS
    'Everything before is rolled up; no row: nothing is. A sample that comes later than that moves it back.';

-- Makes the partitions of this month (Vietnam's) and of the `months` that follow. The application may call it, but owns no table.
CREATE OR REPLACE FUNCTION create_sample_partitions(months integer, today timestamptz DEFAULT now()) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month  timestamp := date_trunc('month', today AT TIME ZONE 'Asia/Ho_Chi_Minh');
    parent text;
    name   text;
    begun  timestamptz;
    ended  timestamptz;
    made   integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(161202503);
    FOREACH parent IN ARRAY ARRAY['samples', 'hourly_rollups'] LOOP
        FOR ahead IN 0..months LOOP
            name  := parent || '_' || to_char(month + make_interval(months => ahead), 'YYYY_MM');
            begun := (month + make_interval(months => ahead)) AT TIME ZONE 'Asia/Ho_Chi_Minh';
            ended := (month + make_interval(months => ahead + 1)) AT TIME ZONE 'Asia/Ho_Chi_Minh';
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
            -- A partition cannot be attached while the default one holds rows of its month.
            EXECUTE format(
                'WITH late AS (DELETE FROM %I WHERE %3$I >= %4$L AND %3$I < %5$L RETURNING *)
                 INSERT INTO %2$I SELECT * FROM late',
                parent || '_default', name, CASE parent WHEN 'samples' THEN 'at' ELSE 'begun_at' END, begun, ended);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, begun, ended);
            made := made + CASE parent WHEN 'samples' THEN 1 ELSE 0 END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
SELECT create_sample_partitions(2);

-- Drops the oldest month of samples (or of hourly rollups) when it is older than so many months; null when there is none.
-- Dropping wants the whole table for a moment: whoever cannot have it within a second comes back later, so that nobody
-- waits behind it for long. Samples that nobody has rolled up yet stay.
DROP FUNCTION drop_sample_partition;
CREATE FUNCTION drop_oldest_partition(parent text, months integer, today timestamptz DEFAULT now()) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    first_kept date := date_trunc('month', today AT TIME ZONE 'Asia/Ho_Chi_Minh') - make_interval(months => months);
    oldest     text;
BEGIN
    IF months < 1 THEN
        RAISE EXCEPTION 'at least one month is kept';
    END IF;
    IF parent NOT IN ('samples', 'hourly_rollups') THEN
        RAISE EXCEPTION '% is not kept by months', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(161202503);
    SELECT c.relname INTO oldest
    FROM   pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE  i.inhparent = parent::regclass AND c.relname ~ ('^' || parent || '_\d{4}_\d{2}$')
    AND    to_date(right(c.relname, 7), 'YYYY_MM') < first_kept
    AND    (parent <> 'samples'
            OR (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh'
               <= (SELECT min(done_until) FROM rollup_progress HAVING count(*) = 2))
    ORDER  BY c.relname LIMIT 1;
    IF oldest IS NOT NULL THEN
        EXECUTE format('DROP TABLE %I', oldest);
    END IF;
    RETURN oldest;
END $$;
REVOKE ALL ON FUNCTION drop_oldest_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_oldest_partition TO trucban_app;

-- MARK: Months of availability, closed once

CREATE TABLE closed_months (
    month      date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    closed_at  timestamptz NOT NULL,
    checked_at timestamptz NOT NULL
);
COMMENT ON COLUMN closed_months.month IS 'Its first day, in Vietnam.';
COMMENT ON COLUMN closed_months.checked_at IS 'When its figures were last compared with what is known now.';

-- What the availability of a month was when the month was closed (revision 1), and each time that it was found to be another.
CREATE TABLE frozen_months (
    month                  date NOT NULL REFERENCES closed_months,
    monitor_id             bigint NOT NULL REFERENCES monitors,
    revision               integer NOT NULL CHECK (revision >= 1),
    window_seconds         bigint NOT NULL,
    outside_seconds        bigint NOT NULL,
    planned_seconds        bigint NOT NULL,
    not_measured_seconds   bigint NOT NULL,
    down_seconds           bigint NOT NULL,
    outages                bigint NOT NULL,
    longest_outage_seconds bigint NOT NULL,
    reclassified_seconds   bigint NOT NULL,
    frozen_at              timestamptz NOT NULL,
    outage_revision_id     bigint REFERENCES outage_revisions,
    PRIMARY KEY (month, monitor_id, revision)
);
CREATE INDEX frozen_months_outage_revision_id_index ON frozen_months (outage_revision_id) WHERE outage_revision_id IS NOT NULL;
COMMENT ON COLUMN frozen_months.outage_revision_id IS
    'What people said that changed the figures; null: the first figures, or results and notices that came later.';
REVOKE UPDATE, DELETE, TRUNCATE ON frozen_months FROM trucban_app;
CREATE TRIGGER frozen_months_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_months
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every frozen month as it counts now.
CREATE VIEW latest_frozen_months AS
SELECT DISTINCT ON (month, monitor_id) * FROM frozen_months ORDER BY month, monitor_id, revision DESC;
GRANT SELECT ON latest_frozen_months TO trucban_app;

-- The time of a month of which the first day is given, in Vietnam.
CREATE FUNCTION month_span(month date) RETURNS tstzrange
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT tstzrange(month::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                 (month + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh')
$$;

-- Writes down the figures of one month where they are not those that were written last. Returns how many were.
CREATE FUNCTION freeze_month(month_ date, at timestamptz, wanted bigint[], cause bigint) RETURNS bigint
    LANGUAGE sql AS $$
-- Two who write the same month take turns.
SELECT pg_advisory_xact_lock(161202504);
WITH live AS (
    SELECT v.* FROM availability(month_span(month_), at, wanted) AS v
), written AS (
    INSERT INTO frozen_months (month, monitor_id, revision, window_seconds, outside_seconds, planned_seconds,
                               not_measured_seconds, down_seconds, outages, longest_outage_seconds, reclassified_seconds,
                               frozen_at, outage_revision_id)
    SELECT month_, l.monitor_id, coalesce(f.revision, 0) + 1, l.window_seconds, l.outside_seconds, l.planned_seconds,
           l.not_measured_seconds, l.down_seconds, l.outages, l.longest_outage_seconds, l.reclassified_seconds, at, cause
    FROM   live l LEFT JOIN LATERAL (
        SELECT * FROM frozen_months n WHERE n.month = month_ AND n.monitor_id = l.monitor_id
        ORDER  BY n.revision DESC LIMIT 1) AS f ON true
    WHERE  f.revision IS NULL
    OR     (l.window_seconds, l.outside_seconds, l.planned_seconds, l.not_measured_seconds, l.down_seconds, l.outages,
            l.longest_outage_seconds, l.reclassified_seconds)
           IS DISTINCT FROM
           (f.window_seconds, f.outside_seconds, f.planned_seconds, f.not_measured_seconds, f.down_seconds, f.outages,
            f.longest_outage_seconds, f.reclassified_seconds)
    RETURNING 1
)
SELECT count(*) FROM written
$$;
