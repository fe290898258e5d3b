#include "cli/summary_text.h"

#include "sigma/attack.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdio.h>

enum { INDENT = 2, LEVEL_COLUMNS = 13, COUNT_COLUMNS = 9, ID_COLUMNS = 11 };

void text_more(struct page *p, uint64_t more, const char *what)
{
    char n[PAGE_NUMBER_MAX];

    if (more == 0)
        return;
    page_tab(p, INDENT);
    page_text(p, STYLE_FAINT, S("... and "));
    page_text(p, STYLE_FAINT, page_number(more, n));
    page_printf(p, STYLE_FAINT, " more %s", what);
    page_newline(p);
}

static void number(struct page *p, enum page_style style, uint64_t n)
{
    char text[PAGE_NUMBER_MAX];

    page_text(p, style, page_number(n, text));
}

static void counted(struct page *p, uint64_t n, const char *one, const char *many)
{
    number(p, STYLE_STRONG, n);
    page_printf(p, STYLE_PLAIN, " %s", n == 1 ? one : many);
}

void text_span(struct page *p, int64_t first_ns, int64_t last_ns)
{
    char first[PAGE_NUMBER_MAX], last[PAGE_NUMBER_MAX];
    str a = page_time(first_ns, first), b = page_time(last_ns, last);

    if (str_eq((str){a.p, 11}, (str){b.p, 11}))
        b = str_eq(a, b) ? (str){0} : str_from_at(b, 11); /* the second date says nothing */
    page_fit(p, 2 * INDENT, a.n + 4 + b.n);
    page_text(p, STYLE_PLAIN, a);
    if (b.n)
        page_text(p, STYLE_FAINT, S(" to "));
    page_text(p, STYLE_PLAIN, b);
}

static void levels_line(struct page *p, const struct tally_table *levels)
{
    for (int level = LEVEL_CRITICAL; level >= LEVEL_NONE; level--) {
        uint64_t count = 0;
        char n[PAGE_NUMBER_MAX];
        for (uint32_t i = 0; i < levels->count; i++)
            if ((int)levels->rows[i].level == level)
                count += levels->rows[i].count;
        if (count == 0)
            continue;
        str name =
            level == LEVEL_NONE ? S("without level") : page_level_name((enum sigma_level)level);
        enum page_style style = page_level_style((enum sigma_level)level);
        str digits = page_number(count, n);
        page_fit(p, 2 * INDENT, digits.n + name.n + 3);
        page_text(p, STYLE_PLAIN, S("  "));
        page_text(p, style, digits);
        page_text(p, style, S(" "));
        page_text(p, style, name);
    }
}

/* What the reader must know to read the rest rightly. */
static void caution(struct page *p, uint64_t n, const char *one, const char *many)
{
    if (n == 0)
        return;
    page_tab(p, INDENT);
    number(p, STYLE_BAD, n);
    page_printf(p, STYLE_FAINT, " %s", n == 1 ? one : many);
    page_newline(p);
}

void text_headline(struct page *p, const struct summary *s, const struct scan *scan)
{
    const struct evidence *files;
    char text[PAGE_NUMBER_MAX];
    uint64_t problems = 0;

    counted(p, s->events, "event", "events");
    if (scan) {
        page_text(p, STYLE_PLAIN, S(" in "));
        counted(p, scan_evidence(scan, &files), "file", "files");
    }
    if (s->has_time) {
        page_text(p, STYLE_PLAIN, S(", "));
        text_span(p, s->first_ns, s->last_ns);
        str duration = page_duration(s->last_ns - s->first_ns, text);
        page_fit(p, 2 * INDENT, duration.n + 7);
        page_text(p, STYLE_FAINT, S(" UTC ("));
        page_text(p, STYLE_FAINT, duration);
        page_text(p, STYLE_FAINT, S(")"));
    }
    page_newline(p);

    if (s->findings == 0) {
        page_text(p, STYLE_STRONG, S("No rule matched."));
    } else {
        counted(p, s->findings, "finding", "findings");
        page_text(p, STYLE_PLAIN, S(" by "));
        counted(p, s->rules.count, "rule:", "rules:");
        levels_line(p, &s->levels);
    }
    page_newline(p);

    for (uint32_t i = 0; i < PROBLEM_KIND_COUNT; i++)
        problems += s->problems[i];
    caution(p, problems, "problem in the evidence, see below",
            "problems in the evidence, see below");
    caution(p, s->events_without_time, "event has no time that could be read",
            "events have no time that could be read");
    caution(p, s->events_without_logsource,
            "event is of no known log source: few rules apply to it",
            "events are of no known log source: few rules apply to them");
}

static void tally_numbers(struct page *p, const struct tally *t)
{
    char n[PAGE_NUMBER_MAX];

    page_cell_right(p, STYLE_PLAIN, page_number(t->count, n), COUNT_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, page_level_style(t->level), page_level_name(t->level), LEVEL_COLUMNS);
    page_text(p, STYLE_PLAIN, S(" "));
}

void text_techniques(struct page *p, const struct summary *s, uint32_t rows)
{
    const struct tally_table *t = &s->techniques;

    if (t->count == 0)
        return;
    page_heading(p, "ATT&CK techniques", NULL);
    for (uint32_t i = 0; i < t->count && i < rows; i++) {
        char name[ATTACK_NAME_MAX];
        tally_numbers(p, &t->rows[i]);
        page_cell(p, STYLE_PLAIN, t->rows[i].key, ID_COLUMNS);
        page_rest(p, STYLE_PLAIN, attack_full_name(t->rows[i].key, name));
        page_newline(p);
    }
    text_more(p, t->count > rows ? t->count - rows : 0, "techniques");
}

void text_hosts(struct page *p, const struct summary *s, uint32_t rows)
{
    const struct tally_table *t = &s->hosts;
    uint32_t width = p->columns / 3;

    if (t->count == 0)
        return;
    page_heading(p, "Hosts", NULL);
    for (uint32_t i = 0; i < t->count && i < rows; i++) {
        tally_numbers(p, &t->rows[i]);
        page_cell(p, STYLE_PLAIN, t->rows[i].key, width);
        page_text(p, STYLE_PLAIN, S(" "));
        if (t->rows[i].has_time)
            text_span(p, t->rows[i].first_ns, t->rows[i].last_ns);
        page_newline(p);
    }
    text_more(p, t->count > rows ? t->count - rows : 0, "hosts");
    text_more(p, t->other, "findings on hosts beyond the limit of the table");
}

/* "2026-05-04T10" as hours since 1970; false when it is not such a key. */
static bool hour_of_key(str key, int64_t *ret)
{
    char text[TIME_TEXT_MAX];
    int64_t ns;
    uint8_t digits;

    if (key.n != 13)
        return false;
    memcpy(text, key.p, key.n);
    memcpy(text + key.n, ":00:00Z", 7);
    if (!time_parse_rfc3339((str){text, key.n + 7}, &ns, &digits))
        return false;
    *ret = ns / NS_PER_S / 3600;
    return true;
}

struct hour_span {
    int64_t first, last; /* hours since 1970, both included */
};

static bool hours_span(const struct tally_table *t, struct hour_span *ret)
{
    bool any = false;

    for (uint32_t i = 0; i < t->count; i++) {
        int64_t hour;
        if (!hour_of_key(t->rows[i].key, &hour))
            continue;
        ret->first = any && ret->first < hour ? ret->first : hour;
        ret->last = any && ret->last > hour ? ret->last : hour;
        any = true;
    }
    return any;
}

static const char *const bars[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                   "\u2585", "\u2586", "\u2587", "\u2588"};

static void hours_bars(struct page *p, const struct tally_table *t, struct hour_span span_of,
                       int64_t hours_a_bar)
{
    uint64_t counts[PAGE_COLUMNS_MAX] = {0}, highest = 1; /* it divides */
    enum sigma_level levels[PAGE_COLUMNS_MAX] = {0};
    int64_t bar_count = (span_of.last - span_of.first) / hours_a_bar + 1;

    assert(bar_count <= PAGE_COLUMNS_MAX);
    for (uint32_t i = 0; i < t->count; i++) {
        int64_t hour;
        if (!hour_of_key(t->rows[i].key, &hour))
            continue;
        int64_t bar = (hour - span_of.first) / hours_a_bar;
        assert(bar >= 0 && bar < bar_count);
        counts[bar] += t->rows[i].count;
        highest = counts[bar] > highest ? counts[bar] : highest;
        levels[bar] = t->rows[i].level > levels[bar] ? t->rows[i].level : levels[bar];
    }
    page_tab(p, INDENT);
    for (int64_t i = 0; i < bar_count; i++) {
        assert(counts[i] <= highest);
        if (counts[i] == 0)
            page_text(p, STYLE_FAINT, S("\u00b7"));
        else
            page_text(p, levels[i] == LEVEL_CRITICAL ? STYLE_HIGH : page_level_style(levels[i]),
                      str_from(bars[(counts[i] * countof(bars) - 1) / highest]));
    }
    page_newline(p);
}

void text_hours(struct page *p, const struct summary *s)
{
    struct hour_span h = {0};
    char first[PAGE_NUMBER_MAX], last[PAGE_NUMBER_MAX], busiest[PAGE_NUMBER_MAX], note[64];
    int64_t bars_max = p->columns - 2 * INDENT, hours_a_bar;

    if (!hours_span(&s->hours, &h))
        return;
    hours_a_bar = (h.last - h.first) / bars_max + 1;
    str bar = page_duration(hours_a_bar * 3600 * NS_PER_S, first);
    snprintf(note, sizeof note, "a column is " STR_FMT, STR_ARG(bar));
    page_heading(p, "Findings by time", note);
    hours_bars(p, &s->hours, h, hours_a_bar);

    str a = page_time(h.first * 3600 * NS_PER_S, first);
    str b = page_time(h.last * 3600 * NS_PER_S, last);
    int64_t width = (h.last - h.first) / hours_a_bar + 1;
    page_tab(p, INDENT);
    page_text(p, STYLE_FAINT, (str){a.p, 16});
    if (width >= 2 * 16 + 1) {
        page_tab(p, (uint32_t)(INDENT + width - 16));
        page_text(p, STYLE_FAINT, (str){b.p, 16});
    } else if (h.last > h.first) {
        page_text(p, STYLE_FAINT, S(" to "));
        page_text(p, STYLE_FAINT, (str){b.p, 16});
    }
    page_newline(p);

    page_tab(p, INDENT); /* rows are in order of count: the first is the busiest hour */
    page_text(p, STYLE_PLAIN, S("busiest: "));
    page_text(p, STYLE_PLAIN, s->hours.rows[0].key);
    page_text(p, STYLE_PLAIN, S("h with "));
    page_text(p, STYLE_PLAIN, page_number(s->hours.rows[0].count, busiest));
    page_newline(p);
}

void text_evidence(struct page *p, const struct scan *scan, uint32_t rows)
{
    const struct evidence *files = NULL;
    uint32_t count = scan ? scan_evidence(scan, &files) : 0;

    if (count == 0)
        return;
    page_heading(p, "Evidence", NULL);
    for (uint32_t i = 0; i < count && i < rows; i++) {
        char n[PAGE_NUMBER_MAX], size[PAGE_NUMBER_MAX];
        page_tab(p, INDENT);
        page_path(p, STYLE_PLAIN, files[i].path, 0);
        page_newline(p);
        page_tab(p, 2 * INDENT);
        page_text(p, STYLE_FAINT,
                  files[i].format ? str_from(files[i].format) : S("not recognised"));
        page_text(p, STYLE_FAINT, S(", "));
        page_text(p, STYLE_FAINT, page_number(files[i].events, n));
        page_text(p, STYLE_FAINT, files[i].events == 1 ? S(" event, ") : S(" events, "));
        page_text(p, STYLE_FAINT, page_size(files[i].bytes, size));
        page_newline(p);
        if (!files[i].sha256[0])
            continue;
        page_tab(p, 2 * INDENT);
        page_printf(p, STYLE_FAINT, "sha256 %s", files[i].sha256);
        page_newline(p);
    }
    text_more(p, count > rows ? count - rows : 0, "files; '-o json' has them all");
}

static void refusal(struct page *p, const struct err *why)
{
    char place[PAGE_NUMBER_MAX];
    int n = snprintf(place, sizeof place, ":%u:%u", why->line, why->column);

    page_tab(p, INDENT);
    page_path(p, STYLE_PLAIN, str_from(why->file), (uint32_t)n);
    if (why->line)
        page_text(p, STYLE_PLAIN, (str){place, (size_t)n});
    page_newline(p);
    page_tab(p, 2 * INDENT);
    page_paragraph(p, STYLE_FAINT, 2 * INDENT, str_from(why->message));
}

void text_ruleset(struct page *p, const struct ruleset *rules, uint32_t rows)
{
    char n[PAGE_NUMBER_MAX];

    page_heading(p, "Rules", NULL);
    page_tab(p, INDENT);
    counted(p, rules->count, "rule", "rules");
    page_text(p, STYLE_PLAIN, S(" from "));
    counted(p, rules->file_count, "file", "files");
    if (rules->refusal_count) {
        page_text(p, STYLE_PLAIN, S(", "));
        page_text(p, STYLE_BAD, page_number(rules->refusal_count, n));
        page_text(p, STYLE_BAD, S(" not loaded"));
    }
    page_newline(p);
    page_tab(p, INDENT);
    page_printf(p, STYLE_FAINT, "sha256 %s", rules->hash);
    page_newline(p);
    for (uint32_t i = 0; i < rules->refusal_count && i < rows; i++)
        refusal(p, &rules->refusals[i].why);
    text_more(p, rules->refusal_count > rows ? rules->refusal_count - rows : 0,
              "not loaded; 'tocsin rule lint' has them all");
}

void text_health(struct page *p, const struct scan *scan)
{
    const str *names = NULL;
    uint32_t count = scan ? scan_fields_unseen(scan, &names) : 0;
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    if (count == 0)
        return;
    page_heading(p, "Fields never seen", "rules use them, and no event had them");
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            buf_char(&text, ' ');
        buf_add(&text, names[i]);
    }
    page_paragraph(p, STYLE_PLAIN, INDENT, buf_str(&text));
}
