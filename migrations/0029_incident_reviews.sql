-- After an incident: its review and what follows from it; and how the provider answered (Điều 24.2–24.3).

-- MARK: Review

CREATE TABLE incident_reviews (
    incident_id bigint PRIMARY KEY REFERENCES incidents,
    causes      text NOT NULL,
    went_well   text NOT NULL,
    to_mend     text NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    updated_by  bigint NOT NULL REFERENCES users,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT incident_reviews_text_check CHECK (causes <> '' AND went_well <> '' AND to_mend <> '')
);
COMMENT ON TABLE incident_reviews IS 'Our own target: M1 and M2 are closed only when it is written.';
COMMENT ON COLUMN incident_reviews.version IS 'Counts edits: an edit names the version that it began from.';

-- What somebody has undertaken to do. Closing the incident does not wait for it.
CREATE TABLE incident_actions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES incidents,
    text        text NOT NULL,
    owner       text NOT NULL,
    due_on      date NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  bigint NOT NULL REFERENCES users,
    done_at     timestamptz,
    done_by     bigint REFERENCES users,
    done_note   text,
    CONSTRAINT incident_actions_text_check CHECK (text <> '' AND owner <> ''),
    CONSTRAINT incident_actions_done_check CHECK (
        (done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_note IS NULL) AND done_note <> '')
);
CREATE INDEX incident_actions_incident_id_index ON incident_actions (incident_id, due_on, id);
CREATE INDEX incident_actions_open_index ON incident_actions (due_on, id) WHERE done_at IS NULL;

-- MARK: Provider

-- Doanh nghiệp cung cấp dịch vụ: when an incident was handed over to it, when it answered, when it had mended it.
CREATE TABLE incident_handovers (
    incident_id    bigint PRIMARY KEY REFERENCES incidents,
    handed_over_at timestamptz NOT NULL,
    answered_at    timestamptz,
    fixed_at       timestamptz,
    version        integer NOT NULL DEFAULT 1,
    updated_by     bigint NOT NULL REFERENCES users,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT incident_handovers_answered_at_check CHECK (answered_at >= handed_over_at),
    CONSTRAINT incident_handovers_fixed_at_check CHECK (
        fixed_at IS NULL OR (answered_at IS NOT NULL AND fixed_at >= answered_at))
);
CREATE INDEX incident_handovers_handed_over_at_index ON incident_handovers (handed_over_at);
COMMENT ON TABLE incident_handovers IS 'Its clock is 24/7 (Điều 24.2): wall time, without working hours.';
