-- Alerts: what detections told, kept up to date while it is told, and what analysts decided of it.

CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,       -- 32 hex digits
    alias TEXT NOT NULL,                -- what it was called while it was provisional; may be empty
    group_id TEXT NOT NULL,             -- may be empty
    origin TEXT NOT NULL,               -- rule, correlation, behavior, tool
    rule_id TEXT NOT NULL,
    title TEXT NOT NULL,
    severity BIGINT NOT NULL,           -- as finding.level
    first_ns BIGINT NOT NULL,           -- event time; the lowest number when there is none
    last_ns BIGINT NOT NULL,
    count BIGINT NOT NULL,              -- of events
    tactics BIGINT NOT NULL,            -- a bit each
    suppressed_by TEXT NOT NULL,        -- the id of a suppression; may be empty
    json TEXT NOT NULL,                 -- the whole alert
    state BIGINT NOT NULL,              -- 0 open, 1 acknowledged, 2 closed; from here on people's
    assignee TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_ns BIGINT NOT NULL,
    snooze_until_ns BIGINT NOT NULL,    -- 0: it is not snoozed
    snooze_severity BIGINT NOT NULL,    -- a higher one, and tactics beyond these, wake it
    snooze_tactics BIGINT NOT NULL
);

CREATE INDEX alert_by_time ON alert (last_ns, id);
CREATE INDEX alert_by_group ON alert (group_id);
