/* lint_run.h - what the checks in lint_*.c share. */
#pragma once

#include "sigma/build.h"
#include "sigma/lint.h"

struct lint_run {
    struct arena *arena;
    struct lint_issue *issues;
    uint32_t count, capacity;
    uint64_t left_out;
    const struct sigma_rule *rule; /* the one being looked at */
};

/* An issue at a node; NULL: at the beginning of the rule. */
void lint_add(struct lint_run *run, enum lint_check check, const struct yaml_node *at,
              const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The node of a key of the rule, and of its i-th entry (the node itself for a scalar); NULL when
 * it is absent. */
const struct yaml_node *lint_node(const struct lint_run *run, const char *key);
const struct yaml_node *lint_entry(const struct lint_run *run, const char *key, uint32_t i);

/* The maps and lists below the names of selections, outer ones first. */
const struct yaml_node **lint_selections(struct lint_run *run, uint32_t *ret_count);

void lint_attributes(struct lint_run *run);
void lint_tags(struct lint_run *run);
void lint_logsource(struct lint_run *run);
void lint_values(struct lint_run *run);
void lint_conditions(struct lint_run *run);
