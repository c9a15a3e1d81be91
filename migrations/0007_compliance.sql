-- Accounts and their locks (Điều 23.1 c), people in charge (Điều 19.1, 23.1 đ), backups (Điều 18.2).

-- Every list of accounts or of leavers that was brought in: what is known of accounts comes from these and from nothing else.
CREATE TABLE account_imports (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('export', 'leavers')),
    file_name   text NOT NULL CHECK (file_name <> ''),
    -- The day that the list tells of.
    taken_on    date NOT NULL,
    rows        bigint NOT NULL CHECK (rows >= 0),
    imported_at timestamptz NOT NULL,
    imported_by bigint NOT NULL REFERENCES users
);
CREATE INDEX account_imports_imported_at_index ON account_imports (imported_at DESC);

-- Accounts as the newest export shows them.
CREATE TABLE accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text NOT NULL CONSTRAINT accounts_username_key UNIQUE CHECK (username <> ''),
    full_name     text NOT NULL,
    agency_id     bigint REFERENCES agencies,
    state         text NOT NULL CHECK (state IN ('active', 'locked', 'gone')),
    locked_on     date,
    last_login_on date,
    is_regular    boolean NOT NULL DEFAULT true,
    first_seen_in bigint NOT NULL REFERENCES account_imports,
    seen_in       bigint NOT NULL REFERENCES account_imports,
    search        text GENERATED ALWAYS AS (folded(username || ' ' || full_name)) STORED
);
CREATE INDEX accounts_agency_id_index ON accounts (agency_id, username);
CREATE INDEX accounts_search_index ON accounts USING gin (search gin_trgm_ops);
CREATE INDEX accounts_irregular_index ON accounts (username) WHERE NOT is_regular;
COMMENT ON COLUMN accounts.username IS 'Điều 7.4: <mã cơ quan>_<họ tên viết liền không dấu>.';
COMMENT ON COLUMN accounts.state IS 'gone: no longer in the newest export.';
COMMENT ON COLUMN accounts.is_regular IS 'Whether the name is built as Điều 7.4 says; see AccountName.';
COMMENT ON COLUMN accounts.first_seen_in IS 'The first export that showed it; seen_in: the last one.';

-- People who left or were transferred, as the agencies reported them.
CREATE TABLE leavers (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username        text NOT NULL CHECK (username <> ''),
    full_name       text NOT NULL,
    left_on         date NOT NULL,
    reason          text NOT NULL CHECK (reason IN ('leaving', 'transfer')),
    decision_number text NOT NULL DEFAULT '',
    import_id       bigint NOT NULL REFERENCES account_imports,
    CONSTRAINT leavers_username_left_on_key UNIQUE (username, left_on)
);

-- "Not locked after leaving". Only a later export that shows the lock closes one.
CREATE TABLE account_findings (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts,
    leaver_id  bigint NOT NULL REFERENCES leavers,
    -- The agency that had to lock it, as it was when it was found.
    agency_id  bigint REFERENCES agencies,
    found_at   timestamptz NOT NULL,
    found_by   bigint NOT NULL REFERENCES account_imports,
    closed_at  timestamptz,
    closed_by  bigint REFERENCES account_imports,
    locked_on  date,
    CONSTRAINT account_findings_closed_check CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CONSTRAINT account_findings_locked_check CHECK (locked_on IS NULL OR closed_at IS NOT NULL)
);
-- One for an account at a time, though two lists may name two days; one that is unlocked again is found again.
CREATE UNIQUE INDEX account_findings_open_key ON account_findings (account_id) WHERE closed_at IS NULL;
CREATE INDEX account_findings_leaver_id_index ON account_findings (leaver_id);
CREATE INDEX account_findings_open_index ON account_findings (agency_id) WHERE closed_at IS NULL;
CREATE INDEX account_findings_found_by_index ON account_findings (found_by);
CREATE INDEX account_findings_closed_by_index ON account_findings (closed_by);
COMMENT ON COLUMN account_findings.locked_on IS
    'The day of the lock, where the export that showed it names one that agrees with the exports before it.';

-- Who is in charge at an agency, from when to when.
CREATE TABLE officers (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id       bigint NOT NULL REFERENCES agencies,
    duty            text NOT NULL CHECK (duty IN ('security_officer', 'software_manager')),
    full_name       text NOT NULL CHECK (full_name <> ''),
    position        text NOT NULL DEFAULT '',
    phone           text NOT NULL DEFAULT '',
    email           text NOT NULL DEFAULT '',
    during          daterange NOT NULL,
    decision_number text NOT NULL CHECK (decision_number <> ''),
    CONSTRAINT officers_during_check CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    CONSTRAINT officers_overlap_exclude EXCLUDE USING gist (agency_id WITH =, duty WITH =, during WITH &&)
);
COMMENT ON COLUMN officers.duty IS 'security_officer: Điều 19.1; software_manager: Điều 23.1 đ.';

-- Backups, as whoever makes them reports them (Điều 18.2: once a day).
CREATE TABLE backups (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day         date NOT NULL,
    -- When it was made; null where only the day is known.
    taken_at    timestamptz,
    kind        text NOT NULL CHECK (kind IN ('daily', 'ad_hoc')),
    result      text NOT NULL CHECK (result IN ('good', 'failed')),
    note        text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    recorded_by bigint NOT NULL REFERENCES users,
    CONSTRAINT backups_day_check CHECK ((taken_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = day)
);
CREATE INDEX backups_day_index ON backups (day);
