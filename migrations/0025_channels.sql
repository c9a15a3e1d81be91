-- Other ways than mail out of the console, how fast each may go, and letters that come back.

-- MARK: Channels

-- A subscriber (webhook) or a gateway to people's phones (http), and which events go there.
CREATE TABLE channels (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind              text NOT NULL CHECK (kind IN ('webhook', 'http')),
    name              text NOT NULL CHECK (name <> ''),
    url               text NOT NULL CHECK (url ~ '^https?://'),
    events            text[] NOT NULL,
    per_minute        integer NOT NULL DEFAULT 0 CHECK (per_minute BETWEEN 0 AND 6000),
    secret            text,
    method            text CHECK (method IN ('GET', 'POST', 'PUT')),
    headers           text[],
    content_type      text CHECK (content_type IN ('application/json', 'application/x-www-form-urlencoded', 'text/plain')),
    template          text,
    accepted_statuses text,
    accepted_text     text,
    recipients        text[],
    created_at        timestamptz NOT NULL,
    suspended_at      timestamptz,
    removed_at        timestamptz,
    version           integer NOT NULL DEFAULT 1,
    updated_by        bigint REFERENCES users,
    updated_at        timestamptz,
    CONSTRAINT channels_parts_check CHECK (
        CASE kind WHEN 'webhook' THEN secret IS NOT NULL
                    AND num_nonnulls(method, headers, content_type, template, accepted_statuses, recipients) = 0
                  ELSE secret IS NULL
                    AND num_nulls(method, headers, content_type, template, accepted_statuses, recipients) = 0 END)
);
COMMENT ON COLUMN channels.per_minute IS 'How many deliveries may be tried in a minute, by all processes together; 0: as many as there are.';
COMMENT ON COLUMN channels.secret IS 'With which deliveries are signed, as Standard Webhooks writes it: whsec_ and base64.';
COMMENT ON COLUMN channels.headers IS 'Lines like “X-Api-Key: …”; values may be credentials.';
COMMENT ON COLUMN channels.recipients IS 'What stands for {{to}}: telephone numbers, or rooms. One delivery each.';
COMMENT ON COLUMN channels.accepted_text IS 'What must stand in the reply; null: only the status counts.';

ALTER TABLE deliveries
    ADD COLUMN channel_id bigint REFERENCES channels,
    ADD COLUMN digest     text;
CREATE INDEX deliveries_channel_id_index ON deliveries (channel_id, id) WHERE channel_id IS NOT NULL;
COMMENT ON COLUMN deliveries.channel_id IS 'By which way it goes; null: by mail.';

-- MARK: Events

-- Puts a delivery into the outbox for each channel that wants to hear of such an event; for one channel alone whether it
-- wants to or not. What a webhook carries is proposed by Standard Webhooks: type, timestamp, data.
CREATE FUNCTION announce(event text, code text, title text, path text, at timestamptz, only_to bigint DEFAULT NULL) RETURNS void
    LANGUAGE sql AS $$
WITH written AS (
    INSERT INTO deliveries (key, about, channel_id, recipient_name, recipient_address, subject, body, created_at, run_at)
    SELECT 'event:' || event || ':' || code || ':' || (extract(epoch FROM at) * 1000000)::bigint || ':' || c.id
           || CASE c.kind WHEN 'http' THEN ':' || place ELSE '' END,
           code, c.id, c.name, place, title,
           jsonb_build_object(
               'type', event, 'timestamp', to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS"+07:00"'),
               'data', jsonb_build_object('code', code, 'title', title, 'path', path))::text, at, at
    FROM   channels c CROSS JOIN LATERAL unnest(
               CASE c.kind WHEN 'http' THEN c.recipients ELSE ARRAY[substring(c.url FROM '^https?://[^/?#]+')] END) AS place
    WHERE  c.removed_at IS NULL
    AND    CASE WHEN only_to IS NULL THEN c.suspended_at IS NULL AND c.events @> ARRAY[event] ELSE c.id = only_to END
    ON     CONFLICT (key) DO NOTHING RETURNING 1
)
SELECT pg_notify('deliveries', '') FROM written LIMIT 1
$$;

-- The fact itself announces, whichever command wrote it down, and in its transaction.
CREATE FUNCTION announce_incident() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM announce('incident.opened', NEW.code, NEW.title, '/incidents/' || NEW.code, NEW.opened_at);
        RETURN NULL;
    END IF;
    IF OLD.resumed_at IS NULL AND NEW.resumed_at IS NOT NULL AND to_jsonb(NEW) ->> 'merged_into_id' IS NULL THEN
        PERFORM announce('incident.resumed', NEW.code, NEW.title, '/incidents/' || NEW.code, greatest(NEW.updated_at, NEW.resumed_at));
    END IF;
    IF OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL THEN
        PERFORM announce('incident.closed', NEW.code, NEW.title, '/incidents/' || NEW.code, NEW.closed_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER incidents_announce AFTER INSERT OR UPDATE OF resumed_at, closed_at ON incidents
    FOR EACH ROW EXECUTE FUNCTION announce_incident();

CREATE FUNCTION announce_notice() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NULL THEN
        RETURN NULL;
    ELSIF OLD.published_at IS NULL THEN
        PERFORM announce('notice.published', NEW.code, NEW.title, '/notices/' || NEW.code, NEW.published_at);
    ELSIF OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL THEN
        PERFORM announce('notice.cancelled', NEW.code, NEW.title, '/notices/' || NEW.code, NEW.cancelled_at);
    ELSIF (OLD.title, OLD.impact, OLD.during) IS DISTINCT FROM (NEW.title, NEW.impact, NEW.during) THEN
        -- Later migrations say when a revision was announced in a column of its own.
        PERFORM announce('notice.revised', NEW.code, NEW.title, '/notices/' || NEW.code,
                         coalesce((to_jsonb(NEW) ->> 'revised_at')::timestamptz, NEW.updated_at, now()));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER notices_announce AFTER UPDATE ON notices FOR EACH ROW EXECUTE FUNCTION announce_notice();

-- MARK: How fast

-- The next moment at which a channel may be used, where its rate is limited. A row is held while somebody takes what goes
-- over it, so that all processes together keep to the rate.
CREATE TABLE delivery_paces (
    channel_id bigint PRIMARY KEY,
    next_at    timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON COLUMN delivery_paces.channel_id IS '0: mail.';
INSERT INTO delivery_paces (channel_id) VALUES (0);

-- MARK: Letters that come back

-- A letter is known by the first half of its Message-ID, which follows from its key and the moment at which it was written.
UPDATE deliveries
SET    digest = encode(substring(sha256(convert_to(key || ' ' || (extract(epoch FROM created_at) * 1000000)::bigint, 'UTF8'))
                                 FROM 1 FOR 16), 'hex');
CREATE INDEX deliveries_digest_index ON deliveries (digest);
COMMENT ON COLUMN deliveries.digest IS 'What stands before the @ of its Message-ID; null: it did not go by mail.';
