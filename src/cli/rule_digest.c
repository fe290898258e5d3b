#include "cli/rule_digest.h"

#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

enum { DIGEST_BLOCK_BYTES = 64 * 1024 };

struct digest_book {
    struct arena *arena;
    struct intern *rules; /* the rule's pointer, as bytes, to its place in rows */
    struct rule_digest **rows;
    uint32_t count, capacity;
};

struct digest_book *digest_book_new(void)
{
    struct digest_book *b = mem_alloc(sizeof *b);

    b->arena = arena_new(DIGEST_BLOCK_BYTES);
    b->rules = intern_new();
    return b;
}

void digest_book_free(struct digest_book *b)
{
    if (!b)
        return;
    arena_free(b->arena);
    intern_free(b->rules);
    free(b);
}

static struct rule_digest *row_of(struct digest_book *b, const struct finding *f)
{
    const struct sigma_rule *rule = f->rule;
    uint32_t id = intern_add(b->rules, (str){(const char *)&rule, sizeof rule});

    assert(id <= b->count);
    if (id == b->count) {
        struct rule_digest *d = arena_alloc(b->arena, sizeof *d);
        struct rule_digest **room =
            arena_push(b->arena, (void **)&b->rows, &b->count, &b->capacity, sizeof *b->rows);
        d->rule = rule;
        d->file = arena_str(b->arena, f->file);
        d->record = f->record;
        *room = d;
    }
    return b->rows[id];
}

/* Adds a copy of `value` unless it is there; sets *more when there is no room. */
static void add_distinct(struct arena *a, str value, str *values, uint32_t *count, uint32_t max,
                         bool *more)
{
    value.n = value.n < DIGEST_VALUE_BYTES ? value.n : DIGEST_VALUE_BYTES;
    for (uint32_t i = 0; i < *count; i++)
        if (str_eq(values[i], value))
            return;
    if (*count == max)
        *more = true;
    else
        values[(*count)++] = arena_str(a, value);
}

static struct digest_field *field_of(struct arena *a, struct rule_digest *d, str name)
{
    for (uint32_t i = 0; i < d->field_count; i++)
        if (str_eq(d->fields[i].name, name))
            return &d->fields[i];
    if (d->field_count == DIGEST_FIELDS_MAX) {
        d->more_fields = true;
        return NULL;
    }
    struct digest_field *field = &d->fields[d->field_count++];
    field->name = arena_str(a, name);
    return field;
}

void digest_book_add(struct digest_book *b, const struct finding *f)
{
    struct rule_digest *d = row_of(b, f);

    if (f->host.n)
        add_distinct(b->arena, f->host, d->hosts, &d->host_count, DIGEST_HOSTS_MAX, &d->more_hosts);
    for (uint32_t i = 0; i < f->matched_count; i++) {
        struct digest_field *field = field_of(b->arena, d, f->matched[i].field);
        if (field)
            add_distinct(b->arena, f->matched[i].value, field->values, &field->value_count,
                         DIGEST_VALUES_MAX, &field->more);
    }
}

const struct rule_digest *digest_book_find(const struct digest_book *b,
                                           const struct sigma_rule *rule)
{
    uint32_t id = intern_find(b->rules, (str){(const char *)&rule, sizeof rule});

    return id == INTERN_NONE ? NULL : b->rows[id];
}
