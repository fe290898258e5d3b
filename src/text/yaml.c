/*
 * yaml.c - YAML 1.1 texts to trees, on libyaml's events (yaml.org/spec/1.1, and
 * 1.2 section 10.3 for what a plain scalar means).
 *
 * A text is cut into documents first, at the lines that begin with `---`:
 * YAML allows such a line in no scalar, so the cut is exact, each document has
 * its own bytes for free, and an error in one leaves the others alone.
 *
 * An alias shares the node of its anchor instead of copying it. Sizes and
 * heights of anchored nodes are kept, so that what a reader of the tree will
 * walk is bounded, not what libyaml allocates.
 */
#include "text/yaml.h"

#include "base/hash.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <yaml.h>

enum { KEYS_COMPARED_MAX = 16 }; /* maps with more keys find duplicates through a table */

struct anchor {
    str name;
    struct yaml_node *node; /* NULL while the node is still open */
    uint32_t size, height;
};

/* A list or map whose end has not been seen. */
struct frame {
    struct yaml_node *node;
    uint32_t first_child; /* place in children */
    uint32_t nodes_before;
    uint32_t height;
    uint32_t anchor; /* place in anchors, or NO_ANCHOR */
};
enum { NO_ANCHOR = UINT32_MAX };

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct err *e;
    uint32_t line_base; /* lines of the text before this document */
    struct frame frames[YAML_DEPTH_MAX];
    uint32_t depth;
    struct yaml_node **children; /* of all open nodes, the innermost last; owned */
    uint32_t child_count, child_capacity;
    struct anchor *anchors; /* in the arena */
    uint32_t anchor_count, anchor_capacity;
    uint32_t nodes;
    struct yaml_node *root;
};

static void reader_done(struct reader *r)
{
    yaml_parser_delete(&r->parser);
    free(r->children);
}

/* ------------------------------------------------------------ cutting into documents */

struct chunk {
    str bytes;          /* what libyaml gets: directives and all */
    str text;           /* what follows the `---` */
    uint32_t line_base; /* lines before `bytes` */
};

/* Length of the line break at s[at], 0 when there is none. The breaks are those that libyaml
 * counts: LF, CR, CR LF, NEL, LS and PS. */
static size_t break_length(str s, size_t at)
{
    str rest = str_from_at(s, at);

    if (rest.n == 0)
        return 0;
    if (rest.p[0] == '\n')
        return 1;
    if (rest.p[0] == '\r')
        return rest.n > 1 && rest.p[1] == '\n' ? 2 : 1;
    if (str_starts(rest, S("\xC2\x85")))
        return 2;
    if (str_starts(rest, S("\xE2\x80\xA8")) || str_starts(rest, S("\xE2\x80\xA9")))
        return 3;
    return 0;
}

/* Where the line that follows s[at] begins; s.n when there is none. */
static size_t next_line(str s, size_t at)
{
    while (at < s.n) {
        size_t n = break_length(s, at);
        if (n)
            return at + n;
        at++;
    }
    return s.n;
}

static bool starts_document(str s, size_t at)
{
    str rest = str_from_at(s, at);

    return str_starts(rest, S("---")) &&
           (rest.n == 3 || rest.p[3] == ' ' || rest.p[3] == '\t' || break_length(rest, 3));
}

/* A line that may stand before the first `---`: blank, a comment or a directive. */
static bool is_preamble(str line)
{
    line = str_trim(line);
    return line.n == 0 || line.p[0] == '#' || line.p[0] == '%';
}

/* Takes the next document off text, from *at on; false at the end. */
static bool next_chunk(str text, size_t *at, uint32_t *line, struct chunk *ret)
{
    size_t i = *at;
    bool preamble = true; /* nothing but preamble so far */

    if (i >= text.n)
        return false;
    *ret = (struct chunk){.line_base = *line, .text = str_from_at(text, i)};
    while (i < text.n) {
        size_t next = next_line(text, i);
        if (starts_document(text, i)) {
            if (!preamble)
                break;
            ret->text = str_from_at(text, i + 3);
            if (str_trim((str){text.p + i + 3, next - i - 3}).n == 0)
                ret->text = str_from_at(text, next);
            preamble = false;
        } else if (!is_preamble((str){text.p + i, next - i})) {
            preamble = false;
        }
        i = next;
        *line += 1;
    }
    ret->bytes = (str){text.p + *at, i - *at};
    ret->text.n = (size_t)(text.p + i - ret->text.p);
    *at = i;
    return true;
}

/* ------------------------------------------------------------ errors */

static bool fail_at(struct reader *r, yaml_mark_t mark, const char *what)
{
    return err_set_at(r->e, r->line_base + (uint32_t)mark.line + 1, (uint32_t)mark.column + 1, "%s",
                      what);
}

/* An error of libyaml's reader has an offset in bytes only: bad UTF-8, a control character. */
static bool fail_in_bytes(struct reader *r, str bytes)
{
    size_t line_start = 0, bad = r->parser.problem_offset;
    uint32_t line = 1, column = 1;

    for (size_t next = next_line(bytes, 0); next <= bad && next < bytes.n && next > line_start;
         next = next_line(bytes, next)) {
        line_start = next;
        line++;
    }
    for (size_t i = line_start; i < bad && i < bytes.n; i++)
        column += ((uint8_t)bytes.p[i] & 0xC0) != 0x80;
    return err_set_at(r->e, r->line_base + line, column, "not YAML: %s", r->parser.problem);
}

/* The byte at a mark's place, for messages; 0 past the end. */
static char byte_at(str bytes, yaml_mark_t mark)
{
    size_t i = 0;

    for (size_t line = 0; line < mark.line; line++)
        i = next_line(bytes, i);
    for (size_t column = 0; column < mark.column && i < bytes.n; column++)
        do
            i++;
        while (i < bytes.n && ((uint8_t)bytes.p[i] & 0xC0) == 0x80);
    return i < bytes.n ? bytes.p[i] : '\0';
}

static bool fail_in_parser(struct reader *r, str bytes)
{
    const yaml_parser_t *p = &r->parser;

    if (p->error == YAML_READER_ERROR)
        return fail_in_bytes(r, bytes);
    if (p->error == YAML_MEMORY_ERROR)
        return err_set(r->e, ERR_LIMIT, "libyaml is out of memory");

    uint32_t line = r->line_base + (uint32_t)p->problem_mark.line + 1;
    uint32_t column = (uint32_t)p->problem_mark.column + 1;
    if (byte_at(bytes, p->problem_mark) == '\t')
        return err_set_at(r->e, line, column, "not YAML: a tab where spaces must indent");
    if (p->context)
        return err_set_at(r->e, line, column, "not YAML: %s %s", p->problem, p->context);
    return err_set_at(r->e, line, column, "not YAML: %s", p->problem);
}

/* ------------------------------------------------------------ tags */

/* Reads a node's tag. *ret_string: the scalar is a string whatever it looks like. */
static bool read_tag(struct reader *r, const yaml_char_t *tag, const yaml_event_t *event,
                     bool *ret_string)
{
    static const char *const known[] = {YAML_NULL_TAG, YAML_BOOL_TAG,      YAML_STR_TAG,
                                        YAML_INT_TAG,  YAML_FLOAT_TAG,     YAML_SEQ_TAG,
                                        YAML_MAP_TAG,  YAML_TIMESTAMP_TAG, "!"};
    str text = str_from((const char *)tag);

    if (text.n == 0)
        return true;
    for (size_t i = 0; i < countof(known); i++) {
        if (!str_eq(text, str_from(known[i])))
            continue;
        *ret_string = *ret_string || str_eq(text, S(YAML_STR_TAG)) || str_eq(text, S("!"));
        return true;
    }
    return err_set_at(r->e, r->line_base + (uint32_t)event->start_mark.line + 1,
                      (uint32_t)event->start_mark.column + 1, "tag '" STR_FMT "' is not supported",
                      STR_ARG(text));
}

/* ------------------------------------------------------------ building the tree */

static bool anchor_open(struct reader *r, const yaml_char_t *name, const yaml_event_t *event,
                        uint32_t *ret)
{
    *ret = NO_ANCHOR;
    if (!name)
        return true;
    if (r->anchor_count == YAML_ANCHORS_MAX)
        return fail_at(r, event->start_mark, "too many anchors in one document");

    struct anchor *anchor = arena_push(r->arena, (void **)&r->anchors, &r->anchor_count,
                                       &r->anchor_capacity, sizeof *anchor);
    *anchor = (struct anchor){.name = arena_str(r->arena, str_from((const char *)name))};
    *ret = r->anchor_count - 1;
    return true;
}

static void anchor_close(struct reader *r, uint32_t at, struct yaml_node *node, uint32_t size,
                         uint32_t height)
{
    if (at == NO_ANCHOR)
        return;
    r->anchors[at].node = node;
    r->anchors[at].size = size;
    r->anchors[at].height = height;
}

/* Gives a finished node (or an alias of one) to the node that is open. */
static bool attach(struct reader *r, struct yaml_node *node, uint32_t height)
{
    if (r->depth == 0) {
        r->root = node;
        return true;
    }

    struct frame *parent = &r->frames[r->depth - 1];
    bool is_key = parent->node->kind == YAML_MAP && (r->child_count - parent->first_child) % 2 == 0;
    if (is_key && node->kind != YAML_SCALAR)
        return err_set_at(r->e, node->line, node->column,
                          "a key must be a scalar, not a list or a map");
    if (height + 1 > parent->height)
        parent->height = height + 1;
    if (r->child_count == r->child_capacity) {
        r->child_capacity = r->child_capacity ? 2 * r->child_capacity : 256;
        r->children = mem_resize(r->children, r->child_capacity, sizeof(struct yaml_node *));
    }
    r->children[r->child_count++] = node;
    return true;
}

static bool count_nodes(struct reader *r, uint32_t n, const yaml_event_t *event)
{
    if (n > YAML_NODES_MAX - r->nodes)
        return fail_at(r, event->start_mark, "the document is too large, aliases expanded");
    r->nodes += n;
    return true;
}

static struct yaml_node *node_new(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
    struct yaml_node *n = arena_alloc(r->arena, sizeof *n);

    n->kind = kind;
    n->line = r->line_base + (uint32_t)event->start_mark.line + 1;
    n->column = (uint32_t)event->start_mark.column + 1;
    return n;
}

static bool on_scalar(struct reader *r, const yaml_event_t *event)
{
    uint32_t anchor;
    bool string = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;

    if (event->data.scalar.length > YAML_SCALAR_MAX)
        return fail_at(r, event->start_mark, "a scalar is longer than 1 MiB");
    if (!count_nodes(r, 1, event) || !read_tag(r, event->data.scalar.tag, event, &string) ||
        !anchor_open(r, event->data.scalar.anchor, event, &anchor))
        return false;

    struct yaml_node *n = node_new(r, YAML_SCALAR, event);
    n->quoted = string;
    n->block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
               event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
    n->text = arena_str(r->arena,
                        (str){(const char *)event->data.scalar.value, event->data.scalar.length});
    anchor_close(r, anchor, n, 1, 1);
    return attach(r, n, 1);
}

static bool on_open(struct reader *r, const yaml_event_t *event)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    const yaml_char_t *tag = list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
    const yaml_char_t *name =
        list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    uint32_t anchor, before = r->nodes;
    bool string = false;

    if (r->depth == YAML_DEPTH_MAX)
        return fail_at(r, event->start_mark, "lists and maps are nested too deeply");
    if (!count_nodes(r, 1, event) || !read_tag(r, tag, event, &string) ||
        !anchor_open(r, name, event, &anchor))
        return false;

    struct yaml_node *n = node_new(r, list ? YAML_LIST : YAML_MAP, event);
    r->frames[r->depth++] = (struct frame){.node = n,
                                           .first_child = r->child_count,
                                           .nodes_before = before,
                                           .height = 1,
                                           .anchor = anchor};
    return true;
}

static bool on_alias(struct reader *r, const yaml_event_t *event)
{
    str name = str_from((const char *)event->data.alias.anchor);
    const struct anchor *found = NULL;

    for (uint32_t i = r->anchor_count; i > 0 && !found; i--)
        if (str_eq(r->anchors[i - 1].name, name))
            found = &r->anchors[i - 1];
    if (!found)
        return fail_at(r, event->start_mark, "an alias to an anchor that was not set before");
    if (!found->node)
        return fail_at(r, event->start_mark, "an alias inside its own anchor");
    if (r->depth + found->height > YAML_DEPTH_MAX)
        return fail_at(r, event->start_mark, "lists and maps are nested too deeply");
    return count_nodes(r, found->size, event) && attach(r, found->node, found->height);
}

/* ------------------------------------------------------------ maps */

static bool fail_duplicate(struct reader *r, const struct yaml_node *key,
                           const struct yaml_node *first)
{
    return err_set_at(r->e, key->line, key->column, "key '" STR_FMT "' is already set in line %u",
                      STR_ARG(key->text), first->line);
}

/* Finds duplicates of many keys: a table of places, open addressing, at most half full. */
static bool check_many_keys(struct reader *r, const struct yaml_pair *pairs, uint32_t count)
{
    uint64_t seed = hash_seed();
    size_t room = 64;
    const struct yaml_node *first = NULL, *again = NULL;

    while (room < (size_t)count * 2)
        room *= 2;
    uint32_t *table = mem_array(room, sizeof *table); /* place + 1 */
    for (uint32_t i = 0; i < count && !again; i++) {
        size_t slot = hash64(pairs[i].key->text, seed) & (room - 1);
        while (table[slot] && !str_eq(pairs[table[slot] - 1].key->text, pairs[i].key->text))
            slot = (slot + 1) & (room - 1);
        if (table[slot]) {
            first = pairs[table[slot] - 1].key;
            again = pairs[i].key;
        }
        table[slot] = i + 1;
    }
    free(table);
    return !again || fail_duplicate(r, again, first);
}

static bool check_keys(struct reader *r, const struct yaml_pair *pairs, uint32_t count)
{
    if (count > KEYS_COMPARED_MAX)
        return check_many_keys(r, pairs, count);
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (str_eq(pairs[i].key->text, pairs[k].key->text))
                return fail_duplicate(r, pairs[i].key, pairs[k].key);
    return true;
}

/* Adds the pairs of `from` whose keys are not there yet (YAML merge key type, yaml.org/type). */
static bool merge_map(struct reader *r, struct yaml_node *map, const struct yaml_node *from,
                      uint32_t *capacity)
{
    for (uint32_t i = 0; i < from->count; i++) {
        if (yaml_get(map, from->pairs[i].key->text))
            continue;
        if (r->nodes >= YAML_NODES_MAX || map->count >= YAML_ANCHORS_MAX)
            return err_set_at(r->e, map->line, map->column, "merge keys make this map too large");
        r->nodes++;
        struct yaml_pair *room =
            arena_push(r->arena, (void **)&map->pairs, &map->count, capacity, sizeof *room);
        *room = from->pairs[i];
    }
    return true;
}

/* Takes the pair `<<` at place `at` out of the map and puts what it names in. */
static bool merge(struct reader *r, struct yaml_node *map, uint32_t at)
{
    struct yaml_pair what = map->pairs[at];
    uint32_t capacity = map->count;

    memmove(map->pairs + at, map->pairs + at + 1, (map->count - at - 1) * sizeof what);
    map->count--;
    if (what.value->kind == YAML_MAP)
        return merge_map(r, map, what.value, &capacity);
    for (uint32_t i = 0; i < what.value->count; i++) {
        if (what.value->items[i]->kind != YAML_MAP)
            break;
        if (!merge_map(r, map, what.value->items[i], &capacity))
            return false;
        if (i + 1 == what.value->count)
            return true;
    }
    return err_set_at(r->e, what.value->line, what.value->column,
                      "merge key '<<' needs a map or a list of maps");
}

static bool close_map(struct reader *r, struct yaml_node *map, struct yaml_node **children,
                      uint32_t count)
{
    assert(count % 2 == 0);
    map->count = count / 2;
    map->pairs = arena_array(r->arena, map->count, sizeof *map->pairs);
    for (uint32_t i = 0; i < map->count; i++)
        map->pairs[i] = (struct yaml_pair){children[2 * i], children[2 * i + 1]};
    if (!check_keys(r, map->pairs, map->count))
        return false;
    for (uint32_t i = 0; i < map->count; i++)
        if (!map->pairs[i].key->quoted && str_eq(map->pairs[i].key->text, S("<<")))
            return merge(r, map, i);
    return true;
}

static bool on_close(struct reader *r)
{
    assert(r->depth > 0);
    struct frame f = r->frames[--r->depth];
    uint32_t count = r->child_count - f.first_child;
    struct yaml_node **children = count ? r->children + f.first_child : NULL;

    r->child_count = f.first_child;
    if (f.node->kind == YAML_MAP) {
        if (!close_map(r, f.node, children, count))
            return false;
    } else {
        f.node->count = count;
        f.node->items = arena_array(r->arena, count, sizeof *f.node->items);
        if (count)
            memcpy(f.node->items, children, count * sizeof *f.node->items);
    }
    anchor_close(r, f.anchor, f.node, r->nodes - f.nodes_before, f.height);
    return attach(r, f.node, f.height);
}

/* ------------------------------------------------------------ documents */

static bool on_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_open(r, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(r);
    case YAML_ALIAS_EVENT:
        return on_alias(r, event);
    default:
        return true; /* the stream's and document's marks */
    }
}

static bool read_events(struct reader *r, str bytes, bool *ret_any)
{
    bool ok = true, end = false;

    while (ok && !end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return fail_in_parser(r, bytes);
        *ret_any = *ret_any || event.type == YAML_DOCUMENT_START_EVENT;
        end = event.type == YAML_STREAM_END_EVENT;
        ok = on_event(r, &event);
        yaml_event_delete(&event);
    }
    return ok;
}

/* Reads one document; *ret_any tells whether there was one at all (a text of comments has none). */
static bool read_chunk(const struct chunk *chunk, struct arena *a, struct yaml_document *ret,
                       bool *ret_any, struct err *e)
{
    struct reader r CLEANUP(reader_done) = {.arena = a, .e = e, .line_base = chunk->line_base};

    *ret = (struct yaml_document){.line = chunk->line_base + 1, .text = chunk->text};
    *ret_any = false;
    if (!yaml_parser_initialize(&r.parser))
        return err_set(e, ERR_LIMIT, "libyaml is out of memory");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)chunk->bytes.p, chunk->bytes.n);
    if (!read_events(&r, chunk->bytes, ret_any))
        return false;
    if (r.root)
        ret->line = r.root->line;
    if (r.root && !(r.root->kind == YAML_SCALAR && yaml_is_null(r.root)))
        ret->root = r.root;
    return true;
}

/* The text as UTF-8 without a byte order mark. */
static str decode(str text, struct arena *a)
{
    bool big = str_starts(text, S("\xFE\xFF"));

    if (str_starts(text, S("\xEF\xBB\xBF")))
        return str_from_at(text, 3);
    if (!big && !str_starts(text, S("\xFF\xFE")))
        return text;

    size_t units = (text.n - 2) / 2;
    char *out = arena_bytes(a, 3 * units + 1);
    return (str){out, utf8_from_utf16((const uint8_t *)text.p + 2, units, big, out)};
}

bool yaml_parse(str text, struct arena *a, struct yaml_document **ret, uint32_t *ret_count,
                struct err *e)
{
    struct chunk chunk;
    struct yaml_document doc;
    uint32_t capacity = 0, line = 0;
    size_t at = 0;
    bool any;

    *ret = NULL;
    *ret_count = 0;
    text = decode(text, a);
    while (next_chunk(text, &at, &line, &chunk)) {
        if (*ret_count == YAML_DOCUMENTS_MAX)
            return err_set_at(e, chunk.line_base + 1, 1, "more than %d documents",
                              YAML_DOCUMENTS_MAX);
        if (!read_chunk(&chunk, a, &doc, &any, e))
            return false;
        if (any) {
            struct yaml_document *room =
                arena_push(a, (void **)ret, ret_count, &capacity, sizeof *room);
            *room = doc;
        }
    }
    return true;
}

void yaml_parse_each(str text, struct arena *a, struct yaml_document **ret, uint32_t *ret_count)
{
    struct chunk chunk;
    struct yaml_document doc;
    uint32_t capacity = 0, line = 0, errors = 0;
    size_t at = 0;
    bool any, stop = false;

    *ret = NULL;
    *ret_count = 0;
    text = decode(text, a);
    while (!stop && next_chunk(text, &at, &line, &chunk)) {
        struct err e = {0};
        stop = *ret_count == YAML_DOCUMENTS_MAX || errors == YAML_ERRORS_MAX;
        if (stop) {
            doc = (struct yaml_document){.line = chunk.line_base + 1, .text = chunk.text};
            err_set_at(&e, doc.line, 1, "too many documents, or broken ones: the rest is not read");
        } else if (read_chunk(&chunk, a, &doc, &any, &e) && !any) {
            continue;
        }
        if (e.code != ERR_NONE) {
            struct err *kept = arena_alloc(a, sizeof *kept);
            *kept = e;
            doc.error = kept;
            errors++;
        }
        struct yaml_document *room =
            arena_push(a, (void **)ret, ret_count, &capacity, sizeof *room);
        *room = doc;
    }
}

/* ------------------------------------------------------------ reading scalars */

const struct yaml_node *yaml_get(const struct yaml_node *map, str key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (str_eq(map->pairs[i].key->text, key))
            return map->pairs[i].value;
    return NULL;
}

static bool is_any(const struct yaml_node *n, const char *const *words, size_t count)
{
    if (n->kind != YAML_SCALAR || n->quoted)
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(n->text, str_from(words[i])))
            return true;
    return false;
}

bool yaml_is_null(const struct yaml_node *n)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    return is_any(n, words, countof(words));
}

bool yaml_is_bool(const struct yaml_node *n, bool *ret)
{
    static const char *const yes[] = {"true", "True", "TRUE"};
    static const char *const no[] = {"false", "False", "FALSE"};

    *ret = is_any(n, yes, countof(yes));
    return *ret || is_any(n, no, countof(no));
}

/* Skips digits of a base in s from at on; returns where they end. */
static size_t skip_digits(str s, size_t at, const char *digits)
{
    while (at < s.n && s.p[at] && strchr(digits, s.p[at]))
        at++;
    return at;
}

/* [-+]? (digits [. digits?]? | . digits) ([eE] [-+]? digits)? */
static bool is_decimal(str s)
{
    static const char digits[] = "0123456789";
    size_t at = s.n && (s.p[0] == '-' || s.p[0] == '+');
    size_t whole = skip_digits(s, at, digits), end = whole;

    if (end < s.n && s.p[end] == '.')
        end = skip_digits(s, end + 1, digits);
    if (whole == at && end < whole + 2)
        return false; /* no digit before the point needs one after it */
    if (end < s.n && (s.p[end] == 'e' || s.p[end] == 'E')) {
        end++;
        end += end < s.n && (s.p[end] == '-' || s.p[end] == '+');
        size_t exponent = end;
        end = skip_digits(s, end, digits);
        if (end == exponent)
            return false;
    }
    return end == s.n;
}

bool yaml_is_number(const struct yaml_node *n, double *ret)
{
    *ret = 0;
    if (n->kind != YAML_SCALAR || n->quoted || n->text.n < 1)
        return false;
    if (str_starts(n->text, S("0x")) && n->text.n > 2 &&
        skip_digits(n->text, 2, "0123456789abcdefABCDEF") == n->text.n) {
        *ret = strtod(n->text.p, NULL); /* reads hexadecimal too; the text is NUL-terminated */
        return true;
    }
    if (str_starts(n->text, S("0o")) && n->text.n > 2 &&
        skip_digits(n->text, 2, "01234567") == n->text.n) {
        for (size_t i = 2; i < n->text.n; i++)
            *ret = *ret * 8 + (n->text.p[i] - '0');
        return true;
    }
    if (!is_decimal(n->text))
        return false;
    *ret = strtod(n->text.p, NULL);
    return true;
}
