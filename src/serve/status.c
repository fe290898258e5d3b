#include "serve/status.h"

#include "text/json_write.h"
#include "text/time.h"

#include <stdio.h>
#include <unistd.h>

/* One counter of a source, under its names in JSON and in Prometheus. */
struct counter {
    const char *name, *metric, *help;
    size_t offset; /* in struct inlet_counts */
};

#define COUNTER(member, metric, help)                                                              \
    {                                                                                              \
#member, metric, help, offsetof(struct inlet_counts, member)                               \
    }
static const struct counter counters[] = {
    COUNTER(records, "records_total", "Records taken in."),
    COUNTER(bytes, "bytes_total", "Bytes of the records taken in."),
    COUNTER(events, "events_total", "Events that were decoded and matched."),
    COUNTER(findings, "findings_total", "Rules that matched."),
    COUNTER(problems, "problems_total", "Records that could not be read as their format."),
    COUNTER(dropped, "dropped_total", "Records lost: the sender could not be made to wait."),
    COUNTER(waits, "waits_total", "Times the source was made to wait."),
    COUNTER(late, "late_total",
            "Events further behind the newest of their source than its lateness."),
    COUNTER(no_time, "no_time_total", "Events without a time."),
    COUNTER(redacted, "redacted_total", "Values that were taken out."),
};

static uint64_t counter_of(const struct inlet *in, const struct counter *c)
{
    const char *at = (const char *)&in->counts + c->offset;

    return atomic_load_explicit((const _Atomic uint64_t *)(const void *)at, memory_order_relaxed);
}

#define STATE_COUNTER(member, metric, type, help)                                                  \
    {                                                                                              \
#member, metric, type, help, offsetof(struct live_state_counts, member)                    \
    }
static const struct {
    const char *name, *metric, *type, *help;
    size_t offset;
} state_counters[] = {
    STATE_COUNTER(matches, "correlated_matches_total", "counter", "Matches given to correlations."),
    STATE_COUNTER(firings, "correlations_final_total", "counter", "Correlations that were told."),
    STATE_COUNTER(provisional, "correlations_provisional_total", "counter",
                  "Correlations that were told on arrival, provisionally."),
    STATE_COUNTER(late, "correlation_late_total", "counter",
                  "Matches that came too late to be correlated."),
    STATE_COUNTER(displaced, "correlation_displaced_total", "counter",
                  "Matches that were correlated early, for want of room."),
    STATE_COUNTER(disbelieved, "correlation_disbelieved_total", "counter",
                  "Times too far ahead of the clock to be believed."),
    STATE_COUNTER(forgotten, "correlation_forgotten_total", "counter",
                  "Matches that waited when a reload took their rule away."),
    STATE_COUNTER(groups_displaced, "correlation_groups_displaced_total", "counter",
                  "Groups that correlations gave up for want of room."),
    STATE_COUNTER(waiting, "correlation_waiting", "gauge", "Matches that wait for the watermark."),
    STATE_COUNTER(waiting_bytes, "correlation_waiting_bytes", "gauge", "Memory that they take."),
};

static uint64_t state_counter(const struct live_state_counts *c, size_t i)
{
    const char *at = (const char *)c + state_counters[i].offset;

    return atomic_load_explicit((const _Atomic uint64_t *)(const void *)at, memory_order_relaxed);
}

/* proc(5), statm. */
uint64_t status_resident_bytes(void)
{
    char line[128];
    uint64_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (!f)
        return 0;
    str rest = str_from(fgets(line, sizeof line, f)); /* NULL gives the empty one */
    fclose(f);
    str_cut(&rest, ' '); /* the size; what is resident follows */
    return str_u64(str_cut(&rest, ' '), &pages) ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* ------------------------------------------------------------ JSON */

static void time_member(struct json_writer *w, const char *name, int64_t ns)
{
    char text[TIME_TEXT_MAX];

    json_key(w, str_from(name));
    if (ns)
        json_str(w, (str){text, time_format(ns, 3, text)});
    else
        json_null(w);
}

/* Where correlations are in event time: `lag_s` behind the clock. */
static void write_watermark(struct json_writer *w, const struct status_facts *f)
{
    const struct live_state_counts *c = pipeline_state(f->pipeline);
    const int64_t passed = atomic_load(&c->passed_ns);

    json_key(w, S("watermark"));
    json_object(w);
    json_field_u64(w, S("correlations"), atomic_load(&c->correlations));
    json_field_u64(w, S("alerts"), atomic_load(&c->alerts));
    time_member(w, "passed", passed == INT64_MIN ? 0 : passed);
    json_key(w, S("lag_s"));
    if (passed == INT64_MIN)
        json_null(w);
    else
        json_double(w, ((double)f->now_ns - (double)passed) / 1e9);
    for (size_t i = 0; i < countof(state_counters); i++)
        json_field_u64(w, str_from(state_counters[i].name), state_counter(c, i));
    json_object_end(w);
}

static void write_faults(struct json_writer *w, const struct inlet *in)
{
    json_key(w, S("faults"));
    json_object(w);
    for (int f = 0; f < INLET_FAULT_COUNT; f++) {
        const uint64_t n = atomic_load_explicit(&in->counts.faults[f], memory_order_relaxed);
        if (n)
            json_field_u64(w, str_from(inlet_fault_name((enum inlet_fault)f)), n);
    }
    json_object_end(w);
}

static void write_sample(struct json_writer *w, struct inlet *in)
{
    char sample[SAMPLE_BYTES];
    const char *what;
    const uint32_t n = inlet_sample_read(in, sample, &what);

    json_key(w, S("sample"));
    if (!what) {
        json_null(w);
        return;
    }
    json_object(w);
    json_field_str(w, S("of"), str_from(what));
    json_field_str(w, S("text"), (str){sample, n});
    json_object_end(w);
}

static void write_source(void *ctx, const struct config_source *c, struct inlet *in)
{
    struct json_writer *w = ctx;
    const struct inlet_counts *n = &in->counts;
    const uint64_t next = raw_next(in->options.raw), matched = atomic_load(&n->matched_below);

    json_object(w);
    json_field_str(w, S("name"), c->name);
    json_field_str(w, S("type"), str_from(c->type->name));
    for (size_t i = 0; i < countof(counters); i++)
        json_field_u64(w, str_from(counters[i].name), counter_of(in, &counters[i]));
    json_field_u64(w, S("lag_bytes"), atomic_load(&n->lag_bytes));
    json_field_u64(w, S("unmatched"), next > matched ? next - matched : 0);
    json_field_u64(w, S("next_record"), next);
    json_field_u64(w, S("durable_record"), raw_durable(in->options.raw));
    json_field_u64(w, S("raw_bytes"), raw_disk_bytes(in->options.raw));
    json_field_u64(w, S("memory_bytes"), inlet_memory(in));
    time_member(w, "last_received", atomic_load(&n->received_ns));
    time_member(w, "newest_event", atomic_load(&n->newest_ns));
    json_key(w, S("clock_skew_s"));
    json_double(w, (double)atomic_load(&n->skew_ns) / 1e9);
    write_faults(w, in);
    write_sample(w, in);
    json_object_end(w);
}

void status_json(const struct status_facts *f, struct buf *out)
{
    struct json_writer w = json_writer_make(out, 0);
    const struct committer_counts *c = committer_counts(pipeline_committer(f->pipeline));

    json_object(&w);
    json_field_str(&w, S("version"), S(TOCSIN_VERSION));
    json_field_u64(&w, S("pid"), (uint64_t)getpid());
    time_member(&w, "started", f->started_ns);
    time_member(&w, "now", f->now_ns);
    json_field_u64(&w, S("rules"), f->rules);
    json_field_u64(&w, S("rules_refused"), f->rules_refused);
    json_field_u64(&w, S("reloads"), f->reloads);
    json_field_u64(&w, S("reloads_refused"), f->reloads_refused);
    json_field_u64(&w, S("memory_bytes"), status_resident_bytes());
    json_field_u64(&w, S("commits"), atomic_load(&c->commits));
    json_field_u64(&w, S("commit_failures"), atomic_load(&c->failures));
    json_field_u64(&w, S("findings_in_ledger"), atomic_load(&c->findings));
    write_watermark(&w, f);
    json_key(&w, S("sources"));
    json_array(&w);
    source_set_each(f->sources, &w, write_source);
    json_array_end(&w);
    json_object_end(&w);
    buf_char(out, '\n');
}

/* ------------------------------------------------------------ Prometheus */

struct metric_run {
    struct buf *out;
    const struct counter *counter;
};

static void write_counter(void *ctx, const struct config_source *c, struct inlet *in)
{
    struct metric_run *m = ctx;

    buf_printf(m->out, "tocsin_source_%s{source=\"" STR_FMT "\",type=\"%s\"} %llu\n",
               m->counter->metric, STR_ARG(c->name), c->type->name,
               (unsigned long long)counter_of(in, m->counter));
}

static void write_gauges(void *ctx, const struct config_source *c, struct inlet *in)
{
    struct metric_run *m = ctx;
    const struct inlet_counts *n = &in->counts;
    const uint64_t next = raw_next(in->options.raw), matched = atomic_load(&n->matched_below);
    const struct {
        const char *name;
        double value;
    } gauges[] = {
        {"lag_bytes", (double)atomic_load(&n->lag_bytes)},
        {"unmatched", next > matched ? (double)(next - matched) : 0},
        {"raw_bytes", (double)raw_disk_bytes(in->options.raw)},
        {"memory_bytes", (double)inlet_memory(in)},
        {"clock_skew_seconds", (double)atomic_load(&n->skew_ns) / 1e9},
    };

    for (size_t i = 0; i < countof(gauges); i++)
        buf_printf(m->out, "tocsin_source_%s{source=\"" STR_FMT "\"} %.15g\n", gauges[i].name,
                   STR_ARG(c->name), gauges[i].value);
    for (int f = 0; f < INLET_FAULT_COUNT; f++)
        buf_printf(m->out, "tocsin_source_faults_total{source=\"" STR_FMT "\",fault=\"%s\"} %llu\n",
                   STR_ARG(c->name), inlet_fault_name((enum inlet_fault)f),
                   (unsigned long long)atomic_load(&n->faults[f]));
}

static void metric(struct buf *out, const char *name, const char *type, const char *help,
                   double value)
{
    buf_printf(out, "# HELP tocsin_%s %s\n# TYPE tocsin_%s %s\ntocsin_%s %.15g\n", name, help, name,
               type, name, value);
}

static void write_state_metrics(const struct status_facts *f, struct buf *out)
{
    const struct live_state_counts *c = pipeline_state(f->pipeline);
    const int64_t passed = atomic_load(&c->passed_ns);

    for (size_t i = 0; i < countof(state_counters); i++)
        metric(out, state_counters[i].metric, state_counters[i].type, state_counters[i].help,
               (double)state_counter(c, i));
    if (passed != INT64_MIN)
        metric(out, "watermark_lag_seconds", "gauge", "How far correlations are behind the clock.",
               ((double)f->now_ns - (double)passed) / 1e9);
}

void status_metrics(const struct status_facts *f, struct buf *out)
{
    const struct committer_counts *c = committer_counts(pipeline_committer(f->pipeline));
    struct metric_run m = {.out = out};

    metric(out, "start_time_seconds", "gauge", "When it was started.", (double)f->started_ns / 1e9);
    metric(out, "resident_memory_bytes", "gauge", "Memory of the process.",
           (double)status_resident_bytes());
    metric(out, "rules", "gauge", "Rules that are matched.", f->rules);
    metric(out, "rules_refused", "gauge", "Documents that could not be loaded.", f->rules_refused);
    metric(out, "reloads_total", "counter", "Configurations taken.", (double)f->reloads);
    metric(out, "reloads_refused_total", "counter", "Configurations refused.",
           (double)f->reloads_refused);
    metric(out, "commits_total", "counter", "Commits of the raw log.",
           (double)atomic_load(&c->commits));
    metric(out, "commit_failures_total", "counter", "Commits that failed and were tried again.",
           (double)atomic_load(&c->failures));
    write_state_metrics(f, out);
    for (size_t i = 0; i < countof(counters); i++) {
        m.counter = &counters[i];
        buf_printf(out, "# HELP tocsin_source_%s %s\n# TYPE tocsin_source_%s counter\n",
                   counters[i].metric, counters[i].help, counters[i].metric);
        source_set_each(f->sources, &m, write_counter);
    }
    source_set_each(f->sources, &m, write_gauges);
}
