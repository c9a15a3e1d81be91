-- The ground floor: who may do what, the audit trail, settings, and the small mechanisms that every slice uses.

-- The application runs as a member of this role; the owner of the tables only migrates.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trucban_app') THEN
        CREATE ROLE trucban_app NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO trucban_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO trucban_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO trucban_app;

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- What search compares: no marks, no case, đ = d, whichever normal form the text came in.
CREATE FUNCTION folded(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, normalize(words, NFC)));

-- The pattern that finds `words` anywhere in a folded text; what LIKE takes for a sign of its own is a letter here.
CREATE FUNCTION containing(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '%' || regexp_replace(folded(words), '([\\%_])', '\\\1', 'g') || '%';

CREATE TABLE agencies (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL CHECK (code ~ '^[a-z0-9]{2,32}$'),
    identifier    text CHECK (length(identifier) <= 35),
    name          text NOT NULL CHECK (name <> ''),
    kind          text NOT NULL CHECK (kind IN ('department', 'commune', 'other')),
    contact_name  text NOT NULL DEFAULT '',
    contact_email text NOT NULL DEFAULT '',
    contact_phone text NOT NULL DEFAULT '',
    search        text GENERATED ALWAYS AS (folded(code || ' ' || name)) STORED,
    created_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz,
    CONSTRAINT agencies_code_key UNIQUE (code),
    CONSTRAINT agencies_identifier_key UNIQUE (identifier)
);
CREATE INDEX agencies_search_index ON agencies USING gin (search gin_trgm_ops);
COMMENT ON COLUMN agencies.code IS 'Prefix of account names, Điều 7.4 a: skhcn in skhcn_nguyenvana.';
COMMENT ON COLUMN agencies.identifier IS 'Mã định danh điện tử, Quyết định 20/2020/QĐ-TTg: at most 35 characters.';

CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text NOT NULL CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
    full_name     text NOT NULL CHECK (full_name <> ''),
    email         text NOT NULL DEFAULT '',
    phone         text NOT NULL DEFAULT '',
    role          text NOT NULL CHECK (role IN ('operator', 'hotline', 'agency_admin', 'agency_head',
                                                'province_office', 'auditor', 'administrator')),
    agency_id     bigint REFERENCES agencies,
    password_hash text NOT NULL,
    failed_logins integer NOT NULL DEFAULT 0,
    locked_until  timestamptz,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz,
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_agency_check CHECK (role NOT IN ('agency_admin', 'agency_head') OR agency_id IS NOT NULL)
);
CREATE INDEX users_agency_id_index ON users (agency_id);

CREATE TABLE sessions (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id      bigint NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    address      text NOT NULL,
    user_agent   text NOT NULL
);
CREATE INDEX sessions_user_id_index ON sessions (user_id);
CREATE INDEX sessions_last_seen_at_index ON sessions (last_seen_at);

CREATE TABLE login_failures (
    address   text PRIMARY KEY,
    failures  integer NOT NULL,
    last_at   timestamptz NOT NULL
);

-- The link that makes the first administrator. Only its hash is kept; it is valid until used.
CREATE TABLE setup_links (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE settings (
    key        text PRIMARY KEY,
    value      text NOT NULL,
    updated_at timestamptz NOT NULL
);

-- One row a submitted form: the second click finds where the first one led.
CREATE TABLE submissions (
    key        uuid PRIMARY KEY,
    location   text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX submissions_created_at_index ON submissions (created_at);

-- Codes people say on the phone: SC-2026-0007. Numbers start anew each year.
CREATE TABLE code_counters (
    prefix text NOT NULL,
    year   integer NOT NULL,
    last   integer NOT NULL,
    PRIMARY KEY (prefix, year)
);

CREATE TABLE audit_entries (
    seq           bigint PRIMARY KEY,
    at            timestamptz NOT NULL,
    actor         text NOT NULL,
    actor_name    text NOT NULL,
    address       text,
    action        text NOT NULL,
    subject       text NOT NULL,
    before        text,
    after         text,
    previous_hash bytea NOT NULL,
    hash          bytea NOT NULL
);
CREATE INDEX audit_entries_at_index ON audit_entries (at);
CREATE INDEX audit_entries_subject_index ON audit_entries (subject, seq);
CREATE INDEX audit_entries_actor_index ON audit_entries (actor, seq);
CREATE INDEX audit_entries_action_index ON audit_entries (action text_pattern_ops, seq);

CREATE FUNCTION audit_netstring(field text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(octet_length(field) || ':' || field || ',', '-,');

-- Appends one entry. The lock is held until the transaction ends, so entries are numbered in the order in which
-- they are committed and no number is ever missing. The time never runs backwards along the chain.
CREATE FUNCTION audit_append(at_ timestamptz, actor_ text, actor_name_ text, address_ text, action_ text, subject_ text,
                             before_ text, after_ text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    newest audit_entries%ROWTYPE;
    number bigint;
    moment timestamptz;
    link   bytea;
    digest bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(161202501);
    SELECT * INTO newest FROM audit_entries ORDER BY seq DESC LIMIT 1;
    number := coalesce(newest.seq, 0) + 1;
    moment := greatest(at_, newest.at);
    link   := coalesce(newest.hash, '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea);
    digest := sha256(convert_to(
        audit_netstring(number::text) || audit_netstring(((extract(epoch FROM moment) * 1000000)::bigint)::text)
        || audit_netstring(actor_) || audit_netstring(actor_name_) || audit_netstring(address_)
        || audit_netstring(action_) || audit_netstring(subject_) || audit_netstring(before_) || audit_netstring(after_)
        || audit_netstring(encode(link, 'hex')), 'UTF8'));
    INSERT INTO audit_entries VALUES
        (number, moment, actor_, actor_name_, address_, action_, subject_, before_, after_, link, digest);
    RETURN number;
END $$;

CREATE FUNCTION audit_refuse_change() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entries is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM trucban_app;
