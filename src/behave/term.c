#include "behave/term.h"

#include "base/hash.h"

/* Keys of an observation, behind the columns. */
enum { BY_NONE = COLUMN_COUNT, KEY_USER, KEY_HOST, KEY_SOURCE, KEY_TARGET, KEY_END };
_Static_assert(KEY_END < UINT8_MAX, "a field is a byte");

enum { HASH_STEP = 64, VALUE_SHOWN = 120 };

static const char *const key_names[] = {"user", "host", "source", "target"};
static const uint8_t known_activities[] = {TERM_ACTIVITIES, ACTIVITY_none};
static const uint8_t known_columns[] = {TERM_COLUMNS, COLUMN_COUNT};

static const char *field_name(uint8_t field)
{
    return field > BY_NONE ? key_names[field - KEY_USER] : column_name((enum column)field);
}

static str value_of(uint8_t field, const struct observation *o)
{
    switch (field) {
    case KEY_USER:
        return o->user;
    case KEY_HOST:
        return o->host;
    case KEY_SOURCE:
        return o->source;
    case KEY_TARGET:
        return o->target;
    default:
        return observed(o, (enum column)field);
    }
}

/* ------------------------------------------------------------ reading */

static bool find_field(str name, uint8_t *ret)
{
    for (size_t i = 0; i < countof(key_names); i++)
        if (str_eq(name, str_from(key_names[i]))) {
            *ret = (uint8_t)(KEY_USER + i);
            return true;
        }
    for (const uint8_t *c = known_columns; *c != COLUMN_COUNT; c++)
        if (str_eq(name, str_from(column_name((enum column) * c)))) {
            *ret = *c;
            return true;
        }
    return false;
}

static bool add_activity(struct term *t, str name)
{
    for (const uint8_t *a = known_activities; *a != ACTIVITY_none; a++)
        if (str_eq(name, str_from(activity_row(*a)->name))) {
            t->activities[*a] = true;
            return true;
        }
    return false;
}

/* What is wrong with it, in *ret_why, of which *ret_what is the word. */
static bool read_term(str text, struct term *t, const char **ret_why, str *ret_what)
{
    str fields = text, activities = str_cut(&fields, ':');

    *t = (struct term){.text = text, .by = BY_NONE};
    *ret_what = text;
    *ret_why = "has no fields behind a colon";
    if (str_trim(fields).n == 0)
        return false;
    *ret_why = "is no activity that can be looked at";
    while (activities.n) {
        *ret_what = str_trim(str_cut(&activities, ','));
        if (!add_activity(t, *ret_what))
            return false;
    }
    *ret_why = "is no field that can be looked at";
    const char *by = str_find(fields, S(" by "));
    if (by) {
        *ret_what = str_trim(str_from_at(fields, (size_t)(by - fields.p) + 4));
        fields.n = (size_t)(by - fields.p);
        if (!find_field(*ret_what, &t->by))
            return false;
    }
    while (fields.n) {
        *ret_what = str_trim(str_cut(&fields, '+'));
        if (t->field_count == TERM_FIELDS_MAX || !find_field(*ret_what, &t->fields[t->field_count]))
            return false;
        t->field_count++;
    }
    return t->field_count > 0;
}

bool terms_read(const struct setting_value *v, struct term *ret, uint32_t *ret_count, struct err *e)
{
    const uint32_t line = v->node ? v->node->line : 0, column = v->node ? v->node->column : 0;
    const char *why;
    str what;

    if (v->list_count > TERMS_MAX)
        return err_set_at(e, line, column, "more than %d terms", TERMS_MAX);
    for (uint32_t i = 0; i < v->list_count; i++)
        if (!read_term(v->list[i], &ret[i], &why, &what))
            return err_set_at(e, line, column, "'" STR_FMT "' %s", STR_ARG(what), why);
    *ret_count = v->list_count;
    return true;
}

/* ------------------------------------------------------------ values */

uint64_t term_hash(str s, uint64_t seed)
{
    char lower[HASH_STEP];
    uint64_t hash = seed;

    do {
        const size_t n = s.n < HASH_STEP ? s.n : HASH_STEP;
        for (size_t i = 0; i < n; i++)
            lower[i] = ascii_lower(s.p[i]);
        hash = hash64((str){lower, n}, hash);
        s = str_from_at(s, n);
    } while (s.n);
    return hash;
}

bool term_of(const struct term *t, const struct observation *o, uint64_t seed, uint64_t *ret)
{
    uint64_t hash = seed;

    if (!t->activities[o->columns->activity] || o->columns->outcome == OUTCOME_FAILURE ||
        (t->by != BY_NONE && value_of(t->by, o).n == 0))
        return false;
    for (uint32_t i = 0; i < t->field_count; i++) {
        const str value = value_of(t->fields[i], o);
        if (value.n == 0)
            return false;
        hash = hash_mix(hash, term_hash(value, seed));
    }
    *ret = hash;
    return true;
}

str term_by(const struct term *t, const struct observation *o)
{
    return t->by == BY_NONE ? (str){0} : value_of(t->by, o);
}

/* What a sentence has room for. */
static str shown(str s)
{
    return (str){s.p, s.n < VALUE_SHOWN ? s.n : VALUE_SHOWN};
}

str term_text(const struct term *t, const struct observation *o, struct arena *a)
{
    str text = {0};

    for (uint32_t i = 0; i < t->field_count; i++)
        text = arena_printf(a, STR_FMT "%s%s '" STR_FMT "'", STR_ARG(text), i ? ", " : "",
                            field_name(t->fields[i]), STR_ARG(shown(value_of(t->fields[i], o))));
    return text;
}

uint32_t term_pairs(const struct term *t, const struct observation *o,
                    struct signal_pair ret[TERM_FIELDS_MAX + 1])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < t->field_count; i++)
        ret[count++] =
            (struct signal_pair){str_from(field_name(t->fields[i])), value_of(t->fields[i], o)};
    if (t->by != BY_NONE)
        ret[count++] = (struct signal_pair){str_from(field_name(t->by)), term_by(t, o)};
    return count;
}
