-- The list of monitors asks for what is not simply up by itself: which source names a monitor says how it stands, so that neither its
-- state nor its gaps are looked up again, and the planner is told how few they are (it takes a third of all gaps for open).

CREATE FUNCTION uneven_monitors(silent_before timestamptz) RETURNS TABLE (id bigint, state text)
LANGUAGE plpgsql STABLE ROWS 100 SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    is_blind boolean := coalesce((SELECT max(last_beat_at) FROM watches) < silent_before, false);
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (u.id) u.id, u.state
    FROM (
        SELECT m.id, 'paused' AS state, 1 AS rank FROM monitors m WHERE m.paused_at IS NOT NULL AND m.deleted_at IS NULL
        UNION  ALL
        SELECT g.monitor_id, 'unknown', 2 FROM measurement_gaps g WHERE upper_inf(g.during) AND NOT is_blind
        UNION  ALL
        SELECT s.monitor_id, CASE s.state WHEN 'up' THEN 'degraded' ELSE s.state END, 3 FROM monitor_states s
        WHERE  (s.state <> 'up' OR s.degraded_since IS NOT NULL) AND NOT is_blind) AS u
    ORDER  BY u.id, u.rank;
END $$;
COMMENT ON FUNCTION uneven_monitors IS
    'Every monitor that is not simply up, and as what people are told of it. While nobody looks (no beat since `silent_before`) all but the paused ones are unknown, and only those are here.';

-- Pages far down the list then read the index alone.
DROP INDEX monitors_name_index;
CREATE INDEX monitors_name_index ON monitors (name COLLATE "vi-x-icu", id) INCLUDE (kind, agency_id) WHERE deleted_at IS NULL;
