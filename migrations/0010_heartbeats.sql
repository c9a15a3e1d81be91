-- Tín hiệu tự báo: jobs that report in by themselves, such as the daily backup (Điều 18.2). A heartbeat is a monitor
-- that nobody probes: it has no row in monitor_states; its outages and gaps are those of every monitor.

ALTER TABLE monitors
    DROP CONSTRAINT monitors_kind_check,
    DROP CONSTRAINT monitors_target_check,
    ADD CONSTRAINT monitors_kind_check CHECK (kind IN ('http', 'tcp', 'heartbeat')),
    ADD CONSTRAINT monitors_target_check CHECK (
        CASE kind WHEN 'http' THEN url IS NOT NULL AND host IS NULL AND port IS NULL
                  WHEN 'tcp'  THEN url IS NULL AND host IS NOT NULL AND port IS NOT NULL
                  WHEN 'heartbeat' THEN url IS NULL AND host IS NULL AND port IS NULL END);

-- One key an agency, and one for the whole system. Who has it may report for any slug of that agency.
CREATE TABLE ping_keys (
    agency_id  bigint REFERENCES agencies,
    key        text NOT NULL CHECK (key ~ '^[A-Za-z0-9_-]{22}$'),
    created_at timestamptz NOT NULL,
    CONSTRAINT ping_keys_agency_id_key UNIQUE NULLS NOT DISTINCT (agency_id),
    CONSTRAINT ping_keys_key_key UNIQUE (key)
);
COMMENT ON COLUMN ping_keys.key IS 'A secret: 132 random bits. It stands in no log and not in the audit trail.';

CREATE TABLE heartbeats (
    monitor_id      bigint PRIMARY KEY REFERENCES monitors,
    code            uuid NOT NULL,
    slug            text CHECK (slug ~ '^[a-z0-9_-]{1,100}$'),
    schedule        text NOT NULL CHECK (schedule IN ('period', 'cron', 'calendar')),
    period_seconds  bigint CHECK (period_seconds BETWEEN 5 AND 31622400),
    expression      text,
    zone            text NOT NULL,
    grace_seconds   bigint NOT NULL CHECK (grace_seconds BETWEEN 5 AND 31622400),
    is_daily_backup boolean NOT NULL DEFAULT false,
    CONSTRAINT heartbeats_code_key UNIQUE (code),
    CONSTRAINT heartbeats_schedule_check1 CHECK (
        (schedule = 'period') = (period_seconds IS NOT NULL) AND (schedule = 'period') = (expression IS NULL))
);
CREATE INDEX heartbeats_slug_index ON heartbeats (slug) WHERE slug IS NOT NULL;
COMMENT ON COLUMN heartbeats.code IS 'A secret: who knows it may report.';
COMMENT ON COLUMN heartbeats.slug IS 'Not unique, as with Healthchecks: an ambiguous one is refused when it is used.';
COMMENT ON COLUMN heartbeats.grace_seconds IS 'How late a report may be, and how long a run may take.';

-- Where each heartbeat stands. A deleted one has no row here, and what has no row here is not found by a ping.
CREATE TABLE heartbeat_states (
    monitor_id       bigint PRIMARY KEY REFERENCES heartbeats,
    state            text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'up', 'down')),
    since            timestamptz NOT NULL,
    is_paused        boolean NOT NULL DEFAULT false,
    -- Whether a gap is open: nobody knows how the job does until it reports or is missed.
    has_gap          boolean NOT NULL DEFAULT true,
    counted_from     timestamptz,
    started_at       timestamptz,
    start_rid        uuid,
    alert_after      timestamptz,
    pings            bigint NOT NULL DEFAULT 0,
    last_ping_at     timestamptz,
    last_success_at  timestamptz,
    last_duration_us bigint,
    CONSTRAINT heartbeat_states_start_check CHECK (start_rid IS NULL OR started_at IS NOT NULL),
    CONSTRAINT heartbeat_states_alert_after_check CHECK (NOT is_paused OR alert_after IS NULL)
) WITH (fillfactor = 50);
CREATE INDEX heartbeat_states_alert_after_index ON heartbeat_states (alert_after) WHERE alert_after IS NOT NULL;
COMMENT ON COLUMN heartbeat_states.since IS
    'Since when the state holds; of an up heartbeat also the end of its last outage, before which no outage may begin.';
COMMENT ON COLUMN heartbeat_states.counted_from IS
    'After this the next report is expected: the last success, or the moment since which it can be heard again; null: nothing is expected yet.';
COMMENT ON COLUMN heartbeat_states.started_at IS 'A run that has begun and not ended.';
COMMENT ON COLUMN heartbeat_states.alert_after IS
    'No deadline lies before this. With a period it is the deadline; otherwise a ping leaves the earliest that could be, and whoever finds it passed reckons the true one. Null: none.';
COMMENT ON COLUMN heartbeat_states.last_ping_at IS 'Of any kind. Time never runs backwards along the pings of one heartbeat.';

-- The newest pings of each heartbeat; heartbeat_ping trims them.
CREATE TABLE heartbeat_pings (
    monitor_id  bigint NOT NULL,
    number      bigint NOT NULL,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('start', 'success', 'fail', 'log')),
    exit_status bigint CHECK (exit_status BETWEEN 0 AND 255),
    rid         uuid,
    duration_us bigint,
    method      text NOT NULL,
    address     text NOT NULL,
    user_agent  text NOT NULL,
    body        bytea CHECK (length(body) <= 10000),
    is_counted  boolean NOT NULL,
    PRIMARY KEY (monitor_id, number)
);
COMMENT ON COLUMN heartbeat_pings.is_counted IS 'False: it came while measuring was paused, and changed nothing.';

-- What a heartbeat that is marked as the daily backup has said, a row a day in Vietnam; kept, while pings are trimmed.
CREATE TABLE heartbeat_backup_days (
    monitor_id bigint NOT NULL REFERENCES heartbeats,
    day        date NOT NULL,
    good_at    timestamptz,
    failed_at  timestamptz,
    PRIMARY KEY (monitor_id, day),
    CONSTRAINT heartbeat_backup_days_check CHECK (good_at IS NOT NULL OR failed_at IS NOT NULL)
);
CREATE INDEX heartbeat_backup_days_day_index ON heartbeat_backup_days (day);

-- Backups as people record them and as jobs report them themselves, for whoever judges the duty of Điều 18.2.
CREATE VIEW backup_reports (day, taken_at, kind, result, note, recorded_at, recorded_by, is_signal) AS
SELECT b.day, b.taken_at, b.kind, b.result, b.note, b.recorded_at, u.full_name, false
FROM   backups b JOIN users u ON u.id = b.recorded_by
UNION  ALL
SELECT d.day, coalesce(d.good_at, d.failed_at), 'daily', CASE WHEN d.good_at IS NULL THEN 'failed' ELSE 'good' END, '',
       coalesce(d.good_at, d.failed_at), m.name, true
FROM   heartbeat_backup_days d JOIN monitors m ON m.id = d.monitor_id;
GRANT SELECT ON backup_reports TO trucban_app;

UPDATE obligations SET evidence = 'sổ sao lưu: người thực hiện báo (nhập tay), tác vụ sao lưu tự báo (tín hiệu)'
WHERE  key = '18.2-daily';

-- Until when somebody listened: one row, which every console keeps young while it takes requests.
CREATE TABLE heartbeat_hearing (
    is_only      boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    last_beat_at timestamptz NOT NULL
);

-- Takes one ping: counts it, writes it down, ends or opens what it ends or opens, and trims the log, in one statement.
--
-- Answers `ok`, `not found`, `ambiguous slug`; or `due` and does nothing when a deadline may have passed that nobody has
-- judged yet: whoever calls judges it first (HeartbeatStore.sweep) and calls again.
CREATE FUNCTION heartbeat_ping(
    code_ uuid, key_ text, slug_ text, at_ timestamptz, kind_ text, exit_status_ bigint, rid_ uuid, method_ text,
    address_ text, user_agent_ text, body_ bytea
) RETURNS text
    LANGUAGE plpgsql AS $$
DECLARE
    kept     CONSTANT bigint := 100;
    wanted   bigint;
    found_   bigint;
    beat     heartbeats%ROWTYPE;
    standing heartbeat_states%ROWTYPE;
    moment   timestamptz;
    began    timestamptz;
    ends_run boolean;
    outage   bigint;
    bound    timestamptz;
BEGIN
    IF code_ IS NOT NULL THEN
        SELECT * INTO beat FROM heartbeats WHERE code = code_;
    ELSE
        SELECT min(h.monitor_id), count(*) INTO wanted, found_
        FROM   ping_keys k
        JOIN   heartbeats h ON h.slug = slug_
        JOIN   monitors m ON m.id = h.monitor_id AND m.agency_id IS NOT DISTINCT FROM k.agency_id AND m.deleted_at IS NULL
        WHERE  k.key = key_;
        IF found_ > 1 THEN RETURN 'ambiguous slug'; END IF;
        SELECT * INTO beat FROM heartbeats WHERE monitor_id = wanted;
    END IF;
    SELECT * INTO standing FROM heartbeat_states WHERE monitor_id = beat.monitor_id FOR UPDATE;
    IF NOT FOUND THEN RETURN 'not found'; END IF;
    moment := greatest(at_, standing.last_ping_at);
    IF standing.alert_after <= moment THEN RETURN 'due'; END IF;

    standing.pings := standing.pings + 1;
    standing.last_ping_at := moment;
    IF NOT standing.is_paused AND kind_ = 'start' THEN
        standing.started_at := moment;
        standing.start_rid := rid_;
        IF standing.state <> 'down' OR standing.has_gap THEN
            standing.alert_after := least(standing.alert_after, moment + make_interval(secs => beat.grace_seconds));
        END IF;
    ELSIF NOT standing.is_paused AND kind_ IN ('success', 'fail') THEN
        began := CASE WHEN standing.start_rid IS NOT DISTINCT FROM rid_ THEN standing.started_at END;
        IF began IS NULL AND rid_ IS NOT NULL THEN
            SELECT max(p.at) INTO began FROM heartbeat_pings p
            WHERE  p.monitor_id = beat.monitor_id AND p.kind = 'start' AND p.rid = rid_;
        END IF;
        ends_run := kind_ = 'fail' OR rid_ IS NULL OR standing.start_rid IS NOT DISTINCT FROM rid_;
        IF ends_run THEN
            standing.started_at := NULL;
            standing.start_rid := NULL;
        END IF;
        standing.last_duration_us := (extract(epoch FROM moment - began) * 1000000)::bigint;

        IF kind_ = 'success' THEN
            standing.last_success_at := moment;
            standing.counted_from := moment;
            -- Another run that should have ended long ago is not waited for any more.
            IF standing.started_at + make_interval(secs => beat.grace_seconds) <= moment THEN
                standing.started_at := NULL;
                standing.start_rid := NULL;
            END IF;
            standing.alert_after := least(
                moment + make_interval(secs => coalesce(beat.period_seconds, 0) + beat.grace_seconds),
                standing.started_at + make_interval(secs => beat.grace_seconds));
        ELSE
            standing.alert_after := NULL;
        END IF;
        IF standing.state <> (CASE kind_ WHEN 'success' THEN 'up' ELSE 'down' END) THEN
            IF kind_ = 'fail' THEN
                standing.since := greatest(date_trunc('second', moment), standing.since);
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (beat.monitor_id, tstzrange(standing.since, NULL), greatest(moment, standing.since),
                        'tác vụ tự báo lỗi' || coalesce(' (mã thoát ' || exit_status_ || ')', ''))
                RETURNING id INTO outage;
                standing.state := 'down';
            ELSE
                bound := date_trunc('second', moment + interval '999999 microseconds');
                IF standing.state = 'down' THEN
                    UPDATE outages o
                    SET    during = tstzrange(lower(o.during), greatest(bound, lower(o.during) + interval '1 second'))
                    WHERE  o.monitor_id = beat.monitor_id AND upper_inf(o.during)
                    RETURNING o.id, upper(o.during) INTO outage, bound;
                END IF;
                standing.since := greatest(bound, standing.since);
                standing.state := 'up';
            END IF;
            PERFORM pg_notify('outages', outage::text) WHERE outage IS NOT NULL;
        END IF;
        IF standing.has_gap THEN
            bound := date_trunc('second', moment + interval '999999 microseconds');
            UPDATE measurement_gaps g
            SET    during = tstzrange(lower(g.during), greatest(bound, lower(g.during) + interval '1 second'))
            WHERE  g.monitor_id = beat.monitor_id AND upper_inf(g.during);
            standing.has_gap := false;
        END IF;
        IF beat.is_daily_backup THEN
            INSERT INTO heartbeat_backup_days AS d (monitor_id, day, good_at, failed_at)
            VALUES (beat.monitor_id, (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
                    CASE kind_ WHEN 'success' THEN moment END, CASE kind_ WHEN 'fail' THEN moment END)
            ON CONFLICT (monitor_id, day) DO UPDATE
            SET good_at = coalesce(excluded.good_at, d.good_at), failed_at = coalesce(excluded.failed_at, d.failed_at);
        END IF;
    END IF;

    UPDATE heartbeat_states SET
        state = standing.state, since = standing.since, has_gap = standing.has_gap, counted_from = standing.counted_from,
        started_at = standing.started_at, start_rid = standing.start_rid, alert_after = standing.alert_after,
        pings = standing.pings, last_ping_at = standing.last_ping_at, last_success_at = standing.last_success_at,
        last_duration_us = standing.last_duration_us
    WHERE monitor_id = beat.monitor_id;
    INSERT INTO heartbeat_pings
        (monitor_id, number, at, kind, exit_status, rid, duration_us, method, address, user_agent, body, is_counted)
    VALUES (beat.monitor_id, standing.pings, moment, kind_, exit_status_, rid_,
            (extract(epoch FROM moment - began) * 1000000)::bigint, method_, address_, user_agent_, body_,
            NOT standing.is_paused);
    -- A few at a time: an index is looked at once for ten pings.
    IF standing.pings % 10 = 0 THEN
        DELETE FROM heartbeat_pings WHERE monitor_id = beat.monitor_id AND number <= standing.pings - kept;
    END IF;
    RETURN 'ok';
END $$;
GRANT EXECUTE ON FUNCTION heartbeat_ping TO trucban_app;
