/*
 * shape.c - the search through the table of shapes, and what a row can do.
 *
 * Every name that a row mentions has a number. One pass over an event's fields
 * notes where each of them is; from then on a row's markers are look-ups in an
 * array, so that the length of the table costs little.
 */
#include "dialect/dialects.h"
#include "formats/shape_row.h"
#include "message/dialect.h"

#include "base/mem.h"
#include "formats/json_kind.h"
#include "formats/shape_time.h"
#include "text/json.h"
#include "text/utf8.h"

#include <stdlib.h>

#define SHAPE(name) extern const struct shape shape_##name;
#include "formats/shapes.def"
#undef SHAPE

static const struct shape *const shapes[] = {
#define SHAPE(name) &shape_##name,
#include "formats/shapes.def"
#undef SHAPE
};

/* Where a record of no known shape may have its time. */
static const str generic_times[] = {
    S("@timestamp"),
    S("timestamp"),
    S("Timestamp"),
    S("time"),
    S("eventTime"),
    S("event_time"),
    S("EventTime"),
    S("datetime"),
    S("date"),
    S("ts"),
    S("created_at"),
    S("published"),
    S("createdAt"),
    S("_time"),
    S("TimeGenerated"),
    S("Time"),
    S("UtcTime"),
    S("syslog_timestamp"),
    S("__REALTIME_TIMESTAMP"),
};

/* A record may say itself what kind of log it is from. */
static const str own_source[] = {S("logsource.product"), S("logsource.category"),
                                 S("logsource.service")};

struct name_slot {
    str name;       /* empty: free */
    uint32_t event; /* the last event that had it, by book->event */
    uint32_t field; /* its place there */
};

struct shape_book {
    struct name_slot *slots;
    size_t mask;
    uint32_t event; /* counts events; never 0 while one is shaped */
    const struct dialect_set *dialects;
    struct dialect_reader *reader; /* NULL until there is a text to read */
    struct shape_speech speech;    /* of the event at hand */
    struct {
        uint32_t field_count, fields_dropped;
        const struct kind *kind;
        struct logsource logsources[EVENT_LOGSOURCES_MAX];
        uint8_t logsource_count;
    } unspoken; /* the event at hand before dialects said something */
};

enum { EDGE_BYTES = 4 };

/* Mixes length, first and last four bytes: enough to tell our names apart, and cheap for the many
 * fields that are none of them. */
static size_t name_hash(str s)
{
    uint32_t first = 0, last = 0;

    if (s.n >= EDGE_BYTES) {
        memcpy(&first, s.p, EDGE_BYTES);
        memcpy(&last, s.p + s.n - EDGE_BYTES, EDGE_BYTES);
    } else if (s.n) {
        memcpy(&first, s.p, s.n);
    }
    uint32_t h = first * 0x9E3779B1u ^ last * 0x85EBCA6Bu ^ (uint32_t)s.n * 0xC2B2AE35u;
    return h ^ h >> 15;
}

static struct name_slot *slot_of(const struct shape_book *book, str name)
{
    size_t at = name_hash(name) & book->mask;

    while (book->slots[at].name.n && !str_eq(book->slots[at].name, name))
        at = (at + 1) & book->mask;
    return &book->slots[at];
}

static void mention(struct shape_book *book, str name)
{
    slot_of(book, name)->name = name;
}

static void mention_list(struct shape_book *book, const str *names, size_t count)
{
    for (size_t i = 0; i < count && names[i].n; i++)
        mention(book, names[i]);
}

static void mention_shape(struct shape_book *book, const struct shape *shape)
{
    for (size_t i = 0; i < SHAPE_MARKERS_MAX && shape->markers[i].name.n; i++)
        mention(book, shape->markers[i].name);
    for (size_t i = 0; i < SHAPE_ALIASES_MAX; i++)
        for (const struct shape_alias *a = shape->aliases[i]; a && a->from.n; a++) {
            mention(book, a->from);
            mention(book, a->to);
            if (a->name.n)
                mention(book, a->name);
        }
    for (const str *name = shape->names; name && name->n; name++)
        mention(book, *name);
    for (const struct shape_alias *a = shape->texts; a && a->from.n; a++)
        mention(book, a->to);
    mention_list(book, shape->times, SHAPE_TIMES_MAX);
}

struct shape_book *shape_book_new(void)
{
    enum { SLOTS = 4096 }; /* a power of two, several times the names in the tables */
    struct shape_book *book = mem_alloc(sizeof *book);
    size_t used = 0;

    book->slots = mem_array(SLOTS, sizeof *book->slots);
    book->mask = SLOTS - 1;
    for (size_t i = 0; i < countof(shapes); i++)
        mention_shape(book, shapes[i]);
    mention_list(book, generic_times, countof(generic_times));
    mention_list(book, own_source, countof(own_source));
    for (size_t i = 0; i < SLOTS; i++)
        used += book->slots[i].name.n > 0;
    assert(used * 2 < SLOTS);
    return book;
}

void shape_book_free(struct shape_book *book)
{
    if (!book)
        return;
    dialect_reader_free(book->reader);
    free(book->slots);
    free(book);
}

void shape_book_speak(struct shape_book *book, const struct dialect_set *dialects)
{
    assert(!book->reader);
    book->dialects = dialects;
}

void shape_speak(const struct shaping *s, const struct field *program, str said,
                 const struct field *text, bool as_message)
{
    const struct field *fields = s->event->fields;

    if (!text || text->type == VALUE_NULL)
        return;
    s->book->speech = (struct shape_speech){
        .any = true,
        .as_message = as_message,
        .text = (uint16_t)(text - fields),
        .program = program ? (uint16_t)(program - fields) : SPEECH_NO_PLACE,
        .said = said,
    };
}

const struct dialect *shape_say(struct shape_book *book, struct event *ev,
                                const struct shape_speech *speech, struct arena *a,
                                uint32_t *ret_layout)
{
    static const struct time_rule any_rule;
    const str text = event_value_text(ev, &ev->fields[speech->text], a);
    struct message m = {.text = str_trim(text), .event = ev, .arena = a, .time_rule = &any_rule};

    m.program = speech->program == SPEECH_NO_PLACE
                    ? speech->said
                    : event_value_text(ev, &ev->fields[speech->program], a);
    if (speech->as_message)
        message_add(&m, S("message"), m.text);
    if (!book->reader)
        book->reader =
            dialect_reader_new(book->dialects ? book->dialects : &dialects_builtin, NULL);
    const struct dialect *dialect = dialect_read(book->reader, &m, false);
    *ret_layout = m.layout;
    return dialect;
}

struct event shape_unspoken(const struct shape_book *book, const struct event *ev)
{
    struct event before = *ev;

    before.field_count = book->unspoken.field_count;
    before.fields_dropped = book->unspoken.fields_dropped;
    before.kind = book->unspoken.kind;
    before.logsource_count = book->unspoken.logsource_count;
    memcpy(before.logsources, book->unspoken.logsources, sizeof before.logsources);
    return before;
}

/* Has the dialects say what they know of the event at hand. */
static void say(struct shape_book *book, struct event *ev, struct arena *a)
{
    uint32_t layout;

    book->unspoken.field_count = ev->field_count;
    book->unspoken.fields_dropped = ev->fields_dropped;
    book->unspoken.kind = ev->kind;
    book->unspoken.logsource_count = ev->logsource_count;
    memcpy(book->unspoken.logsources, ev->logsources, sizeof ev->logsources);
    if (!book->speech.any)
        return;
    ev->layout = 0;
    (void)shape_say(book, ev, &book->speech, a, &layout);
}

static void note(struct shape_book *book, const struct event *ev, uint32_t at)
{
    const struct field *f = &ev->fields[at];

    if (f->flags & FIELD_CONTINUES || f->name.n == 0)
        return;
    struct name_slot *slot = slot_of(book, f->name);
    if (slot->name.n) {
        slot->event = book->event;
        slot->field = at;
    }
}

void shape_add(const struct shaping *s, struct field f)
{
    uint32_t at = s->event->field_count;

    event_add(s->event, s->arena, f);
    if (s->event->field_count > at)
        note(s->book, s->event, at);
}

/* The place of a mentioned name; field_count when the event has none. */
static uint32_t place_of(const struct shaping *s, str name)
{
    const struct name_slot *slot = slot_of(s->book, name);

    assert(slot->name.n); /* a table mentions it */
    return slot->event == s->book->event ? slot->field : s->event->field_count;
}

const struct field *shape_get(const struct shaping *s, str name)
{
    uint32_t at = place_of(s, name);

    return at == s->event->field_count ? NULL : &s->event->fields[at];
}

void shape_trace_unclear(const struct shaping *s)
{
    if (s->trace)
        s->trace->unclear = true;
}

/* Adds a place to a list of TRACE_READ_MAX, once. */
static void trace_place(const struct shaping *s, uint16_t *list, uint32_t *count, uint32_t place)
{
    for (uint32_t i = 0; i < *count; i++)
        if (list[i] == place)
            return;
    if (*count == TRACE_READ_MAX)
        s->trace->unclear = true;
    else
        list[(*count)++] = (uint16_t)place;
}

void shape_trace_read(const struct shaping *s, uint32_t place)
{
    if (s->trace)
        trace_place(s, s->trace->read, &s->trace->read_count, place);
}

void shape_trace_field(const struct shaping *s, const struct field *f)
{
    if (f)
        shape_trace_read(s, (uint32_t)(f - s->event->fields));
}

void shape_trace_guid(const struct shaping *s, uint32_t place)
{
    if (s->trace)
        trace_place(s, s->trace->guids, &s->trace->guid_count, place);
}

bool shape_value_fits(str value, str want)
{
    if (want.n == 0)
        return true;
    if (want.p[want.n - 1] == '*')
        return str_starts(value, (str){want.p, want.n - 1});
    if (want.p[0] == '*')
        return str_ends(value, str_from_at(want, 1));
    return str_eq(value, want);
}

/* Does the field's value fit? It is there. What fits everything decides nothing. */
static bool test(const struct shaping *s, const struct field *f, str want)
{
    struct shape_trace *t = s->trace;
    bool fits = shape_value_fits(f->value, want);

    if (!t || want.n == 0)
        return fits;
    const uint16_t place = (uint16_t)(f - s->event->fields);
    uint32_t at = t->test_count;
    if (at == TRACE_TESTS_MAX) {
        t->unclear = true;
        return fits;
    }
    for (; at > 0 && t->tests[at - 1].place > place; at--)
        t->tests[at] = t->tests[at - 1];
    t->tests[at].place = place;
    t->tests[at].fits = fits;
    t->tests[at].want = want;
    t->test_count++;
    return fits;
}

static bool fits(const struct shaping *s, const struct shape *shape)
{
    for (size_t i = 0; i < SHAPE_MARKERS_MAX && shape->markers[i].name.n; i++) {
        const struct field *f = shape_get(s, shape->markers[i].name);
        bool there = f && test(s, f, shape->markers[i].value);
        if (there == shape->any_marker)
            return there;
    }
    return !shape->any_marker;
}

/* UserData may name what System names too (Channel in event 104): a further value, not another. */
static void add_native(const struct shaping *s, struct field f, uint32_t first_added)
{
    const struct name_slot *slot = slot_of(s->book, f.name);

    if (slot->name.n && slot->event == s->book->event && slot->field >= first_added)
        f.flags |= FIELD_CONTINUES;
    shape_add(s, f);
}

static void apply_prefixes(const struct shaping *s, const struct shape_prefix *prefixes)
{
    uint32_t count = s->event->field_count;

    for (uint32_t i = 0; i < count; i++) {
        struct field f = s->event->fields[i];
        const struct shape_prefix *p = prefixes, *end = prefixes + SHAPE_PREFIXES_MAX;
        while (p < end && p->prefix.n && !str_starts(f.name, p->prefix))
            p++;
        if (p == end || p->prefix.n == 0)
            continue;
        if (f.type == VALUE_NULL && p->nulls == NULLS_EMPTY) {
            f.type = VALUE_STRING;
            f.value = S("");
        }
        f.name = str_from_at(f.name, p->prefix.n);
        if (p->rename)
            f.name = p->rename(f.name, s->arena);
        if (f.name.n && (f.type != VALUE_NULL || p->nulls == NULLS_KEPT))
            add_native(s, f, count);
    }
}

static void apply_alias(const struct shaping *s, const struct shape_alias *alias)
{
    uint32_t at = place_of(s, alias->from), end = s->event->field_count;

    if (at == end || shape_get(s, alias->to))
        return;
    if (alias->name.n) {
        const struct field *f = shape_get(s, alias->name);
        if (!f || !test(s, f, alias->value))
            return;
    }
    assert(s->event->fields);
    for (; at < end; at = event_next(s->event, at)) {
        struct field f = s->event->fields[at];
        f.name = alias->to;
        shape_add(s, f);
    }
}

/* The JSON text of the object or array at a dotted path of the record. */
static bool container_at(str record, str path, str *ret)
{
    struct json j;
    struct json_token t;

    json_init(&j, record);
    t = json_next(&j);
    while (path.n && t.kind == JSON_OBJECT) {
        str name = str_cut(&path, '.');
        do {
            struct json_token key = json_next(&j);
            if (key.kind != JSON_KEY)
                return false;
            t = json_next(&j);
            if (str_eq(key.text, name))
                break;
        } while (json_skip(&j, t));
    }
    size_t from = j.at - 1;
    if (path.n || (t.kind != JSON_OBJECT && t.kind != JSON_ARRAY) || !json_skip(&j, t))
        return false;
    *ret = (str){record.p + from, j.at - from};
    return true;
}

static void apply_text(const struct shaping *s, const struct shape_alias *alias)
{
    str text;

    if (shape_get(s, alias->to) || !container_at(s->event->raw, alias->from, &text))
        return;
    if (!utf8_valid(text)) {
        shape_trace_unclear(s);
        return;
    }
    shape_add(s, (struct field){.name = alias->to, .value = text});
}

static str with_case(str name, enum shape_case letters, struct arena *a)
{
    char *out = arena_bytes(a, name.n);

    for (size_t i = 0; i < name.n; i++)
        out[i] = letters == CASE_LOWER || (letters == CASE_FIRST_LOWER && i == 0)
                     ? ascii_lower(name.p[i])
                     : name.p[i];
    return (str){out, name.n};
}

static void add_pair(const struct shaping *s, str prefix, str name, struct field value,
                     enum shape_case letters)
{
    if (prefix.n + name.n > EVENT_NAME_MAX || name.n == 0)
        return;
    name = with_case(name, letters, s->arena);
    value.name =
        prefix.n ? arena_printf(s->arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(name)) : name;
    if (value.value.n >= 2 && str_starts(value.value, S("\"")) && str_ends(value.value, S("\"")))
        value.value = (str){value.value.p + 1, value.value.n - 2};
    value.flags = 0;
    shape_add(s, value);
}

void shape_pairs(const struct shaping *s, str name_field, str value_field, str prefix,
                 enum shape_case letters)
{
    uint32_t count = s->event->field_count;
    str name = {0};
    struct field value = {0};

    /* Either member may come first; an element that lacks one is passed over. */
    for (uint32_t i = 0; i < count; i++) {
        const struct field *f = &s->event->fields[i];
        if (str_eq(f->name, name_field))
            name = f->value;
        else if (str_eq(f->name, value_field))
            value = *f;
        if (!name.p || !value.name.p)
            continue;
        add_pair(s, prefix, name, value, letters);
        name = (str){0};
        value = (struct field){0};
    }
}

static void trace_time(const struct shaping *s, uint32_t place, bool zoned_only)
{
    struct shape_trace *t = s->trace;

    if (t->time_count == TRACE_TIMES_MAX) {
        t->unclear = true;
        return;
    }
    t->times[t->time_count].place = (uint16_t)place;
    t->times[t->time_count++].zoned_only = zoned_only;
}

static bool take_time(const struct shaping *s, const str *names, size_t count, bool zoned_only)
{
    for (size_t i = 0; i < count && names[i].n; i++) {
        const struct field *f = shape_get(s, names[i]);
        int64_t ns;
        uint8_t digits;
        bool zoned;
        if (f && s->trace) {
            trace_time(s, (uint32_t)(f - s->event->fields), zoned_only);
            continue;
        }
        if (!f || !shape_time_read(f->value, &ns, &digits, &zoned) || (zoned_only && !zoned))
            continue;
        s->event->time_ns = ns;
        s->event->time_digits = digits;
        s->event->has_time = true;
        return true;
    }
    return false;
}

void shape_add_source(const struct shaping *s, struct shape_source source)
{
    struct event *ev = s->event;

    if (ev->logsource_count < EVENT_LOGSOURCES_MAX)
        ev->logsources[ev->logsource_count++] = (struct logsource){
            .product = source.product,
            .category = source.category,
            .service = source.service,
        };
}

static void apply(const struct shaping *s, const struct shape *shape)
{
    if (shape->prefixes[0].prefix.n)
        apply_prefixes(s, shape->prefixes);
    if (shape->extra)
        shape->extra(s);
    if (shape->extra && !shape->traced)
        shape_trace_unclear(s);
    for (size_t i = 0; i < SHAPE_ALIASES_MAX; i++)
        for (const struct shape_alias *a = shape->aliases[i]; a && a->from.n; a++)
            apply_alias(s, a);
    for (const struct shape_alias *a = shape->texts; a && a->from.n; a++)
        apply_text(s, a);
    for (size_t i = 0; i < SHAPE_SOURCES_MAX; i++)
        if (shape->sources[i].product.n || shape->sources[i].category.n)
            shape_add_source(s, shape->sources[i]);
}

/* The record's own word on its log source goes before the table's. */
static void take_own_source(const struct shaping *s)
{
    str values[countof(own_source)];
    bool any = false;

    for (size_t i = 0; i < countof(values); i++) {
        const struct field *f = shape_get(s, own_source[i]);
        values[i] = f && f->type == VALUE_STRING ? f->value : (str){0};
        if (f)
            shape_trace_unclear(s);
        any |= values[i].n > 0;
    }
    if (!any)
        return;
    s->event->logsources[0] =
        (struct logsource){.product = values[0], .category = values[1], .service = values[2]};
    s->event->logsource_count = 1;
}

static void apply_all(struct shape_book *book, struct event *ev, struct arena *a,
                      struct shape_trace *trace)
{
    const struct shaping s = {.book = book, .event = ev, .arena = a, .trace = trace};
    const struct shape *taken = NULL, *around = NULL;

    book->speech = (struct shape_speech){0};
    if (++book->event == 0) /* after 2^32 events all old marks would look new */
        book->event = 1;
    for (uint32_t i = 0; i < ev->field_count; i++)
        note(book, ev, i);
    for (size_t i = 0; i < countof(shapes) && !taken; i++) {
        if (!fits(&s, shapes[i]))
            continue;
        apply(&s, shapes[i]);
        if (!shapes[i]->wrapper)
            taken = shapes[i];
        else if (shapes[i]->kind)
            around = shapes[i];
    }
    ev->kind = taken && taken->kind ? taken->kind : around ? around->kind : &kind_json;
    take_own_source(&s);
    if (ev->has_time)
        return;
    if (taken && (take_time(&s, taken->times, SHAPE_TIMES_MAX, true) ||
                  take_time(&s, taken->times, SHAPE_TIMES_MAX, false)))
        return;
    if (!take_time(&s, generic_times, countof(generic_times), true))
        (void)take_time(&s, generic_times, countof(generic_times), false);
}

void shape_apply(struct shape_book *book, struct event *ev, struct arena *a)
{
    apply_all(book, ev, a, NULL);
    say(book, ev, a);
}

void shape_apply_traced(struct shape_book *book, struct event *ev, struct arena *a,
                        struct shape_trace *trace)
{
    *trace = (struct shape_trace){0};
    apply_all(book, ev, a, trace);
    trace->speech = book->speech;
}
