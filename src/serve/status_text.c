/* status_text.c - how it goes, for people: a line a source, and below it what is wrong. */
#include "serve/status.h"

#include "text/escape.h"
#include "text/time.h"

#define NS_A_SECOND INT64_C(1000000000)

struct text_run {
    struct buf *out;
    int64_t running_ns, now_ns;
};

/* "1.5 G" */
static void add_bytes(struct buf *out, uint64_t n)
{
    static const char units[] = " KMGTP";
    double value = (double)n;
    size_t unit = 0;

    while (value >= 1024 && unit + 2 < sizeof units) {
        value /= 1024;
        unit++;
    }
    buf_printf(out, unit ? "%7.1f %c" : "%7.0f %c", value, units[unit]);
}

static void add_ago(struct buf *out, int64_t ns)
{
    const int64_t s = ns / NS_A_SECOND;

    if (s < 120)
        buf_printf(out, "%8llds", (long long)s);
    else if (s < 7200)
        buf_printf(out, "%8lldm", (long long)s / 60);
    else
        buf_printf(out, "%8lldh", (long long)s / 3600);
}

static void write_wrong(struct buf *out, struct inlet *in)
{
    const struct inlet_counts *n = &in->counts;
    char sample[SAMPLE_BYTES];
    const char *what;

    for (int f = 0; f < INLET_FAULT_COUNT; f++) {
        const uint64_t count = atomic_load(&n->faults[f]);
        if (count)
            buf_printf(out, "    %s: %llu (%s)\n", inlet_fault_name((enum inlet_fault)f),
                       (unsigned long long)count, inlet_fault_what((enum inlet_fault)f));
    }
    if (atomic_load(&n->problems))
        buf_printf(out, "    unreadable as their format: %llu\n",
                   (unsigned long long)atomic_load(&n->problems));
    if (atomic_load(&n->dropped))
        buf_printf(out, "    dropped: %llu\n", (unsigned long long)atomic_load(&n->dropped));
    if (atomic_load(&n->late))
        buf_printf(out, "    late: %llu\n", (unsigned long long)atomic_load(&n->late));
    const int64_t skew = atomic_load(&n->skew_ns);
    if (skew > NS_A_SECOND * 60 || skew < -NS_A_SECOND * 60)
        buf_printf(out, "    events are %lld s %s our clock\n",
                   (long long)(skew < 0 ? -skew : skew) / NS_A_SECOND,
                   skew < 0 ? "ahead of" : "behind");
    const uint32_t length = inlet_sample_read(in, sample, &what);
    if (what) {
        buf_printf(out, "    last %s: ", what);
        escape_terminal(out, (str){sample, length});
        buf_char(out, '\n');
    }
}

static void write_source(void *ctx, const struct config_source *c, struct inlet *in)
{
    struct text_run *t = ctx;
    const struct inlet_counts *n = &in->counts;
    const uint64_t next = raw_next(in->options.raw), matched = atomic_load(&n->matched_below),
                   records = atomic_load(&n->records);
    const int64_t received = atomic_load(&n->received_ns);

    buf_printf(t->out, "%-20.*s %-12s %12llu %9.1f %9llu ", STR_ARG(c->name), c->type->name,
               (unsigned long long)records,
               (double)records * (double)NS_A_SECOND / (double)(t->running_ns + 1),
               (unsigned long long)atomic_load(&n->findings));
    add_bytes(t->out, atomic_load(&n->lag_bytes));
    buf_printf(t->out, " %9llu ", (unsigned long long)(next > matched ? next - matched : 0));
    add_bytes(t->out, raw_disk_bytes(in->options.raw));
    buf_char(t->out, ' ');
    if (received)
        add_ago(t->out, t->now_ns > received ? t->now_ns - received : 0);
    else
        buf_add(t->out, S("    never"));
    buf_char(t->out, '\n');
    write_wrong(t->out, in);
}

static void write_watermark(const struct status_facts *f, struct buf *out)
{
    const struct live_state_counts *c = pipeline_state(f->pipeline);
    const int64_t passed = atomic_load(&c->passed_ns);

    buf_printf(out, "\n%u correlations, ", atomic_load(&c->correlations));
    if (passed == INT64_MIN)
        buf_add(out, S("nothing is final yet"));
    else
        buf_printf(out, "final up to %lld s ago", (long long)((f->now_ns - passed) / NS_A_SECOND));
    buf_printf(out, ", %llu matches wait\n", (unsigned long long)atomic_load(&c->waiting));
    const struct {
        const char *what;
        uint64_t count;
    } wrong[] = {
        {"too late to be correlated", atomic_load(&c->late)},
        {"correlated early, for want of room", atomic_load(&c->displaced)},
        {"with a time too far ahead to be believed", atomic_load(&c->disbelieved)},
        {"of rules that a reload took away", atomic_load(&c->forgotten)},
        {"groups given up for want of room", atomic_load(&c->groups_displaced)},
    };
    for (size_t i = 0; i < countof(wrong); i++)
        if (wrong[i].count)
            buf_printf(out, "    %s: %llu\n", wrong[i].what, (unsigned long long)wrong[i].count);
}

void status_text(const struct status_facts *f, struct buf *out)
{
    struct text_run t = {.out = out, .running_ns = f->now_ns - f->started_ns, .now_ns = f->now_ns};
    char started[TIME_TEXT_MAX];
    const size_t n = time_format(f->started_ns, 0, started);

    if (t.running_ns < 0) /* the clock was set back */
        t.running_ns = 0;
    buf_printf(out, "tocsin %s, serving since %.*s, %u rules", TOCSIN_VERSION, (int)n, started,
               f->rules);
    if (f->rules_refused)
        buf_printf(out, " (%u documents are no rules)", f->rules_refused);
    buf_add(out, S(", memory"));
    add_bytes(out, status_resident_bytes());
    buf_printf(out, "\n\n%-20s %-12s %12s %9s %9s %9s %9s %9s %9s\n", "source", "type", "records",
               "a second", "findings", "lag", "unmatched", "on disk", "last");
    source_set_each(f->sources, &t, write_source);
    write_watermark(f, out);
}
