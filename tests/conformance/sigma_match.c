/*
 * sigma_match - the matchers against recorded attacks, event by event, without
 * the decoder of EVTX in between: the corpus has its records as flat JSON too.
 *
 * Usage: sigma_match CORPUS UNPACKED [EVERY]
 * UNPACKED holds evtx/events.ndjson and otrf/NAME.ndjson, decompressed. Found and expected matches
 * are compared as sets of (file, record, rule), but for those of exceptions.tsv beside this file;
 * each difference is printed. Of every EVERY-th event (default 1) the detector must also equal the
 * naive matcher. The last line is "sigma_match: X of Y".
 */
#include "base/buf.h"
#include "base/mem.h"
#include "detect/detector.h"
#include "formats/format.h"
#include "../format_drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FILE_BYTES_MAX = 1 << 30, READ_BYTES = 1 << 20, CELLS_MAX = 8 };

extern const struct format format_json;

struct keys { /* "file\trecord\trule" */
    str *items;
    uint32_t count, capacity;
};

struct run {
    struct arena *arena; /* of keys */
    struct ruleset *rules;
    struct detector *detector;
    struct detector_scratch *scratch;
    struct naive *naive;
    struct keys expected, found;
    const char *set;
    str file;       /* of the events that are read; empty: the event names it */
    str file_field; /* in this field */
    uint64_t every, events, compared, unequal, line;
    double match_s;
};

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void keys_add(struct keys *k, struct arena *a, str file, str record, str rule)
{
    str *room = arena_push(a, (void **)&k->items, &k->count, &k->capacity, sizeof *room);

    *room = arena_printf(a, STR_FMT "\t" STR_FMT "\t" STR_FMT, STR_ARG(file), STR_ARG(record),
                         STR_ARG(rule));
}

static void compare_with_naive(struct run *r, const struct event *ev, const uint32_t *matches,
                               uint32_t count)
{
    uint32_t next = 0;

    if (r->events % r->every != 0)
        return;
    r->compared++;
    for (uint32_t rule = 0; rule < r->rules->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        if (fast == naive_matches(r->naive, rule, ev))
            continue;
        r->unequal++;
        printf("unequal\t%s\t" STR_FMT "\t%llu\t" STR_FMT "\t%s only\n", r->set, STR_ARG(r->file),
               (unsigned long long)r->line, STR_ARG(sigma_rule_identity(r->rules->rules[rule])),
               fast ? "detector" : "naive");
    }
}

/* The corpus says in these where an event came from; they are no part of it. */
static void drop_origin(struct event *ev)
{
    static const str names[] = {S("_case"), S("_file"), S("_idx")};
    uint32_t n = 0;

    for (uint32_t i = 0; i < ev->field_count; i++) {
        bool origin = false;
        for (size_t k = 0; k < countof(names); k++)
            origin = origin || str_eq(ev->fields[i].name, names[k]);
        if (!origin)
            ev->fields[n++] = ev->fields[i];
    }
    ev->field_count = n;
}

static void on_event(void *ctx, struct event *ev)
{
    struct run *r = ctx;
    const uint32_t *matches;

    r->line = ev->from.record + 1; /* a file is one batch, and its units are lines */
    str file = r->file.n ? r->file : event_get(ev, r->file_field);
    drop_origin(ev);
    logsource_classify(ev);
    double before = now_s();
    uint32_t count = detector_match(r->detector, r->scratch, ev, &matches);
    r->match_s += now_s() - before;
    str record = r->file.n ? arena_printf(r->arena, "%llu", (unsigned long long)r->line)
                           : event_get(ev, S("EventRecordID"));
    for (uint32_t i = 0; i < count; i++)
        keys_add(&r->found, r->arena, file, record,
                 sigma_rule_identity(r->rules->rules[matches[i]]));
    compare_with_naive(r, ev, matches, count);
    r->events++;
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct run *r = ctx;

    (void)p;
    printf("problem\t%s\t" STR_FMT "\t%llu\n", r->set, STR_ARG(r->file),
           (unsigned long long)r->line);
}

static bool read_whole(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");

    if (!f) {
        perror(path);
        return false;
    }
    for (size_t got = 1; got > 0; out->n += got) {
        char *room = buf_room(out, READ_BYTES);
        got = room ? fread(room, 1, READ_BYTES, f) : 0;
    }
    fclose(f);
    return !out->overflow;
}

static bool read_events(struct run *r, const char *path)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(FILE_BYTES_MAX);
    struct decode_sink sink = {.ctx = r, .event = on_event, .problem = on_problem};

    if (!read_whole(path, &bytes))
        return false;
    format_drive(&format_json, buf_str(&bytes), bytes.n, &sink, NULL);
    return true;
}

static uint32_t cells_of(str line, str cells[CELLS_MAX])
{
    uint32_t n = 0;

    while (n < CELLS_MAX && line.n)
        cells[n++] = str_cut(&line, '\t');
    return n;
}

/* Adds the expected keys of a table of which the columns file, record and rule are named. */
static bool read_expected(struct run *r, const char *path, const char *const columns[3])
{
    struct buf bytes CLEANUP(buf_done) = buf_make(FILE_BYTES_MAX);
    str cells[CELLS_MAX];
    uint32_t place[3] = {0};

    if (!read_whole(path, &bytes))
        return false;
    str rest = buf_str(&bytes);
    uint32_t n = cells_of(str_cut(&rest, '\n'), cells);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < 3; k++)
            if (str_eq(cells[i], str_from(columns[k])))
                place[k] = i;
    while (rest.n) {
        n = cells_of(str_cut(&rest, '\n'), cells);
        if (n > place[0] && n > place[1] && n > place[2])
            keys_add(&r->expected, r->arena, cells[place[0]], cells[place[1]], cells[place[2]]);
    }
    return true;
}

/* An exception is as good as met: "missing" is not expected, "extra" is. */
static bool read_exceptions(struct run *r, const char *path, struct keys *not_expected)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(FILE_BYTES_MAX);
    str cells[CELLS_MAX];

    if (!read_whole(path, &bytes))
        return false;
    str rest = buf_str(&bytes);
    while (rest.n) {
        if (cells_of(str_cut(&rest, '\n'), cells) < 5 || !str_eq(cells[0], str_from(r->set)))
            continue;
        bool extra = str_eq(cells[4], S("extra"));
        keys_add(extra ? &r->expected : not_expected, r->arena, cells[1], cells[2], cells[3]);
    }
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static void keys_sort(struct keys *k)
{
    uint32_t n = 0;

    if (k->count)
        qsort(k->items, k->count, sizeof *k->items, compare_keys);
    for (uint32_t i = 0; i < k->count; i++)
        if (i == 0 || !str_eq(k->items[i], k->items[i - 1]))
            k->items[n++] = k->items[i];
    k->count = n;
}

static bool keys_have(const struct keys *k, str key)
{
    return k->count && bsearch(&key, k->items, k->count, sizeof key, compare_keys);
}

/* Prints the differences; adds how many of how many keys are right. */
static void score(struct run *r, struct keys *not_expected, uint64_t *right, uint64_t *of)
{
    uint64_t good = 0, bad = 0;

    keys_sort(&r->expected);
    keys_sort(&r->found);
    keys_sort(not_expected);
    for (uint32_t i = 0; i < r->expected.count; i++) {
        bool found = keys_have(&r->found, r->expected.items[i]);
        if (keys_have(not_expected, r->expected.items[i]))
            continue;
        good += found;
        bad += !found;
        if (!found)
            printf("missing\t%s\t" STR_FMT "\n", r->set, STR_ARG(r->expected.items[i]));
    }
    for (uint32_t i = 0; i < r->found.count; i++)
        if (!keys_have(&r->expected, r->found.items[i])) {
            bad++;
            printf("extra\t%s\t" STR_FMT "\n", r->set, STR_ARG(r->found.items[i]));
        }
    printf("%s: %llu of %llu; %llu events, %.2f us an event in the detector\n", r->set,
           (unsigned long long)good, (unsigned long long)(good + bad),
           (unsigned long long)r->events, r->events ? r->match_s / (double)r->events * 1e6 : 0);
    *right += good;
    *of += good + bad;
}

static void begin(struct run *r, const char *set)
{
    r->set = set;
    r->file = r->file_field = (str){0};
    r->expected = r->found = (struct keys){0};
    r->events = 0;
    r->match_s = 0;
}

static bool end(struct run *r, uint64_t *right, uint64_t *of)
{
    struct buf path CLEANUP(buf_done) = buf_make(4096);
    struct keys not_expected = {0};
    const char *source = getenv("TOCSIN_SOURCE");

    buf_printf(&path, "%s/tests/conformance/exceptions.tsv", source ? source : ".");
    if (!read_exceptions(r, buf_cstr(&path), &not_expected))
        return false;
    score(r, &not_expected, right, of);
    return true;
}

static bool run_listed(struct run *r, const char *set, const char *events, const char *expected,
                       const char *file_field, const char *const columns[3], uint64_t *right,
                       uint64_t *of)
{
    begin(r, set);
    r->file_field = str_from(file_field);
    return read_expected(r, expected, columns) && read_events(r, events) && end(r, right, of);
}

static bool run_otrf(struct run *r, const char *folder, const char *expected, uint64_t *right,
                     uint64_t *of)
{
    static const char *const columns[3] = {"file", "line", "rule_id"};
    DIR *dir = opendir(folder);

    begin(r, "otrf_match");
    if (!dir || !read_expected(r, expected, columns)) {
        perror(folder);
        return false;
    }
    bool ok = true;
    for (struct dirent *d; ok && (d = readdir(dir));) {
        struct buf path CLEANUP(buf_done) = buf_make(4096);
        if (!str_ends(str_from(d->d_name), S(".ndjson")))
            continue;
        buf_printf(&path, "%s/%s", folder, d->d_name);
        r->file = arena_printf(r->arena, "%s.zst", d->d_name);
        ok = read_events(r, buf_cstr(&path));
    }
    closedir(dir);
    return ok && end(r, right, of);
}

static struct ruleset *load_rules(const char *corpus)
{
    static const char *const folders[] = {"rules", "rules-emerging-threats",
                                          "rules-threat-hunting"};
    struct ruleset *rs = ruleset_new();
    struct io io;

    io_init(&io);
    for (size_t i = 0; i < countof(folders); i++) {
        struct buf path CLEANUP(buf_done) = buf_make(4096);
        struct err e = {0};
        buf_printf(&path, "%s/sigma/rules/%s", corpus, folders[i]);
        if (!ruleset_load(rs, &io, buf_cstr(&path), &e))
            printf("%s\n", e.message);
    }
    ruleset_finish(rs);
    for (uint32_t i = 0; i < rs->refusal_count; i++)
        printf("refused\t%s:%u\t%s\n", rs->refusals[i].why.file, rs->refusals[i].why.line,
               rs->refusals[i].why.message);
    return rs;
}

static const char *below(struct arena *a, const char *folder, const char *name)
{
    return arena_printf(a, "%s/%s", folder, name).p;
}

static bool run_all(struct run *r, const char *corpus, const char *unpacked, uint64_t *right,
                    uint64_t *of)
{
    static const char *const of_case[3] = {"case", "event_record_id", "rule_id"};
    static const char *const of_file[3] = {"file", "event_record_id", "rule_id"};
    struct arena *a = r->arena;

    return run_listed(r, "regression_json", below(a, corpus, "sigma/regression/events.ndjson"),
                      below(a, corpus, "sigma/regression/expected.tsv"), "_case", of_case, right,
                      of) &&
           run_listed(r, "evtx_match", below(a, unpacked, "evtx/events.ndjson"),
                      below(a, corpus, "sigma/evtx/expected.tsv"), "_file", of_file, right, of) &&
           run_otrf(r, below(a, unpacked, "otrf"), below(a, corpus, "sigma/otrf/expected.tsv"),
                    right, of);
}

int main(int argc, char **argv)
{
    uint64_t right = 0, of = 0;
    struct run r = {.every = 1};

    if (argc < 3) {
        fprintf(stderr, "usage: sigma_match CORPUS UNPACKED [EVERY]\n");
        return EXIT_FAILURE;
    }
    if (argc > 3 && (!str_u64(str_from(argv[3]), &r.every) || r.every == 0))
        return EXIT_FAILURE;
    r.arena = arena_new(1 << 20);
    r.rules = load_rules(argv[1]);
    double before = now_s();
    r.detector = detector_new(r.rules);
    printf("%u rules, %.0f ms to compile\n", r.rules->count, (now_s() - before) * 1e3);
    r.scratch = detector_scratch_new(r.detector);
    r.naive = naive_new(r.rules);
    bool ok = run_all(&r, argv[1], argv[2], &right, &of);
    printf("naive: %llu of %llu events compared are unequal\n", (unsigned long long)r.unequal,
           (unsigned long long)r.compared);
    printf("sigma_match: %llu of %llu\n", (unsigned long long)right, (unsigned long long)of);
    detector_scratch_free(r.scratch);
    detector_free(r.detector);
    naive_free(r.naive);
    ruleset_free(r.rules);
    arena_free(r.arena);
    return ok && right == of && r.unequal == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
