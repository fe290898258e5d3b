/*
 * value.c - the strings of Sigma values: text between wildcards.
 *
 * The escapes are those of the specification (sigma-rules-specification.md,
 * "Escaping") and of pySigma's SigmaString: a backslash escapes '*', '?' and a
 * backslash. Before anything else, and at the end, it stands for itself, so
 * that Windows paths need no doubling.
 */
#include "sigma/build.h"

/* Puts parts together in the normal form of rule.h. */
struct joiner {
    struct arena *arena;
    struct sigma_part *parts;
    uint32_t count, capacity;
};

static void put_text(struct joiner *j, str text)
{
    struct sigma_part *last = j->count ? &j->parts[j->count - 1] : NULL;

    if (text.n == 0)
        return;
    if (last && last->kind == PART_TEXT) {
        char *both = arena_bytes(j->arena, last->text.n + text.n + 1);
        memcpy(both, last->text.p, last->text.n);
        memcpy(both + last->text.n, text.p, text.n);
        last->text = (str){both, last->text.n + text.n};
        return;
    }
    struct sigma_part *part =
        arena_push(j->arena, (void **)&j->parts, &j->count, &j->capacity, sizeof *part);
    *part = (struct sigma_part){PART_TEXT, text};
}

static void put(struct joiner *j, struct sigma_part part)
{
    if (part.kind == PART_TEXT) {
        put_text(j, part.text);
        return;
    }
    if (part.kind == PART_MANY && j->count && j->parts[j->count - 1].kind == PART_MANY)
        return;
    struct sigma_part *room =
        arena_push(j->arena, (void **)&j->parts, &j->count, &j->capacity, sizeof *room);
    *room = part;
}

void sigma_string_literal(str text, struct arena *a, struct sigma_string *ret)
{
    struct joiner j = {.arena = a};

    put_text(&j, text);
    *ret = (struct sigma_string){j.parts, j.count};
}

void sigma_string_parse(str text, struct arena *a, struct sigma_string *ret)
{
    struct joiner j = {.arena = a};
    char *plain = arena_bytes(a, text.n + 1); /* all texts of the parts, one after another */
    size_t n = 0, from = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\0';
        if (c == '*' || c == '?') {
            put_text(&j, (str){plain + from, n - from});
            from = n;
            put(&j, (struct sigma_part){.kind = c == '*' ? PART_MANY : PART_ONE});
            continue;
        }
        if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
            c = next;
            i++;
        }
        plain[n++] = c;
    }
    put_text(&j, (str){plain + from, n - from});
    *ret = (struct sigma_string){j.parts, j.count};
}

/* Writes a text part with escapes. A backslash is doubled where the parser would take it for an
 * escape: before a backslash, before what becomes `\*` or `\?`, and before a wildcard. */
static size_t write_text(str text, bool wildcard_follows, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\0';
        bool last = i + 1 == text.n;
        bool escape =
            c == '*' || c == '?' ||
            (c == '\\' && (last ? wildcard_follows : next == '*' || next == '?' || next == '\\'));
        if (escape)
            out[n++] = '\\';
        out[n++] = c;
    }
    return n;
}

str sigma_string_text(const struct sigma_string *s, struct arena *a)
{
    size_t room = 1, n = 0;

    for (uint32_t i = 0; i < s->count; i++)
        room += 2 * s->parts[i].text.n + 2;
    char *out = arena_bytes(a, room);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sigma_part *part = &s->parts[i];
        bool wildcard_follows = i + 1 < s->count && (s->parts[i + 1].kind == PART_MANY ||
                                                     s->parts[i + 1].kind == PART_ONE);
        switch (part->kind) {
        case PART_TEXT:
            n += write_text(part->text, wildcard_follows, out + n);
            break;
        case PART_MANY:
        case PART_ONE:
            out[n++] = part->kind == PART_MANY ? '*' : '?';
            break;
        case PART_DASH:
        case PART_PLACEHOLDER:
            if (part->kind == PART_PLACEHOLDER)
                out[n++] = '%';
            memcpy(out + n, part->text.p, part->text.n);
            n += part->text.n;
            if (part->kind == PART_PLACEHOLDER)
                out[n++] = '%';
            break;
        }
    }
    assert(n < room);
    return (str){out, n};
}

bool sigma_string_is_literal(const struct sigma_string *s, str *ret)
{
    *ret = s->count ? s->parts[0].text : S("");
    return s->count == 0 || (s->count == 1 && s->parts[0].kind == PART_TEXT);
}

bool sigma_string_has(const struct sigma_string *s, enum sigma_part_kind kind)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->parts[i].kind == kind)
            return true;
    return false;
}

void sigma_string_join(const struct sigma_string *strings, uint32_t count, struct arena *a,
                       struct sigma_string *ret)
{
    struct joiner j = {.arena = a};

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < strings[i].count; k++)
            put(&j, strings[i].parts[k]);
    *ret = (struct sigma_string){j.parts, j.count};
}

void sigma_string_open(struct sigma_string *s, bool front, bool back, struct arena *a)
{
    static const struct sigma_part many = {.kind = PART_MANY};
    struct sigma_part *parts;
    uint32_t n = 0;

    front = front && !(s->count && s->parts[0].kind == PART_MANY);
    back = back && !(s->count ? s->parts[s->count - 1].kind == PART_MANY : front);
    if (!front && !back)
        return;
    parts = arena_array(a, (size_t)s->count + 2, sizeof *parts);
    if (front)
        parts[n++] = many;
    if (s->count)
        memcpy(parts + n, s->parts, s->count * sizeof *parts);
    n += s->count;
    if (back)
        parts[n++] = many;
    *s = (struct sigma_string){parts, n};
}

struct sigma_test sigma_test_match(struct sigma_string s)
{
    return (struct sigma_test){.op = SIGMA_MATCH, .string = s};
}

struct sigma_item *sigma_item_new(struct arena *a, str field, str modifiers)
{
    struct sigma_item *item = arena_alloc(a, sizeof *item);

    item->field = field;
    item->modifiers = modifiers;
    return item;
}

void sigma_item_add(struct sigma_item *item, struct arena *a, struct sigma_test test, uint32_t line,
                    uint32_t column)
{
    /* Room doubles at powers of two, so that no capacity has to be kept in the item. */
    if ((item->value_count & (item->value_count - 1)) == 0) {
        uint32_t room = item->value_count ? 2 * item->value_count : 1;
        struct sigma_value *values = arena_array(a, room, sizeof *values);
        if (item->value_count)
            memcpy(values, item->values, item->value_count * sizeof *values);
        item->values = values;
    }
    struct sigma_value *value = &item->values[item->value_count++];
    *value = (struct sigma_value){.count = 1, .line = line, .column = column};
    value->tests = arena_alloc(a, sizeof *value->tests);
    value->tests[0] = test;
}
