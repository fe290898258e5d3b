/*
 * tocsin.h - the detectors of tocsin as a library. docs/library.md has complete programs.
 *
 *     cc program.c $(pkg-config --cflags --libs tocsin)
 *
 * Two parts, which need not know of each other:
 *
 *   struct tocsin_rules, struct tocsin_scanner   Sigma rules over logs of any format that tocsin
 *                                                reads, in memory or in files: findings
 *   struct tocsin_detector                       thresholds and outliers over plain events (time,
 *                                                address, kind, severity): alerts
 *
 * Threads. There is no global state: objects know nothing of each other, and different threads may
 * use different ones at the same time. One object is used by one thread at a time, but rules once
 * compiled: any number of scanners in any threads may share them. Callbacks are called before the
 * function that was called returns; in one thread at a time, but of a scanner with several threads
 * not always in the same one. A callback must return: no longjmp, no exception out of it.
 *
 * Errors are values: what can fail returns false (or NULL) and says why in *why, which may be NULL.
 * Bad input is no error: broken records are counted, told with their place, and the rest is read.
 * A NULL or otherwise wrong argument gives TOCSIN_MISUSE, and nothing else happens.
 *
 * The library prints nothing, never exits, reads no environment variable but TOCSIN_SIMD and takes
 * no rights from the process. The one exception: when the machine is out of memory it says so on
 * standard error and aborts. What it keeps is bounded; the bounds are named below.
 *
 * Structs are opaque, or begin with their size, so that they can grow: a program built with this
 * header runs with every later library of the same soname. Strings that go in are UTF-8 and end
 * with NUL unless a length is given. They are copied where they are kept.
 */
#ifndef TOCSIN_H
#define TOCSIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __GNUC__
#define TOCSIN_API __attribute__((visibility("default")))
#else
#define TOCSIN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TOCSIN_API_VERSION 1
#define TOCSIN_SECOND INT64_C(1000000000) /* times and spans are in nanoseconds */

TOCSIN_API const char *tocsin_version(void); /* of the library that runs: "0.1.0" */

/* ------------------------------------------------------------ errors and text */

enum tocsin_code {
    TOCSIN_OK = 0,
    TOCSIN_INPUT = 1,  /* what was given is not valid: a rule, a name, a severity */
    TOCSIN_LIMIT = 2,  /* more than can be kept */
    TOCSIN_IO = 3,     /* a file cannot be opened or read */
    TOCSIN_MISUSE = 4, /* an argument is NULL, or a function is called out of its order */
    TOCSIN_LATE = 5    /* an event is older than a window */
};

/* Why something failed. Begin with TOCSIN_ERROR_INIT, or set `size` and leave the rest. */
struct tocsin_error {
    size_t size;           /* sizeof(struct tocsin_error); the library writes no more than that */
    uint32_t code;         /* enum tocsin_code */
    uint32_t line, column; /* from 1, in `file`; 0 when there is none */
    char file[512];        /* the rule file, or the name that text was given; else empty */
    char message[480];     /* lower case, no full stop: "not a valid rule: ..." */
};
#define TOCSIN_ERROR_INIT                                                                          \
    {                                                                                              \
        sizeof(struct tocsin_error), 0, 0, 0, "", ""                                               \
    }

/* A piece of text from a log or a rule: `bytes` does not end with NUL, and is NULL where there is
 * none. Not escaped for any output: an attacker may have written it. These two members are all
 * that it will ever have. */
struct tocsin_text {
    const char *bytes;
    size_t length;
};

/* ------------------------------------------------------------ rules */

/* Sigma rules and correlations. Add them, compile them once, then give them to scanners. */
struct tocsin_rules;

TOCSIN_API struct tocsin_rules *tocsin_rules_new(void);
TOCSIN_API void
tocsin_rules_free(struct tocsin_rules *rules); /* after its scanners; NULL is fine */

/* A file, or each .yml and .yaml file of a folder and below. False: the path cannot be opened. A
 * document that is no valid rule is not added: tocsin_rules_refused() tells which, and why. */
TOCSIN_API bool tocsin_rules_add_path(struct tocsin_rules *rules, const char *path,
                                      struct tocsin_error *why);
/* The same of `length` bytes of YAML; `name` stands for the file in errors. */
TOCSIN_API bool tocsin_rules_add_text(struct tocsin_rules *rules, const char *name,
                                      const char *text, size_t length, struct tocsin_error *why);

/* Ends the adding. False when no rule is left to match: then *why says of the first refused
 * document what is wrong with it, and where. */
TOCSIN_API bool tocsin_rules_compile(struct tocsin_rules *rules, struct tocsin_error *why);

/* After tocsin_rules_compile(): */
TOCSIN_API size_t tocsin_rules_count(const struct tocsin_rules *rules); /* with correlations */
/* Fills *why with the reason and place of refused document number `at`, from 0; false past the
 * last. A correlation that cannot be evaluated is among them. */
TOCSIN_API bool tocsin_rules_refused(const struct tocsin_rules *rules, size_t at,
                                     struct tocsin_error *why);

/* ------------------------------------------------------------ scanning */

/* Matches rules against logs. One thread at a time; cheap to use again and again. */
struct tocsin_scanner;

struct tocsin_finding; /* a rule that matched an event, or a correlation; valid during the call */
struct tocsin_problem; /* something wrong with a record, or a file; valid during the call */

/* Return false to stop: nothing more is read or told, and the scan returns true. */
typedef bool tocsin_finding_fn(void *context, const struct tocsin_finding *finding);
typedef void tocsin_problem_fn(void *context, const struct tocsin_problem *problem);

enum { TOCSIN_THREADS_MAX = 64 };

/* NULL unless the rules are compiled and some are left. They must live longer than the scanner. */
TOCSIN_API struct tocsin_scanner *tocsin_scanner_new(const struct tocsin_rules *rules,
                                                     struct tocsin_error *why);
TOCSIN_API void tocsin_scanner_free(struct tocsin_scanner *scanner); /* NULL is fine */

/* Settings; each stays until it is set anew. A NULL function is called by nobody. */
TOCSIN_API void tocsin_scanner_on_finding(struct tocsin_scanner *scanner,
                                          tocsin_finding_fn *on_finding, void *context);
TOCSIN_API void tocsin_scanner_on_problem(struct tocsin_scanner *scanner,
                                          tocsin_problem_fn *on_problem, void *context);
/* "json", "syslog" ... as `tocsin formats` lists them; NULL: by content, as in the beginning. */
TOCSIN_API bool tocsin_scanner_set_format(struct tocsin_scanner *scanner, const char *name,
                                          struct tocsin_error *why);
/* 1 in the beginning: all is done by the caller's thread. To TOCSIN_THREADS_MAX; findings come in
 * the same order for any number. */
TOCSIN_API bool tocsin_scanner_set_threads(struct tocsin_scanner *scanner, unsigned threads,
                                           struct tocsin_error *why);

/* Scans bytes as if they were a file of that name: lines of JSON, EVTX, syslog, compressed or not;
 * the format shows by the content, which takes a record or two. Each call is a scan of its own:
 * line numbers and correlations begin anew. An empty buffer has no events. False on misuse only. */
TOCSIN_API bool tocsin_scan_buffer(struct tocsin_scanner *scanner, const char *name,
                                   const void *bytes, size_t length, struct tocsin_error *why);
/* Scans a file, a folder with all below it, or "-", which is standard input. False when `path`
 * itself cannot be opened. */
TOCSIN_API bool tocsin_scan_path(struct tocsin_scanner *scanner, const char *path,
                                 struct tocsin_error *why);

/* What the last scan counted. */
TOCSIN_API uint64_t tocsin_scanner_events(const struct tocsin_scanner *scanner);
TOCSIN_API uint64_t tocsin_scanner_findings(const struct tocsin_scanner *scanner);
TOCSIN_API uint64_t tocsin_scanner_problems(const struct tocsin_scanner *scanner);

/* Of a finding. */
TOCSIN_API struct tocsin_text tocsin_finding_rule(const struct tocsin_finding *f); /* its title */
/* The rule's id, or the hash of its content when it has none. */
TOCSIN_API struct tocsin_text tocsin_finding_rule_id(const struct tocsin_finding *f);
/* "informational", "low", "medium", "high", "critical"; "" for none */
TOCSIN_API const char *tocsin_finding_level(const struct tocsin_finding *f);
TOCSIN_API struct tocsin_text tocsin_finding_source(const struct tocsin_finding *f); /* the file */
/* The line from 1, the place in an array from 0, or the EventRecordID. */
TOCSIN_API uint64_t tocsin_finding_record(const struct tocsin_finding *f);
/* Nanoseconds since 1970-01-01T00:00:00Z; false when the event has no time. */
TOCSIN_API bool tocsin_finding_time(const struct tocsin_finding *f, int64_t *ns);
TOCSIN_API struct tocsin_text tocsin_finding_host(const struct tocsin_finding *f);
TOCSIN_API struct tocsin_text tocsin_finding_user(const struct tocsin_finding *f);
/* Pairs number `at`, from 0; false past the last. What made the rule match; whom and what the event
 * is about ("ip", "user", "hash" ...); all fields of the event. */
TOCSIN_API bool tocsin_finding_matched(const struct tocsin_finding *f, size_t at,
                                       struct tocsin_text *field, struct tocsin_text *value);
TOCSIN_API bool tocsin_finding_entity(const struct tocsin_finding *f, size_t at,
                                      struct tocsin_text *type, struct tocsin_text *value);
TOCSIN_API bool tocsin_finding_field(const struct tocsin_finding *f, size_t at,
                                     struct tocsin_text *field, struct tocsin_text *value);
/* The whole finding as one JSON object (docs/finding.schema.json), escaped; it ends with NUL. */
TOCSIN_API struct tocsin_text tocsin_finding_json(const struct tocsin_finding *f);

/* Of a problem. */
TOCSIN_API const char *tocsin_problem_kind(const struct tocsin_problem *p); /* "bad_record" ... */
TOCSIN_API const char *tocsin_problem_message(const struct tocsin_problem *p); /* ASCII */
TOCSIN_API struct tocsin_text tocsin_problem_source(const struct tocsin_problem *p);
/* As tocsin_finding_record(); false when it is of no record. */
TOCSIN_API bool tocsin_problem_record(const struct tocsin_problem *p, uint64_t *record);

/* ------------------------------------------------------------ plain events */

/* Thresholds over sliding windows, for each address on its own, and a count of each address. */
struct tocsin_detector;

/* One for each address and threshold, until the address has been quiet for the window's span.
 * Valid until tocsin_detector_forget() or tocsin_detector_free(). */
struct tocsin_alert;

enum {
    TOCSIN_THRESHOLDS_MAX = 64,
    TOCSIN_THRESHOLD_MAX = 1048576, /* events of one threshold */
    TOCSIN_ALERTS_MAX = 65536,      /* kept at once */
    TOCSIN_ADDRESSES_MAX = 262144,  /* counted at once, and watched at once by each threshold */
    TOCSIN_ADDRESS_BYTES_MAX = 255,
    TOCSIN_KIND_BYTES_MAX = 255
};

TOCSIN_API struct tocsin_detector *tocsin_detector_new(void);
TOCSIN_API void tocsin_detector_free(struct tocsin_detector *detector); /* NULL is fine */

/* From now on: an alert when there are `threshold` events of this kind (NULL: of any) from one
 * address within `window_ns`, both ends included. `title` is what the alert says. */
TOCSIN_API bool tocsin_detector_watch(struct tocsin_detector *detector, const char *kind,
                                      const char *title, uint32_t threshold, int64_t window_ns,
                                      struct tocsin_error *why);

/*
 * An event. `address` is an IP address, of which all spellings are the same, or another name
 * without control characters; `severity` one of those of tocsin_finding_level(), or "".
 *
 * Events come in the order of their times. One that comes after a newer one counts as of the newer
 * one's time; for a threshold whose window it is older than, not at all, and the answer is false
 * with TOCSIN_LATE. TOCSIN_LIMIT: an alert is due, but TOCSIN_ALERTS_MAX are kept; it is raised
 * by the next event when there is room.
 */
TOCSIN_API bool tocsin_detector_add(struct tocsin_detector *detector, int64_t time_ns,
                                    const char *address, const char *kind, const char *severity,
                                    struct tocsin_error *why);

/* Alerts in the order in which they were raised. */
TOCSIN_API size_t tocsin_detector_alert_count(const struct tocsin_detector *detector);
TOCSIN_API const struct tocsin_alert *tocsin_detector_alert(const struct tocsin_detector *detector,
                                                            size_t at); /* NULL past the last */
/* Drops the alerts that are over; those that last go on counting. */
TOCSIN_API void tocsin_detector_forget(struct tocsin_detector *detector);

TOCSIN_API const char *tocsin_alert_message(const struct tocsin_alert *a); /* "ADDRESS: TITLE" */
TOCSIN_API const char *tocsin_alert_title(const struct tocsin_alert *a);
TOCSIN_API const char *tocsin_alert_ip(const struct tocsin_alert *a);
TOCSIN_API const char *tocsin_alert_kind(const struct tocsin_alert *a); /* watched; NULL: any */
/* Events: those of the window that raised it, and all since. */
TOCSIN_API uint64_t tocsin_alert_count(const struct tocsin_alert *a);
/* The highest of the event that raised it and those since. */
TOCSIN_API const char *tocsin_alert_severity(const struct tocsin_alert *a);
TOCSIN_API int64_t tocsin_alert_first_ns(const struct tocsin_alert *a);
TOCSIN_API int64_t tocsin_alert_last_ns(const struct tocsin_alert *a);

/* Return false to be told no more. */
typedef bool tocsin_address_fn(void *context, const char *address, uint64_t count);

/* Tells the addresses that have more than `factor` times the mean number of events an address has,
 * the busiest first, and returns how many these are: 0 when there was no event. */
TOCSIN_API size_t tocsin_detector_anomalous(const struct tocsin_detector *detector, double factor,
                                            tocsin_address_fn *on_address, void *context);
/* Events of addresses beyond TOCSIN_ADDRESSES_MAX, which tocsin_detector_anomalous() leaves out. */
TOCSIN_API uint64_t tocsin_detector_uncounted(const struct tocsin_detector *detector);
/* Counts from 0 again, for the next hour or day. Thresholds and alerts stay. */
TOCSIN_API void tocsin_detector_reset_counts(struct tocsin_detector *detector);

#ifdef __cplusplus
}
#endif
#endif
