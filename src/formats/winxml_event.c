/* winxml_event.c - the elements of MS-EVEN6, section 2.2.13 (the Event schema), made flat. */
#include "formats/winxml_event.h"

enum section { SECTION_NONE, SECTION_SYSTEM, SECTION_DATA, SECTION_USER, SECTION_RENDERING };

struct element {
    str name, text;
    char *joined; /* room for `text` when it came in several parts; NULL: it is a slice */
    size_t room;
    bool parent; /* it has elements inside */
};

struct reading {
    struct xml xml;
    struct xml_token token;
    struct arena *arena;
    const struct winxml_sink *sink;
    enum section section;
    uint32_t section_depth; /* open levels with the section's own */
    uint32_t unnamed;       /* <Data> without a name so far */
    uint32_t depth;
    struct element open[XML_DEPTH_MAX];
};

str winxml_name(str name, struct arena *a)
{
    if (name.n == 0 || !memchr(name.p, ' ', name.n))
        return name;
    char *out = arena_bytes(a, name.n);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] != ' ')
            out[n++] = name.p[i];
    return (str){out, n};
}

/* Without its namespace prefix. */
static str local_name(str name)
{
    str rest = name;
    str prefix = str_cut(&rest, ':');

    return prefix.n == name.n ? name : rest;
}

static void add(struct reading *r, str name, str value, bool continues)
{
    bool digits = value.n > 0;

    if (name.n == 0 || name.n > EVENT_NAME_MAX)
        return;
    for (size_t i = 0; i < value.n && digits; i++)
        digits = value.p[i] >= '0' && value.p[i] <= '9';
    r->sink->add(r->sink->ctx,
                 (struct field){
                     .name = name,
                     .value = value.p ? value : S(""),
                     .type = digits && str_eq(name, S("EventID")) ? VALUE_NUMBER : VALUE_STRING,
                     .flags = continues ? FIELD_CONTINUES : 0,
                 });
}

static enum section section_of(str name)
{
    static const struct {
        str name;
        enum section section;
    } sections[] = {
        {S("System"), SECTION_SYSTEM},
        {S("EventData"), SECTION_DATA},
        {S("UserData"), SECTION_USER},
        {S("RenderingInfo"), SECTION_RENDERING},
        {S("ProcessingErrorData"), SECTION_DATA},
    };

    for (size_t i = 0; i < countof(sections); i++)
        if (str_eq(name, sections[i].name))
            return sections[i].section;
    return SECTION_NONE;
}

static str attribute(const struct xml_token *t, str name)
{
    for (uint32_t i = 0; i < t->attribute_count; i++)
        if (str_eq(t->attributes[i].name, name))
            return t->attributes[i].value;
    return (str){0};
}

static void open_element(struct reading *r)
{
    const struct xml_token *t = &r->token;
    str name = local_name(t->name);

    assert(r->depth < XML_DEPTH_MAX);
    if (r->depth)
        r->open[r->depth - 1].parent = true;
    r->open[r->depth++] = (struct element){.name = name};
    if (r->section == SECTION_NONE) {
        r->section = section_of(name);
        r->section_depth = r->depth;
        return;
    }
    if (r->section == SECTION_SYSTEM)
        for (uint32_t i = 0; i < t->attribute_count; i++)
            if (!str_starts(t->attributes[i].name, S("xmlns")))
                add(r,
                    arena_printf(r->arena, STR_FMT "_" STR_FMT, STR_ARG(name),
                                 STR_ARG(t->attributes[i].name)),
                    t->attributes[i].value, false);
    if (r->section == SECTION_DATA) {
        str given = attribute(t, S("Name"));
        if (given.p)
            r->open[r->depth - 1].name = winxml_name(given, r->arena);
    }
}

static void close_element(struct reading *r)
{
    const struct element *e = &r->open[--r->depth];

    if (r->section != SECTION_NONE && r->depth < r->section_depth) {
        r->section = SECTION_NONE; /* the section itself ends */
        return;
    }
    if (e->parent)
        return;
    switch (r->section) {
    case SECTION_SYSTEM:
        if (e->text.n)
            add(r, e->name, e->text, false);
        break;
    case SECTION_DATA:
        if (str_eq(e->name, S("Data")))
            add(r, e->name, e->text, r->unnamed++ > 0);
        else
            add(r, e->name, e->text, false);
        break;
    case SECTION_USER:
        add(r, e->name, e->text, false);
        break;
    case SECTION_RENDERING:
        if (str_eq(e->name, S("Message")))
            add(r, e->name, e->text, false);
        break;
    default:
        break;
    }
}

/* A comment or CDATA splits a text; its parts are joined in room that doubles. */
static void add_text(struct reading *r)
{
    struct element *e = &r->open[r->depth - 1];
    str part = r->token.text;
    size_t n = e->text.n + part.n;

    if (e->text.n == 0) {
        e->text = part;
        e->joined = NULL;
        return;
    }
    if (!e->joined || n > e->room) {
        e->room = 2 * n;
        e->joined = memcpy(arena_bytes(r->arena, e->room), e->text.p, e->text.n);
    }
    if (part.n)
        memcpy(e->joined + e->text.n, part.p, part.n);
    e->text = (str){e->joined, n};
}

bool winxml_event_read(str text, struct arena *a, const struct winxml_sink *sink,
                       const char **ret_why, size_t *ret_at)
{
    struct reading *r = arena_alloc(a, sizeof *r);

    r->arena = a;
    r->sink = sink;
    xml_init(&r->xml, text, a);
    do {
        xml_next(&r->xml, &r->token);
        switch (r->token.kind) {
        case XML_OPEN:
            open_element(r);
            break;
        case XML_CLOSE:
            close_element(r);
            break;
        case XML_TEXT:
            add_text(r);
            break;
        default:
            *ret_why = r->token.kind == XML_ERROR ? r->xml.error : "no element";
            *ret_at = r->xml.at;
            return false;
        }
    } while (r->depth > 0);
    return true;
}
