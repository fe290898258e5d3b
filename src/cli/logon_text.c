/* logon_text.c - the section of logons: successes and failures of one user, source, host and type
 * side by side, failures first, because they are what one looks for. */
#include "cli/summary_text.h"

#include "base/mem.h"

#include <stdlib.h>

enum { COUNT_COLUMNS = 8, USER_SHARE = 5, SOURCE_SHARE = 5, HOST_SHARE = 5 };

struct logon_pair {
    const struct logon_row *row; /* either of them, for the names */
    uint64_t successes, failures;
};

static int compare_names(const void *a, const void *b)
{
    const struct logon_row *x = ((const struct logon_pair *)a)->row;
    const struct logon_row *y = ((const struct logon_pair *)b)->row;
    int order = str_cmp(x->user, y->user);

    if (order == 0)
        order = str_cmp(x->source, y->source);
    if (order == 0)
        order = str_cmp(x->host, y->host);
    return order ? order : str_cmp(x->type, y->type);
}

static int compare_counts(const void *a, const void *b)
{
    const struct logon_pair *x = a, *y = b;

    if (x->failures != y->failures)
        return x->failures > y->failures ? -1 : 1;
    if (x->successes != y->successes)
        return x->successes > y->successes ? -1 : 1;
    return compare_names(a, b);
}

/* Joins rows that differ in outcome only; returns how many pairs there are. */
static uint32_t pair_up(const struct summary *s, struct logon_pair *pairs)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < s->logon_count; i++) {
        const struct logon_row *row = &s->logons[i];
        pairs[i] = (struct logon_pair){.row = row,
                                       .successes = row->success ? row->count : 0,
                                       .failures = row->success ? 0 : row->count};
    }
    qsort(pairs, s->logon_count, sizeof *pairs, compare_names);
    for (uint32_t i = 0; i < s->logon_count; i++) {
        if (count && compare_names(&pairs[count - 1], &pairs[i]) == 0) {
            pairs[count - 1].successes += pairs[i].successes;
            pairs[count - 1].failures += pairs[i].failures;
        } else {
            pairs[count++] = pairs[i];
        }
    }
    qsort(pairs, count, sizeof *pairs, compare_counts);
    return count;
}

static void cells(struct page *p, enum page_style style, str user, str source, str host, str type)
{
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, style, user, p->columns / USER_SHARE);
    page_text(p, STYLE_PLAIN, S(" "));
    page_cell(p, style, source, p->columns / SOURCE_SHARE);
    page_text(p, STYLE_PLAIN, S(" "));
    page_cell(p, style, host, p->columns / HOST_SHARE);
    page_text(p, STYLE_PLAIN, S(" "));
    page_rest(p, style, type);
    page_newline(p);
}

static str or_dash(str s)
{
    return s.n ? s : S("-");
}

void text_logons(struct page *p, const struct summary *s, uint32_t rows)
{
    if (s->logon_count == 0)
        return;
    struct logon_pair *pairs = mem_array(s->logon_count, sizeof *pairs);
    uint32_t count = pair_up(s, pairs);

    page_heading(p, "Logons", NULL);
    page_cell_right(p, STYLE_FAINT, S("failed"), COUNT_COLUMNS);
    page_cell_right(p, STYLE_FAINT, S("worked"), COUNT_COLUMNS);
    cells(p, STYLE_FAINT, S("user"), S("from"), S("on"), S("how"));
    for (uint32_t i = 0; i < count && i < rows; i++) {
        char n[PAGE_NUMBER_MAX];
        const struct logon_row *row = pairs[i].row;
        page_cell_right(p, pairs[i].failures ? STYLE_BAD : STYLE_FAINT,
                        page_number(pairs[i].failures, n), COUNT_COLUMNS);
        page_cell_right(p, pairs[i].successes ? STYLE_PLAIN : STYLE_FAINT,
                        page_number(pairs[i].successes, n), COUNT_COLUMNS);
        cells(p, STYLE_PLAIN, or_dash(row->user), or_dash(row->source), or_dash(row->host),
              or_dash(row->type));
    }
    text_more(p, count > rows ? count - rows : 0, "rows; '-o json' has them all");
    text_more(p, s->logons_other, "logons beyond the limit of the table");
    free(pairs);
}
