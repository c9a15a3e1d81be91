-- The life of a notice: review, approval, revisions, completion (Điều 21.6, 21.7; docs/decisions/0030).

ALTER TABLE notices
    ADD COLUMN uid             uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN submitted_at    timestamptz,
    ADD COLUMN submitted_by    bigint REFERENCES users,
    ADD COLUMN approved_at     timestamptz,
    ADD COLUMN approved_by     bigint REFERENCES users,
    ADD COLUMN returned_reason text,
    ADD COLUMN revision        integer NOT NULL DEFAULT 1,
    ADD COLUMN revised_at      timestamptz,
    ADD COLUMN revised_by      bigint REFERENCES users,
    ADD COLUMN revised_reason  text,
    ADD COLUMN completed_at    timestamptz,
    ADD COLUMN completed_by    bigint REFERENCES users,
    ADD COLUMN worked          tstzrange,
    ADD COLUMN excused         tstzrange NOT NULL DEFAULT 'empty',
    ADD CONSTRAINT notices_uid_key UNIQUE (uid),
    ADD CONSTRAINT notices_submitted_check CHECK ((submitted_at IS NULL) = (submitted_by IS NULL)),
    ADD CONSTRAINT notices_approved_check CHECK (
        (approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL OR submitted_at IS NOT NULL)),
    ADD CONSTRAINT notices_revised_check CHECK (
        (revision > 1) = (revised_at IS NOT NULL) AND (revised_at IS NULL) = (revised_by IS NULL)
        AND (revised_at IS NULL) = (revised_reason IS NULL) AND (revised_at IS NULL OR revised_at >= published_at)),
    ADD CONSTRAINT notices_worked_check CHECK (
        NOT isempty(worked) AND lower_inc(worked) AND NOT upper_inc(worked) AND NOT lower_inf(worked)
        AND NOT upper_inf(worked) AND upper(worked) <= completed_at),
    ADD CONSTRAINT notices_completed_check CHECK (
        (completed_by IS NULL) = (worked IS NULL) AND (worked IS NULL OR completed_at IS NOT NULL)
        AND (completed_at IS NULL OR (published_at IS NOT NULL AND cancelled_at IS NULL)));
COMMENT ON COLUMN notices.uid IS 'Names its entry in calendars (RFC 5545, UID), for good.';
COMMENT ON COLUMN notices.revision IS 'Counts what was announced; the same in every letter, acknowledgement and calendar entry.';
COMMENT ON COLUMN notices.worked IS
    'When the work really went on. Null on a completed notice: it is older than this column, and nobody wrote it down.';
COMMENT ON COLUMN notices.excused IS
    'What of time leaves availability for it. Only the trigger writes it: what was announced before it began, cut by what was announced later, by calling off and by the work''s real time.';

-- What came before had no completion: it ended when its time was over.
UPDATE notices SET completed_at = upper(during) WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND upper(during) <= now();

-- MARK: Điều 21.6: what was tested on an upgrade

CREATE TABLE notice_tests (
    notice_id      bigint PRIMARY KEY REFERENCES notices,
    tested_version text NOT NULL,
    changes        text NOT NULL,
    environment    text NOT NULL,
    plan           text NOT NULL,
    cases_passed   integer,
    cases_failed   integer,
    tester         text NOT NULL,
    approver       text NOT NULL,
    evidence       text NOT NULL,
    verdict        text CHECK (verdict IN ('passed', 'failed')),
    is_legacy      boolean NOT NULL DEFAULT false,
    version        integer NOT NULL DEFAULT 1,
    updated_by     bigint NOT NULL REFERENCES users,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT notice_tests_whole_check CHECK (
        is_legacy OR (verdict IS NOT NULL AND cases_passed >= 0 AND cases_failed >= 0 AND '' NOT IN
                      (tested_version, changes, environment, plan, tester, approver, evidence))),
    CONSTRAINT notice_tests_approver_check CHECK (is_legacy OR folded(tester) <> folded(approver)),
    CONSTRAINT notice_tests_passed_check CHECK (verdict <> 'passed' OR (cases_passed > 0 AND cases_failed = 0))
);
COMMENT ON COLUMN notice_tests.is_legacy IS
    'Written as free text before there was a form: the text stands in evidence, and nothing else is known.';
COMMENT ON COLUMN notice_tests.version IS 'Counts edits: an edit names the version that it began from.';

INSERT INTO notice_tests (notice_id, tested_version, changes, environment, plan, tester, approver, evidence, is_legacy,
                          updated_by, updated_at)
SELECT id, '', '', '', '', '', '', test_record, true, coalesce(updated_by, created_by), coalesce(updated_at, created_at)
FROM   notices WHERE test_record <> '';
ALTER TABLE notices DROP CONSTRAINT notices_tested_check, DROP COLUMN test_record;

-- The record is frozen with the publication that it allowed.
CREATE FUNCTION notice_tests_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    notice bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.notice_id ELSE NEW.notice_id END;
BEGIN
    IF EXISTS (SELECT FROM notices n WHERE n.id = notice AND n.published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the test record of a published notice is frozen'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_tests_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER notice_tests_frozen BEFORE INSERT OR UPDATE OR DELETE ON notice_tests
    FOR EACH ROW EXECUTE FUNCTION notice_tests_freeze();

-- MARK: Revisions

-- What was announced, each time that it was: frozen.
CREATE TABLE notice_revisions (
    notice_id         bigint NOT NULL REFERENCES notices,
    number            integer NOT NULL,
    title             text NOT NULL,
    impact            text NOT NULL,
    during            tstzrange NOT NULL,
    announced_at      timestamptz NOT NULL,
    announced_by      bigint NOT NULL REFERENCES users,
    reason            text,
    lead_days         integer NOT NULL,
    short_lead_reason text,
    PRIMARY KEY (notice_id, number)
);
COMMENT ON COLUMN notice_revisions.reason IS 'Why it was announced again; null for the first.';

INSERT INTO notice_revisions (notice_id, number, title, impact, during, announced_at, announced_by, lead_days, short_lead_reason)
SELECT id, 1, title, impact, during, published_at, published_by, lead_days, short_lead_reason
FROM   notices WHERE published_at IS NOT NULL;

REVOKE UPDATE, DELETE, TRUNCATE ON notice_revisions FROM trucban_app;
CREATE TRIGGER notice_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notice_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is published already excuses its window, cut by calling it off: no real time of work is known of it.
UPDATE notices SET excused = CASE WHEN cancelled_at <= lower(during) THEN 'empty' ELSE during * tstzrange(NULL, cancelled_at) END
WHERE  published_at IS NOT NULL;

-- What nobody may pass over, and what of time a notice excuses.
CREATE FUNCTION notices_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.published_at IS NULL THEN
        IF TG_OP = 'UPDATE' AND OLD.published_at IS NOT NULL THEN
            RAISE EXCEPTION 'a notice stays published' USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_stays_published';
        END IF;
        NEW.excused := 'empty';
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' OR OLD.published_at IS NULL THEN
        IF TG_OP = 'UPDATE' AND NEW.approved_at IS NULL THEN
            RAISE EXCEPTION 'published without approval' USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_approved';
        END IF;
        IF NEW.kind = 'upgrade'
           AND NOT EXISTS (SELECT FROM notice_tests t WHERE t.notice_id = NEW.id AND t.verdict = 'passed' AND NOT t.is_legacy) THEN
            RAISE EXCEPTION 'an upgrade is tested before it is announced (Điều 21.6)'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_tested';
        END IF;
        NEW.excused := NEW.during;
    ELSIF (NEW.code, NEW.kind, NEW.components, NEW.published_at, NEW.uid)
          IS DISTINCT FROM (OLD.code, OLD.kind, OLD.components, OLD.published_at, OLD.uid) THEN
        RAISE EXCEPTION 'what a published notice is about stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_stays_what_it_is';
    ELSIF (NEW.title, NEW.impact, NEW.during) IS DISTINCT FROM (OLD.title, OLD.impact, OLD.during) THEN
        IF NEW.revision <> OLD.revision + 1 OR OLD.cancelled_at IS NOT NULL OR OLD.completed_at IS NOT NULL
           OR NEW.revised_at < coalesce(OLD.revised_at, OLD.published_at) THEN
            RAISE EXCEPTION 'what was announced changes only with a revision'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_revision';
        END IF;
        -- Before the work begins people are told of other hours, and those count. Once it has begun, what is announced
        -- can only take time back: nothing is excused afterwards.
        IF NEW.revised_at < least(lower(OLD.during), lower(NEW.during)) THEN
            NEW.excused := NEW.during;
        ELSIF lower(NEW.during) = lower(OLD.during) AND NEW.revised_at < upper(NEW.during) THEN
            NEW.excused := OLD.excused * NEW.during;
        ELSE
            RAISE EXCEPTION 'time that is over is not announced any more'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_revised_before';
        END IF;
    ELSIF NEW.revision <> OLD.revision THEN
        RAISE EXCEPTION 'a revision changes something' USING ERRCODE = 'check_violation', CONSTRAINT = 'notices_revision';
    ELSE
        NEW.excused := OLD.excused;
    END IF;
    NEW.excused := NEW.excused
        * CASE WHEN NEW.cancelled_at <= lower(NEW.during) THEN 'empty' ELSE tstzrange(NULL, NEW.cancelled_at) END
        * coalesce(NEW.worked, '(,)');
    RETURN NEW;
END $$;
CREATE TRIGGER notices_guard BEFORE INSERT OR UPDATE ON notices FOR EACH ROW EXECUTE FUNCTION notices_guard();

CREATE FUNCTION notices_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notice_revisions (notice_id, number, title, impact, during, announced_at, announced_by, reason, lead_days,
                                  short_lead_reason)
    VALUES (NEW.id, NEW.revision, NEW.title, NEW.impact, NEW.during, coalesce(NEW.revised_at, NEW.published_at),
            coalesce(NEW.revised_by, NEW.published_by), NEW.revised_reason, NEW.lead_days, NEW.short_lead_reason);
    RETURN NULL;
END $$;
CREATE TRIGGER notices_first_revision AFTER INSERT ON notices
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION notices_keep_revision();
CREATE TRIGGER notices_next_revision AFTER UPDATE ON notices
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL
                       AND (OLD.published_at IS NULL OR NEW.revision <> OLD.revision))
    EXECUTE FUNCTION notices_keep_revision();

-- MARK: What leaves availability

-- As before (migrations/0012), with what the notice excuses in the place of its window.
CREATE OR REPLACE VIEW planned_windows (monitor_id, during) AS
WITH announced AS (
    SELECT n.id, m.monitor_id, n.excused AS during
    FROM   notices n LEFT JOIN notice_monitors m ON m.notice_id = n.id
    WHERE  NOT isempty(n.excused) AND (n.components IS NULL OR m.monitor_id IS NOT NULL)
)
SELECT a.monitor_id, a.during FROM announced a
WHERE  NOT EXISTS (SELECT FROM maintenance_windows w WHERE w.notice_id = a.id)
UNION  ALL
SELECT coalesce(a.monitor_id, t.monitor_id), a.during * w.during
FROM   announced a JOIN maintenance_windows w ON w.notice_id = a.id AND w.cancelled_at IS NULL AND w.during && a.during
LEFT   JOIN maintenance_window_monitors t ON t.window_id = w.id
WHERE  (w.scope = 'system' OR t.monitor_id IS NOT NULL)
AND    (a.monitor_id IS NULL OR t.monitor_id IS NULL OR t.monitor_id = a.monitor_id);

CREATE OR REPLACE VIEW judged_outages (outage_id, monitor_id, classification, excluded) AS
SELECT o.id, o.monitor_id, r.classification,
       CASE r.classification
            WHEN 'planned' THEN CASE WHEN isempty(n.excused) THEN 'empty'
                                     ELSE o.during * tstzrange(date_trunc('second', lower(n.excused)),
                                                               date_trunc('second', upper(n.excused))) END
            WHEN 'false_alarm' THEN o.during
            ELSE 'empty' END
FROM  (SELECT DISTINCT ON (outage_id) outage_id, classification, notice_id
       FROM outage_revisions ORDER BY outage_id, id DESC) r
JOIN   outages o ON o.id = r.outage_id
LEFT   JOIN notices n ON n.id = r.notice_id;

-- MARK: Recipients and what they have said

-- A recipient is an agency or somebody by name; people are written down while it is a draft.
ALTER TABLE notice_recipients
    DROP CONSTRAINT notice_recipients_pkey,
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ALTER COLUMN agency_id DROP NOT NULL,
    ADD CONSTRAINT notice_recipients_agency_key UNIQUE (notice_id, agency_id),
    ADD CONSTRAINT notice_recipients_name_check CHECK (agency_id IS NOT NULL OR contact_name <> '');
CREATE INDEX notice_recipients_people_index ON notice_recipients (notice_id) WHERE agency_id IS NULL;
CREATE UNIQUE INDEX notice_recipients_people_email_key ON notice_recipients (notice_id, lower(contact_email))
    WHERE agency_id IS NULL AND contact_email <> '';
COMMENT ON COLUMN notice_recipients.acknowledged_at IS
    'When this recipient acknowledged what is announced now; a new revision empties it. notice_acknowledgements keeps all.';

-- Who has said that they know, of which revision, and how we know it: evidence.
CREATE TABLE notice_acknowledgements (
    recipient_id    bigint NOT NULL REFERENCES notice_recipients,
    revision        integer NOT NULL,
    acknowledged_at timestamptz NOT NULL,
    method          text NOT NULL CHECK (method IN ('link', 'console', 'phone')),
    said_by         text NOT NULL,
    recorded_by     bigint REFERENCES users,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, revision),
    CONSTRAINT notice_acknowledgements_said_check CHECK (
        (method = 'link') = (recorded_by IS NULL) AND (method <> 'phone' OR said_by <> '')
        AND recorded_at >= acknowledged_at)
);
COMMENT ON COLUMN notice_acknowledgements.said_by IS 'phone: who said it; console: the person; link: the contact whose letter it stood in.';
COMMENT ON COLUMN notice_acknowledgements.recorded_by IS 'phone: who wrote it down; console: the person.';

INSERT INTO notice_acknowledgements (recipient_id, revision, acknowledged_at, method, said_by, recorded_by, recorded_at)
SELECT r.id, 1, r.acknowledged_at, 'console', u.full_name, u.id, r.acknowledged_at
FROM   notice_recipients r JOIN users u ON u.id = r.acknowledged_by;
ALTER TABLE notice_recipients DROP CONSTRAINT notice_recipients_acknowledged_check, DROP COLUMN acknowledged_by;

REVOKE UPDATE, DELETE, TRUNCATE ON notice_acknowledgements FROM trucban_app;
CREATE TRIGGER notice_acknowledgements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notice_acknowledgements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
