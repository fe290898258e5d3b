/*
 * evtx_compile.c - binary XML tokens to a program. Tokens: [MS-EVEN6] 2.2.12 and
 * the libevtx documentation, "Binary XML". No token makes the compiler
 * recurse: open elements are a stack of EVTX_ELEMENT_DEPTH_MAX. Every
 * token takes at least one byte, so the work is bounded by the input.
 */
#include "formats/evtx_program.h"

#include "base/mem.h"
#include "event/event.h"
#include "formats/evtx_value.h"
#include "simd/simd.h"

#include <stdlib.h>

enum token {
    TOKEN_END = 0x00,
    TOKEN_OPEN = 0x01,
    TOKEN_CLOSE_START = 0x02, /* the > of a start tag */
    TOKEN_CLOSE_EMPTY = 0x03, /* /> */
    TOKEN_CLOSE = 0x04,
    TOKEN_TEXT = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_CDATA = 0x07,
    TOKEN_CHARACTER = 0x08,
    TOKEN_ENTITY = 0x09,
    TOKEN_PI_TARGET = 0x0A,
    TOKEN_PI_DATA = 0x0B,
    TOKEN_HOLE = 0x0D,
    TOKEN_OPTIONAL_HOLE = 0x0E,
    TOKEN_HEADER = 0x0F,
    TOKEN_COUNT,
    TOKEN_MASK = 0x1F,
    TOKEN_MORE = 0x40, /* OPEN: an attribute list follows; others: more of the same follow */
};

enum { NONE = UINT32_MAX, NO_DEPENDENCY = 0xFFFF, NO_HOLE = UINT32_MAX };

struct slice { /* of the program's text */
    uint32_t at, n;
};

struct element {
    struct slice name;
    struct slice data_name;    /* EventData's <Data Name="...">; n is 0 when it has none */
    uint32_t name_hole;        /* the same from a hole */
    uint32_t guard;            /* its op, or NONE */
    enum evtx_place at, inner; /* where it stands, and where its children do */
    bool has_child;
};

struct evtx_compiler {
    /* What is read: */
    const struct evtx_view *view;
    size_t cursor, end;
    const char *why;

    /* The value that is being put together; its parts are the ops behind `target`. */
    uint32_t target; /* op, or NONE */
    bool in_attribute;
    struct slice attribute;

    /* Open elements: */
    uint32_t depth;
    enum evtx_place place; /* of the outermost */
    struct element elements[EVTX_ELEMENT_DEPTH_MAX];

    /* The program: */
    size_t body;      /* where the tokens began */
    uint32_t section; /* the first op of System, EventData, ... */
    uint32_t op_count, text_n, ref_count;
    struct evtx_op ops[EVTX_OPS_MAX];
    struct evtx_name_ref refs[EVTX_NAMES_MAX];
    char text[EVTX_TEXT_MAX + SIMD_PADDING];
};

struct evtx_compiler *evtx_compiler_new(void)
{
    return mem_alloc(sizeof(struct evtx_compiler));
}

void evtx_compiler_free(struct evtx_compiler *c)
{
    free(c);
}

static bool refuse(struct evtx_compiler *c, const char *why)
{
    c->why = why;
    return false;
}

static bool need(struct evtx_compiler *c, size_t n)
{
    return c->end - c->cursor >= n || refuse(c, "binary XML is cut off");
}

static const uint8_t *here(const struct evtx_compiler *c)
{
    return c->view->bytes + c->cursor;
}

bool evtx_name_at(const struct evtx_view *view, size_t at, const uint8_t **ret_utf16,
                  uint16_t *ret_units)
{
    if (at > view->n || view->n - at < EVTX_NAME_HEADER)
        return false;
    uint16_t units = le16(view->bytes + at + 6), hash = 0;
    const uint8_t *utf16 = view->bytes + at + EVTX_NAME_HEADER;
    if (units == 0 || units > EVTX_NAME_UNITS_MAX ||
        view->n - at - EVTX_NAME_HEADER < 2 * (size_t)units + 2 || le16(utf16 + 2 * units) != 0)
        return false;
    for (size_t i = 0; i < units; i++)
        hash = (uint16_t)(hash * 65599u + le16(utf16 + 2 * i));
    *ret_utf16 = utf16;
    *ret_units = units;
    return hash == le16(view->bytes + at + 4);
}

/* Puts UTF-16 into the program's text; the slice ends where the text now ends. */
static bool add_utf16(struct evtx_compiler *c, const uint8_t *utf16, size_t units,
                      struct slice *ret)
{
    if (3 * units > EVTX_TEXT_MAX - c->text_n)
        return refuse(c, "a template with too much text");
    size_t n = simd_best()->utf16_text(utf16, units, c->text + c->text_n);
    *ret = (struct slice){c->text_n, (uint32_t)n};
    c->text_n += (uint32_t)n;
    return true;
}

static bool add_bytes(struct evtx_compiler *c, str s, struct slice *ret)
{
    if (s.n > EVTX_TEXT_MAX - c->text_n)
        return refuse(c, "a template with too much text");
    memcpy(c->text + c->text_n, s.p, s.n);
    *ret = (struct slice){c->text_n, (uint32_t)s.n};
    c->text_n += (uint32_t)s.n;
    return true;
}

static str slice_str(const struct evtx_compiler *c, struct slice s)
{
    return (str){c->text + s.at, s.n};
}

static struct evtx_op *add_op(struct evtx_compiler *c, enum evtx_op_kind kind)
{
    if (c->op_count == EVTX_OPS_MAX) {
        refuse(c, "a template with too many fields");
        return NULL;
    }
    struct evtx_op *op = &c->ops[c->op_count++];
    *op = (struct evtx_op){.kind = (uint8_t)kind};
    return op;
}

/*
 * Reads the offset of a name at the cursor and the name it leads to, which stands right behind the
 * offset where it is used first. Where bytes were lost before this place, names from before
 * the loss are at their old place.
 */
static bool read_name(struct evtx_compiler *c, struct slice *ret)
{
    const uint8_t *utf16;
    uint16_t units;

    if (!need(c, 4))
        return false;
    size_t at = evtx_position(c->view, le32(here(c)));
    bool is_inline = at == c->cursor + 4;
    if (!evtx_name_at(c->view, at, &utf16, &units)) {
        if (c->view->shift == 0 || is_inline ||
            !evtx_name_at(c->view, le32(here(c)), &utf16, &units))
            return refuse(c, "a name is not where its offset says");
    }
    if (c->ref_count == EVTX_NAMES_MAX)
        return refuse(c, "a template with too many names");
    c->refs[c->ref_count++] = (struct evtx_name_ref){(uint32_t)(c->cursor - c->body), is_inline,
                                                     units, (uint32_t)(utf16 - c->view->bytes)};
    c->cursor += 4;
    if (is_inline) {
        size_t n = EVTX_NAME_HEADER + 2 * (size_t)units + 2;
        if (!need(c, n))
            return false;
        c->cursor += n;
    }
    return add_utf16(c, utf16, units, ret);
}

static bool begin_value(struct evtx_compiler *c)
{
    if (c->target != NONE)
        return true;
    c->target = c->op_count;
    return add_op(c, EVTX_OP_JOIN) != NULL;
}

static bool add_constant(struct evtx_compiler *c, struct slice s)
{
    if (c->depth == 0)
        return true; /* white space around the document */
    if (!begin_value(c))
        return false;
    struct evtx_op *last = &c->ops[c->op_count - 1];
    if (last->kind == EVTX_OP_CONSTANT && last->text + last->text_n == s.at) {
        last->text_n += s.n;
        return true;
    }
    struct evtx_op *op = add_op(c, EVTX_OP_CONSTANT);
    if (!op)
        return false;
    op->text = s.at;
    op->text_n = s.n;
    return true;
}

static bool is_blank(str s)
{
    return str_trim(s).n == 0;
}

/*
 * A name that stands further up in the same section marks its op, so that both values are kept. So
 * does one that System has as well (the UserData of event 104 has a Channel): System's is the
 * first.
 */
static void mark_repeated(struct evtx_compiler *c, struct evtx_op *op)
{
    static const str system[] = {
        S("EventID"),  S("Version"), S("Level"),         S("Task"),     S("Opcode"),
        S("Keywords"), S("Channel"), S("EventRecordID"), S("Computer"),
    };
    for (size_t i = 0; c->depth && i < countof(system); i++)
        if (c->elements[c->depth - 1].at != EVTX_IN_SYSTEM && op->name_n == system[i].n &&
            memcmp(c->text + op->name, system[i].p, op->name_n) == 0)
            op->flags |= EVTX_REPEATED;
    for (const struct evtx_op *o = c->ops + c->section; o < op; o++)
        if (o->name_n == op->name_n && o->kind <= EVTX_OP_JOIN &&
            memcmp(c->text + o->name, c->text + op->name, op->name_n) == 0) {
            op->flags |= EVTX_REPEATED;
            return;
        }
}

/* Turns the parts behind `target` into one field. Without parts it is the empty constant. */
static void end_value(struct evtx_compiler *c, struct slice name, uint8_t flags,
                      enum evtx_place inner)
{
    struct evtx_op *op = &c->ops[c->target];
    uint32_t parts = c->op_count - c->target - 1;

    if (parts <= 1) {
        c->op_count = c->target + 1;
        *op = parts ? op[1] : (struct evtx_op){.kind = EVTX_OP_CONSTANT};
    } else {
        op->parts = parts;
    }
    op->flags |= flags;
    op->name = name.at;
    op->name_n = name.n;
    op->place = (uint8_t)inner;
    if (op->kind == EVTX_OP_JOIN)
        for (uint32_t i = 1; i <= parts; i++)
            op[i].place = op->place;
    if (!(flags & EVTX_NAME_HOLE))
        mark_repeated(c, op);
    c->target = NONE;
}

static void drop_value(struct evtx_compiler *c)
{
    c->op_count = c->target;
    c->target = NONE;
}

/* "Element_Attribute" */
static bool compose_name(struct evtx_compiler *c, struct slice a, struct slice b, struct slice *ret)
{
    struct slice tail;

    if (a.n + b.n + 1 > EVENT_NAME_MAX)
        return refuse(c, "a field name that is too long");
    if (!add_bytes(c, slice_str(c, a), ret) || !add_bytes(c, S("_"), &tail))
        return false;
    if (!add_bytes(c, slice_str(c, b), &tail))
        return false;
    ret->n = a.n + b.n + 1;
    return true;
}

/* <Data Name="...">: the name, without its blanks, or the hole that holds it. */
static void name_data(struct evtx_compiler *c, struct element *e)
{
    const struct evtx_op *part = &c->ops[c->target + 1];

    if (c->op_count - c->target == 2 && part->kind == EVTX_OP_CONSTANT) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < part->text_n; i++)
            if (c->text[part->text + i] != ' ')
                c->text[part->text + n++] = c->text[part->text + i];
        e->data_name = (struct slice){part->text, n};
    } else if (c->op_count - c->target == 2) {
        e->name_hole = part->hole;
    }
    drop_value(c);
}

static bool end_attribute(struct evtx_compiler *c)
{
    if (!c->in_attribute)
        return true;
    c->in_attribute = false;

    struct element *e = &c->elements[c->depth - 1];
    str name = slice_str(c, c->attribute);
    if (e->at == EVTX_IN_EVENTDATA && str_eq(name, S("Name"))) {
        name_data(c, e);
        return true;
    }
    bool shown = e->at == EVTX_IN_SYSTEM || e->at == EVTX_IN_USERDATA;
    if (!shown || str_starts(name, S("xmlns")) || c->op_count == c->target + 1) {
        drop_value(c);
        return true;
    }
    struct slice full;
    if (!compose_name(c, e->name, c->attribute, &full))
        return false;
    bool is_time =
        e->at == EVTX_IN_SYSTEM && str_eq(slice_str(c, full), S("TimeCreated_SystemTime"));
    end_value(c, full, is_time ? EVTX_TIME : 0, EVTX_IN_USERDATA);
    return true;
}

/* What stood between the tags of the innermost element, up to here. */
static bool end_content(struct evtx_compiler *c)
{
    if (c->target == NONE)
        return true;

    struct element *e = &c->elements[c->depth - 1];
    struct slice name = e->name;
    uint8_t flags = e->at == EVTX_AT_ROOT ? EVTX_NAMELESS : 0;
    if (e->at == EVTX_IN_SYSTEM && str_eq(slice_str(c, name), S("EventRecordID")))
        flags |= EVTX_RECORD_ID;
    bool constant = c->op_count - c->target == 2 && c->ops[c->target + 1].kind == EVTX_OP_CONSTANT;
    if (constant && (e->has_child || e->at == EVTX_AT_ROOT || e->at == EVTX_IN_EVENT)) {
        struct slice s = {c->ops[c->target + 1].text, c->ops[c->target + 1].text_n};
        if (e->at == EVTX_AT_ROOT || is_blank(slice_str(c, s))) {
            drop_value(c); /* white space between elements */
            return true;
        }
    }
    if (e->name_hole != NO_HOLE) {
        flags |= EVTX_NAME_HOLE;
        name = (struct slice){e->name_hole, e->name.n};
    } else if (e->data_name.n) {
        name = e->data_name;
    } else if (e->at == EVTX_IN_RENDERING && !str_eq(slice_str(c, name), S("Message"))) {
        struct slice prefix;
        if (!add_bytes(c, S("RenderingInfo"), &prefix) || !compose_name(c, prefix, e->name, &name))
            return false;
    }
    if (name.n > EVENT_NAME_MAX)
        return refuse(c, "a field name that is too long");
    end_value(c, name, flags, e->inner);
    return true;
}

/* An element that depends on the hole which is its only content needs no guard: the value is then
 * an optional one. Most of a System section is of this kind. */
static void end_guard(struct evtx_compiler *c, uint32_t guard)
{
    struct evtx_op *op = &c->ops[guard];

    op->parts = c->op_count - guard - 1;
    if (op->parts == 1 && op[1].kind == EVTX_OP_VALUE && op[1].hole == op->hole) {
        *op = op[1];
        op->flags |= EVTX_OPTIONAL;
        c->op_count--;
    }
}

static bool close_element(struct evtx_compiler *c)
{
    if (c->depth == 0)
        return refuse(c, "an end tag without its element");

    struct element *e = &c->elements[c->depth - 1];
    bool shown_empty = e->at == EVTX_IN_EVENTDATA || e->at == EVTX_IN_USERDATA;
    if (!end_attribute(c))
        return false;
    if (c->target == NONE && !e->has_child && shown_empty && !begin_value(c))
        return false;
    if (!end_content(c))
        return false;
    if (e->guard != NONE)
        end_guard(c, e->guard);
    c->depth--;
    return true;
}

static enum evtx_place inner_place(enum evtx_place at, str name)
{
    static const struct {
        str name;
        enum evtx_place place;
    } parts[] = {
        {S("System"), EVTX_IN_SYSTEM},
        {S("EventData"), EVTX_IN_EVENTDATA},
        {S("RenderingInfo"), EVTX_IN_RENDERING},
    };
    if (at == EVTX_AT_ROOT)
        return EVTX_IN_EVENT;
    if (at == EVTX_IN_EVENT)
        for (size_t i = 0; i < countof(parts); i++)
            if (str_eq(name, parts[i].name))
                return parts[i].place;
    return at == EVTX_IN_RENDERING ? at : EVTX_IN_USERDATA;
}

/* Is there a name where the offset at the position `at` leads? */
static bool leads_to_name(const struct evtx_compiler *c, size_t at)
{
    const uint8_t *utf16;
    uint16_t units;

    if (c->end < 4 || at > c->end - 4)
        return false;
    uint32_t offset = le32(c->view->bytes + at);
    return evtx_name_at(c->view, evtx_position(c->view, offset), &utf16, &units) ||
           (c->view->shift && evtx_name_at(c->view, offset, &utf16, &units));
}

/*
 * dependency(2) size(4) name(4) [attribute list size(4)]. The dependency is left out in XML that
 * stands in a value by itself; which form it is shows where the name's offset leads to a name.
 */
static bool open_element(struct evtx_compiler *c, bool has_attributes)
{
    uint16_t dependency = NO_DEPENDENCY;

    if (c->depth == EVTX_ELEMENT_DEPTH_MAX)
        return refuse(c, "elements nested too deeply");
    if (leads_to_name(c, c->cursor + 6)) {
        dependency = le16(here(c));
        c->cursor += 2;
    }
    if (!need(c, 8))
        return false;
    c->cursor += 4;

    enum evtx_place at = c->place;
    if (c->depth) {
        struct element *parent = &c->elements[c->depth - 1];
        if (!end_attribute(c))
            return false;
        parent->has_child = true;
        if (!end_content(c))
            return false;
        at = parent->inner;
    }
    struct element *e = &c->elements[c->depth];
    *e = (struct element){.at = at, .guard = NONE, .name_hole = NO_HOLE};
    if (!read_name(c, &e->name))
        return false;
    e->inner = inner_place(at, slice_str(c, e->name));
    if (at == EVTX_IN_EVENT)
        c->section = c->op_count;
    if (has_attributes) {
        if (!need(c, 4))
            return false;
        c->cursor += 4;
    }
    c->depth++;
    if (dependency != NO_DEPENDENCY) {
        e->guard = c->op_count;
        struct evtx_op *guard = add_op(c, EVTX_OP_GUARD);
        if (!guard)
            return false;
        guard->hole = dependency;
    }
    return true;
}

static bool on_end(struct evtx_compiler *c, uint8_t token)
{
    (void)token;
    return c->depth == 0 || refuse(c, "binary XML ends within an element");
}

static bool on_open(struct evtx_compiler *c, uint8_t token)
{
    return open_element(c, token & TOKEN_MORE);
}

static bool on_close_start(struct evtx_compiler *c, uint8_t token)
{
    (void)token;
    return c->depth ? end_attribute(c) : refuse(c, "a tag without its element");
}

static bool on_close(struct evtx_compiler *c, uint8_t token)
{
    (void)token;
    return close_element(c);
}

static bool on_attribute(struct evtx_compiler *c, uint8_t token)
{
    (void)token;
    if (c->depth == 0)
        return refuse(c, "an attribute outside of a tag");
    if (!end_attribute(c) || !end_content(c) || !read_name(c, &c->attribute))
        return false;
    c->in_attribute = true;
    return begin_value(c);
}

/* length(2), UTF-16 */
static bool counted_text(struct evtx_compiler *c, struct slice *ret)
{
    if (!need(c, 2))
        return false;
    size_t units = le16(here(c));
    c->cursor += 2;
    if (!need(c, 2 * units) || !add_utf16(c, here(c), units, ret))
        return false;
    c->cursor += 2 * units;
    return true;
}

static bool on_text(struct evtx_compiler *c, uint8_t token)
{
    struct slice s;

    (void)token;
    if (!need(c, 1))
        return false;
    if (*here(c) != EVTX_STRING)
        return refuse(c, "a constant that is not a string");
    c->cursor++;
    return counted_text(c, &s) && add_constant(c, s);
}

static bool on_cdata(struct evtx_compiler *c, uint8_t token)
{
    struct slice s;

    (void)token;
    return counted_text(c, &s) && add_constant(c, s);
}

static bool on_character(struct evtx_compiler *c, uint8_t token)
{
    struct slice s;

    (void)token;
    if (!need(c, 2) || !add_utf16(c, here(c), 1, &s))
        return false;
    c->cursor += 2;
    return add_constant(c, s);
}

static bool on_entity(struct evtx_compiler *c, uint8_t token)
{
    static const struct {
        str name, text;
    } known[] = {
        {S("amp"), S("&")},   {S("lt"), S("<")},   {S("gt"), S(">")},
        {S("quot"), S("\"")}, {S("apos"), S("'")},
    };
    struct slice name, s, tail;

    (void)token;
    if (!read_name(c, &name))
        return false;
    for (size_t i = 0; i < countof(known); i++)
        if (str_eq(slice_str(c, name), known[i].name))
            return add_bytes(c, known[i].text, &s) && add_constant(c, s);
    if (!add_bytes(c, S("&"), &s) || !add_bytes(c, slice_str(c, name), &tail) ||
        !add_bytes(c, S(";"), &tail))
        return false;
    s.n = name.n + 2;
    return add_constant(c, s);
}

/* Processing instructions say nothing about the event. */
static bool on_pi_target(struct evtx_compiler *c, uint8_t token)
{
    struct slice s;

    (void)token;
    return read_name(c, &s);
}

static bool on_pi_data(struct evtx_compiler *c, uint8_t token)
{
    struct slice s;

    (void)token;
    return counted_text(c, &s);
}

/* hole(2) type(1); the value brings its own type. */
static bool on_hole(struct evtx_compiler *c, uint8_t token)
{
    if (!need(c, 3))
        return false;
    uint16_t hole = le16(here(c));
    c->cursor += 3;
    if (c->depth == 0)
        return refuse(c, "a hole outside of an element");
    if (!begin_value(c))
        return false;
    struct evtx_op *op = add_op(c, EVTX_OP_VALUE);
    if (!op)
        return false;
    op->hole = hole;
    op->flags = (token & TOKEN_MASK) == TOKEN_OPTIONAL_HOLE ? EVTX_OPTIONAL : 0;
    return true;
}

/* major(1) minor(1) flags(1) */
static bool on_header(struct evtx_compiler *c, uint8_t token)
{
    (void)token;
    if (!need(c, 3))
        return false;
    c->cursor += 3;
    return true;
}

static bool (*const on_token[TOKEN_COUNT])(struct evtx_compiler *c, uint8_t token) = {
    [TOKEN_END] = on_end,
    [TOKEN_OPEN] = on_open,
    [TOKEN_CLOSE_START] = on_close_start,
    [TOKEN_CLOSE_EMPTY] = on_close,
    [TOKEN_CLOSE] = on_close,
    [TOKEN_TEXT] = on_text,
    [TOKEN_ATTRIBUTE] = on_attribute,
    [TOKEN_CDATA] = on_cdata,
    [TOKEN_CHARACTER] = on_character,
    [TOKEN_ENTITY] = on_entity,
    [TOKEN_PI_TARGET] = on_pi_target,
    [TOKEN_PI_DATA] = on_pi_data,
    [TOKEN_HOLE] = on_hole,
    [TOKEN_OPTIONAL_HOLE] = on_hole,
    [TOKEN_HEADER] = on_header,
};

/* The ops that the reader runs in a row (evtx_record.c, run_plain()). */
static void mark_plain(struct evtx_compiler *c)
{
    static const uint8_t plain_flags[] = {
        [EVTX_OP_CONSTANT] = 0,
        [EVTX_OP_VALUE] = EVTX_OPTIONAL | EVTX_TIME | EVTX_RECORD_ID,
        [EVTX_OP_GUARD] = 0,
    };
    for (struct evtx_op *op = c->ops; op < c->ops + c->op_count; op++)
        if (op->kind != EVTX_OP_JOIN && (op->flags & ~plain_flags[op->kind]) == 0)
            op->flags |= EVTX_PLAIN;
}

bool evtx_compile(struct evtx_compiler *c, const struct evtx_view *view, size_t at, size_t end,
                  enum evtx_place place, struct evtx_program *ret, size_t *ret_at,
                  const char **ret_why)
{
    assert(at <= end && end <= view->n);
    c->view = view;
    c->cursor = c->body = at;
    c->end = end;
    c->place = place;
    c->target = NONE;
    c->in_attribute = false;
    c->depth = c->section = c->op_count = c->text_n = c->ref_count = 0;

    uint8_t token = TOKEN_HEADER;
    bool ok = true;
    while (ok && token != TOKEN_END && c->cursor < end) {
        token = *here(c);
        c->cursor++;
        uint8_t kind = token & TOKEN_MASK;
        ok = (token & 0xA0) == 0 && kind < TOKEN_COUNT && on_token[kind]
                 ? on_token[kind](c, token)
                 : refuse(c, "an unknown binary XML token");
    }
    if (ok && c->depth)
        ok = refuse(c, "binary XML ends within an element");
    mark_plain(c);
    *ret_why = ok ? NULL : c->why;
    *ret_at = c->cursor;
    *ret = (struct evtx_program){.ops = c->ops,
                                 .text = c->text,
                                 .op_count = c->op_count,
                                 .text_n = c->text_n,
                                 .place = place,
                                 .body = view->bytes + at,
                                 .body_n = (uint32_t)(end - at),
                                 .names = view->bytes,
                                 .refs = c->refs,
                                 .ref_count = c->ref_count};
    return ok;
}
