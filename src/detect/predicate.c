/* predicate.c - making, sharing and evaluating predicates. naive.c says what they mean. */
#include "detect/predicate.h"

#include "base/buf.h"
#include "base/mem.h"
#include "detect/glob.h"
#include "detect/regex_literal.h"
#include "detect/scalar.h"
#include "text/utf8.h"

#include <stdlib.h>

enum { GENERATION_MAX = UINT32_MAX / 4, KEY_BYTES_MAX = 256 * 1024 * 1024 };

/* ------------------------------------------------------------ making */

void predicates_init(struct predicates *p)
{
    *p = (struct predicates){.arena = arena_new(1 << 18)};
    p->names = intern_new();
    p->keys = intern_new();
}

void predicates_done(struct predicates *p)
{
    for (uint32_t i = 0; p->regexes && i < p->pattern_count; i++)
        regex_free(p->regexes[i]);
    free(p->regexes);
    intern_free(p->names);
    intern_free(p->keys);
    arena_free(p->arena);
}

static void key_number(struct buf *key, uint32_t number)
{
    buf_add(key, (str){(const char *)&number, sizeof number});
}

static void key_str(struct buf *key, str s)
{
    key_number(key, (uint32_t)s.n);
    buf_add(key, s);
}

static void key_test(struct buf *key, const struct sigma_test *t)
{
    const struct {
        uint8_t members[16];
        double number;
    } plain = {{(uint8_t)t->op, (uint8_t)t->scalar, t->cased, t->wanted, t->ref_starts, t->ref_ends,
                t->regex_flags, (uint8_t)t->compare, (uint8_t)t->time_part},
               t->number};

    buf_add(key, (str){(const char *)&plain, sizeof plain});
    key_str(key, t->pattern);
    key_number(key, t->string.count);
    for (uint32_t i = 0; i < t->string.count; i++) {
        const struct sigma_part *part = &t->string.parts[i];
        buf_char(key, (char)part->kind);
        if (part->kind != PART_MANY && part->kind != PART_ONE) /* which have no text */
            key_str(key, part->text);
    }
}

/* No two items that differ have the same: each list stands behind its length. */
static void key_item(struct buf *key, const struct sigma_item *item)
{
    key_str(key, item->field);
    buf_char(key, item->all && item->value_count > 1 ? '&' : '|');
    key_number(key, item->value_count);
    for (uint32_t i = 0; i < item->value_count; i++) {
        key_number(key, item->values[i].count);
        for (uint32_t k = 0; k < item->values[i].count; k++)
            key_test(key, &item->values[i].tests[k]);
    }
}

static str fold_into(struct arena *a, str text)
{
    char *out = arena_bytes(a, UTF8_FOLD_GROWTH * text.n + 1);

    return (str){out, utf8_fold_str(text, out)};
}

/* The plain shapes of a pattern, with their text; everything else is a glob. */
static enum check_kind shape_of(const struct sigma_string *s, bool keyword, str *ret)
{
    bool front = s->count && s->parts[0].kind == PART_MANY;
    bool back = s->count && s->parts[s->count - 1].kind == PART_MANY;
    uint32_t texts = s->count - front - (back && s->count > 1);

    *ret = S("");
    if (s->count == 0)
        return keyword ? CHECK_ANY : CHECK_EXACT;
    if (s->count == 1 && front)
        return CHECK_ANY;
    if (texts != 1 || s->parts[front].kind != PART_TEXT)
        return CHECK_GLOB;
    *ret = s->parts[front].text;
    if (keyword || (front && back))
        return CHECK_CONTAINS;
    return front ? CHECK_SUFFIX : back ? CHECK_PREFIX : CHECK_EXACT;
}

/* Bytes that are not UTF-8 are compared character by character. */
static bool is_valid(const struct sigma_string *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->parts[i].kind == PART_TEXT && !utf8_valid(s->parts[i].text))
            return false;
    return true;
}

static bool has_texts_only(const struct sigma_string *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->parts[i].kind != PART_TEXT && s->parts[i].kind != PART_MANY)
            return false;
    return true;
}

static str longest_text(const struct sigma_string *s)
{
    str longest = {0};

    for (uint32_t i = 0; i < s->count; i++)
        if (s->parts[i].kind == PART_TEXT && s->parts[i].text.n > longest.n)
            longest = s->parts[i].text;
    return longest;
}

/* The pattern with its texts folded; a keyword's may stand anywhere. */
static struct sigma_string fold_texts(const struct sigma_string *s, bool keyword, struct arena *a)
{
    static const struct sigma_part many = {.kind = PART_MANY};
    struct sigma_string folded = {arena_array(a, (size_t)s->count + 2, sizeof *s->parts), 0};

    if (keyword)
        folded.parts[folded.count++] = many;
    for (uint32_t i = 0; i < s->count; i++) {
        struct sigma_part *part = &folded.parts[folded.count++];
        *part = s->parts[i];
        if (part->kind == PART_TEXT)
            part->text = fold_into(a, part->text);
    }
    if (keyword)
        folded.parts[folded.count++] = many;
    return folded;
}

static void make_match(struct predicates *p, const struct sigma_test *t, bool keyword,
                       struct check *c)
{
    bool cased = t->cased && t->scalar != SCALAR_BOOL;
    str text;

    c->kind = shape_of(&t->string, keyword, &text);
    if (c->kind != CHECK_ANY && (cased || !is_valid(&t->string)))
        c->kind = CHECK_GLOB;
    if (c->kind == CHECK_GLOB) {
        text = longest_text(&t->string);
        if (!cased && has_texts_only(&t->string) && is_valid(&t->string)) {
            c->kind = CHECK_TEXTS;
            c->folded = fold_texts(&t->string, keyword, p->arena);
        }
    }
    c->text = fold_into(p->arena, text);
}

static void make_regex(struct predicates *p, struct check *c)
{
    struct regex_literal literals[REGEX_LITERALS_MAX];
    uint32_t count = regex_literals(c->test->pattern, p->arena, literals);

    c->kind = CHECK_REGEX;
    if (count) {
        struct regex_literal *factors = arena_array(p->arena, count, sizeof *factors);
        memcpy(factors, literals, count * sizeof *factors);
        c->factors = factors;
        c->factor_count = count;
        c->text = factors[0].text;
    }
    c->extra = p->pattern_count;
    const struct sigma_test **room = arena_push(p->arena, (void **)&p->patterns, &p->pattern_count,
                                                &p->pattern_capacity, sizeof *room);
    *room = c->test;
}

static bool make_network(struct predicates *p, struct check *c)
{
    struct err e = {0};
    struct ip_network network;

    if (!ip_network_parse(c->test->pattern, &network, &e))
        return false;
    c->extra = p->network_count;
    struct ip_network *room = arena_push(p->arena, (void **)&p->networks, &p->network_count,
                                         &p->network_capacity, sizeof *room);
    *room = network;
    return true;
}

/* False when the test can never be true. */
static bool make_check(struct predicates *p, const struct sigma_test *t, bool keyword,
                       struct check *c)
{
    static const enum check_kind of_op[] = {
        [SIGMA_REGEX] = CHECK_REGEX,     [SIGMA_CIDR] = CHECK_CIDR,
        [SIGMA_COMPARE] = CHECK_COMPARE, [SIGMA_NULL] = CHECK_NULL,
        [SIGMA_EXISTS] = CHECK_EXISTS,   [SIGMA_FIELDREF] = CHECK_FIELDREF,
    };

    *c = (struct check){.test = t};
    switch (t->op) {
    case SIGMA_MATCH:
        make_match(p, t, keyword, c);
        return true;
    case SIGMA_REGEX:
        make_regex(p, c);
        return true;
    case SIGMA_CIDR:
        c->kind = CHECK_CIDR;
        return make_network(p, c);
    case SIGMA_FIELDREF:
        c->extra = intern_add(p->names, t->pattern);
        break;
    case SIGMA_COMPARE:
    case SIGMA_NULL:
    case SIGMA_EXISTS:
        break;
    }
    c->kind = of_op[t->op];
    return true;
}

static void add_value(struct predicates *p, const struct sigma_value *value, bool keyword)
{
    struct check_range *range = arena_push(p->arena, (void **)&p->values, &p->value_count,
                                           &p->value_capacity, sizeof *range);

    *range = (struct check_range){.first = p->check_count};
    for (uint32_t i = 0; i < value->count; i++) {
        struct check c;
        if (!make_check(p, &value->tests[i], keyword, &c))
            continue;
        struct check *room = arena_push(p->arena, (void **)&p->checks, &p->check_count,
                                        &p->check_capacity, sizeof *room);
        *room = c;
    }
    range->count = p->check_count - range->first;
}

uint32_t predicates_add(struct predicates *p, const struct sigma_item *item)
{
    struct buf key CLEANUP(buf_done) = buf_make(KEY_BYTES_MAX);
    uint32_t before = p->count;

    key_item(&key, item);
    assert(!key.overflow); /* a rule file is RULE_BYTES_MAX at most */
    uint32_t place = intern_add(p->keys, buf_str(&key));
    if (place < before)
        return place;
    bool keyword = item->field.n == 0;
    struct predicate *room =
        arena_push(p->arena, (void **)&p->items, &p->count, &p->capacity, sizeof *room);
    *room = (struct predicate){
        .field = keyword ? FIELD_KEYWORD : intern_add(p->names, item->field),
        .all = item->all && item->value_count > 1,
        .first_value = p->value_count,
        .value_count = item->value_count,
    };
    for (uint32_t i = 0; i < item->value_count; i++)
        add_value(p, &item->values[i], keyword);
    return place;
}

/* Without a profile: the longer a literal the rarer it is; the whole value or an end of it rarer
 * than a part; one that is not ASCII is rare in logs that mostly are. */
static float guess_share(enum check_kind kind, str text)
{
    const float of_one_byte = 0.5f, falls = 0.55f, least = 0.0005f, edge = 0.3f, other = 0.0001f;
    float share = of_one_byte;

    for (size_t i = 1; i < text.n && share > least; i++)
        share *= falls;
    if (!str_is_ascii(text))
        return share * other;
    return kind < CHECK_CONTAINS ? share * edge : share;
}

static float share_of(enum check_kind kind, str text, const struct profile_field *f)
{
    if (!f)
        return guess_share(kind, text);
    if (kind == CHECK_EXACT)
        return (float)profile_share_is(f, text);
    return (float)profile_share_contains(f, text);
}

/* Of a regex's literals the rarest is looked for first. */
static void weigh(struct check *c, const struct profile_field *f)
{
    c->share = share_of(c->kind, c->text, f);
    for (uint32_t i = 0; i < c->factor_count; i++) {
        float share = share_of(c->kind, c->factors[i].text, f);
        if (share < c->share) {
            c->share = share;
            c->text = c->factors[i].text;
        }
    }
}

void predicates_finish(struct predicates *p, const struct profile *profile)
{
    p->regexes = mem_array(p->pattern_count, sizeof *p->regexes);
    p->field_count = intern_count(p->names);
    p->field_names = arena_array(p->arena, p->field_count, sizeof *p->field_names);
    for (uint32_t i = 0; i < p->field_count; i++)
        p->field_names[i] = intern_str(p->names, i);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct predicate *q = &p->items[i];
        const struct profile_field *f = profile && q->field != FIELD_KEYWORD
                                            ? profile_field(profile, intern_str(p->names, q->field))
                                            : NULL;
        for (uint32_t k = 0; k < q->value_count; k++) {
            const struct check_range *range = &p->values[q->first_value + k];
            for (uint32_t j = range->first; j < range->first + range->count; j++)
                weigh(&p->checks[j], f);
        }
    }
}

bool predicates_thawed(struct predicates *p)
{
    p->regexes = mem_array(p->pattern_count, sizeof *p->regexes);
    p->names = intern_new();
    for (uint32_t i = 0; i < p->field_count; i++)
        if (intern_add(p->names, p->field_names[i]) != i)
            return false;
    return true;
}

void predicates_prepare(const struct predicates *p, uint32_t place)
{
    const struct predicate *q = &p->items[place];
    struct err e = {0};

    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        for (uint32_t k = range->first; k < range->first + range->count; k++) {
            const struct check *c = &p->checks[k];
            if (c->kind == CHECK_REGEX && !p->regexes[c->extra]) /* it compiled before: naive.c */
                p->regexes[c->extra] = regex_new(c->test->pattern, c->test->regex_flags, &e);
        }
    }
}

/* ------------------------------------------------------------ evaluating */

void predicate_states_init(struct predicate_states *s, uint32_t count)
{
    *s = (struct predicate_states){.states = mem_array(count, sizeof *s->states),
                                   .regex = regex_state_new(),
                                   .simd = simd_best()};
}

void predicate_states_done(struct predicate_states *s)
{
    free(s->states);
    regex_state_free(s->regex);
}

void predicate_states_next(struct predicate_states *s, uint32_t count)
{
    if (s->generation == GENERATION_MAX) {
        memset(s->states, 0, count * sizeof *s->states);
        s->generation = 0;
    }
    s->generation++;
}

struct evaluation {
    const struct predicates *p;
    struct predicate_states *s;
    struct event_values *v;
    bool keyword;
    uint32_t
        address_at; /* the place whose value was last read as an address: networks come in lists */
    bool is_address;
    struct ip address;
};

static bool contains(const struct evaluation *e, uint32_t at, str text)
{
    if (text.n == 0)
        return true;
    str value = event_values_folded(e->v, at);
    return e->s->simd->find(value.p, value.n, text.p, text.n) < value.n;
}

static bool glob_is_true(const struct evaluation *e, const struct check *c, uint32_t at)
{
    const struct sigma_test *t = c->test;
    bool cased = t->cased && t->scalar != SCALAR_BOOL && e->v->ev->fields[at].type != VALUE_BOOL;

    if (!contains(e, at, c->text))
        return false;
    str value = event_values_text(e->v, at);
    return e->keyword ? glob_find(&t->string, value, cased) : glob_match(&t->string, value, cased);
}

/* A pattern of many stars ("x.*x.*x") is dear to search and mostly lacks one of its signs. */
static bool contains_often(const struct evaluation *e, uint32_t at, const struct regex_literal *l)
{
    str rest = event_values_folded(e->v, at);

    for (uint32_t i = 0; i < l->times; i++) {
        size_t found = e->s->simd->find(rest.p, rest.n, l->text.p, l->text.n);
        if (found == rest.n)
            return false;
        rest = str_from_at(rest, found + l->text.n);
    }
    return true;
}

static bool regex_is_true(const struct evaluation *e, const struct check *c, uint32_t at)
{
    const struct regex *regex = e->p->regexes[c->extra];

    if (!regex || !contains(e, at, c->text))
        return false;
    for (uint32_t i = 0; i < c->factor_count; i++)
        if (!contains_often(e, at, &c->factors[i]))
            return false;
    if (!event_values_is_text(e->v, at) &&
        !regex_may_find(regex, e->s->regex, event_values_folded(e->v, at)))
        return false;
    enum regex_result result = regex_search(regex, e->s->regex, event_values_text(e->v, at));
    e->s->regex_limits += result == REGEX_GAVE_UP;
    return result == REGEX_YES;
}

static bool cidr_is_true(struct evaluation *e, const struct check *c, uint32_t at)
{
    if (e->address_at != at) {
        e->is_address = ip_parse(event_values_text(e->v, at), &e->address);
        e->address_at = at;
    }
    return e->is_address && ip_in(&e->address, &e->p->networks[c->extra]);
}

static bool compare_is_true(const struct sigma_test *t, str value)
{
    double number;
    bool readable = t->time_part == TIME_WHOLE ? scalar_number(value, &number)
                                               : scalar_time_part(value, t->time_part, &number);

    return readable && scalar_compare(number, t->compare, t->number);
}

static bool is_same(const struct sigma_test *t, const struct field *a, const struct field *b)
{
    struct sigma_part part = {PART_TEXT, b->value};
    struct sigma_string text = {&part, 1};

    if (glob_match(&text, a->value, t->cased))
        return true;
    return a->type == VALUE_NUMBER && b->type == VALUE_NUMBER &&
           scalar_number_eq(a->value, b->value);
}

static bool refers(const struct sigma_test *t, const struct field *a, const struct field *b)
{
    static const struct sigma_part many = {.kind = PART_MANY};
    struct sigma_part parts[3] = {many, {PART_TEXT, b->value}, many};
    uint32_t from = t->ref_ends ? 0 : 1, to = t->ref_starts ? 3 : 2;
    struct sigma_string text = {parts + from, to - from};

    if (!t->ref_ends && !t->ref_starts)
        return is_same(t, a, b);
    return glob_match(&text, a->value, t->cased);
}

/* The field with its value as text. */
static struct field settled(const struct evaluation *e, uint32_t at)
{
    struct field f = e->v->ev->fields[at];

    f.value = event_values_text(e->v, at);
    return f;
}

/* Texts of ASCII are compared by their folded values, which are there already. */
static bool refers_folded(const struct evaluation *e, const struct sigma_test *t, uint32_t a,
                          uint32_t b, bool *ret)
{
    const struct field *fields = e->v->ev->fields;
    str x = event_values_folded(e->v, a), y = event_values_folded(e->v, b);

    if (t->cased || !e->s->simd->is_ascii(x.p, x.n) || !e->s->simd->is_ascii(y.p, y.n) ||
        (fields[a].type == VALUE_NUMBER && fields[b].type == VALUE_NUMBER))
        return false;
    if (t->ref_starts && t->ref_ends)
        *ret = y.n == 0 || e->s->simd->find(x.p, x.n, y.p, y.n) < x.n;
    else if (t->ref_starts)
        *ret = str_starts(x, y);
    else if (t->ref_ends)
        *ret = str_ends(x, y);
    else
        *ret = str_eq(x, y);
    return true;
}

static bool fieldref_is_true(const struct evaluation *e, const struct check *c, uint32_t at)
{
    const struct field *fields = e->v->ev->fields;
    bool known;

    for (uint32_t i = event_values_first(e->v, c->extra); i != VALUE_NONE;
         i = event_values_next(e->v, i)) {
        if (fields[i].type == VALUE_NULL)
            continue;
        if (!refers_folded(e, c->test, at, i, &known)) {
            const struct field f = settled(e, at), other = settled(e, i);
            known = refers(c->test, &f, &other);
        }
        if (known)
            return true;
    }
    return false;
}

/* Two numbers that are written differently. */
static bool number_is_true(const struct evaluation *e, const struct sigma_test *t, uint32_t at)
{
    return t->scalar == SCALAR_NUMBER && e->v->ev->fields[at].type == VALUE_NUMBER &&
           t->string.count == 1 && t->string.parts[0].kind == PART_TEXT &&
           scalar_number_eq(t->string.parts[0].text, event_values_text(e->v, at));
}

static bool value_is_true(struct evaluation *e, const struct check *c, uint32_t at)
{
    const struct field *f = &e->v->ev->fields[at];

    if (f->type == VALUE_NULL)
        return c->kind == CHECK_NULL || (c->kind == CHECK_EXISTS && c->test->wanted);
    switch (c->kind) {
    case CHECK_EXACT:
        return str_eq(event_values_folded(e->v, at), c->text) || number_is_true(e, c->test, at);
    case CHECK_PREFIX:
        return str_starts(event_values_folded(e->v, at), c->text);
    case CHECK_SUFFIX:
        return str_ends(event_values_folded(e->v, at), c->text);
    case CHECK_CONTAINS:
        return contains(e, at, c->text);
    case CHECK_ANY:
        return true;
    case CHECK_TEXTS:
        return glob_match_texts(&c->folded, event_values_folded(e->v, at));
    case CHECK_GLOB:
        return glob_is_true(e, c, at) || (!e->keyword && number_is_true(e, c->test, at));
    case CHECK_REGEX:
        return regex_is_true(e, c, at);
    case CHECK_CIDR:
        return cidr_is_true(e, c, at);
    case CHECK_COMPARE:
        return compare_is_true(c->test, event_values_text(e->v, at));
    case CHECK_NULL:
        return false;
    case CHECK_EXISTS:
        return c->test->wanted;
    case CHECK_FIELDREF:
        return fieldref_is_true(e, c, at);
    }
    return false;
}

static bool is_true_of_absence(const struct check *c)
{
    return c->kind == CHECK_NULL || (c->kind == CHECK_EXISTS && !c->test->wanted);
}

bool check_is_true_of(const struct predicates *p, struct predicate_states *s,
                      struct event_values *v, const struct predicate *q, const struct check *c,
                      uint32_t at)
{
    struct evaluation e = {
        .p = p, .s = s, .v = v, .keyword = q->field == FIELD_KEYWORD, .address_at = VALUE_NONE};

    return at == VALUE_NONE ? is_true_of_absence(c) : value_is_true(&e, c, at);
}

static bool check_is_true(struct evaluation *e, const struct predicate *q, const struct check *c,
                          uint32_t first)
{
    if (first == VALUE_NONE)
        return is_true_of_absence(c);
    for (uint32_t i = first; i != VALUE_NONE; i = predicate_next(q, e->v, i))
        if (value_is_true(e, c, i))
            return true;
    return false;
}

bool predicate_evaluate(const struct predicates *p, struct predicate_states *s,
                        struct event_values *v, uint32_t place)
{
    const struct predicate *q = &p->items[place];
    struct evaluation e = {
        .p = p, .s = s, .v = v, .keyword = q->field == FIELD_KEYWORD, .address_at = VALUE_NONE};
    uint32_t first = predicate_first(q, v);
    bool result = q->all;

    for (uint32_t i = 0; i < q->value_count && result == q->all; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        result = false;
        for (uint32_t k = 0; k < range->count && !result; k++)
            result = check_is_true(&e, q, &p->checks[range->first + k], first);
    }
    return result;
}
