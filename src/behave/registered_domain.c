#include "behave/registered_domain.h"

#include <stdlib.h>

enum { LABELS_MAX = 4 }; /* of an ending in the table */

static const str suffixes[] = {
#define SUFFIX(text) S(text),
#include "behave/public_suffixes.def"
#undef SUFFIX
};

/* Second levels under a country's domain, in the order of str_cmp(). */
static const str second_levels[] = {
    S("ac"),   S("asn"), S("co"),   S("com"), S("edu"),    S("firm"), S("go"),     S("gob"),
    S("gouv"), S("gov"), S("govt"), S("ltd"), S("mil"),    S("ne"),   S("net"),    S("nhs"),
    S("nom"),  S("or"),  S("org"),  S("plc"), S("police"), S("sch"),  S("school"),
};

/* Byte order, ASCII letters in lower case. */
static int by_text(const void *left, const void *right)
{
    const str l = *(const str *)left, r = *(const str *)right;
    const size_t n = l.n < r.n ? l.n : r.n;

    for (size_t i = 0; i < n; i++) {
        const int difference =
            (unsigned char)ascii_lower(l.p[i]) - (unsigned char)ascii_lower(r.p[i]);
        if (difference)
            return difference;
    }
    return (l.n > r.n) - (l.n < r.n);
}

static bool is_among(str text, const str *table, size_t count)
{
    return bsearch(&text, table, count, sizeof *table, by_text) != NULL;
}

/* Where the label before `end` begins. */
static size_t label_start(str name, size_t end)
{
    while (end > 0 && name.p[end - 1] != '.')
        end--;
    return end;
}

/* Where the public ending begins; 0: it is all of the name. */
static size_t suffix_start(str name)
{
    size_t starts[LABELS_MAX + 1] = {name.n + 1}, ending;
    uint32_t labels = 0;

    while (labels < LABELS_MAX && starts[labels] > 0) {
        starts[labels + 1] = label_start(name, starts[labels] - 1);
        labels++;
    }
    ending = starts[1];
    for (uint32_t i = labels; i >= 2; i--)
        if (is_among(str_from_at(name, starts[i]), suffixes, countof(suffixes)))
            return starts[i];
    if (labels >= 2 && name.n - ending == 2) {
        const str second = {name.p + starts[2], ending - 1 - starts[2]};
        if (is_among(second, second_levels, countof(second_levels)))
            return starts[2];
    }
    return ending;
}

static bool is_number(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

bool registered_domain(str name, struct registered_domain *ret)
{
    if (name.n && name.p[name.n - 1] == '.')
        name.n--;
    const str top = str_from_at(name, label_start(name, name.n));
    if (name.n == 0 || is_number(top) || str_ieq(top, S("arpa")))
        return false;
    const size_t ending = suffix_start(name);
    if (ending < 2)
        return false;
    const size_t start = label_start(name, ending - 1);
    ret->domain = str_from_at(name, start);
    ret->label = (str){name.p + start, ending - 1 - start};
    ret->subdomain = (str){name.p, start ? start - 1 : 0};
    return ret->label.n > 0;
}
