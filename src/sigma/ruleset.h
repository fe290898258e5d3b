/*
 * ruleset.h - many rules, loaded from files and folders, with a reason for
 * each document that could not be loaded.
 *
 * Build it in this order: ruleset_new, ruleset_placeholders, ruleset_pipeline,
 * ruleset_load (any number of times), ruleset_finish. Afterwards it is
 * immutable and may be shared by threads.
 */
#pragma once

#include "base/freeze.h"
#include "base/io.h"
#include "sigma/rule.h"

struct sigma_correlation;

enum {
    RULE_BYTES_MAX = 4 * 1024 * 1024, /* of one rule file */
    RULES_MAX = 200000,
    RULE_FOLDER_DEPTH_MAX = 32,
};

/* Why a document is not among the rules. */
enum refusal_kind {
    REFUSED_INVALID,     /* it is not a valid rule */
    REFUSED_PLACEHOLDER, /* it needs the value of a placeholder that nobody gave */
    REFUSED_FILE,        /* the file cannot be read or is not YAML */
};
struct refusal {
    enum refusal_kind kind;
    struct err why; /* with file, line and column */
    str title;      /* of the rule, when it is known */
};

struct ruleset {
    struct arena *arena;
    struct sigma_rule **rules;
    uint32_t count, capacity;
    struct refusal *refusals;
    uint32_t refusal_count, refusal_capacity;
    const struct err *notes; /* what pipelines ask for and has no effect here; after finish */
    uint32_t note_count;
    struct sigma_correlation **correlations; /* those that are right; after finish */
    uint32_t correlations_kept;
    uint32_t correlation_count;  /* documents that are correlations */
    uint32_t filter_count;       /* documents that are filters, all of them joined to rules */
    uint32_t file_count;         /* files read */
    bool has_hidden_files;       /* a pipeline read files that nobody named; after finish */
    char hash[65];               /* SHA-256 over all documents in load order, hex; after finish */
    struct ruleset_build *build; /* private to loading; NULL after finish */
    void *block;                 /* owned: what all else lies in when it was thawed, else NULL */
};

struct ruleset *ruleset_new(void) MUST_USE;
void ruleset_free(struct ruleset *rs); /* NULL is a no-op */

/* A YAML file of placeholder values: `name: value` or `name: [values]`. */
bool ruleset_placeholders(struct ruleset *rs, struct io *io, const char *path,
                          struct err *e) MUST_USE;

/* A processing pipeline (pySigma's YAML), applied to each rule that is loaded later, by priority.
 */
bool ruleset_pipeline(struct ruleset *rs, struct io *io, const char *path, struct err *e) MUST_USE;

/* Loads a file, or each .yml and .yaml file below a folder in the order of their names. A document
 * that is refused is recorded and is no error. False only when `path` itself cannot be opened. */
bool ruleset_load(struct ruleset *rs, struct io *io, const char *path, struct err *e) MUST_USE;

/* Loads documents from memory; `file` is the name for messages. Never fails: refusals tell. */
void ruleset_load_text(struct ruleset *rs, str file, str text);

/* Joins filters, resolves conditions, computes the hash. */
void ruleset_finish(struct ruleset *rs);

/*
 * A finished set as bytes (base/freeze.h): all that scanning and its reports use. Left behind are
 * the rules' YAML, selections and conditions, which `expr` came from. ruleset_thawed() makes the
 * set of what thaw() found in `block`, which it takes over, to be given to free().
 */
extern const struct freeze_type freeze_ruleset, freeze_correlation, freeze_rule, freeze_node,
    freeze_item, freeze_test, freeze_string;
struct ruleset *ruleset_thawed(const struct ruleset *thawed, void *block) MUST_USE;

static inline void ruleset_freep(struct ruleset **rs)
{
    ruleset_free(*rs);
}
