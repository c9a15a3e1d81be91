-- Letters of several parts: beside the plain text, the same as HTML, and an entry for the recipient's calendar. All of it
-- stands in the row, so that a letter that goes out again is the same, byte for byte.

ALTER TABLE deliveries
    ADD COLUMN html            text,
    ADD COLUMN thread          text CHECK (thread <> ''),
    ADD COLUMN calendar_method text CHECK (calendar_method IN ('request', 'cancel', 'publish')),
    ADD COLUMN calendar        text,
    ADD COLUMN unsubscribe     text,
    ADD CONSTRAINT deliveries_calendar_check CHECK ((calendar IS NULL) = (calendar_method IS NULL));
COMMENT ON COLUMN deliveries.thread IS 'What the letters of one conversation have in common; null: it stands alone.';
COMMENT ON COLUMN deliveries.calendar IS 'An iCalendar object (RFC 5545) whose METHOD is calendar_method.';
COMMENT ON COLUMN deliveries.unsubscribe IS 'Where the recipient says that no more are wanted; only for letters that nobody must get.';
