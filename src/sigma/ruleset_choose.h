/* ruleset_choose.h - keeps some rules of a finished set, and quietly those that correlations that
 * are kept refer to. */
#pragma once

#include "sigma/ruleset.h"

void ruleset_choose(struct ruleset *rs, const void *ctx,
                    bool (*chosen)(const void *ctx, const struct sigma_rule *rule));
