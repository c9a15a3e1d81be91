-- A ping that waited while its heartbeat was changed is judged by what the heartbeat is now, and finds it no longer where its
-- address was given up meanwhile. All else is as in 0010.

CREATE OR REPLACE FUNCTION heartbeat_ping(
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
    SELECT * INTO beat FROM heartbeats WHERE monitor_id = beat.monitor_id;
    IF beat.code <> code_ OR (code_ IS NULL AND beat.slug IS DISTINCT FROM slug_) THEN RETURN 'not found'; END IF;
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
