/*
 * evtx_record.c - a record is a fragment of binary XML: a template instance (a
 * definition and the values for its holes) or plain tokens. A value may be a
 * fragment again. Fragments within values are a stack of EVTX_NESTING_MAX
 * frames; nothing recurses. What a chunk may make us read (definitions) and
 * write (fields) has budgets, because a few bytes can ask for the same
 * definition or value again and again.
 */
#include "formats/evtx_reader.h"

#include <stdlib.h>

enum {
    TOKEN_END = 0x00,
    TOKEN_INSTANCE = 0x0C,
    TOKEN_HEADER = 0x0F,
    HEADER_SIZE = 4,    /* of a fragment: token, version, flags */
    INSTANCE_SIZE = 10, /* token, version, template id (4), definition offset (4) */
    DESCRIPTOR_SIZE = 4,
};

struct evtx_reader *evtx_reader_new(void)
{
    struct evtx_reader *r = mem_alloc(sizeof *r);

    r->cache = evtx_cache_new();
    r->compiler = evtx_compiler_new();
    r->layouts = evtx_layouts_new();
    return r;
}

void evtx_reader_free(struct evtx_reader *r)
{
    if (!r)
        return;
    evtx_cache_free(r->cache);
    evtx_compiler_free(r->compiler);
    evtx_layouts_free(r->layouts);
    free(r);
}

void evtx_reader_batch(struct evtx_reader *r, struct arena *a, bool lazy)
{
    evtx_cache_trim(r->cache);
    r->arena = a;
    r->lazy = lazy;
    r->batch++;
    r->room = NULL;
    r->room_n = 0;
}

void evtx_reader_chunk(struct evtx_reader *r, const uint8_t *bytes, size_t n)
{
    r->view = (struct evtx_view){.bytes = bytes, .n = n};
    r->definition_budget = EVTX_DEFINITION_BYTES_MAX;
    r->text_budget = EVTX_CHUNK_TEXT_MAX;
    r->step_budget = EVTX_CHUNK_STEPS_MAX;
    if (++r->chunk == 0) { /* the number wrapped: old entries must not come back to life */
        memset(r->known, 0, sizeof r->known);
        r->chunk = 1;
    }
}

bool evtx_push_fragment(struct evtx_reader *r, size_t at, size_t end, enum evtx_place place)
{
    if (r->depth == EVTX_NESTING_MAX)
        return evtx_refuse(r, "binary XML nested too deeply");
    r->frames[r->depth++] = (struct frame){.at = at, .end = end, .place = place};
    return true;
}

/* Events outlive the cache: they point at a copy of the program's text in the batch's arena. */
static void start_program(struct evtx_reader *r, struct frame *f, struct evtx_program *p)
{
    evtx_layout_note(&r->key, EVTX_WORD_PROGRAM, p->number);
    if (p->batch != r->batch) {
        p->batch_text = arena_str(r->arena, (str){p->text, p->text_n}).p;
        p->batch = r->batch;
    }
    f->program = p;
    f->text = p->batch_text;
    f->next_op = 0;
}

static bool is_definition(const struct evtx_view *view, size_t at, uint32_t id)
{
    return at < view->n && view->n - at >= EVTX_DEFINITION_HEADER + HEADER_SIZE &&
           le32(view->bytes + at + 4) == id &&
           view->bytes[at + EVTX_DEFINITION_HEADER] == TOKEN_HEADER;
}

static struct known *known_slot(struct evtx_reader *r, uint32_t offset, enum evtx_place place)
{
    uint32_t i = (offset * 2654435761u ^ (uint32_t)place) >> 16;

    for (uint32_t tries = 0; tries < 8; tries++, i++) {
        struct known *k = &r->known[i % EVTX_KNOWN_SLOTS];
        if (k->chunk != r->chunk || (k->offset == offset && k->place == place))
            return k;
    }
    return &r->known[i % EVTX_KNOWN_SLOTS]; /* crowded: the entry there is looked up again */
}

/* The program of the definition at the position `at`. */
static struct evtx_program *load_program(struct evtx_reader *r, size_t at, enum evtx_place place)
{
    const uint8_t *guid = r->view.bytes + at + 4;
    size_t n = le32(r->view.bytes + at + 20), body = at + EVTX_DEFINITION_HEADER, end;
    struct evtx_program compiled;
    const char *why;

    if (n > r->view.n - body) {
        evtx_refuse(r, "a template definition that is cut off");
        return NULL;
    }
    if (r->definition_budget < n + EVTX_DEFINITION_HEADER) {
        evtx_refuse(r, "more template definitions than a chunk holds");
        return NULL;
    }
    r->definition_budget -= n + EVTX_DEFINITION_HEADER;
    struct evtx_program *p = evtx_cache_find(r->cache, &r->view, body, n, guid, place);
    if (p)
        return p;
    if (!evtx_compile(r->compiler, &r->view, body, body + n, place, &compiled, &end, &why)) {
        evtx_refuse(r, why);
        return NULL;
    }
    return evtx_cache_add(r->cache, &compiled, guid);
}

/*
 * Finds the definition that an instance names by its chunk offset. The first four bytes of the GUID
 * stand in the instance as well, which tells whether the definition is still there: the
 * instance may be older than what now stands at that offset. An inline definition that is not
 * where its offset says shows that bytes before it were lost or put in.
 */
static struct evtx_program *find_program(struct evtx_reader *r, uint32_t offset, uint32_t id,
                                         size_t after, enum evtx_place place)
{
    struct known *k = known_slot(r, offset, place);
    size_t at = evtx_position(&r->view, offset);

    if (at != after && is_definition(&r->view, after, id)) {
        r->view.shift = (ptrdiff_t)after - (ptrdiff_t)offset;
        at = after;
    }
    if (k->chunk == r->chunk && k->offset == offset && k->place == place && k->id == id) {
        if (!k->program)
            r->why = k->why;
        return k->program;
    }
    if (!is_definition(&r->view, at, id)) {
        at = offset; /* from before the loss */
        if (r->view.shift == 0 || !is_definition(&r->view, at, id)) {
            evtx_refuse(r, "its template definition is gone");
            return NULL;
        }
    }
    struct evtx_program *p = load_program(r, at, place);
    *k = (struct known){r->chunk, offset, id, (uint8_t)place, p, p ? NULL : r->why};
    return p;
}

/* count(4), then for each value size(2) type(1) 0(1), then the values without gaps. */
static bool read_values(struct evtx_reader *r, struct frame *f)
{
    const uint8_t *bytes = r->view.bytes;

    if (f->end - f->at < 4)
        return evtx_refuse(r, "a record without its values");
    uint32_t count = le32(bytes + f->at);
    f->at += 4;
    if (count > (f->end - f->at) / DESCRIPTOR_SIZE)
        return evtx_refuse(r, "more values than the record holds");
    if (count > EVTX_VALUES_MAX - r->value_count)
        return evtx_refuse(r, "more values than the limit");

    const uint8_t *descriptor = bytes + f->at;
    f->descriptors = descriptor;
    size_t data = f->at + (size_t)count * DESCRIPTOR_SIZE;
    value *values = &r->values[r->value_count];
    for (uint32_t i = 0; i < count; i++, descriptor += DESCRIPTOR_SIZE) {
        uint32_t head = le32(descriptor);
        values[i] = (uint64_t)head << 32 | (uint32_t)data;
        data += head & 0xFFFF;
    }
    if (data > f->end)
        return evtx_refuse(r, "a value that ends behind its record");
    f->at = data;
    f->first_value = r->value_count;
    f->value_count = count;
    r->value_count += count;
    return true;
}

static bool read_instance(struct evtx_reader *r, struct frame *f)
{
    const uint8_t *bytes = r->view.bytes;

    if (f->end - f->at < INSTANCE_SIZE)
        return evtx_refuse(r, "a template instance that is cut off");
    uint32_t id = le32(bytes + f->at + 2), offset = le32(bytes + f->at + 6);
    f->at += INSTANCE_SIZE;

    struct evtx_program *p = find_program(r, offset, id, f->at, f->place);
    if (!p)
        return false;
    if (evtx_position(&r->view, offset) == f->at) { /* the definition stands here, inline */
        size_t n = EVTX_DEFINITION_HEADER;
        if (f->end - f->at < n || f->end - f->at - n < le32(bytes + f->at + 20))
            return evtx_refuse(r, "a template definition that is cut off");
        f->at += n + le32(bytes + f->at + 20);
    }
    if (!read_values(r, f))
        return false;
    start_program(r, f, p);
    return true;
}

static bool read_plain(struct evtx_reader *r, struct frame *f)
{
    struct evtx_program compiled;
    const char *why;
    size_t at;

    if (r->definition_budget < f->end - f->at)
        return evtx_refuse(r, "more XML than a chunk holds");
    r->definition_budget -= f->end - f->at;
    if (!evtx_compile(r->compiler, &r->view, f->at, f->end, f->place, &compiled, &at, &why))
        return evtx_refuse(r, why);
    r->key.unknown = true;
    start_program(r, f, &compiled);
    f->at = f->end;
    f->first_value = r->value_count;
    f->value_count = 0;
    bool ok = evtx_run_program(r, f); /* it has no values: nothing nests, and it ends here */
    assert(!ok || f->program == NULL);
    return ok;
}

static bool read_fragment(struct evtx_reader *r, struct frame *f)
{
    if (f->at >= f->end || r->view.bytes[f->at] == TOKEN_END) {
        r->depth--;
        return true;
    }
    if (r->view.bytes[f->at] == TOKEN_INSTANCE)
        return read_instance(r, f);
    if (r->view.bytes[f->at] != TOKEN_HEADER)
        return read_plain(r, f);
    if (f->end - f->at < HEADER_SIZE)
        return evtx_refuse(r, "binary XML is cut off");
    f->at += HEADER_SIZE;
    return true;
}

static struct field *copy_fields(struct evtx_reader *r)
{
    struct field *copy = arena_array(r->arena, r->field_count, sizeof *copy);

    if (r->field_count)
        memcpy(copy, r->fields, r->field_count * sizeof *copy);
    return copy;
}

bool evtx_reader_record(struct evtx_reader *r, size_t at, size_t end, struct event *ev,
                        const char **ret_why)
{
    assert(r->view.bytes && at <= end && end <= r->view.n);
    r->field_count = r->dropped = r->value_count = r->depth = 0;
    r->has_time = r->has_number = r->has_raw = false;
    evtx_layout_begin(&r->key);
    r->why = "a record without XML";
    bool ok = evtx_push_fragment(r, at, end, EVTX_AT_ROOT);
    while (ok && r->depth) {
        struct frame *f = &r->frames[r->depth - 1];
        ok = f->program ? evtx_run_program(r, f) : read_fragment(r, f);
    }
    if (!ok || (r->field_count == 0 && r->dropped == 0)) {
        *ret_why = r->why;
        return false;
    }
    ev->fields = r->fields;
    if (!r->lazy)
        ev->fields = copy_fields(r);
    ev->field_count = ev->field_capacity = r->field_count;
    ev->fields_dropped = r->dropped;
    ev->codec = r->has_raw ? &evtx_codec : NULL;
    ev->body = r->has_raw ? (str){(const char *)r->view.bytes + at, end - at} : (str){0};
    ev->layout = r->dropped ? 0 : evtx_layout_number(r->layouts, &r->key);
    if (r->has_time) {
        ev->has_time = true;
        ev->time_ns = r->time_ns;
        ev->time_digits = r->time_digits;
    }
    if (r->has_number)
        ev->from.record = r->number;
    return true;
}

bool evtx_reader_align(struct evtx_reader *r, size_t at, size_t end)
{
    const uint8_t *bytes = r->view.bytes;

    assert(r->view.bytes && at <= end && end <= r->view.n);
    if (end - at < HEADER_SIZE + INSTANCE_SIZE || bytes[at] != TOKEN_HEADER ||
        bytes[at + HEADER_SIZE] != TOKEN_INSTANCE)
        return false;
    at += HEADER_SIZE;
    uint32_t id = le32(bytes + at + 2), offset = le32(bytes + at + 6);
    at += INSTANCE_SIZE;
    if (!is_definition(&r->view, at, id))
        return false;
    r->view.shift = (ptrdiff_t)at - (ptrdiff_t)offset;
    return true;
}
