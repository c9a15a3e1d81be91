-- What people are written about an incident, word for word (Điều 20.1): letters, and texts that were read out or copied.

CREATE TABLE incident_messages (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents,
    stage       text NOT NULL,
    channel     text NOT NULL,
    subject     text NOT NULL,
    body        text NOT NULL,
    sent_at     timestamptz NOT NULL,
    sent_by     bigint NOT NULL REFERENCES users,
    CONSTRAINT incident_messages_stage_check CHECK (stage IN ('first', 'update', 'resumption', 'closing')),
    CONSTRAINT incident_messages_channel_check CHECK (
        channel IN ('mail', 'phone', 'sms', 'document_system', 'meeting')),
    CONSTRAINT incident_messages_subject_check CHECK (subject <> '' AND subject !~ '[\r\n]'),
    CONSTRAINT incident_messages_body_check CHECK (body <> '')
);
CREATE INDEX incident_messages_incident_id_index ON incident_messages (incident_id, id);
COMMENT ON TABLE incident_messages IS
    'Letters of one are deliveries with the key incident-message:<id>:<address>; whom it told what are incident_communications.';

ALTER TABLE incident_communications ADD COLUMN message_id bigint REFERENCES incident_messages;
COMMENT ON COLUMN incident_communications.message_id IS 'The text that was used; null: nobody kept it.';

CREATE TRIGGER incident_messages_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_messages
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON incident_messages FROM trucban_app;
