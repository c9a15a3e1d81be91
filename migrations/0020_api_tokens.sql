-- Machines that use the API: what each may do is a role, as a person's is. Of the token only the SHA-256 is kept.

CREATE TABLE api_tokens (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash   bytea NOT NULL CHECK (length(token_hash) = 32),
    name         text NOT NULL CHECK (name <> ''),
    role         text NOT NULL CHECK (role IN ('operator', 'auditor', 'agency_admin', 'agency_head')),
    agency_id    bigint REFERENCES agencies,
    created_by   bigint NOT NULL REFERENCES users,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT api_tokens_agency_check CHECK ((role IN ('agency_admin', 'agency_head')) = (agency_id IS NOT NULL)),
    CONSTRAINT api_tokens_expires_at_check CHECK (expires_at > created_at)
);
COMMENT ON COLUMN api_tokens.created_by IS 'Who answers for what it does; when they are no administrator any more, or may no longer sign in, it no longer works.';
