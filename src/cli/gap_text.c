/* gap_text.c - the section of gaps: cleared logs first, then the most missing records, then the
 * longest silence. */
#include "cli/summary_text.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

enum { INDENT = 2 };

static int kind_of(const struct gap_row *g)
{
    return g->cleared ? 0 : g->by_record ? 1 : 2;
}

static uint64_t size_of(const struct gap_row *g)
{
    if (g->by_record)
        return g->record_after - g->record_before;
    return (uint64_t)(g->time_after_ns - g->time_before_ns);
}

static int compare(const void *a, const void *b)
{
    const struct gap_row *x = *(const struct gap_row *const *)a;
    const struct gap_row *y = *(const struct gap_row *const *)b;

    if (kind_of(x) != kind_of(y))
        return kind_of(x) - kind_of(y);
    if (!x->cleared && size_of(x) != size_of(y))
        return size_of(x) > size_of(y) ? -1 : 1;
    return x < y ? -1 : x > y; /* of one array: in its order */
}

static void write_what(struct page *p, const struct gap_row *g)
{
    char text[PAGE_NUMBER_MAX];
    uint64_t first = g->record_before + 1, last = g->record_after - 1;

    page_tab(p, INDENT);
    if (g->cleared) {
        page_text(p, STYLE_BAD, S("log cleared"));
        page_printf(p, STYLE_PLAIN, ", told by record %" PRIu64, g->record_after);
    } else if (g->by_record && first == last) {
        page_printf(p, STYLE_PLAIN, "record %" PRIu64 " missing", first);
    } else if (g->by_record) {
        page_text(p, STYLE_PLAIN, page_number(last - first + 1, text));
        page_printf(p, STYLE_PLAIN, " records missing, %" PRIu64 " to %" PRIu64, first, last);
    } else {
        page_text(p, STYLE_PLAIN, S("nothing for "));
        page_text(p, STYLE_PLAIN, page_duration(g->time_after_ns - g->time_before_ns, text));
    }
    if (g->has_time) {
        page_text(p, STYLE_PLAIN, S(", "));
        text_span(p, g->cleared ? g->time_after_ns : g->time_before_ns, g->time_after_ns);
    }
    page_newline(p);
}

static void write_where(struct page *p, const struct gap_row *g)
{
    page_tab(p, 2 * INDENT);
    page_text(p, STYLE_FAINT, g->log);
    if (g->log.n && g->host.n)
        page_text(p, STYLE_FAINT, S(" of "));
    page_text(p, STYLE_FAINT, g->host);
    if (g->log.n || g->host.n)
        page_text(p, STYLE_FAINT, S(" in "));
    page_path(p, STYLE_FAINT, g->file, 0);
    page_newline(p);
}

void text_gaps(struct page *p, const struct summary *s, uint32_t rows)
{
    if (s->gap_count == 0)
        return;
    const struct gap_row **order = mem_array(s->gap_count, sizeof(struct gap_row *));

    for (uint32_t i = 0; i < s->gap_count; i++)
        order[i] = &s->gaps[i];
    qsort(order, s->gap_count, sizeof *order, compare);
    page_heading(p, "Gaps in logs", "records that were removed, lost, or never written");
    for (uint32_t i = 0; i < s->gap_count && i < rows; i++) {
        write_what(p, order[i]);
        write_where(p, order[i]);
    }
    text_more(p, (s->gap_count > rows ? s->gap_count - rows : 0) + s->gaps_other, "gaps");
    free(order);
}
