/*
 * page.h - text for people in columns: colours on a terminal, the same words
 * without them elsewhere. Everything that goes through here is escaped for a
 * terminal, so log bytes may be given as they are.
 */
#pragma once

#include "base/buf.h"
#include "sigma/rule.h"

enum {
    PAGE_COLUMNS_MIN = 76, /* a SHA-256 with what stands before it; narrower terminals wrap */
    PAGE_COLUMNS_MAX = 200,
    PAGE_COLUMNS_PLAIN = 100, /* when the output is no terminal */
};

struct page {
    struct buf *out;
    bool colour;
    uint32_t columns;
    uint32_t at; /* the column that comes next, from 0 */
};

enum page_style {
    STYLE_PLAIN,
    STYLE_STRONG,
    STYLE_FAINT,
    STYLE_HEADING,
    STYLE_INFORMATIONAL,
    STYLE_LOW,
    STYLE_MEDIUM,
    STYLE_HIGH,
    STYLE_CRITICAL,
    STYLE_BAD,
};

struct page page_make(struct buf *out, bool terminal, uint32_t columns);
enum page_style page_level_style(enum sigma_level level);
str page_level_name(enum sigma_level level); /* "none" when the rule has no level */

void page_text(struct page *p, enum page_style style, str s); /* as long as it is */
void page_printf(struct page *p, enum page_style style, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Exactly `width` columns: cut with dots, or filled up with spaces. */
void page_cell(struct page *p, enum page_style style, str s, uint32_t width);
void page_cell_right(struct page *p, enum page_style style, str s, uint32_t width);
/* As much of s as the line still has room for. */
void page_rest(struct page *p, enum page_style style, str s);
/* As much of s as the line, less `spare` columns, has room for, cut in the middle; for a path. */
void page_path(struct page *p, enum page_style style, str path, uint32_t spare);
void page_value(struct page *p, enum page_style style, str s); /* so too, more of its start */
void page_tab(struct page *p, uint32_t column);                /* spaces up to that column */
/* Goes on at column `indent` of the next line when `width` more columns do not fit on this one. */
void page_fit(struct page *p, uint32_t indent, size_t width);
void page_newline(struct page *p);
void page_heading(struct page *p, const char *heading, const char *note); /* note may be NULL */

/* Words in lines from column `indent` on; separators are single spaces of s. */
void page_paragraph(struct page *p, enum page_style style, uint32_t indent, str s);

enum { PAGE_NUMBER_MAX = 32 };
str page_number(uint64_t n, char out[PAGE_NUMBER_MAX]);   /* "12,345" */
str page_size(uint64_t bytes, char out[PAGE_NUMBER_MAX]); /* "1.4 MiB" */
str page_time(int64_t ns, char out[PAGE_NUMBER_MAX]);     /* "2026-05-04 10:11:12" */
str page_duration(int64_t ns, char out[PAGE_NUMBER_MAX]); /* "3 d 4 h", "12 min", "0 s" */
