-- What others may read: the public status page, and the list of monitors in the order in which it is shown.

-- MARK: The public status page

-- Its number is in the addresses of badges that others have put on their pages, so a row stays when it is hidden.
CREATE TABLE public_components (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL CHECK (name <> ''),
    title     text NOT NULL CHECK (title <> ''),
    position  integer NOT NULL CHECK (position BETWEEN 1 AND 999),
    is_public boolean NOT NULL,
    CONSTRAINT public_components_name_key UNIQUE (name)
);
COMMENT ON COLUMN public_components.name IS 'As monitors name it (monitors.component).';
COMMENT ON COLUMN public_components.title IS 'What everybody reads.';
