/*
 * escape.h - log bytes are hostile; one function for each kind of output, each
 * with a hostile-bytes test. All take any bytes and append valid UTF-8.
 */
#pragma once

#include "base/buf.h"

/* Code points that no output may hold raw: C0 and C1 controls, DEL, bidirectional controls, line
 * and paragraph separators, and the invisible tag characters. */
bool escape_is_unsafe(uint32_t code_point);

/* For a terminal: C0 and C1 controls, DEL, bidirectional overrides and invalid UTF-8 become visible
 * escapes (\n, \t, \x1b, \u202e); a backslash stays. */
void escape_terminal(struct buf *out, str s);
/* Columns that s takes on a terminal after escape_terminal (East Asian wide: 2, combining: 0). */
size_t terminal_width(str s);
/* As escape_terminal, cut to at most `columns` with "..." (three dots) at the end when cut. */
void escape_terminal_cut(struct buf *out, str s, size_t columns);
/* As escape_terminal, cut in the middle: at most `head` columns of its start, "...", its end. For
 * paths and command lines, whose ends tell them apart. head + 3 is less than columns. */
void escape_terminal_middle(struct buf *out, str s, size_t columns, size_t head);
/* For HTML text and quoted attributes. What is unsafe, and each invalid byte, becomes U+FFFD. */
void escape_html(struct buf *out, str s);
/* One CSV cell (RFC 4180), always quoted. A cell that a spreadsheet would take for a formula (it
 * begins with = + - @ or a full-width form of them, tab, CR or LF) gets an apostrophe in front.
 * NULs are left out; what else is unsafe, but for tab, CR and LF, becomes U+FFFD. */
void escape_csv(struct buf *out, str s);
/* A mail or HTTP header value: CR, LF and what else is unsafe become spaces. */
void escape_header(struct buf *out, str s);
