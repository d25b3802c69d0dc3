-- Run once by whoever owns the database: `psql "$GUESTBOOK_DSN" -f schema.sql`. The function itself only reads and writes.
CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key uuid NOT NULL UNIQUE,
    name text NOT NULL,
    message text NOT NULL,
    written timestamptz NOT NULL DEFAULT now()
);
