/* finding_view.h - what is behind struct tocsin_finding and struct tocsin_problem: the engine's
 * own, for as long as the call that hands them over. */
#pragma once

#include "engine/finding.h"
#include "engine/finding_json.h"
#include "formats/problem.h"
#include "tocsin.h"

/* The text of a finding in JSON: made when it is asked for. */
struct finding_text {
    struct finding_json *writer; /* NULL until the first */
    struct buf text;
};
void finding_text_init(struct finding_text *t);
void finding_text_done(struct finding_text *t);

struct tocsin_finding {
    const struct finding *of;
    struct finding_text *text;
};

struct tocsin_problem {
    const struct problem *of;
    str source;
};
