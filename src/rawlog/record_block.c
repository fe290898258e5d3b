#include "rawlog/record_block.h"

#include "base/mem.h"

#include <stdlib.h>

enum { TEXT_RESERVE = 1024, GROWTH_MIN = 64 };

void block_init(struct record_block *b)
{
    *b = (struct record_block){0};
}

void block_done(struct record_block *b)
{
    free(b->data);
    free(b->records);
    free(b->runs);
    free(b->checkpoints);
    free(b->text);
    block_init(b);
}

void block_clear(struct record_block *b)
{
    b->first_number = 0;
    b->n = 0;
    b->record_count = b->run_count = b->checkpoint_count = b->text_n = 0;
}

/* Room for `count` elements; what is there stays. */
static void *grow(void *old, uint32_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return old;
    size_t more = (size_t)*capacity * 2;
    *capacity = (uint32_t)(count > more ? count + GROWTH_MIN : more);
    return mem_resize(old, *capacity, size);
}

static void data_room(struct record_block *b, size_t n)
{
    size_t want = b->n + n;

    if (b->data && want <= b->capacity)
        return;
    b->capacity = want > BLOCK_BYTES ? want : BLOCK_BYTES;
    b->data = mem_resize(b->data, b->capacity + BLOCK_PADDING, 1);
}

bool block_has_room(const struct record_block *b, size_t n)
{
    if (b->record_count == 0)
        return b->text_n + TEXT_RESERVE <= BLOCK_TEXT_MAX;
    return b->n + n + 1 <= BLOCK_BYTES && b->record_count < BLOCK_RECORDS_MAX &&
           b->run_count < BLOCK_RUNS_MAX && b->text_n + TEXT_RESERVE <= BLOCK_NAMES_MAX;
}

static struct block_text add_text(struct record_block *b, str s)
{
    const struct block_text t = {b->text_n, (uint32_t)s.n};

    b->text = grow(b->text, &b->text_capacity, (size_t)b->text_n + s.n, 1);
    if (s.n)
        memcpy(b->text + b->text_n, s.p, s.n);
    b->text_n += (uint32_t)s.n;
    return t;
}

static bool has_label(const struct record_block *b, const struct record_run *run,
                      const struct run_label *label)
{
    return run->received_ns == label->received_ns && run->trust == label->trust &&
           str_eq(block_str(b, run->origin), label->origin) &&
           str_eq(block_str(b, run->format), label->format);
}

static struct record_run *run_for(struct record_block *b, const struct run_label *label)
{
    if (b->run_count && has_label(b, &b->runs[b->run_count - 1], label))
        return &b->runs[b->run_count - 1];
    b->runs = grow(b->runs, &b->run_capacity, (size_t)b->run_count + 1, sizeof *b->runs);

    struct record_run *run = &b->runs[b->run_count++];
    *run = (struct record_run){.first = b->record_count,
                               .origin = add_text(b, label->origin),
                               .format = add_text(b, label->format),
                               .received_ns = label->received_ns,
                               .trust = label->trust};
    return run;
}

void block_add(struct record_block *b, const struct run_label *label, str record)
{
    assert(record.n <= BLOCK_RECORD_BYTES_MAX);
    data_room(b, record.n + 1);
    run_for(b, label)->count++;
    b->records =
        grow(b->records, &b->record_capacity, (size_t)b->record_count + 1, sizeof *b->records);
    b->records[b->record_count++] = (struct record){(uint32_t)b->n, (uint32_t)record.n};
    if (record.n)
        memcpy(b->data + b->n, record.p, record.n);
    b->data[b->n + record.n] = '\n';
    b->n += record.n + 1;
}

bool block_checkpoint(struct record_block *b, str key, str value)
{
    struct block_checkpoint *c = NULL;

    if (b->text_n + key.n + value.n > BLOCK_TEXT_MAX)
        return false;
    for (uint32_t i = 0; i < b->checkpoint_count && !c; i++)
        if (str_eq(block_str(b, b->checkpoints[i].key), key))
            c = &b->checkpoints[i];
    if (c && c->value.n == value.n) {
        if (value.n)
            memcpy(b->text + c->value.at, value.p, value.n);
        return true;
    }
    if (!c) {
        b->checkpoints = grow(b->checkpoints, &b->checkpoint_capacity,
                              (size_t)b->checkpoint_count + 1, sizeof *b->checkpoints);
        c = &b->checkpoints[b->checkpoint_count++];
        c->key = add_text(b, key);
    }
    c->value = add_text(b, value);
    return true;
}

static bool fits(const struct record_block *to, const struct record_block *from)
{
    const bool alone = to->record_count == 0 && to->checkpoint_count == 0;

    if (alone)
        return true;
    return to->n + from->n <= BLOCK_BYTES &&
           (size_t)to->record_count + from->record_count <= BLOCK_RECORDS_MAX &&
           (size_t)to->run_count + from->run_count <= BLOCK_RUNS_MAX &&
           (size_t)to->text_n + from->text_n + TEXT_RESERVE <= BLOCK_TEXT_MAX;
}

static struct run_label label_of(const struct record_block *b, const struct record_run *run)
{
    return (struct run_label){block_str(b, run->origin), block_str(b, run->format),
                              run->received_ns, run->trust};
}

bool block_append(struct record_block *to, const struct record_block *from)
{
    const uint32_t shift = (uint32_t)to->n, before = to->record_count;

    if (!fits(to, from))
        return false;
    data_room(to, from->n);
    if (from->n)
        memcpy(to->data + to->n, from->data, from->n);
    to->n += from->n;
    for (uint32_t i = 0; i < from->run_count; i++) {
        const struct run_label label = label_of(from, &from->runs[i]);
        struct record_run *run = run_for(to, &label);
        if (run->count == 0)
            run->first = before + from->runs[i].first;
        run->count += from->runs[i].count;
    }
    to->records = grow(to->records, &to->record_capacity, (size_t)before + from->record_count,
                       sizeof *to->records);
    for (uint32_t i = 0; i < from->record_count; i++)
        to->records[before + i] =
            (struct record){from->records[i].offset + shift, from->records[i].length};
    to->record_count += from->record_count;
    for (uint32_t i = 0; i < from->checkpoint_count; i++) {
        bool kept = block_checkpoint(to, block_str(from, from->checkpoints[i].key),
                                     block_str(from, from->checkpoints[i].value));
        assert(kept); /* fits() has looked */
        (void)kept;
    }
    return true;
}

const struct record_run *block_run_of(const struct record_block *b, uint32_t i)
{
    uint32_t from = 0, to = b->run_count;

    assert(i < b->record_count);
    while (to - from > 1) {
        uint32_t middle = from + (to - from) / 2;
        if (b->runs[middle].first <= i)
            from = middle;
        else
            to = middle;
    }
    return &b->runs[from];
}
