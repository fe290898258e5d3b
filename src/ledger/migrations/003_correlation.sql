-- Correlations live: their findings are told on arrival and settled when the watermark has passed, and
-- their state is built again from the raw log.

ALTER TABLE finding ADD COLUMN state BIGINT NOT NULL DEFAULT 0;     -- 0 final, 1 provisional, 2 withdrawn
ALTER TABLE finding ADD COLUMN group_key TEXT NOT NULL DEFAULT '';  -- of a correlation: rule and group
ALTER TABLE finding ADD COLUMN first_ns BIGINT NOT NULL DEFAULT 0;  -- of a correlation: its window's first event

CREATE INDEX finding_provisional ON finding (group_key) WHERE state = 1;

CREATE TABLE finding_alias (
    alias TEXT NOT NULL PRIMARY KEY,   -- of a provisional finding
    id TEXT NOT NULL                   -- the final one that took its place
);

ALTER TABLE source_position ADD COLUMN rebuild_from BIGINT NOT NULL DEFAULT 0; -- correlations need the records from here on
UPDATE source_position SET rebuild_from = covered;

CREATE TABLE watermark (
    name TEXT NOT NULL PRIMARY KEY,
    passed_ns BIGINT NOT NULL          -- what correlations tell of the time before is final
);
