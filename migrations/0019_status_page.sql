-- The public status page: what everybody may know.

-- One row. The seed gives the entries of the feed their names for good, whatever the console's address is; it is told to
-- nobody, so that no name tells how many incidents or notices there have been.
CREATE TABLE status_page (
    is_only    boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    is_on      boolean NOT NULL DEFAULT false,
    seed       uuid NOT NULL DEFAULT gen_random_uuid(),
    version    integer NOT NULL DEFAULT 1,
    updated_by bigint REFERENCES users,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN status_page.version IS 'Counts edits: an edit names the version that it began from.';
INSERT INTO status_page DEFAULT VALUES;
REVOKE INSERT, DELETE, TRUNCATE ON status_page FROM trucban_app;

-- A component's number is in the addresses of badges that others have put on their pages, so a row stays when it is hidden.
CREATE TABLE public_components (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL CHECK (name <> ''),
    title     text NOT NULL CHECK (title <> ''),
    position  integer NOT NULL CHECK (position BETWEEN 1 AND 999),
    is_public boolean NOT NULL,
    CONSTRAINT public_components_name_key UNIQUE (name)
);
REVOKE DELETE, TRUNCATE ON public_components FROM trucban_app;
COMMENT ON COLUMN public_components.name IS 'As monitors name it (monitors.component).';
COMMENT ON COLUMN public_components.title IS 'What everybody reads.';
