/* regex_cost.c - one pass over the pattern (pcre2pattern(3)), which counts choices. */
#include "text/regex_cost.h"

enum { CHOICES_MAX = 16 };

struct pass {
    str rest;
    uint32_t choices;     /* bits */
    uint32_t repetitions; /* without a bound */
    bool unsure;
    bool group; /* the item before was a group */
};

static char peek(const struct pass *p, size_t at)
{
    return at < p->rest.n ? p->rest.p[at] : '\0';
}

static void skip(struct pass *p, size_t n)
{
    p->rest = str_from_at(p->rest, n);
}

static void class(struct pass *p)
{
    skip(p, peek(p, 1) == '^' ? 2 : 1);
    if (peek(p, 0) == ']')
        skip(p, 1);
    while (p->rest.n && peek(p, 0) != ']')
        skip(p, peek(p, 0) == '\\' ? 2 : 1);
    skip(p, 1);
    p->group = false;
}

/* Escapes that stand for one character, or for a place. */
static void escape(struct pass *p)
{
    static const char known[] = "dDwWsSbBAzZhHvVRNtnrfae";
    char c = peek(p, 1);
    bool letter = (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');

    p->unsure = p->unsure || (letter && !memchr(known, c, sizeof known - 1));
    skip(p, 2);
    p->group = false;
}

static void open_group(struct pass *p)
{
    size_t n = 1;

    if (peek(p, 1) == '?') { /* (?: (?i) (?P<name> */
        n = 2;
        while (memchr("imsU-", peek(p, n), 5))
            n++;
        bool named = peek(p, n) == '<' || (peek(p, n) == 'P' && peek(p, n + 1) == '<');
        named = named && peek(p, n + 1) != '=' && peek(p, n + 1) != '!';
        p->unsure = p->unsure || !(named || peek(p, n) == ':' || peek(p, n) == ')');
        n += peek(p, n) == ':';
    }
    p->unsure = p->unsure || peek(p, 1) == '*';
    skip(p, n);
}

static uint32_t bits_of(uint64_t choices)
{
    uint32_t bits = 0;

    while (bits < CHOICES_MAX && (1ull << bits) < choices)
        bits++;
    return bits;
}

/* {m}, {m,}, {m,n}. */
static void braces(struct pass *p)
{
    uint64_t numbers[2] = {0};
    uint32_t which = 0;
    size_t at = 1;

    for (; peek(p, at) == ',' || (peek(p, at) >= '0' && peek(p, at) <= '9'); at++) {
        if (peek(p, at) == ',')
            which++;
        else if (which < 2 && numbers[which] < UINT32_MAX)
            numbers[which] = numbers[which] * 10 + (uint64_t)(peek(p, at) - '0');
    }
    p->unsure = p->unsure || which > 1 || at == 1 || peek(p, 1) == ',' || peek(p, at) != '}';
    bool open = which == 1 && peek(p, at - 1) == ',';
    bool once = which == 0 ? numbers[0] <= 1 : !open && numbers[1] <= 1;
    p->unsure = p->unsure || (p->group && !once);
    if (open)
        p->repetitions++;
    else if (which == 1 && numbers[1] > numbers[0])
        p->choices += bits_of(numbers[1] - numbers[0] + 1);
    skip(p, at + 1);
}

static void step(struct pass *p)
{
    char c = peek(p, 0);

    switch (c) {
    case '\\':
        escape(p);
        return;
    case '[':
        class(p);
        return;
    case '(':
        open_group(p);
        return;
    case ')':
        p->group = true;
        break;
    case '*':
    case '+':
        p->unsure = p->unsure || p->group;
        p->repetitions++;
        break;
    case '{':
        braces(p);
        return;
    case '?':
    case '|':
        p->choices++;
        break;
    default:
        p->group = false;
        break;
    }
    skip(p, 1);
}

/* The largest n of which n^power is `most` at most. */
static uint64_t root(uint64_t most, uint32_t power)
{
    uint64_t low = 1, high = most;

    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2, left = most;
        for (uint32_t i = 0; i < power; i++)
            left /= middle;
        if (left)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

size_t regex_plain_bytes(str pattern, uint64_t work)
{
    struct pass p = {.rest = pattern};

    while (p.rest.n && !p.unsure && p.choices <= CHOICES_MAX)
        step(&p);
    if (p.unsure || p.choices > CHOICES_MAX || work >> p.choices == 0)
        return REGEX_SHORT_BYTES;
    uint64_t n = root(work >> p.choices, p.repetitions + 1);
    return n > REGEX_SHORT_BYTES ? (size_t)n : REGEX_SHORT_BYTES;
}
