/*
 * explain_text.h - one event and how it came about, stage by stage, for people: what read it, its
 * time, its log source, what it means, its fields, the rules that match and those that nearly do.
 */
#pragma once

#include "cli/page.h"
#include "detect/near_miss.h"
#include "event/column.h"
#include "formats/format.h"

struct explanation {
    const struct stream *stream; /* that it was read from, with its format and time rule */
    const struct event *event;   /* its values are text, its log sources known */
    struct columns columns;      /* of the event, perhaps completed by records before */
    const char *problem;         /* what was wrong with the record; NULL */
    const struct ruleset *rules;
    const struct naive *naive;
    uint32_t near; /* rules told at most that nearly match */
    struct arena *arena;
};

void explain_text(struct page *p, const struct explanation *x);

/* Why that format: how sure each is of text that begins so. */
void explain_format(struct page *p, const struct format_set *set, const struct format *chosen,
                    bool asked, str head);
