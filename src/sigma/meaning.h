/*
 * meaning.h - a number for what a rule finds, whatever it is called and however it is written: for
 * state that is kept between runs and belongs to that. It differs, but for chance, when the tree of
 * tests, the log source or what is counted does.
 */
#pragma once

#include "sigma/correlation.h"

uint64_t rule_meaning(const struct sigma_rule *rule);
/* Without what its members mean. */
uint64_t correlation_meaning(const struct sigma_correlation *c);
