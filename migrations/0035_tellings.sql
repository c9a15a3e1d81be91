-- Who was told of an earlier resumption has not been told of the one after a second downtime, and of one that has not come
-- nobody has been told (Điều 20.1). A page asks for minutes, a downtime ends at a second.
CREATE OR REPLACE VIEW incident_tellings (incident_id, audience, fact, first_told_at) AS
SELECT m.incident_id, c.audience, f.fact, min(c.told_at)
FROM   incident_members m JOIN incidents i ON i.id = m.incident_id JOIN incident_communications c ON c.incident_id = m.member_id
CROSS  JOIN LATERAL unnest(c.facts) AS f (fact)
WHERE  f.fact <> 'resumption' OR c.told_at + interval '59 seconds' >= i.resumed_at
GROUP  BY m.incident_id, c.audience, f.fact;

-- MARK: What every incident runs through

-- The functions below do what they did (0001, 0025, 0026). Written in SQL they were planned anew at every call, which took
-- half of the time of a report; plpgsql keeps their plans for the session.

-- Who goes over a channel hears of it under a name of its own: letters wake nobody there.
CREATE OR REPLACE FUNCTION announce(event text, code text, title text, path text, at timestamptz, only_to bigint DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql AS $$
BEGIN
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
    ON     CONFLICT ON CONSTRAINT deliveries_key_key DO NOTHING;
    IF FOUND THEN
        PERFORM pg_notify('announcements', '');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION incident_follow_downtimes(incident bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents i SET suspended_at = d.first, resumed_at = d.last
    FROM  (SELECT min(lower(w.during)) AS first,
                  CASE WHEN NOT bool_or(upper_inf(w.during)) THEN max(upper(w.during)) END AS last
           FROM   incident_members m JOIN incident_downtimes w ON w.incident_id = m.member_id
           WHERE  m.incident_id = incident) AS d
    WHERE i.id = incident AND (i.suspended_at, i.resumed_at) IS DISTINCT FROM (d.first, d.last);
END $$;

-- The first window, which the incident itself wrote (incident_first_downtime), says what the incident says already.
CREATE OR REPLACE FUNCTION incident_downtimes_mark() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    PERFORM incident_follow_downtimes(m.incident_id) FROM incident_members m
    WHERE   m.member_id = CASE TG_OP WHEN 'DELETE' THEN OLD.incident_id ELSE NEW.incident_id END;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_append(at_ timestamptz, actor_ text, actor_name_ text, address_ text, action_ text,
                                        subject_ text, before_ text, after_ text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    newest audit_entries%ROWTYPE;
    number bigint;
    moment timestamptz;
    link   bytea;
    told   text;
    field  text;
BEGIN
    PERFORM pg_advisory_xact_lock(161202501);
    SELECT * INTO newest FROM audit_entries ORDER BY seq DESC LIMIT 1;
    number := coalesce(newest.seq, 0) + 1;
    moment := greatest(at_, newest.at);
    link   := coalesce(newest.hash, '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea);
    told   := '';
    FOREACH field IN ARRAY ARRAY[
        number::text, ((extract(epoch FROM moment) * 1000000)::bigint)::text, actor_, actor_name_, address_, action_, subject_,
        before_, after_, encode(link, 'hex')] LOOP
        -- As audit_netstring.
        told := told || coalesce(octet_length(field) || ':' || field || ',', '-,');
    END LOOP;
    INSERT INTO audit_entries VALUES
        (number, moment, actor_, actor_name_, address_, action_, subject_, before_, after_, link, sha256(convert_to(told, 'UTF8')));
    RETURN number;
END $$;

-- MARK: Letters

-- A letter says the same as HTML; that is made of its text when it leaves, and so is not the same byte for byte when another
-- version of the console sends it again.
ALTER TABLE deliveries DROP COLUMN html;
