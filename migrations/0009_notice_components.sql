-- What a notice concerns: the whole system, or the components that it names. Only what is named leaves availability.

-- Which monitor watches which component, for whoever announces work on some of them.
CREATE VIEW monitored_components (monitor_id, name) AS
SELECT id, component FROM monitors WHERE deleted_at IS NULL AND component <> '';
GRANT SELECT ON monitored_components TO trucban_app;

ALTER TABLE notices ADD COLUMN components text[],
    ADD CONSTRAINT notices_components_check CHECK (cardinality(components) > 0 AND array_position(components, '') IS NULL);
COMMENT ON COLUMN notices.components IS 'Null: the whole system.';
COMMENT ON TABLE notice_monitors IS
    'The monitors of the named components, frozen at publication: what is watched later was not announced.';

CREATE OR REPLACE VIEW planned_windows (monitor_id, during) AS
SELECT m.monitor_id, tstzrange(lower(n.during), least(upper(n.during), n.cancelled_at))
FROM   notices n LEFT JOIN notice_monitors m ON m.notice_id = n.id
WHERE  n.published_at IS NOT NULL AND (n.cancelled_at IS NULL OR n.cancelled_at > lower(n.during))
AND    (n.components IS NULL OR m.monitor_id IS NOT NULL);
