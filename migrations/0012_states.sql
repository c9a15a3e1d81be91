-- States and noise: groups, tags and dependencies; slow and unsteady; maintenance windows; acknowledgement and escalation.

-- MARK: Groups, tags, dependencies, slowness

CREATE TABLE monitor_groups (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL,
    CONSTRAINT monitor_groups_name_key UNIQUE (name)
);
COMMENT ON TABLE monitor_groups IS 'Named on a monitor''s form: a group is there as soon as a monitor is put into it.';

ALTER TABLE monitors
    ADD COLUMN group_id       bigint REFERENCES monitor_groups,
    ADD COLUMN tags           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN parent_id      bigint REFERENCES monitors,
    ADD COLUMN degraded_us    bigint,
    ADD COLUMN degraded_after integer NOT NULL DEFAULT 3,
    ADD CONSTRAINT monitors_tags_check CHECK (
        cardinality(tags) <= 10 AND array_position(tags, NULL) IS NULL AND array_position(tags, '') IS NULL),
    ADD CONSTRAINT monitors_parent_id_check CHECK (parent_id <> id),
    ADD CONSTRAINT monitors_degraded_us_check CHECK (degraded_us > 0),
    ADD CONSTRAINT monitors_degraded_after_check CHECK (degraded_after BETWEEN 1 AND 20);
CREATE INDEX monitors_group_id_index ON monitors (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX monitors_parent_id_index ON monitors (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX monitors_tags_index ON monitors USING gin (tags);
COMMENT ON COLUMN monitors.tags IS 'Lower case, sorted, each once.';
COMMENT ON COLUMN monitors.parent_id IS
    'While it is down this one cannot be judged: it is not measured. Never in a circle, which the command refuses under a lock.';
COMMENT ON COLUMN monitors.degraded_us IS 'A good answer that took longer, in microseconds, is slow; null: nothing is.';
COMMENT ON COLUMN monitors.degraded_after IS 'So many slow answers in a row are a degradation, so many quick ones its end.';

ALTER TABLE monitor_states
    ADD COLUMN degraded_since    timestamptz,
    ADD COLUMN latency_streak    integer NOT NULL DEFAULT 0,
    ADD COLUMN latency_streak_at timestamptz,
    ADD COLUMN results           bigint NOT NULL DEFAULT 1,
    ADD COLUMN flapping_since    timestamptz,
    ADD CONSTRAINT monitor_states_latency_streak_check CHECK ((latency_streak = 0) = (latency_streak_at IS NULL)),
    ADD CONSTRAINT monitor_states_results_check CHECK (results >= 1);
COMMENT ON COLUMN monitor_states.latency_streak IS
    'Good answers in a row that contradict what holds: slow ones while it is quick, quick ones while it is degraded.';
COMMENT ON COLUMN monitor_states.results IS
    'The newest 21 results, one bit each, newest lowest, 1 for good; a leading 1 marks where they begin.';

-- Suy giảm: it answered, but slowly. From the first slow answer to the first quick one, confirmed as outages are.
CREATE TABLE degradations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id bigint NOT NULL REFERENCES monitors,
    during     tstzrange NOT NULL,
    CONSTRAINT degradations_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during) AND NOT upper_inc(during)
        AND date_trunc('second', lower(during)) = lower(during)
        AND (upper_inf(during) OR date_trunc('second', upper(during)) = upper(during)))
);
CREATE UNIQUE INDEX degradations_open_key ON degradations (monitor_id) WHERE upper_inf(during);
CREATE INDEX degradations_monitor_id_index ON degradations (monitor_id, lower(during));
COMMENT ON TABLE degradations IS 'No outage, and no part of the availability. What lies in a measurement gap was not seen.';

-- Chập chờn: up and down in turns, too often for each time to be news of its own.
CREATE TABLE flappings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    monitor_id bigint NOT NULL REFERENCES monitors,
    during     tstzrange NOT NULL,
    CONSTRAINT flappings_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT lower_inf(during) AND NOT upper_inc(during)
        AND date_trunc('second', lower(during)) = lower(during)
        AND (upper_inf(during) OR date_trunc('second', upper(during)) = upper(during)))
);
CREATE UNIQUE INDEX flappings_open_key ON flappings (monitor_id) WHERE upper_inf(during);
CREATE INDEX flappings_monitor_id_index ON flappings (monitor_id, lower(during));

ALTER TABLE measurement_gaps DROP CONSTRAINT measurement_gaps_reason_check,
    ADD CONSTRAINT measurement_gaps_reason_check CHECK (
        reason IN ('not_started', 'process_down', 'prober_offline', 'paused', 'parent_down'));

-- MARK: Maintenance windows

CREATE TABLE maintenance_schedules (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title          text NOT NULL CHECK (title <> ''),
    scope          text NOT NULL CHECK (scope IN ('system', 'group', 'component', 'monitors')),
    group_id       bigint REFERENCES monitor_groups,
    component      text,
    monitor_ids    bigint[],
    repeats        text NOT NULL CHECK (repeats IN ('weekly', 'monthly')),
    weekdays       integer[] NOT NULL,
    week           integer CHECK (week IN (1, 2, 3, 4, 5)),
    begins_at      time NOT NULL,
    length_minutes integer NOT NULL CHECK (length_minutes BETWEEN 1 AND 1440),
    first_day      date NOT NULL,
    last_day       date,
    created_by     bigint REFERENCES users,
    created_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT maintenance_schedules_scope_check1 CHECK (
        (scope = 'group') = (group_id IS NOT NULL) AND (scope = 'component') = (component IS NOT NULL)
        AND (scope = 'monitors') = (monitor_ids IS NOT NULL)),
    CONSTRAINT maintenance_schedules_weekdays_check CHECK (
        weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7] AND cardinality(weekdays) > 0
        AND (repeats = 'weekly' OR cardinality(weekdays) = 1) AND (repeats = 'monthly') = (week IS NOT NULL)),
    CONSTRAINT maintenance_schedules_last_day_check CHECK (last_day >= first_day)
);
COMMENT ON COLUMN maintenance_schedules.weekdays IS '1 Monday … 7 Sunday (ISO 8601).';
COMMENT ON COLUMN maintenance_schedules.week IS 'Of the month: the first, …, the fourth such weekday; 5: the last.';
COMMENT ON COLUMN maintenance_schedules.begins_at IS 'In Vietnam''s time.';
COMMENT ON COLUMN maintenance_schedules.monitor_ids IS 'Monitors are never removed from their table.';

CREATE TABLE maintenance_windows (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title       text NOT NULL CHECK (title <> ''),
    scope       text NOT NULL CHECK (scope IN ('system', 'group', 'component', 'monitors')),
    group_id    bigint REFERENCES monitor_groups,
    component   text,
    planned     tstzrange NOT NULL,
    started_at  timestamptz,
    ended_at    timestamptz,
    cancelled_at timestamptz,
    schedule_id bigint REFERENCES maintenance_schedules,
    notice_id   bigint REFERENCES notices,
    created_by  bigint REFERENCES users,
    created_at  timestamptz NOT NULL,
    -- What counts: from the actual start to the actual end. Nobody has to press a button for the plan to hold.
    during      tstzrange GENERATED ALWAYS AS (
        tstzrange(coalesce(started_at, lower(planned)), coalesce(ended_at, upper(planned)))) STORED,
    CONSTRAINT maintenance_windows_planned_check CHECK (
        NOT isempty(planned) AND lower_inc(planned) AND NOT upper_inc(planned) AND NOT lower_inf(planned)
        AND NOT upper_inf(planned)),
    CONSTRAINT maintenance_windows_started_at_check CHECK (started_at < lower(planned)),
    CONSTRAINT maintenance_windows_ended_at_check CHECK (
        ended_at > coalesce(started_at, lower(planned)) AND ended_at < upper(planned)),
    CONSTRAINT maintenance_windows_cancelled_at_check CHECK (
        cancelled_at IS NULL OR (cancelled_at <= lower(planned) AND started_at IS NULL AND ended_at IS NULL)),
    CONSTRAINT maintenance_windows_scope_check1 CHECK (
        (scope = 'group') = (group_id IS NOT NULL) AND (scope = 'component') = (component IS NOT NULL))
);
CREATE UNIQUE INDEX maintenance_windows_schedule_key ON maintenance_windows (schedule_id, lower(planned));
CREATE INDEX maintenance_windows_during_index ON maintenance_windows USING gist (during) WHERE cancelled_at IS NULL;
CREATE INDEX maintenance_windows_notice_id_index ON maintenance_windows (notice_id) WHERE notice_id IS NOT NULL;
COMMENT ON COLUMN maintenance_windows.started_at IS 'Begun before the plan; null: begun as planned.';
COMMENT ON COLUMN maintenance_windows.ended_at IS 'Ended before the plan; null: ended as planned.';
COMMENT ON COLUMN maintenance_windows.notice_id IS
    'The notice that announces it (Điều 21.7). Without one it silences alarms and leaves availability as it was.';

-- Which monitors a window silences: written down when it is planned; a window of the whole system has no rows.
CREATE TABLE maintenance_window_monitors (
    window_id  bigint NOT NULL REFERENCES maintenance_windows ON DELETE CASCADE,
    monitor_id bigint NOT NULL REFERENCES monitors,
    PRIMARY KEY (window_id, monitor_id)
);
CREATE INDEX maintenance_window_monitors_monitor_id_index ON maintenance_window_monitors (monitor_id);

-- What leaves availability: what was announced. Where the work itself was written down as windows, only the time in
-- which it really went on, and only the monitors that it touched: a window never excuses more than the notice did.
CREATE OR REPLACE VIEW planned_windows (monitor_id, during) AS
WITH announced AS (
    SELECT n.id, m.monitor_id, tstzrange(lower(n.during), least(upper(n.during), n.cancelled_at)) AS during
    FROM   notices n LEFT JOIN notice_monitors m ON m.notice_id = n.id
    WHERE  n.published_at IS NOT NULL AND (n.cancelled_at IS NULL OR n.cancelled_at > lower(n.during))
    AND    (n.components IS NULL OR m.monitor_id IS NOT NULL)
)
SELECT a.monitor_id, a.during FROM announced a
WHERE  NOT EXISTS (SELECT FROM maintenance_windows w WHERE w.notice_id = a.id)
UNION  ALL
SELECT coalesce(a.monitor_id, t.monitor_id), a.during * w.during
FROM   announced a JOIN maintenance_windows w ON w.notice_id = a.id AND w.cancelled_at IS NULL AND w.during && a.during
LEFT   JOIN maintenance_window_monitors t ON t.window_id = w.id
WHERE  (w.scope = 'system' OR t.monitor_id IS NOT NULL)
AND    (a.monitor_id IS NULL OR t.monitor_id IS NULL OR t.monitor_id = a.monitor_id);

-- When alarms keep quiet: announced work, and every maintenance window, announced or not. A null monitor means all.
CREATE VIEW silent_windows (monitor_id, during) AS
SELECT monitor_id, during FROM planned_windows
UNION  ALL
SELECT t.monitor_id, w.during
FROM   maintenance_windows w LEFT JOIN maintenance_window_monitors t ON t.window_id = w.id
WHERE  w.cancelled_at IS NULL AND (w.scope = 'system' OR t.monitor_id IS NOT NULL);
GRANT SELECT ON silent_windows TO trucban_app;

-- MARK: Incidents: flapping, acknowledgement, escalation

-- An incident may answer for a time of flapping instead of an outage, or besides.
ALTER TABLE incidents ADD COLUMN flapping_id bigint REFERENCES flappings,
    ADD CONSTRAINT incidents_flapping_id_key UNIQUE (flapping_id);

-- "Tôi đang xử lý": who has taken it up. The first one counts; reopening the incident takes it back.
CREATE TABLE incident_acknowledgements (
    incident_id     bigint PRIMARY KEY REFERENCES incidents,
    acknowledged_at timestamptz NOT NULL,
    acknowledged_by bigint NOT NULL REFERENCES users,
    note            text NOT NULL DEFAULT ''
);

-- Who is written to when nobody has taken up an incident that the monitoring opened.
CREATE TABLE escalation_steps (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    after_minutes integer NOT NULL CHECK (after_minutes BETWEEN 0 AND 10080),
    recipients    text NOT NULL CHECK (recipients <> ''),
    created_at    timestamptz NOT NULL,
    removed_at    timestamptz
);
CREATE INDEX escalation_steps_after_minutes_index ON escalation_steps (after_minutes) WHERE removed_at IS NULL;
COMMENT ON COLUMN escalation_steps.recipients IS 'One a line: a name and an address, "Phạm Thùy Linh <linh@example.vn>".';
