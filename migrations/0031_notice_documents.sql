-- What the document system gives a written notice (Nghị định 30/2020/NĐ-CP, Điều 15), and calendars to subscribe to.

-- Each revision is a document of its own.
CREATE TABLE notice_numbers (
    notice_id  bigint NOT NULL REFERENCES notices,
    revision   integer NOT NULL CHECK (revision >= 1),
    number     text NOT NULL CHECK (number <> ''),
    issued_on  date NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    updated_by bigint NOT NULL REFERENCES users,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (notice_id, revision)
);
COMMENT ON COLUMN notice_numbers.number IS 'With its symbol, as the document system gave it: 05/TB-SKHCN.';
COMMENT ON COLUMN notice_numbers.version IS 'Counts edits: an edit names the version that it began from.';

-- Who may read /notices.ics: a secret for each person, of which only the SHA-256 is kept.
CREATE TABLE notice_calendars (
    user_id    bigint PRIMARY KEY REFERENCES users,
    token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
    made_at    timestamptz NOT NULL,
    CONSTRAINT notice_calendars_token_hash_key UNIQUE (token_hash)
);
