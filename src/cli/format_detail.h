/*
 * format_detail.h - what a format is, for people and as JSON: how it is recognised, its log
 * sources, its templates, and which of its fields are which common columns.
 */
#pragma once

#include "cli/page.h"
#include "formats/format.h"
#include "text/json_write.h"

void format_detail_text(struct page *p, const struct format *f);
void format_detail_json(struct json_writer *w, const struct format *f);
