/*
 * rebuild_mark.h - from which record of a source on correlations must be built again after a
 * restart: what waits at the watermark and what their windows remember is not written down, but it
 * follows from the records of the last spans.
 *
 * Of each source a few marks are kept: behind a record, the newest time of all up to it. They are a
 * step of time apart, which is doubled when they become too many.
 */
#pragma once

#include "sigma/ruleset.h"

enum { REBUILD_MARKS_MAX = 64 };

struct rebuild_marks {
    struct {
        uint64_t number;   /* records below it */
        int64_t newest_ns; /* are not after this */
    } all[REBUILD_MARKS_MAX];
    uint32_t count;
    uint64_t from; /* where to begin */
    int64_t newest_ns;
    int64_t step_ns, began_ns; /* began: the time that the last mark began with */
};

/* Records from `from` on are read. */
void rebuild_marks_init(struct rebuild_marks *m, uint64_t from);
/* Records below `number` were read; newest_ns is the newest time of the last of them. */
void rebuild_marks_add(struct rebuild_marks *m, uint64_t number, int64_t newest_ns);
/* Nothing before `before_ns` is needed. Returns where to begin. */
uint64_t rebuild_marks_pass(struct rebuild_marks *m, int64_t before_ns);

/* How far back correlations look: twice their span, for whether the condition held already, and
 * that of what they refer to. 0: there are none. */
int64_t rebuild_span(const struct ruleset *rules);
