-- The story of an incident: corrections, and the files that belong to it (docs/decisions/0026).

ALTER TABLE incident_entries ADD COLUMN supersedes_id bigint REFERENCES incident_entries,
    ADD CONSTRAINT incident_entries_supersedes_id_key UNIQUE (supersedes_id),
    ADD CONSTRAINT incident_entries_supersedes_id_check CHECK (supersedes_id < id);
COMMENT ON COLUMN incident_entries.supersedes_id IS 'The entry that it puts right, which stays readable.';

-- Điều 8.3 and 8.4: in pieces, so that no process ever holds a whole file. They come in before the entry is written; what no
-- file claims within a day is swept out.
CREATE TABLE incident_file_chunks (
    upload     uuid NOT NULL,
    position   bigint NOT NULL,
    bytes      bytea NOT NULL,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (upload, position)
);
-- Documents and images are compressed already.
ALTER TABLE incident_file_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX incident_file_chunks_written_at_index ON incident_file_chunks (written_at);

CREATE TABLE incident_files (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id      bigint NOT NULL REFERENCES incident_entries,
    upload        uuid NOT NULL,
    name          text NOT NULL,
    original_name text NOT NULL,
    size          bigint NOT NULL CHECK (size BETWEEN 1 AND 50 * 1024 * 1024),
    sha256        bytea NOT NULL CHECK (length(sha256) = 32),
    CONSTRAINT incident_files_upload_key UNIQUE (upload),
    CONSTRAINT incident_files_name_check CHECK (name ~ '^[A-Za-z0-9]{1,50}\.[a-z0-9]{2,5}$')
);
CREATE INDEX incident_files_entry_id_index ON incident_files (entry_id);
COMMENT ON COLUMN incident_files.name IS 'As Điều 8.4 wants it; what the file was called before is shown beside it.';
COMMENT ON COLUMN incident_files.size IS 'Bytes.';

CREATE TRIGGER incident_files_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON incident_files FROM trucban_app;

-- What a file consists of is evidence as the file is.
CREATE FUNCTION incident_file_chunks_guard() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM incident_files f WHERE f.upload = coalesce(NEW.upload, OLD.upload)) THEN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER incident_file_chunks_append_only BEFORE INSERT OR UPDATE OR DELETE ON incident_file_chunks
    FOR EACH ROW EXECUTE FUNCTION incident_file_chunks_guard();
CREATE TRIGGER incident_file_chunks_no_truncate BEFORE TRUNCATE ON incident_file_chunks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, TRUNCATE ON incident_file_chunks FROM trucban_app;
