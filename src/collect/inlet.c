#include "base/buf.h"
#include "base/mem.h"
#include "collect/inlet_core.h"
#include "formats/format_set.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name, *what;
} faults[] = {
#define INLET_FAULT(name, what) {#name, what},
#include "collect/faults.def"
#undef INLET_FAULT
};

const char *inlet_fault_name(enum inlet_fault f)
{
    return faults[f].name;
}

const char *inlet_fault_what(enum inlet_fault f)
{
    return faults[f].what;
}

struct inlet *inlet_new(const struct inlet_options *o)
{
    struct inlet *in = mem_alloc(sizeof *in);

    in->options = *o;
    in->name = str_dup(o->name);
    in->options.name = str_from(in->name);
    in->options.formats = format_set_hold(o->formats);
    if (o->logsource)
        in->classifier = classifier_new(o->logsource);
    in->scratch = buf_make(2 * INLET_RECORD_BYTES_MAX);
    pthread_mutex_init(&in->lock, NULL);
    atomic_store(&in->counts.matched_below, raw_next(o->raw));
    return in;
}

void inlet_free(struct inlet *in)
{
    if (!in)
        return;
    assert(!in->block && !inlet_is_used(in));
    pthread_mutex_destroy(&in->lock);
    classifier_free(in->classifier);
    format_set_free(in->options.formats);
    buf_done(&in->scratch);
    free(in->name);
    free(in);
}

bool inlet_is_used(const struct inlet *in)
{
    return atomic_load(&in->blocks_out) > 0 || atomic_load(&in->results_out) > 0;
}

static void count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void inlet_sample(struct inlet *in, const char *what, str bytes)
{
    const size_t n = bytes.n < SAMPLE_BYTES ? bytes.n : SAMPLE_BYTES;

    pthread_mutex_lock(&in->lock);
    if (n)
        memcpy(in->sample, bytes.p, n);
    in->sample_n = (uint32_t)n;
    in->sample_what = what;
    pthread_mutex_unlock(&in->lock);
}

uint32_t inlet_sample_read(struct inlet *in, char ret[SAMPLE_BYTES], const char **ret_what)
{
    pthread_mutex_lock(&in->lock);
    const uint32_t n = in->sample_n;
    memcpy(ret, in->sample, n);
    *ret_what = in->sample_what;
    pthread_mutex_unlock(&in->lock);
    return n;
}

/* ------------------------------------------------------------ blocks */

/* A block to fill; false: there is none for this inlet now. */
static bool have_block(struct inlet *in)
{
    if (in->block)
        return true;
    in->block = in->options.port.take(in->options.port.ctx, in);
    if (in->block)
        in->block_ns = clock_now_ns(in->options.clock);
    return in->block != NULL;
}

static bool tell_to_wait(struct inlet *in)
{
    if (!in->waiting)
        count(&in->counts.waits, 1);
    in->waiting = true;
    return false;
}

bool inlet_push(struct inlet *in)
{
    struct record_block *b = in->block;

    if (!b || (b->record_count == 0 && b->checkpoint_count == 0))
        return true;
    if (!raw_append(in->options.raw, b))
        return tell_to_wait(in);
    in->block = NULL;
    in->options.port.give(in->options.port.ctx, in, b);
    return true;
}

bool inlet_may_resume(struct inlet *in)
{
    if (!in->waiting || !inlet_push(in) || !have_block(in))
        return false;
    in->waiting = false;
    return true;
}

uint64_t inlet_memory(const struct inlet *in)
{
    return (uint64_t)atomic_load(&in->blocks_out) * BLOCK_BYTES +
           raw_pending_bytes(in->options.raw);
}

/* ------------------------------------------------------------ records */

/* Until it is known, each record is asked; what is never recognised is plain lines. */
static void find_format(struct inlet *in, struct origin *from, str record)
{
    const struct format_set *formats = in->options.formats ? in->options.formats : &formats_builtin;

    from->format = in->options.format;
    if (!from->format)
        from->format = format_sniff(formats, record);
    if (!from->format && ++from->sniffs >= ORIGIN_SNIFFS_MAX)
        from->format = format_find(formats, S("line"));
}

static bool add(struct inlet *in, struct origin *from, str record)
{
    bool room = have_block(in) && block_has_room(in->block, record.n);

    if (!room && in->block && !in->options.keeps_place)
        room = inlet_push(in) && have_block(in) && block_has_room(in->block, record.n);
    if (!room)
        return tell_to_wait(in);
    if (!from->format)
        find_format(in, from, record);

    const enum trust trust = from->trust > in->options.trust ? from->trust : in->options.trust;
    const struct run_label label = {
        .origin = from->name,
        .format = from->format ? str_from(from->format->name) : (str){0},
        .received_ns = in->block_ns,
        .trust = (uint8_t)trust,
    };
    block_add(in->block, &label, record);
    count(&in->counts.records, 1);
    count(&in->counts.bytes, record.n);
    return true;
}

/* Redacted, when fields are to be. */
static str cleaned(struct inlet *in, str record)
{
    if (!in->options.redactor)
        return record;
    buf_clear(&in->scratch);
    const uint32_t hidden = redactor_apply(in->options.redactor, record, &in->scratch);
    if (hidden == 0)
        return record;
    count(&in->counts.redacted, hidden);
    return buf_str(&in->scratch);
}

bool inlet_add(struct inlet *in, struct origin *from, str record)
{
    if (record.n > INLET_RECORD_BYTES_MAX)
        return inlet_add_cut(in, from, (str){record.p, RECORD_KEPT_BYTES}, record.n);
    return add(in, from, cleaned(in, record));
}

bool inlet_add_cut(struct inlet *in, struct origin *from, str kept, uint64_t length)
{
    char sample[SAMPLE_BYTES];

    assert(kept.n <= INLET_RECORD_BYTES_MAX);
    const str record = cleaned(in, kept);
    if (!add(in, from, record))
        return false;
    inlet_fault(in, FAULT_long_record, 1, (str){0});
    int n = snprintf(sample, sizeof sample, "%llu bytes: %.*s", (unsigned long long)length,
                     record.n < SAMPLE_BYTES / 2 ? (int)record.n : SAMPLE_BYTES / 2, record.p);
    inlet_sample(in, faults[FAULT_long_record].name, (str){sample, (size_t)n});
    return true;
}

bool inlet_checkpoint(struct inlet *in, str key, str value)
{
    bool kept = have_block(in) && block_checkpoint(in->block, key, value);

    if (!kept)
        tell_to_wait(in);
    return kept;
}

uint64_t inlet_next(const struct inlet *in)
{
    return raw_next(in->options.raw) + (in->block ? in->block->record_count : 0);
}

uint64_t inlet_durable(const struct inlet *in)
{
    return raw_durable(in->options.raw);
}

str inlet_saved(const struct inlet *in, str key)
{
    return raw_checkpoint(in->options.raw, key);
}

void inlet_each_saved(const struct inlet *in, void *ctx,
                      void (*each)(void *ctx, str key, str value))
{
    raw_checkpoints(in->options.raw, ctx, each);
}

/* ------------------------------------------------------------ counts */

/* A sample is shown, and is no record that went through add(): it is redacted here. All of it is
 * before it is cut, as a value without its end may look like none. */
void inlet_fault(struct inlet *in, enum inlet_fault f, uint64_t n, str sample)
{
    count(&in->counts.faults[f], n);
    if (sample.n == 0)
        return;
    if (in->options.redactor) {
        if (sample.n > RECORD_KEPT_BYTES)
            sample.n = RECORD_KEPT_BYTES;
        buf_clear(&in->scratch);
        if (redactor_apply(in->options.redactor, sample, &in->scratch))
            sample = buf_str(&in->scratch);
    }
    inlet_sample(in, faults[f].name, sample);
}

void inlet_drop(struct inlet *in, uint64_t records)
{
    count(&in->counts.dropped, records);
}

void inlet_lag(struct inlet *in, uint64_t bytes)
{
    atomic_store_explicit(&in->counts.lag_bytes, bytes, memory_order_relaxed);
}

str inlet_name(const struct inlet *in)
{
    return in->options.name;
}

int64_t inlet_now_ns(const struct inlet *in)
{
    return clock_now_ns(in->options.clock);
}

int64_t inlet_steady_ns(const struct inlet *in)
{
    return clock_steady_ns(in->options.clock);
}
