/* grok.c - spreads out the names in a pattern, without recursion: a stack of the texts that are
 * being read. */
#include "message/grok.h"

#include "base/buf.h"

static const struct grok_definition library[] = {
#define GROK(name, text) {S(name), S(text)},
#include "message/grok_names.def"
#undef GROK
};

struct grok_definition grok_name(uint32_t row)
{
    return row < countof(library) ? library[row] : (struct grok_definition){0};
}

/* A text that is being read, and what closes the group it stands in. */
struct frame {
    str rest;
    const char *begins;
};

struct expansion {
    const struct grok_definition *definitions;
    uint32_t count;
    struct arena *arena;
    struct buf out;
    struct grok *ret;
    struct frame frames[GROK_DEPTH_MAX];
    uint32_t depth;
    uint32_t named_at; /* the column of the pattern's own name that is spread out now */
    struct err *e;
};

static str find_definition(const struct expansion *x, str name)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (str_eq(x->definitions[i].name, name))
            return x->definitions[i].text;
    for (size_t i = 0; i < countof(library); i++)
        if (str_eq(library[i].name, name))
            return library[i].text;
    return (str){0};
}

/* "[source][ip]" as "source.ip"; other names are as they stand. */
static str field_name(str s, struct arena *a)
{
    if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
        return arena_str(a, s);
    char *out = arena_bytes(a, s.n);
    size_t n = 0;
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == ']' && s.p[i + 1] == '[') {
            out[n++] = '.';
            i++;
        } else {
            out[n++] = s.p[i];
        }
    }
    return (str){out, n};
}

static bool find_type(str word, uint8_t *ret)
{
    static const struct {
        str name;
        uint8_t type;
    } types[] = {
        {S(""), GROK_TEXT},        {S("text"), GROK_TEXT},     {S("string"), GROK_TEXT},
        {S("int"), GROK_NUMBER},   {S("long"), GROK_NUMBER},   {S("integer"), GROK_NUMBER},
        {S("float"), GROK_NUMBER}, {S("double"), GROK_NUMBER}, {S("number"), GROK_NUMBER},
    };

    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(types[i].name, word)) {
            *ret = types[i].type;
            return true;
        }
    return false;
}

/* The column that an error in the pattern itself, or in what it names, is told at. */
static uint32_t column_of(const struct expansion *x)
{
    return x->depth > 1 ? x->named_at : (uint32_t)(x->frames[0].rest.p - x->frames[0].begins) + 1;
}

static bool open_name(struct expansion *x, str inner)
{
    str rest = inner, name = str_cut(&rest, ':'), field = str_cut(&rest, ':');
    str text = find_definition(x, name);
    uint8_t type;

    if (!text.p)
        return err_set_at(x->e, 0, column_of(x), "there is no pattern '" STR_FMT "'",
                          STR_ARG(name));
    if (!find_type(rest, &type))
        return err_set_at(x->e, 0, column_of(x),
                          "unknown type '" STR_FMT "': int, float and text are known",
                          STR_ARG(rest));
    if (x->depth == GROK_DEPTH_MAX)
        return err_set_at(x->e, 0, column_of(x),
                          "'" STR_FMT "' is more than %d names deep, or names itself",
                          STR_ARG(name), GROK_DEPTH_MAX);
    if (field.n > GROK_FIELD_NAME_MAX)
        return err_set_at(x->e, 0, column_of(x), "the name of a field has more than %d bytes",
                          GROK_FIELD_NAME_MAX);
    if (field.n && x->ret->field_count == GROK_FIELDS_MAX)
        return err_set_at(x->e, 0, column_of(x), "more than %d fields", GROK_FIELDS_MAX);
    if (field.n) {
        buf_printf(&x->out, "(?<" GROK_GROUP "%u>", x->ret->field_count);
        x->ret->fields[x->ret->field_count++] =
            (struct grok_field){.name = field_name(field, x->arena), .type = type};
    } else {
        buf_add(&x->out, S("(?:"));
    }
    x->frames[x->depth++] = (struct frame){.rest = text, .begins = text.p};
    return true;
}

/* One character, escape or name of the innermost text. */
static bool step(struct expansion *x)
{
    struct frame *f = &x->frames[x->depth - 1];

    if (f->rest.n == 0) {
        if (--x->depth)
            buf_char(&x->out, ')');
        return true;
    }
    if (f->rest.p[0] == '\\' && f->rest.n > 1) {
        buf_add(&x->out, (str){f->rest.p, 2});
        f->rest = str_from_at(f->rest, 2);
        return true;
    }
    if (str_starts(f->rest, S("%{"))) {
        const char *end = memchr(f->rest.p, '}', f->rest.n);
        if (!end)
            return err_set_at(x->e, 0, column_of(x), "'%%{' is not closed");
        str inner = {f->rest.p + 2, (size_t)(end - f->rest.p) - 2};
        if (inner.n == 0)
            return err_set_at(x->e, 0, column_of(x), "'%%{}' names no pattern");
        const size_t depth = x->depth;
        x->named_at = column_of(x);
        if (!open_name(x, inner))
            return false;
        f = &x->frames[depth - 1];
        f->rest = str_from_at(f->rest, (size_t)(end - f->rest.p) + 1);
        return true;
    }
    buf_char(&x->out, f->rest.p[0]);
    f->rest = str_from_at(f->rest, 1);
    return true;
}

bool grok_expand(str pattern, const struct grok_definition *definitions, uint32_t count,
                 struct arena *a, struct grok *ret, struct err *e)
{
    struct expansion x = {
        .definitions = definitions,
        .count = count,
        .arena = a,
        .out = buf_make(GROK_TEXT_MAX),
        .ret = ret,
        .frames = {{.rest = pattern, .begins = pattern.p}},
        .depth = 1,
        .e = e,
    };
    bool ok = true;

    *ret = (struct grok){.fields = arena_array(a, GROK_FIELDS_MAX, sizeof *ret->fields)};
    while (ok && x.depth && !x.out.overflow)
        ok = step(&x);
    if (ok && x.out.overflow)
        ok = err_set_at(e, 0, 1, "the pattern has more than %d bytes when its names are spread out",
                        GROK_TEXT_MAX);
    ret->regex = arena_str(a, buf_str(&x.out));
    buf_done(&x.out);
    return ok;
}
