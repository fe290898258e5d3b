/*
 * evtx_run.c - programs and the values of a record become fields.
 *
 * A field of a lazy event is a name of the program and a slice of the chunk:
 * run_plain() writes those of simple ops in a row, unless a track (evtx_track.h) of
 * an earlier record fits. The other functions do one op each, with all that ops and
 * values may be; what is not lazy is read by them alone.
 */
#include "formats/evtx_track.h"

#include "simd/simd.h"
#include "text/time.h"

enum { TEXT_BLOCK = 64 * 1024, FIELD_COST = sizeof(struct field) };

/* Room for n bytes of text; the caller takes what it used with take_text(). */
static char *text_room(struct evtx_reader *r, size_t n)
{
    if (r->room_n < n) {
        r->room_n = n > TEXT_BLOCK ? n : TEXT_BLOCK;
        r->room = arena_bytes(r->arena, r->room_n);
    }
    return r->room;
}

static str take_text(struct evtx_reader *r, size_t n)
{
    str s = {r->room, n};

    r->room += n;
    r->room_n -= n;
    return s;
}

static bool in_budget(struct evtx_reader *r, size_t n)
{
    if (r->field_count == EVENT_FIELDS_MAX || r->text_budget < n + FIELD_COST) {
        r->dropped++;
        return false;
    }
    r->text_budget -= n + FIELD_COST;
    return true;
}

static void add_field(struct evtx_reader *r, str name, str text, enum value_type type,
                      uint16_t flags)
{
    assert(r->field_count < EVENT_FIELDS_MAX);
    r->fields[r->field_count++] =
        (struct field){.name = name, .value = text, .type = (uint8_t)type, .flags = flags};
}

static bool spend_steps(struct evtx_reader *r, size_t n)
{
    if (r->step_budget < n)
        return evtx_refuse(r, "more work than a chunk may ask for");
    r->step_budget -= n;
    return true;
}

/* Looks back over the fields so far; 8 of them count as a step of work. */
static bool has_field(struct evtx_reader *r, str name)
{
    uint32_t i = r->field_count;

    while (i > 0 && !str_eq(r->fields[i - 1].name, name))
        i--;
    size_t steps = (r->field_count - i) / 8;
    r->step_budget -= steps < r->step_budget ? steps : r->step_budget;
    return i > 0;
}

/* The text of a value in the room that the next text goes into. */
static str value_text(struct evtx_reader *r, uint8_t type, str bytes)
{
    char *out = text_room(r, evtx_value_room(bytes.n));

    return (str){out, evtx_value_text(type, (const uint8_t *)bytes.p, bytes.n, out)};
}

/* Texts of SIDs come again and again: those of the batch are looked up. */
static str sid_text(struct evtx_reader *r, str bytes)
{
    const uint8_t *tail = (const uint8_t *)bytes.p + bytes.n - 4;
    struct known_sid *k = &r->sids[(le32(tail) * 2654435761u) >> (32 - EVTX_SID_BITS)];

    if (k->batch != r->batch || !str_eq(k->bytes, bytes)) {
        str text = value_text(r, EVTX_SID, bytes);
        *k = (struct known_sid){r->batch, bytes, take_text(r, text.n)};
    }
    return k->text;
}

str evtx_kept_text(struct evtx_reader *r, uint8_t type, str bytes)
{
    if (type == EVTX_SID && bytes.n >= 8)
        return sid_text(r, bytes);
    return take_text(r, value_text(r, type, bytes).n);
}

static void note_time(struct evtx_reader *r, str text)
{
    r->time_digits = EVTX_TIME_DIGITS;
    r->has_time = time_parse_rfc3339(text, &r->time_ns, &r->time_digits);
}

void evtx_note_value(struct evtx_reader *r, uint8_t flags, value v)
{
    const uint8_t *p = r->view.bytes + value_at(v);
    bool is_long = value_n(v) == sizeof(uint64_t);

    if ((flags & EVTX_TIME) && value_type(v) == EVTX_FILETIME && is_long) {
        r->time_digits = EVTX_TIME_DIGITS;
        r->has_time = time_from_filetime(le64(p), &r->time_ns);
    } else if (flags & EVTX_TIME) {
        note_time(r, value_text(r, value_type(v), evtx_value_bytes(r, v)));
    }
    if ((flags & EVTX_RECORD_ID) && value_type(v) == EVTX_UINT64 && is_long) {
        r->number = le64(p);
        r->has_number = true;
    } else if (flags & EVTX_RECORD_ID) {
        r->has_number = str_u64(value_text(r, value_type(v), evtx_value_bytes(r, v)), &r->number);
    }
}

static void note_constant(struct evtx_reader *r, uint8_t flags, str text)
{
    if (flags & EVTX_TIME)
        note_time(r, text);
    if (flags & EVTX_RECORD_ID)
        r->has_number = str_u64(text, &r->number);
}

static void add_value(struct evtx_reader *r, str name, uint8_t type, str bytes, uint16_t flags)
{
    const struct evtx_kind *kind = &evtx_kinds[type];
    enum value_type shown = (enum value_type)kind->field_type;

    if (!in_budget(r, 2 * bytes.n))
        return;
    if (!r->lazy) {
        add_field(r, name, evtx_kept_text(r, type, bytes), shown, flags);
    } else if (evtx_is_raw(type, bytes.n)) {
        r->has_raw = true;
        add_field(r, name, bytes, shown, flags | kind->raw_flags);
    } else {
        add_field(r, name, evtx_kept_text(r, type, bytes), shown, flags | kind->text_flags);
    }
}

/* The length of an array's first element, and in *ret_next where the next one begins. */
static size_t element_length(uint8_t type, const uint8_t *p, size_t n, size_t *ret_next)
{
    size_t width = type == EVTX_STRING ? 2 : 1, length = evtx_element_size(type);

    if (type == EVTX_STRING || type == EVTX_ANSI) {
        const uint8_t *nul = type == EVTX_ANSI ? memchr(p, 0, n) : NULL;
        if (type == EVTX_STRING)
            length = 2 * simd_best()->utf16_length(p, n / 2);
        else
            length = nul ? (size_t)(nul - p) : n;
        *ret_next = length + width < n ? length + width : n;
        return length;
    }
    if (type == EVTX_SID && n >= 2)
        length = 8 + 4 * (size_t)p[1];
    if (length == 0 || length > n)
        length = n;
    *ret_next = length;
    return length;
}

/* Returns the number of elements. */
static uint32_t add_array(struct evtx_reader *r, str name, value v, uint16_t flags)
{
    uint8_t type = value_type(v) & (uint8_t)~EVTX_ARRAY;
    str rest = evtx_value_bytes(r, v);
    uint32_t count = 0;
    size_t next;

    if (rest.n == 0 && in_budget(r, 0))
        add_field(r, name, S(""), VALUE_NULL, flags);
    for (; rest.n; rest = (str){rest.p + next, rest.n - next}) {
        size_t n = element_length(type, (const uint8_t *)rest.p, rest.n, &next);
        add_value(r, name, type, (str){rest.p, n}, flags);
        flags |= FIELD_CONTINUES;
        count++;
    }
    return count;
}

/* The name that a hole holds, without its blanks. */
static str hole_name(struct evtx_reader *r, const struct frame *f, uint32_t hole)
{
    value v = evtx_hole_value(r, f, hole);
    size_t n = 0;

    r->key.unknown = true;
    if (value_n(v) == 0 || value_n(v) > EVENT_NAME_MAX || (value_type(v) & EVTX_ARRAY) ||
        value_type(v) == EVTX_BINXML)
        return S("Data");
    char *out = text_room(r, evtx_value_room(value_n(v)));
    str text = value_text(r, value_type(v), evtx_value_bytes(r, v));
    for (size_t i = 0; i < text.n; i++)
        if (out[i] != ' ')
            out[n++] = out[i];
    return take_text(r, n);
}

static str op_name(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op)
{
    return op->flags & EVTX_NAME_HOLE ? hole_name(r, f, op->name)
                                      : (str){f->text + op->name, op->name_n};
}

static uint16_t op_field_flags(struct evtx_reader *r, const struct evtx_op *op, str name)
{
    return op->flags & EVTX_REPEATED && has_field(r, name) ? FIELD_CONTINUES : 0;
}

static uint32_t op_index(const struct frame *f, const struct evtx_op *op)
{
    return (uint32_t)(op - f->program->ops);
}

static bool push_nested(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op,
                        value v)
{
    evtx_layout_note(&r->key, EVTX_WORD_NESTED, op_index(f, op));
    return evtx_push_fragment(r, value_at(v), (size_t)value_at(v) + value_n(v), op->place);
}

static bool run_value(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op)
{
    value v = evtx_hole_value(r, f, op->hole);

    if (value_type(v) == EVTX_BINXML)
        return push_nested(r, f, op, v);
    if (op->flags & EVTX_NAMELESS)
        return true;
    if (op->flags & EVTX_OPTIONAL) {
        evtx_layout_choice(&r->key, value_type(v) != EVTX_NULL);
        if (value_type(v) == EVTX_NULL)
            return true;
    }
    str name = op_name(r, f, op);
    uint16_t flags = op_field_flags(r, op, name);
    if (value_type(v) & EVTX_ARRAY) {
        evtx_layout_note(&r->key, EVTX_WORD_ARRAY, op_index(f, op));
        evtx_layout_put(&r->key, add_array(r, name, v, flags));
        return true;
    }
    add_value(r, name, value_type(v), evtx_value_bytes(r, v), flags);
    evtx_note_value(r, op->flags, v);
    return true;
}

/* Several parts in a row: their texts become one value. Nested XML among them is run by itself. */
static bool run_join(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op)
{
    value nested = EVTX_NULL;
    size_t room = 0, n = 0;
    bool any = false;

    for (uint32_t i = 1; i <= op->parts; i++) {
        value v = evtx_hole_value(r, f, op[i].hole);
        if (op[i].kind == EVTX_OP_CONSTANT)
            room += op[i].text_n;
        else if (value_type(v) == EVTX_BINXML)
            nested = v;
        else
            room += evtx_value_room(value_n(v));
    }
    if (value_type(nested) != EVTX_NULL)
        return push_nested(r, f, op, nested);
    if (op->flags & EVTX_NAMELESS || !in_budget(r, room))
        return true;

    str name = op_name(r, f, op);
    char *out = text_room(r, room);
    for (uint32_t i = 1; i <= op->parts; i++) {
        value v = evtx_hole_value(r, f, op[i].hole);
        if (op[i].kind == EVTX_OP_CONSTANT) {
            memcpy(out + n, f->text + op[i].text, op[i].text_n);
            n += op[i].text_n;
            any = true;
        } else {
            n += evtx_value_text(value_type(v) & (uint8_t)~EVTX_ARRAY, r->view.bytes + value_at(v),
                                 value_n(v), out + n);
            any |= value_type(v) != EVTX_NULL || !(op[i].flags & EVTX_OPTIONAL);
        }
    }
    evtx_layout_choice(&r->key, any);
    if (any)
        add_field(r, name, take_text(r, n), VALUE_STRING, op_field_flags(r, op, name));
    return true;
}

static void run_constant(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op)
{
    if (op->flags & EVTX_NAMELESS || !in_budget(r, 0))
        return;
    str name = op_name(r, f, op), text = {f->text + op->text, op->text_n};
    add_field(r, name, text, VALUE_STRING,
              op_field_flags(r, op, name) | (r->lazy ? FIELD_SAME : 0));
    note_constant(r, op->flags, text);
}

static void run_guard(struct evtx_reader *r, struct frame *f, const struct evtx_op *op)
{
    bool is_null = value_type(evtx_hole_value(r, f, op->hole)) == EVTX_NULL;

    evtx_layout_choice(&r->key, !is_null);
    if (is_null)
        f->next_op += op->parts;
}

static bool is_single(uint8_t type)
{
    return type != EVTX_NULL && type != EVTX_BINXML && !(type & EVTX_ARRAY);
}

/* What run_plain() keeps in registers. */
struct run {
    struct field *to;
    size_t budget;
    uint32_t choices; /* the key's bits */
    bool has_raw;
};

static inline void choose(struct evtx_reader *r, struct run *run, bool is_there)
{
    run->choices = run->choices << 1 | is_there;
    if (run->choices >> (EVTX_WORD_SHIFT - 1)) {
        evtx_layout_put(&r->key, run->choices);
        run->choices = 1;
    }
}

/* A plain op whose value is not simply raw; false when it asks for more than a field. */
static bool run_other(struct evtx_reader *r, struct run *run, const struct frame *f,
                      const struct evtx_op *op, value v)
{
    const uint8_t type = value_type(v);
    const bool is_constant = op->kind == EVTX_OP_CONSTANT;
    const size_t cost = FIELD_COST + (is_constant ? 0 : 2 * (size_t)value_n(v));
    str text = {f->text + op->text, op->text_n};

    if (!is_constant && type == EVTX_NULL && op->flags & EVTX_OPTIONAL) {
        choose(r, run, false);
        return true;
    }
    if (run->budget < cost || (!is_constant && !is_single(type)))
        return false;
    if (!is_constant && op->flags & EVTX_OPTIONAL)
        choose(r, run, true);
    run->budget -= cost;
    if (!is_constant)
        text = evtx_kept_text(r, type, evtx_value_bytes(r, v));
    *run->to++ = (struct field){.name = {f->text + op->name, op->name_n},
                                .value = text,
                                .type = is_constant ? VALUE_STRING : evtx_kinds[type].field_type,
                                .flags = is_constant ? FIELD_SAME : evtx_kinds[type].text_flags};
    if (!is_constant)
        evtx_note_value(r, op->flags, v);
    return true;
}

/*
 * The ops marked EVTX_PLAIN from the next one on, as run_value(), run_constant() and run_guard() do
 * them, up to the first that asks for more: another kind of op, nested XML, an array, the end of
 * a budget. Whether a guard's or an optional value is there goes into the layout's key. Returns the
 * number of ops run.
 */
static uint32_t run_plain(struct evtx_reader *r, struct frame *f)
{
    const struct evtx_op *op = f->program->ops + f->next_op, *end;
    const uint32_t value_count = f->value_count, left = f->program->op_count - f->next_op;
    const value *values = &r->values[f->first_value];
    const char *bytes = (const char *)r->view.bytes, *text = f->text;
    struct run run = {r->fields + r->field_count, r->text_budget, r->key.bits, r->has_raw};
    uint32_t steps = 0;

    if (r->step_budget < left || EVENT_FIELDS_MAX - r->field_count < left)
        return 0;
    for (end = op + left; op < end && op->flags & EVTX_PLAIN; op++, steps++) {
        const value v = op->hole < value_count ? values[op->hole] : EVTX_NULL;
        const struct evtx_kind *kind = &evtx_kinds[value_type(v)];
        const size_t n = value_n(v), cost = FIELD_COST + 2 * n;
        if (op->kind == EVTX_OP_VALUE && evtx_is_raw(value_type(v), n) && run.budget >= cost) {
            run.budget -= cost;
            run.to->name = (str){text + op->name, op->name_n};
            run.to->value = (str){bytes + value_at(v), n};
            run.to->type = kind->field_type;
            run.to->flags = kind->raw_flags;
            run.to++;
            run.has_raw = true;
            if (op->flags & EVTX_OPTIONAL)
                choose(r, &run, true);
            if (op->flags & (EVTX_TIME | EVTX_RECORD_ID))
                evtx_note_value(r, op->flags, v);
        } else if (op->kind == EVTX_OP_GUARD) {
            choose(r, &run, value_type(v) != EVTX_NULL);
            op += value_type(v) == EVTX_NULL ? op->parts : 0;
        } else if (!run_other(r, &run, f, op, v)) {
            break;
        }
    }
    r->step_budget -= steps;
    r->text_budget = run.budget;
    r->key.bits = run.choices;
    r->has_raw = run.has_raw;
    r->field_count = (uint32_t)(run.to - r->fields);
    f->next_op = (uint32_t)(op - f->program->ops);
    return steps;
}

/* Did run_plain() stop because of what comes next, and not because a budget ended? */
static bool is_stop(const struct evtx_reader *r, const struct frame *f)
{
    const struct evtx_op *op = &f->program->ops[f->next_op];

    if (f->next_op >= f->program->op_count || !(op->flags & EVTX_PLAIN))
        return true;
    return op->kind == EVTX_OP_VALUE && !is_single(value_type(evtx_hole_value(r, f, op->hole)));
}

/* The ops up to the first that is not plain, when the program has just been started. */
static void begin_program(struct evtx_reader *r, struct frame *f)
{
    if (!f->program->number || !evtx_track_run(r, f)) {
        f->first_field = r->field_count;
        f->first_word = r->key.count;
        uint32_t steps = run_plain(r, f);
        if (f->program->number && steps && is_stop(r, f))
            evtx_track_learn(r, f, steps);
    }
}

bool evtx_run_program(struct evtx_reader *r, struct frame *f)
{
    const uint32_t depth = r->depth;

    for (;;) {
        if (r->lazy && f->next_op == 0)
            begin_program(r, f);
        else if (r->lazy)
            run_plain(r, f);
        if (f->next_op >= f->program->op_count)
            break;
        const struct evtx_op *op = &f->program->ops[f->next_op++];
        bool ok = spend_steps(r, op->kind == EVTX_OP_JOIN ? op->parts : 1);
        if (!ok)
            return false;
        switch ((enum evtx_op_kind)op->kind) {
        case EVTX_OP_CONSTANT:
            run_constant(r, f, op);
            break;
        case EVTX_OP_VALUE:
            ok = run_value(r, f, op);
            break;
        case EVTX_OP_JOIN:
            f->next_op += op->parts;
            ok = run_join(r, f, op);
            break;
        case EVTX_OP_GUARD:
            run_guard(r, f, op);
            break;
        }
        if (!ok)
            return false;
        if (r->depth != depth)
            return true;
    }
    f->program = NULL;
    r->value_count = f->first_value;
    return true;
}
