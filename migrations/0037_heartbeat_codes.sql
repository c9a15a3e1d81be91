-- The address of a deleted heartbeat is free, should a catalogue bring the heartbeat back; from now on it is given up as
-- the heartbeat is deleted.

UPDATE heartbeats h SET code = gen_random_uuid()
FROM   monitors m
WHERE  m.id = h.monitor_id AND m.deleted_at IS NOT NULL;
