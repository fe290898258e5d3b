/*
 * dropper.c - processes of one parent that together bring code onto a host and run it: what was
 * decoded goes to an interpreter, or what was downloaded is run from a folder that anyone may
 * write.
 *
 * Of each (host, parent process) the last time of each step is kept. A pipe's programs start in any
 * order; a download comes before what it brought is run.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum { PARENTS_MAX = 1 << 16, REFS = 2 };

enum step { STEP_DECODE, STEP_INTERPRET, STEP_DOWNLOAD, STEP_RUN, STEPS };

struct parent {
    int64_t last_ns;
    int64_t times[STEPS];
    uint64_t refs[STEPS];
    uint32_t seen; /* bits of enum step */
    uint32_t told; /* of the second step of each way */
};

struct dropper {
    struct key_table *parents;
    int64_t pipe_ns, run_ns;
    uint64_t seed;
};

static const struct setting settings_table[] = {
    {.name = "pipe",
     .kind = SETTING_DURATION,
     .fallback = "2s",
     .help = "between a decoder and an interpreter"},
    {.name = "run",
     .kind = SETTING_DURATION,
     .fallback = "5m",
     .help = "from a download to a program that is run from a folder that anyone may write"},
};

static int64_t parent_last(const void *state)
{
    return ((const struct parent *)state)->last_ns;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct parent), parent_last, NULL};
    struct dropper *d = mem_alloc(sizeof *d);

    (void)e;
    d->pipe_ns = (int64_t)setting_number(s, "pipe");
    d->run_ns = (int64_t)setting_number(s, "run");
    d->parents = key_table_new(&kind, PARENTS_MAX);
    d->seed = hash_seed();
    return d;
}

static void close(void *self)
{
    struct dropper *d = self;

    key_table_free(d->parents);
    free(d);
}

extern const struct behavior_type behavior_dropper;

static const struct {
    enum step step;
    str name;
} programs[] = {
    {STEP_DECODE, S("base64")},     {STEP_DECODE, S("base32")},
    {STEP_DECODE, S("xxd")},        {STEP_DECODE, S("uudecode")},
    {STEP_INTERPRET, S("sh")},      {STEP_INTERPRET, S("bash")},
    {STEP_INTERPRET, S("dash")},    {STEP_INTERPRET, S("zsh")},
    {STEP_INTERPRET, S("ksh")},     {STEP_INTERPRET, S("perl")},
    {STEP_INTERPRET, S("python")},  {STEP_INTERPRET, S("python2")},
    {STEP_INTERPRET, S("python3")}, {STEP_INTERPRET, S("ruby")},
    {STEP_INTERPRET, S("php")},     {STEP_INTERPRET, S("node")},
    {STEP_DOWNLOAD, S("wget")},     {STEP_DOWNLOAD, S("curl")},
    {STEP_DOWNLOAD, S("fetch")},    {STEP_DOWNLOAD, S("tftp")},
    {STEP_DOWNLOAD, S("ftp")},      {STEP_DOWNLOAD, S("lwp-download")},
};

static enum step step_of(const struct observation *o)
{
    static const str folders[] = {S("/tmp/"), S("/var/tmp/"), S("/dev/shm/"), S("/run/user/")};
    const str name = observed(o, COLUMN_process_name),
              path = observed(o, COLUMN_process_executable);

    for (size_t i = 0; i < countof(folders); i++)
        if (str_starts(path, folders[i]))
            return STEP_RUN;
    for (size_t i = 0; i < countof(programs); i++)
        if (str_eq(name, programs[i].name))
            return programs[i].step;
    return STEPS;
}

/* The step that makes `step` a whole; STEPS: it has not been taken, or too long ago. */
static enum step whole_with(const struct dropper *d, const struct parent *p, enum step step,
                            int64_t now_ns)
{
    static const enum step others[STEPS] = {[STEP_DECODE] = STEP_INTERPRET,
                                            [STEP_INTERPRET] = STEP_DECODE,
                                            [STEP_DOWNLOAD] = STEPS,
                                            [STEP_RUN] = STEP_DOWNLOAD};
    const enum step other = others[step];
    const int64_t span = step == STEP_RUN ? d->run_ns : d->pipe_ns;

    if (other == STEPS || !(p->seen & 1u << other) ||
        (uint64_t)now_ns - (uint64_t)p->times[other] > (uint64_t)span)
        return STEPS;
    return other;
}

static void tell(const struct observation *o, struct parent *p, enum step step, enum step other,
                 struct behavior_port *port)
{
    const bool ran = step == STEP_RUN;
    const uint32_t bit = ran ? 2 : 1;
    const str program = observed(o, COLUMN_process_executable);
    const struct signal_pair key[] = {{S("host"), o->host},
                                      {S("parent"), observed(o, COLUMN_process_parent_pid)}};
    const struct signal_pair details[] = {{S("program"), program},
                                          {S("command"), observed(o, COLUMN_process_command_line)}};
    const uint64_t refs[REFS] = {p->refs[other], o->ref};
    struct signal s = {
        .severity = ran ? SEVERITY_HIGH : SEVERITY_NONE,
        .title = ran ? S("Downloaded program run") : S("Decoded script run"),
        .first_ns = p->told & bit ? o->time_ns : p->times[other],
        .last_ns = o->time_ns,
        .count = p->told & bit ? 1 : REFS,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(
            port->arena, "process " STR_FMT " on " STR_FMT " %s (" STR_FMT ")",
            STR_ARG(key[1].value), STR_ARG(o->host),
            ran ? "downloaded something, then ran a program from a folder that anyone may write"
                : "decoded something while it started an interpreter",
            STR_ARG(program)),
        .details = details,
        .detail_count = details[1].value.n ? 2 : 1,
        .events = p->told & bit ? refs + 1 : refs,
        .event_count = p->told & bit ? 1 : REFS,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_dropper, port, &s);
    p->told |= bit;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct dropper *d = self;
    const str parent = observed(o, COLUMN_process_parent_pid);
    const enum step step = step_of(o);
    const int64_t keep = d->run_ns > d->pipe_ns ? d->run_ns : d->pipe_ns;

    if (step == STEPS || parent.n == 0 || o->columns->outcome == OUTCOME_FAILURE)
        return;
    key_table_expire(d->parents, o->time_ns < INT64_MIN + keep ? INT64_MIN : o->time_ns - keep);
    struct parent *p =
        key_table_touch(d->parents, hash_mix(hash64(o->host, d->seed), hash64(parent, d->seed)));
    const enum step other = whole_with(d, p, step, o->time_ns);
    if (other != STEPS)
        tell(o, p, step, other, port);
    p->last_ns = p->times[step] = o->time_ns;
    p->refs[step] = o->ref;
    p->seen |= 1u << step;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct dropper *d = self;

    ret->keys = key_table_count(d->parents);
    ret->displaced = key_table_displaced(d->parents);
    ret->bytes = key_table_bytes(d->parents);
}

static const uint8_t activities[] = {ACTIVITY_process_start, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_process_name, COLUMN_process_executable,
                                  COLUMN_process_command_line, COLUMN_process_parent_pid,
                                  COLUMN_COUNT};

const struct behavior_type behavior_dropper = {
    .name = "dropper",
    .title = "Downloaded program run",
    .what = "processes of one parent that bring code onto a host and run it",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.execution attack.t1059.004 attack.command-and-control attack.t1105",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
