/*
 * modifier.c - what each modifier does to a value (sigma-appendix-modifiers.md
 * 2.1.0; where that is silent, pySigma's modifiers.py).
 *
 * A value knows what it has become (value_kind()), and each row of modifiers.def
 * says what it takes, so that combinations need no rules of their own. Until
 * modifiers_apply() is done a test's `pattern` holds the scalar as written.
 *
 * Choices. `startswith` and `endswith` after `re` anchor the regex; `contains`
 * changes nothing, a regex is searched anyway. base64offset is of use inside a
 * longer text only, so it adds what `contains` adds unless `contains`,
 * `startswith` or `endswith` follows. Numbers and bools are taken as their text
 * where a string is wanted.
 */
#include "sigma/modifier.h"

#include "sigma/encode.h"
#include "text/ip.h"
#include "text/regex.h"

enum value_kind {
    STRING = 1,
    NUMBER = 2,
    BOOL = 4,
    NULL_VALUE = 8,
    REGEX = 16,
    CIDR = 32,
    COMPARE = 64,
    EXISTS = 128,
    FIELDREF = 256,
    TEXT = STRING | NUMBER | BOOL,
    ANY = 511,
};
enum { OPEN_FRONT = 1, OPEN_BACK = 2 };
enum modifier_place { ANYWHERE, FIRST, ALONE };

struct modifier;

/* One modifier at work on one item. */
struct work {
    const struct modifier *modifier;
    struct sigma_item *item;
    struct arena *arena;
    struct err *e;
    uint32_t line, column; /* of the modifier's name */
    bool opened_later;     /* contains, startswith or endswith follows */
};

struct modifier {
    const char *name, *wants;
    uint32_t takes;
    bool (*apply)(const struct work *w, struct sigma_value *value);
    uint32_t argument;
    enum modifier_place place;
};

static const struct {
    enum value_kind kind;
    const char *name;
} kind_names[] = {
    {STRING, "a string"},
    {NUMBER, "a number"},
    {BOOL, "true or false"},
    {NULL_VALUE, "null"},
    {REGEX, "a regex"},
    {CIDR, "a network"},
    {COMPARE, "a comparison"},
    {EXISTS, "a test of existence"},
    {FIELDREF, "a field reference"},
};

static enum value_kind value_kind(const struct sigma_test *t)
{
    static const enum value_kind of_op[] = {
        [SIGMA_REGEX] = REGEX,     [SIGMA_CIDR] = CIDR,     [SIGMA_COMPARE] = COMPARE,
        [SIGMA_NULL] = NULL_VALUE, [SIGMA_EXISTS] = EXISTS, [SIGMA_FIELDREF] = FIELDREF,
    };
    static const enum value_kind of_scalar[] = {
        [SCALAR_STRING] = STRING,
        [SCALAR_NUMBER] = NUMBER,
        [SCALAR_BOOL] = BOOL,
    };

    return t->op == SIGMA_MATCH ? of_scalar[t->scalar] : of_op[t->op];
}

static bool refuse_value(const struct work *w, const struct sigma_value *v, const char *what)
{
    return err_set_at(w->e, v->line, v->column, "'%s' %s", w->modifier->name, what);
}

/* ------------------------------------------------------------ the whole item */

static bool apply_all(const struct work *w, struct sigma_value *v)
{
    (void)v;
    w->item->all = true;
    return true;
}

static bool apply_neq(const struct work *w, struct sigma_value *v)
{
    (void)v;
    w->item->negated = true;
    return true;
}

/* ------------------------------------------------------------ strings */

static void open_regex(struct sigma_test *t, uint32_t sides, struct arena *a)
{
    struct sigma_string parts[3];

    if (sides == (OPEN_FRONT | OPEN_BACK))
        return;
    sigma_string_literal(sides & OPEN_BACK ? S("\\A(?:") : S("(?:"), a, &parts[0]);
    parts[1] = t->string;
    sigma_string_literal(sides & OPEN_FRONT ? S(")\\z") : S(")"), a, &parts[2]);
    sigma_string_join(parts, 3, a, &t->string);
}

static bool apply_open(const struct work *w, struct sigma_value *v)
{
    uint32_t sides = w->modifier->argument;

    for (uint32_t i = 0; i < v->count; i++) {
        struct sigma_test *t = &v->tests[i];
        if (t->op == SIGMA_REGEX) {
            open_regex(t, sides, w->arena);
        } else if (t->op == SIGMA_FIELDREF) {
            t->ref_starts = t->ref_starts || (sides & OPEN_BACK);
            t->ref_ends = t->ref_ends || (sides & OPEN_FRONT);
        } else {
            t->scalar = SCALAR_STRING;
            sigma_string_open(&t->string, sides & OPEN_FRONT, sides & OPEN_BACK, w->arena);
        }
    }
    return true;
}

static bool apply_cased(const struct work *w, struct sigma_value *v)
{
    (void)w;
    for (uint32_t i = 0; i < v->count; i++)
        v->tests[i].cased = true;
    return true;
}

static bool apply_windash(const struct work *w, struct sigma_value *v)
{
    for (uint32_t i = 0; i < v->count; i++) {
        v->tests[i].scalar = SCALAR_STRING;
        encode_windash(&v->tests[i].string, w->arena);
    }
    return true;
}

static uint32_t count_parts(const struct sigma_string *s, enum sigma_part_kind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->count; i++)
        n += s->parts[i].kind == kind;
    return n;
}

/* The string with its dashes written as variant number `variant` says, in base 5. */
static struct sigma_string write_dashes(const struct sigma_string *s, uint32_t variant,
                                        struct arena *a)
{
    static const str dashes[] = {S("-"), S("/"), S("\xE2\x80\x93"), S("\xE2\x80\x94"),
                                 S("\xE2\x80\x95")};
    struct sigma_string written = {arena_array(a, s->count, sizeof *written.parts), s->count};
    struct sigma_string joined;

    for (uint32_t i = 0; i < s->count; i++) {
        written.parts[i] = s->parts[i];
        if (s->parts[i].kind == PART_DASH) {
            written.parts[i] = (struct sigma_part){PART_TEXT, dashes[variant % countof(dashes)]};
            variant /= (uint32_t)countof(dashes);
        }
    }
    sigma_string_join(&written, 1, a, &joined);
    return joined;
}

/* Writes dash classes out, before the bytes of a value are encoded. */
static bool expand_dashes(const struct work *w, struct sigma_value *v)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < v->count && total <= VALUE_TESTS_MAX; i++) {
        uint64_t variants = 1;
        uint32_t dashes = count_parts(&v->tests[i].string, PART_DASH);
        for (uint32_t k = 0; k < dashes && variants <= VALUE_TESTS_MAX; k++)
            variants *= 5;
        total += variants;
    }
    if (total > VALUE_TESTS_MAX)
        return refuse_value(w, v, "cannot encode so many variants of dashes");
    if (total == v->count)
        return true;

    struct sigma_test *tests = arena_array(w->arena, total, sizeof *tests);
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        uint32_t variants = 1;
        for (uint32_t k = count_parts(&v->tests[i].string, PART_DASH); k > 0; k--)
            variants *= 5;
        for (uint32_t k = 0; k < variants; k++) {
            tests[n] = v->tests[i];
            tests[n++].string = write_dashes(&v->tests[i].string, k, w->arena);
        }
    }
    v->tests = tests;
    v->count = n;
    return true;
}

static bool has_placeholder(const struct sigma_value *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        if (sigma_string_has(&v->tests[i].string, PART_PLACEHOLDER))
            return true;
    return false;
}

static bool apply_utf16(const struct work *w, struct sigma_value *v)
{
    if (has_placeholder(v))
        return refuse_value(w, v, "cannot encode a placeholder");
    if (!expand_dashes(w, v))
        return false;
    for (uint32_t i = 0; i < v->count; i++) {
        v->tests[i].scalar = SCALAR_STRING;
        encode_utf16(&v->tests[i].string, (enum utf16_form)w->modifier->argument, w->arena);
    }
    return true;
}

/* The three texts of base64offset, or the one of base64; returns how many tests were written. */
static uint32_t encode_test(const struct work *w, const struct sigma_test *from, str bytes,
                            struct sigma_test *out)
{
    uint32_t variants = w->modifier->argument ? 3 : 1;

    for (uint32_t shift = 0; shift < variants; shift++) {
        str text = variants == 1 ? encode_base64(bytes, w->arena)
                                 : encode_base64_shifted(bytes, shift, w->arena);
        out[shift] = *from;
        out[shift].scalar = SCALAR_STRING;
        out[shift].cased = true; /* base64 has its meaning in the case of its letters */
        sigma_string_literal(text, w->arena, &out[shift].string);
        if (variants == 3 && !w->opened_later)
            sigma_string_open(&out[shift].string, true, true, w->arena);
    }
    return variants;
}

static bool apply_base64(const struct work *w, struct sigma_value *v)
{
    bool offset = w->modifier->argument;
    str bytes;

    if (has_placeholder(v))
        return refuse_value(w, v, "cannot encode a placeholder");
    if (!expand_dashes(w, v))
        return false;
    if ((uint64_t)v->count * 3 > VALUE_TESTS_MAX)
        return refuse_value(w, v, "makes too many variants");

    struct sigma_test *tests = arena_array(w->arena, (size_t)v->count * 3, sizeof *tests);
    uint32_t n = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        if (!sigma_string_is_literal(&v->tests[i].string, &bytes))
            return refuse_value(w, v, "cannot encode wildcards; put 'contains' after it");
        if (offset && bytes.n < 2) /* one byte alone leaves nothing certain at some offsets */
            return refuse_value(w, v, "needs a value of two bytes or more");
        n += encode_test(w, &v->tests[i], bytes, tests + n);
    }
    v->tests = tests;
    v->count = n;
    return true;
}

/* ------------------------------------------------------------ other kinds of tests */

static bool apply_re(const struct work *w, struct sigma_value *v)
{
    v->tests[0].op = SIGMA_REGEX;
    sigma_string_literal(v->tests[0].pattern, w->arena, &v->tests[0].string);
    return true;
}

static bool apply_regex_flag(const struct work *w, struct sigma_value *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        v->tests[i].regex_flags |= (uint8_t)w->modifier->argument;
    return true;
}

static bool apply_cidr(const struct work *w, struct sigma_value *v)
{
    struct ip_network network;
    struct err why = {0};

    v->tests[0].op = SIGMA_CIDR;
    if (ip_network_parse(v->tests[0].pattern, &network, &why))
        return true;
    return err_set_at(w->e, v->line, v->column, "%s", why.message);
}

static bool apply_compare(const struct work *w, struct sigma_value *v)
{
    struct sigma_test *t = &v->tests[0];

    if (t->op == SIGMA_COMPARE && (t->time_part == TIME_WHOLE || t->compare != COMPARE_EQ))
        return refuse_value(w, v, "follows another comparison");
    t->op = SIGMA_COMPARE;
    t->compare = (enum sigma_compare)w->modifier->argument;
    return true;
}

static bool apply_time(const struct work *w, struct sigma_value *v)
{
    v->tests[0].op = SIGMA_COMPARE;
    v->tests[0].compare = COMPARE_EQ;
    v->tests[0].time_part = (enum sigma_time_part)w->modifier->argument;
    return true;
}

static bool apply_exists(const struct work *w, struct sigma_value *v)
{
    if (w->item->field.n == 0)
        return err_set_at(w->e, w->line, w->column, "'exists' needs a field");
    v->tests[0].op = SIGMA_EXISTS;
    v->tests[0].wanted = ascii_lower(v->tests[0].pattern.p[0]) == 't';
    return true;
}

static bool apply_fieldref(const struct work *w, struct sigma_value *v)
{
    str name;

    for (uint32_t i = 0; i < v->count; i++) {
        struct sigma_test *t = &v->tests[i];
        if (!sigma_string_is_literal(&t->string, &name))
            return refuse_value(w, v, "cannot take wildcards or placeholders in a field's name");
        if (name.n == 0)
            return refuse_value(w, v, "needs the name of a field");
        t->op = SIGMA_FIELDREF;
        t->pattern = name;
    }
    return true;
}

/* ------------------------------------------------------------ placeholders */

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || (uint8_t)c >= 0x80;
}

/* The %name% at text[at], or an empty name. */
static str placeholder_at(str text, size_t at)
{
    size_t end = at + 1;

    if (text.p[at] != '%')
        return S("");
    while (end < text.n && is_name_byte(text.p[end]))
        end++;
    return end < text.n && text.p[end] == '%' ? (str){text.p + at + 1, end - at - 1} : S("");
}

static void split_placeholders(str text, struct arena *a, struct sigma_part **parts,
                               uint32_t *count, uint32_t *capacity)
{
    char *plain = arena_bytes(a, text.n + 1);
    size_t n = 0, from = 0, i = 0;

    while (i <= text.n) {
        bool end = i == text.n;
        str name = end ? S("") : placeholder_at(text, i);
        if (name.n || end) {
            if (n > from) {
                struct sigma_part *part =
                    arena_push(a, (void **)parts, count, capacity, sizeof *part);
                *part = (struct sigma_part){PART_TEXT, {plain + from, n - from}};
                from = n;
            }
            if (end)
                return;
            struct sigma_part *part = arena_push(a, (void **)parts, count, capacity, sizeof *part);
            *part = (struct sigma_part){PART_PLACEHOLDER, name};
            i += name.n + 2;
            continue;
        }
        if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == '%')
            i++;
        plain[n++] = text.p[i++];
    }
}

void modifier_find_placeholders(struct sigma_string *s, struct arena *a)
{
    struct sigma_part *parts = NULL;
    uint32_t count = 0, capacity = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        if (s->parts[i].kind == PART_TEXT) {
            split_placeholders(s->parts[i].text, a, &parts, &count, &capacity);
            continue;
        }
        struct sigma_part *room = arena_push(a, (void **)&parts, &count, &capacity, sizeof *room);
        *room = s->parts[i];
    }
    *s = (struct sigma_string){parts, count};
}

static bool apply_expand(const struct work *w, struct sigma_value *v)
{
    for (uint32_t i = 0; i < v->count; i++) {
        if (v->tests[i].op == SIGMA_MATCH)
            v->tests[i].scalar = SCALAR_STRING;
        modifier_find_placeholders(&v->tests[i].string, w->arena);
    }
    return true;
}

/* ------------------------------------------------------------ the table */

static const char A_STRING[] = "a string", A_NUMBER[] = "a number without quotes",
                  A_REGEX[] = "a regex: put 're' before it";

static const struct modifier modifiers[] = {
#define MODIFIER(name, takes, wants, apply, argument, place)                                       \
    {#name, wants, takes, apply, argument, place},
#include "sigma/modifiers.def"
#undef MODIFIER
};

static const struct modifier *find(str name)
{
    for (size_t i = 0; i < countof(modifiers); i++)
        if (str_eq(name, str_from(modifiers[i].name)))
            return &modifiers[i];
    return NULL;
}

static bool check_kind(const struct work *w, const struct sigma_value *v)
{
    enum value_kind kind = value_kind(&v->tests[0]);

    if (w->modifier->takes & kind)
        return true;
    const char *name = "";
    for (size_t i = 0; i < countof(kind_names); i++)
        if (kind_names[i].kind == kind)
            name = kind_names[i].name;
    return err_set_at(w->e, v->line, v->column, "'%s' needs %s, this is %s", w->modifier->name,
                      w->modifier->wants, name);
}

static bool apply_one(const struct work *w)
{
    for (uint32_t i = 0; i < w->item->value_count; i++) {
        struct sigma_value *v = &w->item->values[i];
        if (!check_kind(w, v) || !w->modifier->apply(w, v))
            return false;
    }
    return true;
}

bool modifier_complete_regex(struct sigma_test *test, uint32_t line, uint32_t column,
                             struct arena *a, struct err *e)
{
    struct err why = {0};

    if (sigma_string_has(&test->string, PART_PLACEHOLDER))
        return true; /* completed once the placeholder is resolved */
    if (!sigma_string_is_literal(&test->string, &test->pattern))
        test->pattern = sigma_string_text(&test->string, a);
    if (!regex_check(test->pattern, test->regex_flags, &why))
        return err_set_at(e, line, column, "%s", why.message);
    test->string = (struct sigma_string){0};
    return true;
}

static bool complete(struct sigma_item *item, struct arena *a, struct err *e)
{
    for (uint32_t i = 0; i < item->value_count; i++) {
        struct sigma_value *v = &item->values[i];
        for (uint32_t k = 0; k < v->count; k++) {
            struct sigma_test *t = &v->tests[k];
            if (t->op == SIGMA_REGEX && !modifier_complete_regex(t, v->line, v->column, a, e))
                return false;
            if (t->op != SIGMA_REGEX && t->op != SIGMA_CIDR && t->op != SIGMA_FIELDREF)
                t->pattern = S("");
            if (t->op != SIGMA_MATCH && t->op != SIGMA_REGEX)
                t->string = (struct sigma_string){0};
        }
    }
    return true;
}

static bool opens(str names)
{
    while (names.n) {
        const struct modifier *m = find(str_cut(&names, '|'));
        if (m && m->apply == apply_open)
            return true;
    }
    return false;
}

bool modifiers_apply(struct sigma_item *item, const struct yaml_node *key, struct arena *a,
                     struct err *e)
{
    uint32_t column = key->column + key->quoted + (uint32_t)item->field.n + 1, count = 0;
    str rest = item->modifiers;
    bool more = item->field.n < key->text.n; /* a bar follows, and a name should */

    for (; more; count++) {
        more = rest.n && memchr(rest.p, '|', rest.n);
        str name = str_cut(&rest, '|');
        struct work w = {find(name), item, a, e, key->line, column, opens(rest)};
        if (!w.modifier)
            return err_set_at(e, w.line, column, "unknown modifier '" STR_FMT "'", STR_ARG(name));
        if (count == MODIFIERS_MAX)
            return err_set_at(e, w.line, column, "more than %d modifiers", MODIFIERS_MAX);
        if (w.modifier->place != ANYWHERE && count > 0)
            return err_set_at(e, w.line, column, "'%s' must be the first modifier",
                              w.modifier->name);
        if (w.modifier->place == ALONE && more)
            return err_set_at(e, w.line, column, "'%s' must be the only modifier",
                              w.modifier->name);
        if (!apply_one(&w))
            return false;
        column += (uint32_t)name.n + 1;
    }
    return complete(item, a, e);
}
