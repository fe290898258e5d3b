/*
 * taxonomy.c - looks log sources up in taxonomy.def.
 *
 * A rule may name less than a row: a category alone is any product's. A rule
 * that names both a category and a service is looked up by either, because rows
 * name one of them.
 */
#include "sigma/taxonomy.h"

enum { EDIT_BYTES_MAX = 64, NEAR_EDITS = 2 };

static const struct row {
    str product, category, service, fields;
} rows[] = {
#define LOGSOURCE(product, category, service, fields)                                              \
    {S(product), S(category), S(service), S(fields)},
#include "sigma/taxonomy.def"
#undef LOGSOURCE
};

static bool names(str asked, str has)
{
    return asked.n == 0 || str_ieq(asked, has);
}

static bool is_row_of(const struct row *row, const struct logsource *ls)
{
    if (!names(ls->product, row->product))
        return false;
    if (ls->category.n && ls->service.n)
        return str_ieq(ls->category, row->category) || str_ieq(ls->service, row->service);
    return names(ls->category, row->category) && names(ls->service, row->service);
}

bool taxonomy_knows(const struct logsource *ls)
{
    for (size_t i = 0; i < countof(rows); i++)
        if (is_row_of(&rows[i], ls))
            return true;
    return false;
}

static bool has_word(str words, str word)
{
    while (words.n)
        if (str_eq(str_cut(&words, ' '), word))
            return true;
    return false;
}

bool taxonomy_has_field(const struct logsource *ls, str field)
{
    bool known = false;

    for (size_t i = 0; i < countof(rows); i++) {
        if (!is_row_of(&rows[i], ls))
            continue;
        if (rows[i].fields.n == 0 || has_word(rows[i].fields, field))
            return true;
        known = true;
    }
    return !known;
}

/* Levenshtein's distance, one row of the table at a time. */
uint32_t edit_distance(str a, str b, uint32_t max)
{
    uint32_t row[EDIT_BYTES_MAX + 1];

    if (a.n > EDIT_BYTES_MAX || b.n > EDIT_BYTES_MAX)
        return max + 1;
    for (uint32_t k = 0; k <= b.n; k++)
        row[k] = k;
    for (uint32_t i = 1; i <= a.n; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t k = 1; k <= b.n; k++) {
            bool same = ascii_lower(a.p[i - 1]) == ascii_lower(b.p[k - 1]);
            uint32_t best = diagonal + !same;
            diagonal = row[k];
            best = row[k] + 1 < best ? row[k] + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            row[k] = best;
        }
    }
    return row[b.n] > max ? max + 1 : row[b.n];
}

str taxonomy_near_field(const struct logsource *ls, str field)
{
    uint32_t best = NEAR_EDITS + 1;
    str near = S("");

    for (size_t i = 0; i < countof(rows); i++) {
        str fields = is_row_of(&rows[i], ls) ? rows[i].fields : S("");
        while (fields.n) {
            str candidate = str_cut(&fields, ' ');
            uint32_t distance = edit_distance(field, candidate, NEAR_EDITS);
            if (distance < best) {
                best = distance;
                near = candidate;
            }
        }
    }
    return near;
}
