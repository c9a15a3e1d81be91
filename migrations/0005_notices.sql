-- Thông báo bảo trì, bảo dưỡng, nâng cấp: Điều 21.6, 21.7.

CREATE TABLE notices (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code              text NOT NULL,
    kind              text NOT NULL CHECK (kind IN ('maintenance', 'upgrade')),
    title             text NOT NULL CHECK (title <> ''),
    impact            text NOT NULL CHECK (impact <> ''),
    during            tstzrange NOT NULL,
    test_record       text,
    short_lead_reason text,
    created_by        bigint NOT NULL REFERENCES users,
    created_at        timestamptz NOT NULL,
    published_by      bigint REFERENCES users,
    published_at      timestamptz,
    lead_days         integer,
    cancelled_at      timestamptz,
    cancelled_reason  text,
    search            text GENERATED ALWAYS AS (folded(code || ' ' || title || ' ' || impact)) STORED,
    CONSTRAINT notices_code_key UNIQUE (code),
    CONSTRAINT notices_during_check CHECK (
        NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) AND NOT lower_inf(during)
        AND NOT upper_inf(during)),
    CONSTRAINT notices_published_check CHECK (
        (published_at IS NULL) = (published_by IS NULL) AND (published_at IS NULL) = (lead_days IS NULL)
        AND published_at < lower(during)),
    CONSTRAINT notices_tested_check CHECK (published_at IS NULL OR kind <> 'upgrade' OR test_record <> ''),
    CONSTRAINT notices_cancelled_check CHECK ((cancelled_at IS NULL) = (cancelled_reason IS NULL))
);
CREATE INDEX notices_created_at_index ON notices (created_at DESC, id DESC);
CREATE INDEX notices_during_index ON notices USING gist (during) WHERE published_at IS NOT NULL;
COMMENT ON COLUMN notices.test_record IS 'Điều 21.6: what was tested on the upgrade, and how it went, before it is announced.';
COMMENT ON CONSTRAINT notices_published_check ON notices IS 'Điều 21.7: announced before the work begins.';

-- The monitors that a notice concerns; none means all.
CREATE TABLE notice_monitors (
    notice_id  bigint NOT NULL REFERENCES notices,
    monitor_id bigint NOT NULL REFERENCES monitors,
    PRIMARY KEY (notice_id, monitor_id)
);

-- Who was told: frozen at publication, whatever becomes of the agency later. Only an address at which a letter failed
-- is replaced, by the one to which the letter is sent again.
CREATE TABLE notice_recipients (
    notice_id       bigint NOT NULL REFERENCES notices,
    agency_id       bigint NOT NULL REFERENCES agencies,
    contact_name    text NOT NULL,
    contact_email   text NOT NULL,
    contact_phone   text NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by bigint REFERENCES users,
    PRIMARY KEY (notice_id, agency_id),
    CONSTRAINT notice_recipients_acknowledged_check CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
CREATE INDEX notice_recipients_agency_id_index ON notice_recipients (agency_id, notice_id);

-- What Monitor takes out of availability: announced work, from its announced start to its announced end or to the
-- moment it was called off.
CREATE OR REPLACE VIEW planned_windows (monitor_id, during) AS
SELECT m.monitor_id, tstzrange(lower(n.during), least(upper(n.during), n.cancelled_at))
FROM   notices n LEFT JOIN notice_monitors m ON m.notice_id = n.id
WHERE  n.published_at IS NOT NULL AND (n.cancelled_at IS NULL OR n.cancelled_at > lower(n.during));
GRANT SELECT ON planned_windows TO trucban_app;
