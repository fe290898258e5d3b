/*
 * match_equal.c - the detector held to the oracle on the corpus's events, as they are and damaged.
 *
 *   match_equal CORPUS UNPACKED PROFILE EVERY
 *
 * CORPUS is the corpus folder; UNPACKED holds the same tree with its .zst files decompressed;
 * PROFILE is a profile's file, or "-" for none. Events are decoded and classified as a scan does,
 * with SigmaHQ's rules. For every EVERY-th event of a file the detector's rules must be the
 * oracle's (detect/naive.c), and again when some of its values are replaced by, cut at, or spliced
 * with literals of a rule for its log source, written as slices of JSON and as a body of EVTX. The
 * tier is what TOCSIN_SIMD says. Prints
 *
 *   match-equal: recorded X of Y
 *   match-equal: damaged X of Y, M matches
 */
#include "../format_drive.h"
#include "../unit/lazy_event.h"

#include "detect/detector.h"
#include "event/classifier.h"
#include "simd/simd.h"

#include <fts.h>
#include <stdio.h>

enum { STEP = 512 * 1024, PATH_BYTES = 4096, RULE_TRIES = 40, SHOWN = 20 };

extern const struct format format_evtx, format_json;

struct tally {
    uint64_t equal, of, matches;
};

struct run {
    struct ruleset *rules;
    struct detector *detector;
    struct detector_scratch *scratch;
    struct naive *naive;
    struct classifier *classifier;
    struct lazy_fixture lazy;
    const char *path;
    uint64_t every, read;
    uint32_t shown;
    struct tally recorded, damaged;
};

static void say(struct run *r, const char *what, uint32_t rule, bool fast)
{
    if (r->shown++ < SHOWN)
        printf("  %s: %s event %llu: rule " STR_FMT ": %s only\n", r->path, what,
               (unsigned long long)r->read, STR_ARG(sigma_rule_identity(r->rules->rules[rule])),
               fast ? "detector" : "oracle");
}

/* Does the detector say of the event what the oracle says of what it settles to? */
static void compare(struct run *r, const char *what, const struct event *lazy, struct tally *t)
{
    const uint32_t *matches;
    uint32_t count = detector_match(r->detector, r->scratch, lazy, &matches), next = 0;
    struct event settled = lazy_settled(&r->lazy.writer, lazy);
    bool equal = true;

    for (uint32_t rule = 0; rule < r->rules->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        if (fast == naive_matches(r->naive, rule, &settled))
            continue;
        say(r, what, rule, fast);
        equal = false;
    }
    t->equal += equal;
    t->of++;
    t->matches += count;
}

/* ------------------------------------------------------------ damage */

static bool is_for(const struct logsource *rule, const struct event *ev)
{
    for (uint32_t i = 0; i < ev->logsource_count; i++)
        if (logsource_applies(rule, &ev->logsources[i]))
            return true;
    return false;
}

static uint32_t rule_for(struct run *r, const struct event *ev)
{
    uint32_t rule = 0;

    for (uint32_t i = 0; i < RULE_TRIES; i++) {
        rule = generate_below(&r->lazy.generator, r->rules->count);
        if (is_for(&r->rules->rules[rule]->logsource, ev))
            break;
    }
    return rule;
}

/* A literal in the middle of the value, or what the generator makes of several. */
static struct field damage(struct run *r, struct field f)
{
    struct event_generator *g = &r->lazy.generator;
    uint8_t type;
    str made = generate_value(g, r->lazy.arena, &type);

    if (f.type == VALUE_STRING && g->literals.count && generate_below(g, 2)) {
        str literal = g->literals.items[generate_below(g, g->literals.count)];
        size_t at = generate_below(g, (uint32_t)f.value.n + 1);
        str head = {f.value.p, at}, tail = str_from_at(f.value, at);
        f.value = arena_printf(r->lazy.arena, STR_FMT STR_FMT STR_FMT, STR_ARG(head),
                               STR_ARG(literal), STR_ARG(tail));
        return f;
    }
    f.value = made;
    f.type = type;
    return f;
}

static struct event damaged(struct run *r, const struct event *settled, uint32_t rule)
{
    struct event_generator *g = &r->lazy.generator;
    struct event ev = raw_copy(settled, r->lazy.arena);

    generator_aim(g, rule);
    for (uint32_t i = 0; i < ev.field_count; i++) {
        bool asked = false;
        for (uint32_t k = 0; k < g->names.count; k++)
            asked = asked || str_eq(g->names.items[k], ev.fields[i].name);
        if (generate_below(g, asked ? 2 : 16) == 0)
            ev.fields[i] = damage(r, ev.fields[i]);
    }
    ev.raw = ev.body = (str){0};
    ev.codec = NULL;
    return ev;
}

static void on_event(void *ctx, struct event *ev)
{
    struct run *r = ctx;

    classifier_event(r->classifier, ev);
    if (r->read++ % r->every != 0)
        return;
    arena_reset(r->lazy.arena);
    compare(r, "recorded", ev, &r->recorded);
    struct event settled = lazy_settled(&r->lazy.writer, ev);
    struct event broken = damaged(r, &settled, rule_for(r, ev));
    struct event json = lazy_json(&r->lazy.writer, &broken);
    compare(r, "damaged (JSON)", &json, &r->damaged);
    struct event evtx = lazy_evtx(&r->lazy.writer, &broken);
    compare(r, "damaged (EVTX)", &evtx, &r->damaged);
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    (void)p;
}

/* ------------------------------------------------------------ files */

static void read_file(struct run *r, const char *path, const struct format *format)
{
    const struct decode_sink sink = {
        .ctx = r, .lazy = true, .event = on_event, .problem = on_problem};
    str bytes = format_read_file(path);

    if (!bytes.p)
        return;
    r->path = path;
    r->read = 0;
    format_drive(format, bytes, STEP, &sink, NULL);
    free((char *)(uintptr_t)bytes.p);
}

static bool read_tree(struct run *r, const char *root, const char *sub, const char *ending,
                      const struct format *format)
{
    char path[PATH_BYTES], *roots[] = {path, NULL};

    snprintf(path, sizeof path, "%s/sigma/%s", root, sub);
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return false;
    for (FTSENT *e; (e = fts_read(tree));)
        if (e->fts_info == FTS_F && str_ends(str_from(e->fts_name), str_from(ending)))
            read_file(r, e->fts_path, format);
    fts_close(tree);
    return true;
}

static struct ruleset *load_rules(struct io *io, const char *corpus)
{
    static const char *const folders[] = {"rules", "rules-compliance", "rules-emerging-threats",
                                          "rules-threat-hunting"};
    struct ruleset *rs = ruleset_new();

    for (size_t i = 0; i < countof(folders); i++) {
        char path[PATH_BYTES];
        struct err e = {0};
        snprintf(path, sizeof path, "%s/sigma/rules/%s", corpus, folders[i]);
        if (!ruleset_load(rs, io, path, &e))
            printf("%s\n", e.message);
    }
    ruleset_finish(rs);
    return rs;
}

static void run_init(struct run *r, const struct profile *profile)
{
    r->detector = detector_new_with(&(struct detector_options){.rs = r->rules, .profile = profile});
    r->scratch = detector_scratch_new(r->detector);
    r->naive = naive_new(r->rules);
    r->classifier = classifier_new(NULL);
    lazy_fixture_init(&r->lazy, r->rules);
}

static void run_done(struct run *r)
{
    lazy_fixture_done(&r->lazy);
    classifier_free(r->classifier);
    naive_free(r->naive);
    detector_scratch_free(r->scratch);
    detector_free(r->detector);
    ruleset_free(r->rules);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct profile *profile = NULL;
    struct err e = {0};
    struct io io;

    io_init(&io);
    if (argc != 5 || !str_u64(str_from(argv[4]), &r.every) || r.every == 0) {
        fprintf(stderr, "usage: match_equal CORPUS UNPACKED PROFILE EVERY\n");
        return 2;
    }
    if (!str_eq(str_from(argv[3]), S("-")) && !profile_load(&io, argv[3], &profile, &e)) {
        fprintf(stderr, "match_equal: %s\n", e.message);
        return 1;
    }
    r.rules = load_rules(&io, argv[1]);
    run_init(&r, profile);
    bool ok = read_tree(&r, argv[2], "evtx", ".evtx", &format_evtx) &&
              read_tree(&r, argv[1], "regression", ".evtx", &format_evtx) &&
              read_tree(&r, argv[2], "otrf", ".ndjson", &format_json);
    printf("match-equal: %s, every %llu\n", simd_best()->name, (unsigned long long)r.every);
    printf("match-equal: recorded %llu of %llu\n", (unsigned long long)r.recorded.equal,
           (unsigned long long)r.recorded.of);
    printf("match-equal: damaged %llu of %llu, %llu matches\n", (unsigned long long)r.damaged.equal,
           (unsigned long long)r.damaged.of, (unsigned long long)r.damaged.matches);
    run_done(&r);
    profile_free(profile);
    return ok ? 0 : 1;
}
