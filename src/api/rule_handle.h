/* rule_handle.h - what is behind struct tocsin_rules: immutable once it is compiled. */
#pragma once

#include "api/failure.h"
#include "detect/detector.h"
#include "sigma/correlation.h"

struct tocsin_rules {
    struct ruleset *set;
    struct detector *detector; /* NULL until it is compiled, and when no rule is left */
    struct io io;              /* of loading */
    bool compiled;
    struct idle_correlation *idle; /* owned */
    uint32_t idle_count;
};
