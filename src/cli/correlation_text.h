/* correlation_text.h - a correlation for people: what it counts, of which rules, by what, and how
 * long. */
#pragma once

#include "cli/page.h"
#include "sigma/correlation.h"

void correlation_text(struct page *p, const struct sigma_correlation *c);
