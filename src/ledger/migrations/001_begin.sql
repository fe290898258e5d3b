-- What `tocsin serve` keeps besides the raw log: findings, how far each source's raw log
-- has been matched, and who did what.

CREATE TABLE finding (
    id TEXT NOT NULL PRIMARY KEY,      -- 32 hex digits, of rule, source, record and its bytes
    source TEXT NOT NULL,
    record BIGINT NOT NULL,            -- its number in the source's raw log
    time_ns BIGINT NOT NULL,           -- event time, since 1970-01-01T00:00:00Z
    received_ns BIGINT NOT NULL,
    rule_id TEXT NOT NULL,
    rule_title TEXT NOT NULL,
    level BIGINT NOT NULL,             -- 0 none, 1 informational, 2 low, 3 medium, 4 high, 5 critical
    host TEXT NOT NULL,
    user_name TEXT NOT NULL,
    json TEXT NOT NULL                 -- the finding as it is printed
);

CREATE INDEX finding_by_time ON finding (time_ns, id);

CREATE TABLE source_position (
    source TEXT NOT NULL PRIMARY KEY,
    covered BIGINT NOT NULL            -- records below this number have been matched
);

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    time_ns BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,              -- more of it, for programs mostly; may be empty
    hash TEXT NOT NULL                 -- SHA-256 of the row before and of this one
);
