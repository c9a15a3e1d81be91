-- Mends of what a review found: letters of what is no longer so, and edits that meet another's.

-- MARK: Letters that were withdrawn while they were under way

ALTER TABLE deliveries ADD COLUMN withdrawn_at timestamptz;
COMMENT ON COLUMN deliveries.withdrawn_at IS
    'When what it says ceased to be so. An attempt that is under way then still counts when it succeeds; there is no other.';

UPDATE deliveries d SET withdrawn_at = n.cancelled_at
FROM   notices n
WHERE  n.code = d.about AND n.cancelled_at IS NOT NULL AND d.state <> 'delivered' AND d.key LIKE 'notice:%:published:%';
UPDATE deliveries SET state = 'withdrawn', finished_at = withdrawn_at WHERE state = 'ready' AND withdrawn_at IS NOT NULL;

ALTER TABLE deliveries ADD CONSTRAINT deliveries_withdrawn_check CHECK (
    (state <> 'ready' OR withdrawn_at IS NULL) AND (state <> 'withdrawn' OR withdrawn_at IS NOT NULL));

-- MARK: Edits that meet another's

ALTER TABLE agencies
    ADD COLUMN version    integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_by bigint REFERENCES users,
    ADD COLUMN updated_at timestamptz;
COMMENT ON COLUMN agencies.version IS 'Counts edits: an edit names the version that it began from.';

ALTER TABLE notices
    ADD COLUMN version    integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_by bigint REFERENCES users,
    ADD COLUMN updated_at timestamptz;
COMMENT ON COLUMN notices.version IS 'Counts edits of the draft: an edit names the version that it began from.';

ALTER TABLE settings ADD COLUMN updated_by bigint REFERENCES users;
