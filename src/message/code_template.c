#include "message/code_template.h"

#include "base/mem.h"
#include "message/dialect.h"

#include <stdlib.h>

enum { BUCKETS_MIN = 16 };

/* The rows of one code. */
struct group {
    str code;
    uint32_t from, count;
    struct template_set *set; /* NULL: not compiled yet */
};

struct code_template {
    struct template_row *rows;
    struct group *groups;
    uint32_t *buckets; /* of a hash table: numbers of groups from 1, 0 is free */
    uint32_t row_count, group_count, bucket_count;
    struct template_set
        *whole; /* rows that begin with words of their own, for texts without a code */
    struct template_row *whole_rows;
};

static uint32_t hash(str s)
{
    uint32_t h = (uint32_t)s.n;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 0x01000193u;
    return h ^ h >> 15;
}

static struct group *find(const struct code_template *t, str code)
{
    uint32_t at = hash(code) & (t->bucket_count - 1);

    for (; t->buckets[at]; at = (at + 1) & (t->bucket_count - 1))
        if (str_eq(t->groups[t->buckets[at] - 1].code, code))
            return &t->groups[t->buckets[at] - 1];
    return NULL;
}

static void insert(struct code_template *t, uint32_t number)
{
    str code = t->groups[number].code;
    uint32_t at = hash(code) & (t->bucket_count - 1);

    assert(!find(t, code));
    while (t->buckets[at])
        at = (at + 1) & (t->bucket_count - 1);
    t->buckets[at] = number + 1;
}

struct code_template *code_template_new(const struct code_row *rows, size_t count)
{
    struct code_template *t = mem_alloc(sizeof *t);

    t->rows = mem_array(count + 1, sizeof *t->rows);
    t->groups = mem_array(count + 1, sizeof *t->groups);
    t->row_count = (uint32_t)count;
    t->bucket_count = BUCKETS_MIN;
    while (t->bucket_count < 2 * count)
        t->bucket_count *= 2;
    t->buckets = mem_array(t->bucket_count, sizeof *t->buckets);
    struct group *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        str code = str_from(rows[i].code);
        t->rows[i] = rows[i].row;
        if (last && str_eq(last->code, code)) {
            last->count++;
            continue;
        }
        last = &t->groups[t->group_count];
        *last = (struct group){.code = code, .from = i, .count = 1};
        insert(t, t->group_count++);
    }
    return t;
}

void code_template_free(struct code_template *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->group_count; i++)
        template_set_free(t->groups[i].set);
    template_set_free(t->whole);
    free(t->buckets);
    free(t->groups);
    free(t->whole_rows);
    free(t->rows);
    free(t);
}

/* Only rows that could not be any text: others say nothing without their code. */
static const struct template_set *whole_of(struct code_template *t)
{
    uint32_t n = 0;

    if (t->whole)
        return t->whole;
    t->whole_rows = mem_array(t->row_count + 1, sizeof *t->whole_rows);
    for (uint32_t i = 0; i < t->row_count; i++)
        if (t->rows[i].text[0] != '{' && t->rows[i].text[0] != '[')
            t->whole_rows[n++] = t->rows[i];
    t->whole = template_set_new(t->whole_rows, n);
    return t->whole;
}

static const struct template_set *set_of(struct code_template *t, str code)
{
    if (code.n == 0)
        return whole_of(t);
    struct group *g = find(t, code);
    if (g && !g->set)
        g->set = template_set_new(t->rows + g->from, g->count);
    return g ? g->set : NULL;
}

/* Does the row end in what takes all bytes that are left? */
static bool is_open_ended(const struct template_row *row)
{
    return str_ends(str_from(row->text), S("*}"));
}

const struct template_row *code_template_match(struct code_template *t, struct message *m, str code,
                                               str text)
{
    const struct template_set *set = set_of(t, code);
    const uint32_t fields = m->event->field_count, dropped = m->event->fields_dropped;
    str plain = text;

    if (!set)
        return NULL;
    if (text.n > 1 && text.p[text.n - 1] == '.')
        plain.n--;
    const struct template_row *row = template_match_part(set, m, plain);
    if (plain.n == text.n || (row && !is_open_ended(row)))
        return row;
    m->event->field_count = fields;
    m->event->fields_dropped = dropped;
    return template_match_part(set, m, text);
}
