/*
 * tocsin.h - the detector as a library: Sigma rules over events, without the
 * program around it. Link with libtocsin.
 *
 *     struct tocsin_error why;
 *     struct tocsin *t = tocsin_new();
 *     if (!tocsin_add_rules(t, "rules/", &why) || !tocsin_ready(t, &why))
 *         die(why.message);
 *     tocsin_match(t, "app", line, strlen(line), on_finding, NULL);
 *     tocsin_free(t);
 *
 * Build it (add rules), make it ready, then use it. A tocsin is used by one
 * thread at a time; use one for each thread, or tocsin_scan(), which has threads
 * of its own. Text is given as pointer and length, is UTF-8 from the log, not
 * escaped for any output, and valid during the call that hands it over.
 */
#ifndef TOCSIN_H
#define TOCSIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TOCSIN_API_VERSION = 1 };

struct tocsin;

struct tocsin_error {
    char message[1024]; /* "file:line:column: reason" as far as known */
};

struct tocsin_text {
    const char *bytes;
    size_t length;
};

struct tocsin_pair {
    struct tocsin_text name, value;
};

struct tocsin_finding {
    struct tocsin_text rule_id; /* the rule's id, or its content hash when it has none */
    struct tocsin_text rule;    /* its title */
    const char *level;          /* "low" ... "critical"; "" for none */
    struct tocsin_text source;  /* the file, or the name given to tocsin_match() */
    uint64_t record;            /* EventRecordID, line from 1, or array index from 0 */
    int64_t time_ns;            /* since 1970-01-01T00:00:00Z; valid when has_time */
    bool has_time;
    struct tocsin_text host, user;     /* bytes is NULL when the event names none */
    const struct tocsin_pair *matched; /* the fields and values that made the rule match */
    size_t matched_count;
    const struct tocsin_pair *entities; /* type and value */
    size_t entity_count;
    const struct tocsin_pair *fields; /* the whole event */
    size_t field_count;
};

/* Return false to stop. */
typedef bool tocsin_finding_fn(void *context, const struct tocsin_finding *finding);

struct tocsin *tocsin_new(void);
void tocsin_free(struct tocsin *t); /* NULL is a no-op */

/* Rules of a file, or of a folder with all below it. False when the path cannot be opened;
 * documents that are no valid rules are counted: see tocsin_refused(). */
bool tocsin_add_rules(struct tocsin *t, const char *path, struct tocsin_error *why);
/* Rules from memory; `name` stands for the file in messages. */
void tocsin_add_rules_text(struct tocsin *t, const char *name, const char *text, size_t length);

/* Compiles what was added. False when there is no rule. No rules can be added afterwards. */
bool tocsin_ready(struct tocsin *t, struct tocsin_error *why);
size_t tocsin_rule_count(const struct tocsin *t);
/* Documents that were refused: the place and reason of number `at`, or NULL at the end. */
const char *tocsin_refused(const struct tocsin *t, size_t at);

/* Matches the events of a piece of JSON: one object, several, or an array. Returns how many events
 * it read. `source` names the piece in findings. */
uint64_t tocsin_match(struct tocsin *t, const char *source, const char *json, size_t length,
                      tocsin_finding_fn *on_finding, void *context);

/* Scans a file or folder in any format that tocsin reads, with `workers` threads (0: one for each
 * processor is the caller's to know; 1 is used). `on_finding` is called by one thread at a time, in
 * input order. False when the path cannot be opened. */
bool tocsin_scan(struct tocsin *t, const char *path, unsigned workers,
                 tocsin_finding_fn *on_finding, void *context, struct tocsin_error *why);

#ifdef __cplusplus
}
#endif
#endif
