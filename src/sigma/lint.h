/*
 * lint.h - what is wrong, doubtful or unusual in rules, each with its place.
 * The checks are rows of lints.def; those of one kind stand together in a
 * lint_*.c. Rules that could not be loaded are issues too.
 */
#pragma once

#include "sigma/ruleset.h"

enum lint_severity { LINT_NOTE, LINT_WARNING, LINT_ERROR, LINT_SEVERITY_COUNT };

enum lint_check {
#define LINT(name, severity, what) LINT_##name,
#include "sigma/lints.def"
#undef LINT
    LINT_CHECK_COUNT
};

const char *lint_name(enum lint_check check); /* "title_length" */
const char *lint_what(enum lint_check check); /* one line for people */
enum lint_severity lint_severity(enum lint_check check);
const char *lint_severity_name(enum lint_severity severity); /* "warning" */

struct lint_issue {
    enum lint_check check;
    str file;              /* the user's path */
    uint32_t line, column; /* from 1; 0 when there is none */
    str text;              /* lower case, no full stop; may hold the rule's own bytes */
};

enum { LINT_ISSUES_MAX = 100000 };

/* All issues of a set that is finished, by file (in the order of loading), line and column. They
 * live in a. More than LINT_ISSUES_MAX are counted in *ret_left_out. */
uint32_t lint_ruleset(const struct ruleset *rs, struct arena *a, struct lint_issue **ret,
                      uint64_t *ret_left_out);
