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
