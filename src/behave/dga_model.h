/*
 * dga_model.h - how unlike the names that people give to things a name is: a model of triples of
 * characters that tools/train-dga makes (dga_model.def).
 *
 * The score is the mean number of bits that a character takes by the model. Short names are drawn
 * to the mean of all, as if DGA_PRIOR_CHARACTERS more of DGA_PRIOR_BITS stood behind them. Names
 * made of words look like anyone's: families that do so are not found by this.
 */
#pragma once

#include "base/str.h"

enum { DGA_PRIOR_CHARACTERS = 8, DGA_PRIOR_BITS = 4 };

/* Of one label, in any case; what is no letter, digit or hyphen counts as a hyphen. */
double dga_score(str label);
