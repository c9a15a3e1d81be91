-- Many machines: the monitors are cut into shards, and whoever watches holds leases on some of them.

-- MARK: Places that look

-- Where processes look from. 0 is the console's own: there samples are judged. What the others see are votes.
CREATE TABLE probe_locations (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (name <> ''),
    added_at   timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE UNIQUE INDEX probe_locations_name_key ON probe_locations (lower(name)) WHERE retired_at IS NULL;
INSERT INTO probe_locations (id, name, added_at) OVERRIDING SYSTEM VALUE VALUES (0, 'Nơi đo chính', now());
COMMENT ON COLUMN probe_locations.name IS 'What TRUCBAN_LOCATION of its processes says, but for the first.';

-- What each place saw of each monitor last.
CREATE TABLE location_votes (
    monitor_id    bigint REFERENCES monitors,
    location_id   bigint REFERENCES probe_locations,
    at            timestamptz NOT NULL,
    failing_since timestamptz,
    failure       text,
    detail        text,
    status        integer,
    total_us      bigint NOT NULL,
    stored_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (monitor_id, location_id),
    CONSTRAINT location_votes_failing_since_check CHECK ((failure IS NULL) = (failing_since IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX location_votes_stored_at_index ON location_votes (stored_at);
COMMENT ON COLUMN location_votes.at IS 'When the probe began, by the clock of its place.';
COMMENT ON COLUMN location_votes.stored_at IS 'By the database''s clock: the judge reads what is new since it looked.';

ALTER TABLE measurement_gaps DROP CONSTRAINT measurement_gaps_reason_check;
ALTER TABLE measurement_gaps ADD CONSTRAINT measurement_gaps_reason_check CHECK (
    reason IN ('not_started', 'process_down', 'prober_offline', 'paused', 'parent_down', 'no_quorum'));

-- MARK: Leases

-- A row is one process's time of watching. While `leased_until` lies ahead of the database's clock, what it holds is its
-- own; it renews that every 2 s. Nobody is ended by the clock alone: another process must find it late and end it.
ALTER TABLE watches
    ADD COLUMN leased_until timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN ended_at     timestamptz,
    ADD COLUMN mark         text,
    ADD COLUMN location_id  bigint NOT NULL DEFAULT 0 REFERENCES probe_locations;
CREATE INDEX watches_live_index ON watches (leased_until) WHERE ended_at IS NULL;
COMMENT ON COLUMN watches.leased_until IS 'By the database''s clock; all others are by the process''s.';
COMMENT ON COLUMN watches.mark IS
    'By which another process of the same machine sees that this one runs no more, before its lease has run out.';
COMMENT ON COLUMN watches.last_beat_at IS
    'Until then every probe that was due was made and judged. Places that only vote say nothing of the kind: theirs is 1970.';
COMMENT ON COLUMN watches.ended_at IS 'It left, or was found late: what it held is free.';
-- Who watched before this migration watched alone, under a lock that is no longer asked for.
UPDATE watches SET ended_at = last_beat_at;

-- When a lease that is taken now for so many seconds ends: by the one clock that all processes share, and which no command
-- is told. A transaction may have begun long before.
CREATE FUNCTION lease_end(seconds double precision) RETURNS timestamptz
    LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() + make_interval(secs => seconds) $$;

CREATE TABLE probe_leases (
    location_id  bigint REFERENCES probe_locations,
    shard        integer CHECK (shard BETWEEN 0 AND 63),
    holder       bigint REFERENCES watches,
    last_beat_at timestamptz,
    PRIMARY KEY (location_id, shard)
);
CREATE INDEX probe_leases_holder_index ON probe_leases (holder);
COMMENT ON COLUMN probe_leases.holder IS 'Null: nobody ever held it, or it was given back.';
COMMENT ON COLUMN probe_leases.last_beat_at IS
    'When it was given back: until then every probe that was due was made. While it is held, the holder''s beat says so.';
INSERT INTO probe_leases (location_id, shard) SELECT 0, generate_series(0, 63);

-- A monitor lies where the topmost of what it hangs on lies: whoever judges it must have looked at its parent.
CREATE VIEW monitor_shards (monitor_id, shard) AS
WITH RECURSIVE families AS (
    SELECT id, id AS root FROM monitors WHERE parent_id IS NULL
    UNION  ALL
    SELECT m.id, f.root FROM monitors m JOIN families f ON m.parent_id = f.id
)
SELECT id, (root % 64)::integer FROM families;
GRANT SELECT ON monitor_shards TO trucban_app;
