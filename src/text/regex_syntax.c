/*
 * regex_syntax.c - pcre2pattern(3), read once from left to right.
 *
 * Groups that are open are a stack, and what they hold so far is another; a node is made when its
 * group or alternative ends. Sets are kept as ranges of code points. (?i) is understood for ASCII:
 * its letters fold among themselves, and k and s also with U+212A and U+017F; a pattern with other
 * characters under (?i) is refused, as PCRE2's tables of Unicode are its own.
 */
#include "text/regex_syntax.h"

#include "text/regex.h"
#include "text/utf8.h"

enum { COUNT_DIGITS_MAX = 5, NAME_BYTES_MAX = 64, ASCII_END = 0x80 };

struct group {
    uint32_t first_item; /* of its alternative that is being read, in `items` */
    uint32_t alternatives, last_alternative;
    uint32_t flags;
};

struct reader {
    str rest;
    struct arena *arena;
    struct regex_tree *tree;
    uint32_t capacity;
    uint32_t *items; /* nodes of all open alternatives */
    uint32_t item_count, item_capacity;
    struct group groups[REGEX_TREE_DEPTH_MAX];
    uint32_t depth;
    bool repeatable; /* the last item may have a quantifier */
    /* The set that is being read. */
    struct regex_range *ranges;
    uint32_t range_count, range_capacity;
};

/* ------------------------------------------------------------ sets */

static const struct regex_range digits[] = {{'0', '9'}};
static const struct regex_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct regex_range spaces[] = {{'\t', '\r'}, {' ', ' '}};
static const struct regex_range newlines[] = {{'\n', '\n'}};

struct type {
    char letter;
    const struct regex_range *ranges;
    uint32_t count;
};

/* In capitals they mean all others. \h and \v are not here: PCRE2 10.42 takes \S and \v for sets
 * that have nothing in common, which U+0085 has. */
static const struct type types[] = {
    {'d', digits, countof(digits)},
    {'w', words, countof(words)},
    {'s', spaces, countof(spaces)},
};

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

bool regex_is_word(uint32_t code_point)
{
    return code_point < 0x80 && (is_letter_or_digit((char)code_point) || code_point == '_');
}

bool regex_set_has(const struct regex_set *s, uint32_t code_point)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (code_point >= s->ranges[i].low && code_point <= s->ranges[i].high)
            return true;
    return false;
}

bool regex_set_is(const struct regex_set *a, const struct regex_set *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->ranges, b->ranges, a->count * sizeof *a->ranges) == 0);
}

/* ASCII folds among itself, two others fold to it; what else there is folds to others of these. */
struct regex_set regex_set_fold(const struct regex_set *s, struct arena *a)
{
    struct regex_set folded = {.ranges = arena_array(a, ASCII_END / 2 + 1, sizeof *folded.ranges)};
    bool in[ASCII_END + 1] = {false}; /* the last is all that is not ASCII */

    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t c = s->ranges[i].low; c <= s->ranges[i].high && c <= ASCII_END; c++)
            in[c] = true;
    in[ASCII_END] = s->count && s->ranges[s->count - 1].high >= ASCII_END;
    for (uint32_t c = 'A'; c <= 'Z'; c++)
        in[c - 'A' + 'a'] = in[c - 'A' + 'a'] || in[c];
    in['k'] = in['k'] || in[ASCII_END]; /* KELVIN SIGN */
    in['s'] = in['s'] || in[ASCII_END]; /* LATIN SMALL LETTER LONG S */
    for (uint32_t c = 0; c <= ASCII_END; c++) {
        uint32_t high = c == ASCII_END ? REGEX_CODE_POINT_MAX : c;
        if (in[c] && c && in[c - 1])
            folded.ranges[folded.count - 1].high = high;
        else if (in[c])
            folded.ranges[folded.count++] = (struct regex_range){c, high};
    }
    return folded;
}

bool regex_set_within(const struct regex_set *small, const struct regex_set *large)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < small->count; i++) {
        while (at < large->count && large->ranges[at].high < small->ranges[i].low)
            at++;
        if (at == large->count || large->ranges[at].low > small->ranges[i].low ||
            large->ranges[at].high < small->ranges[i].high)
            return false;
    }
    return true;
}

static void add_range(struct reader *r, uint32_t low, uint32_t high)
{
    struct regex_range *room = arena_push(r->arena, (void **)&r->ranges, &r->range_count,
                                          &r->range_capacity, sizeof *room);

    *room = (struct regex_range){low, high};
}

static void add_others(struct reader *r, const struct regex_range *ranges, uint32_t count)
{
    uint32_t from = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (ranges[i].low > from)
            add_range(r, from, ranges[i].low - 1);
        from = ranges[i].high + 1;
    }
    if (from <= REGEX_CODE_POINT_MAX)
        add_range(r, from, REGEX_CODE_POINT_MAX);
}

static bool add_type(struct reader *r, char letter)
{
    for (size_t i = 0; i < countof(types); i++) {
        const struct type *t = &types[i];
        if (letter == t->letter) {
            for (uint32_t k = 0; k < t->count; k++)
                add_range(r, t->ranges[k].low, t->ranges[k].high);
            return true;
        }
        if (ascii_lower(letter) == t->letter) {
            add_others(r, t->ranges, t->count);
            return true;
        }
    }
    return false;
}

/* What folds as a letter of low..high does, for ASCII. */
static void add_folds(struct reader *r, uint32_t low, uint32_t high)
{
    for (uint32_t c = low; c <= high; c++) {
        uint32_t lower = (uint8_t)ascii_lower((char)c);
        if (lower < 'a' || lower > 'z')
            continue;
        add_range(r, lower, lower);
        add_range(r, lower - 'a' + 'A', lower - 'a' + 'A');
        if (lower == 'k')
            add_range(r, 0x212A, 0x212A); /* KELVIN SIGN */
        if (lower == 's')
            add_range(r, 0x017F, 0x017F); /* LATIN SMALL LETTER LONG S */
    }
}

static bool add_characters(struct reader *r, uint32_t low, uint32_t high)
{
    bool fold = r->groups[r->depth - 1].flags & REGEX_I;

    if (fold && high > 0x7F)
        return false;
    add_range(r, low, high);
    if (fold)
        add_folds(r, low, high);
    return true;
}

/* The ranges read, in order and joined; and empties the list. */
static struct regex_set take_set(struct reader *r, bool negated)
{
    struct regex_range *in = r->ranges;
    uint32_t n = r->range_count, count = 0;

    for (uint32_t i = 1; i < n; i++) { /* they are few: insertion */
        struct regex_range x = in[i];
        uint32_t k = i;
        for (; k > 0 && in[k - 1].low > x.low; k--)
            in[k] = in[k - 1];
        in[k] = x;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (count && in[i].low <= in[count - 1].high + 1)
            in[count - 1].high = in[i].high > in[count - 1].high ? in[i].high : in[count - 1].high;
        else
            in[count++] = in[i];
    }
    r->ranges = NULL;
    r->range_count = r->range_capacity = 0;
    if (!negated)
        return (struct regex_set){in, count};
    add_others(r, in, count);
    struct regex_set s = {r->ranges, r->range_count};
    r->ranges = NULL;
    r->range_count = r->range_capacity = 0;
    return s;
}

/* ------------------------------------------------------------ nodes */

static uint32_t add_node(struct reader *r, struct regex_node node)
{
    struct regex_node *room =
        arena_push(r->arena, (void **)&r->tree->nodes, &r->tree->count, &r->capacity, sizeof *room);

    *room = node;
    room->next = REGEX_NONE;
    return r->tree->count - 1;
}

static void add_item(struct reader *r, struct regex_node node, bool repeatable)
{
    uint32_t id = add_node(r, node);
    uint32_t *room =
        arena_push(r->arena, (void **)&r->items, &r->item_count, &r->item_capacity, sizeof *room);

    *room = id;
    r->repeatable = repeatable;
}

static void add_set(struct reader *r, bool negated)
{
    add_item(r, (struct regex_node){.kind = REGEX_CLASS, .set = take_set(r, negated)}, true);
}

/* The items of the alternative that ends here become its node, behind those of its group. */
static void end_alternative(struct reader *r)
{
    struct group *g = &r->groups[r->depth - 1];
    uint32_t count = r->item_count - g->first_item, node;

    for (uint32_t i = g->first_item; i + 1 < r->item_count; i++)
        r->tree->nodes[r->items[i]].next = r->items[i + 1];
    if (count == 1)
        node = r->items[g->first_item];
    else if (count == 0)
        node = add_node(r, (struct regex_node){.kind = REGEX_EMPTY});
    else
        node =
            add_node(r, (struct regex_node){.kind = REGEX_CAT, .child = r->items[g->first_item]});
    if (g->alternatives == REGEX_NONE)
        g->alternatives = node;
    else
        r->tree->nodes[g->last_alternative].next = node;
    g->last_alternative = node;
    r->item_count = g->first_item;
    r->repeatable = false;
}

static uint32_t end_group(struct reader *r)
{
    end_alternative(r);
    struct group *g = &r->groups[--r->depth];
    if (g->alternatives == g->last_alternative)
        return g->alternatives;
    return add_node(r, (struct regex_node){.kind = REGEX_ALT, .child = g->alternatives});
}

static bool open_group(struct reader *r, uint32_t flags)
{
    if (r->depth == REGEX_TREE_DEPTH_MAX)
        return false;
    r->groups[r->depth++] = (struct group){.first_item = r->item_count,
                                           .alternatives = REGEX_NONE,
                                           .last_alternative = REGEX_NONE,
                                           .flags = flags};
    r->repeatable = false;
    return true;
}

/* ------------------------------------------------------------ reading */

static char peek(const struct reader *r, size_t at)
{
    return at < r->rest.n ? r->rest.p[at] : '\0';
}

static void skip(struct reader *r, size_t n)
{
    r->rest = str_from_at(r->rest, n);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH and \x{H...}, no other of its forms; the front is behind the x. */
static bool read_hex(struct reader *r, uint32_t *ret)
{
    bool braces = peek(r, 0) == '{';
    size_t at = braces, most = braces ? 7 : 2;
    uint32_t value = 0;

    for (; at < most && hex_digit(peek(r, at)) >= 0; at++)
        value = value * 16 + (uint32_t)hex_digit(peek(r, at));
    if (braces ? at == 1 || peek(r, at) != '}' : at != 2)
        return false;
    skip(r, at + braces);
    *ret = value;
    return value <= REGEX_CODE_POINT_MAX && !(value >= 0xD800 && value <= 0xDFFF);
}

/* The character that an escape stands for; the front is the backslash. */
static bool read_escaped(struct reader *r, uint32_t *ret)
{
    static const char letters[] = "nrtfea", meanings[] = "\n\r\t\f\x1B\a";
    char c = peek(r, 1);

    if (r->rest.n < 2 || (c & 0x80))
        return false;
    skip(r, 2);
    if (!is_letter_or_digit(c)) {
        *ret = (uint8_t)c;
        return true;
    }
    if (c == 'x')
        return read_hex(r, ret);
    const char *found = memchr(letters, c, sizeof letters - 1);
    if (found)
        *ret = (uint8_t)meanings[found - letters];
    return found;
}

/* One member of a class, a character. False when it is a type, or not understood. */
static bool read_member(struct reader *r, uint32_t *ret)
{
    char c = peek(r, 0);

    if (c == '\\' && peek(r, 1) == 'b') {
        *ret = '\b';
        skip(r, 2);
        return true;
    }
    if (c == '\\')
        return read_escaped(r, ret);
    if (c == '[' && memchr(":.=", peek(r, 1), 3))
        return false;
    *ret = utf8_next(&r->rest);
    return true;
}

/* A hyphen behind a range or a type is only clear at the end of the class. */
static bool is_end_or_no_hyphen(const struct reader *r)
{
    return peek(r, 0) != '-' || peek(r, 1) == ']';
}

static bool read_class(struct reader *r)
{
    bool negated = peek(r, 1) == '^', first = true;

    skip(r, negated ? 2 : 1);
    for (; first || peek(r, 0) != ']'; first = false) {
        uint32_t low, high;
        if (r->rest.n == 0)
            return false;
        if (peek(r, 0) == '\\' && add_type(r, peek(r, 1))) {
            skip(r, 2);
            if (!is_end_or_no_hyphen(r))
                return false;
            continue;
        }
        if (!read_member(r, &low))
            return false;
        high = low;
        if (peek(r, 0) == '-' && peek(r, 1) != ']') {
            skip(r, 1);
            if (r->rest.n == 0 || !read_member(r, &high) || high < low || !is_end_or_no_hyphen(r))
                return false;
        }
        if (!add_characters(r, low, high))
            return false;
    }
    skip(r, 1);
    add_set(r, negated);
    return true;
}

static void add_place(struct reader *r, enum regex_place place)
{
    add_item(r, (struct regex_node){.kind = REGEX_PLACE, .place = place}, false);
}

static bool read_escape(struct reader *r)
{
    static const char letters[] = "AzZbB";
    static const enum regex_place places[] = {REGEX_TEXT_BEGIN, REGEX_TEXT_END, REGEX_LAST_END,
                                              REGEX_WORD_EDGE, REGEX_WORD_INSIDE};
    char c = peek(r, 1);
    const char *found = c ? memchr(letters, c, sizeof letters - 1) : NULL;
    uint32_t code_point;

    if (found) {
        add_place(r, places[found - letters]);
        skip(r, 2);
        return true;
    }
    if (add_type(r, c)) {
        skip(r, 2);
    } else if (c == 'N' && peek(r, 2) != '{') {
        add_others(r, newlines, countof(newlines));
        skip(r, 2);
    } else if (!read_escaped(r, &code_point) || !add_characters(r, code_point, code_point)) {
        return false;
    }
    add_set(r, false);
    return true;
}

/* (?ims-ims: or (?ims-ims); the front is behind the question mark. */
static bool read_flags(struct reader *r)
{
    uint32_t flags = r->groups[r->depth - 1].flags;
    bool off = false;
    char c;

    for (; (c = peek(r, 0)) != ':' && c != ')'; skip(r, 1)) {
        uint32_t flag = c == 'i' ? REGEX_I : c == 'm' ? REGEX_M : c == 's' ? REGEX_S : 0;
        if (c == '-' ? off : !flag)
            return false;
        off = off || c == '-';
        flags = off ? flags & ~flag : flags | flag;
    }
    skip(r, 1);
    if (c == ':')
        return open_group(r, flags);
    r->groups[r->depth - 1].flags = flags; /* to the end of the group, its alternatives too */
    r->repeatable = false;
    return true;
}

static bool read_group(struct reader *r)
{
    size_t at = 2;

    if (peek(r, 1) == '*')
        return false;
    if (peek(r, 1) != '?') {
        skip(r, 1);
        return open_group(r, r->groups[r->depth - 1].flags);
    }
    at += peek(r, at) == 'P';
    if (peek(r, at) != '<') {
        skip(r, 2);
        return read_flags(r);
    }
    for (at++; at < NAME_BYTES_MAX && (is_letter_or_digit(peek(r, at)) || peek(r, at) == '_');)
        at++;
    if (peek(r, at) != '>') /* looks behind, or is strange */
        return false;
    skip(r, at + 1);
    return open_group(r, r->groups[r->depth - 1].flags);
}

static bool read_number(struct reader *r, uint32_t *ret)
{
    size_t n = 0;

    for (*ret = 0; n < COUNT_DIGITS_MAX && peek(r, n) >= '0' && peek(r, n) <= '9'; n++)
        *ret = *ret * 10 + (uint32_t)(peek(r, n) - '0');
    skip(r, n);
    return n > 0;
}

/* {m}, {m,}, {m,n}. What later versions of PCRE2 take for one, too, is refused. */
static bool read_counts(struct reader *r, uint32_t *min, uint32_t *max)
{
    skip(r, 1);
    if (!read_number(r, min))
        return false;
    *max = *min;
    if (peek(r, 0) == ',') {
        skip(r, 1);
        if (peek(r, 0) == '}')
            *max = REGEX_UNBOUNDED;
        else if (!read_number(r, max))
            return false;
    }
    bool closed = peek(r, 0) == '}';
    skip(r, 1);
    return closed && *max >= *min && *max > 0; /* of x{0} PCRE2 looks at x all the same */
}

static bool read_quantifier(struct reader *r)
{
    uint32_t min = 0, max = REGEX_UNBOUNDED;
    char c = peek(r, 0);

    if (c == '{') {
        if (!read_counts(r, &min, &max))
            return false;
    } else {
        min = c == '+';
        max = c == '?' ? 1 : REGEX_UNBOUNDED;
        skip(r, 1);
    }
    if (!r->repeatable || peek(r, 0) == '+') /* possessive */
        return false;
    skip(r, peek(r, 0) == '?'); /* lazy: there is a match or not, all the same */
    uint32_t item = r->items[--r->item_count];
    add_item(r, (struct regex_node){.kind = REGEX_REPEAT, .child = item, .min = min, .max = max},
             false);
    return true;
}

static bool read_character(struct reader *r)
{
    uint32_t code_point = utf8_next(&r->rest);

    if (!add_characters(r, code_point, code_point))
        return false;
    add_set(r, false);
    return true;
}

static bool close_group(struct reader *r)
{
    if (r->depth == 1)
        return false;
    uint32_t node = end_group(r);
    uint32_t *room =
        arena_push(r->arena, (void **)&r->items, &r->item_count, &r->item_capacity, sizeof *room);
    *room = node;
    r->repeatable = true;
    skip(r, 1);
    return true;
}

static bool read_item(struct reader *r)
{
    uint32_t flags = r->groups[r->depth - 1].flags;

    switch (peek(r, 0)) {
    case '\\':
        return read_escape(r);
    case '[':
        return read_class(r);
    case '(':
        return read_group(r);
    case ')':
        return close_group(r);
    case '*':
    case '+':
    case '?':
        return read_quantifier(r);
    case '{':
        if (memchr("0123456789, ", peek(r, 1), 12))
            return read_quantifier(r);
        return read_character(r);
    case '|':
        end_alternative(r);
        break;
    case '^':
        add_place(r, flags & REGEX_M ? REGEX_LINE_BEGIN : REGEX_TEXT_BEGIN);
        break;
    case '$':
        add_place(r, flags & REGEX_M ? REGEX_LINE_END : REGEX_LAST_END);
        break;
    case '.':
        add_others(r, newlines, flags & REGEX_S ? 0 : countof(newlines));
        add_set(r, false);
        break;
    default:
        return read_character(r);
    }
    skip(r, 1);
    return true;
}

bool regex_tree_parse(str pattern, uint32_t flags, struct arena *a, struct regex_tree *ret)
{
    struct reader r = {.rest = pattern, .arena = a, .tree = ret};

    *ret = (struct regex_tree){0};
    if (pattern.n > REGEX_TREE_PATTERN_MAX || (flags & REGEX_ANCHORED_BOTH) || !utf8_valid(pattern))
        return false;
    if (!open_group(&r, flags))
        return false;
    while (r.rest.n)
        if (!read_item(&r))
            return false;
    if (r.depth != 1)
        return false;
    ret->root = end_group(&r);
    return true;
}
