/*
 * problem.h - what was wrong with the evidence, and where. Bad input is data:
 * it is counted and located, the rest is still read.
 */
#pragma once

#include "base/str.h"

enum problem_kind {
#define PROBLEM(name, what) PROBLEM_##name,
#include "formats/problems.def"
#undef PROBLEM
    PROBLEM_KIND_COUNT
};

enum { PROBLEM_TEXT_MAX = 200 };

struct problem {
    enum problem_kind kind;
    bool has_record;
    uint64_t record;             /* numbered as events are */
    uint64_t offset;             /* byte in the decompressed stream */
    uint64_t length;             /* bytes concerned; 0 when not known */
    char text[PROBLEM_TEXT_MAX]; /* the reason: lower case, no full stop, printable ASCII only */
};

const char *problem_name(enum problem_kind kind); /* as in problems.def */
const char *problem_what(enum problem_kind kind); /* one line for people */

/* Sets the reason, cut to fit; bytes that are not printable ASCII become dots. */
void problem_say(struct problem *p, const char *text);
