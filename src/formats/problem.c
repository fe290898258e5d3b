#include "formats/problem.h"

static const struct {
    const char *name, *what;
} kinds[] = {
#define PROBLEM(name, what) {#name, what},
#include "formats/problems.def"
#undef PROBLEM
};

const char *problem_name(enum problem_kind kind)
{
    assert(kind < PROBLEM_KIND_COUNT);
    return kinds[kind].name;
}

const char *problem_what(enum problem_kind kind)
{
    assert(kind < PROBLEM_KIND_COUNT);
    return kinds[kind].what;
}

void problem_say(struct problem *p, const char *text)
{
    size_t n = 0;

    for (; text[n] && n + 1 < sizeof p->text; n++)
        p->text[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '.';
    p->text[n] = '\0';
}
