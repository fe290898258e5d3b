/*
 * pipeline.h - processing pipelines: what users of Sigma rename, add, drop and
 * replace in rules so that these fit their logs.
 *
 * The YAML is pySigma's (sigma-cli "pipelines", pySigma documentation
 * "Processing Pipelines"): name, priority, vars, transformations with rule,
 * detection item and field name conditions, finalizers. Transformations are
 * rows of transformations.def, conditions rows of conditions.def. What would
 * run a command or ask the network is refused by name.
 *
 * Pipelines are applied by ascending priority; of equal ones, the one that was
 * added first. Once all are added, pipelines_apply() may be called by any
 * thread; what a transformation remembers (states, which item it touched) is
 * the rule's own.
 */
#pragma once

#include "base/err.h"
#include "base/io.h"
#include "sigma/rule.h"

enum {
    PIPELINES_MAX = 64,
    PIPELINE_BYTES_MAX = 4 * 1024 * 1024,
    PIPELINE_STEPS_MAX = 10000, /* transformations of one pipeline, nested ones included */
};

struct pipelines;

/* What is read lives in a, since rules keep texts of it: a is the rules' own and outlives them. */
struct pipelines *pipelines_new(struct arena *a) MUST_USE;
void pipelines_free(struct pipelines *p); /* NULL is a no-op */

/* Adds the pipelines of one file (several documents are several pipelines). `text` is copied; `io`
 * reads the files that file_placeholders names, relative to the folder of `file`. On failure err
 * has file, line and column, and nothing of the file is added. */
bool pipelines_add(struct pipelines *p, struct io *io, str file, str text, struct err *e) MUST_USE;

/* Changes a parsed rule (before rule_resolve()) in place; what is new lives in a. False when a
 * pipeline refuses the rule (rule_failure, a placeholder without a value, a regex that does not
 * compile any more); err says why, with the rule's line where it is known. */
bool pipelines_apply(const struct pipelines *p, struct sigma_rule *rule, struct arena *a,
                     struct err *e) MUST_USE;

/* What was accepted and has no effect here (finalizers, postprocessing), a message each with file
 * and line. */
uint32_t pipelines_notes(const struct pipelines *p, const struct err **ret);

/* Has any of them read a further file (file_placeholders)? */
bool pipelines_have_files(const struct pipelines *p);
