/*
 * alert_score.h - many alerts to one number from 0 to 100: Elastic's risk score.
 *
 * Scores are sorted, the highest first, and the i-th counts by i^-1.5; the sum is divided by what
 * it would be if all were 100 (2.6124, the zeta function of 1.5). So the order in which alerts come
 * does not matter, many low ones never outrank a critical one, and the number is bounded.
 */
#pragma once

#include "entity/asset_role.h"
#include "event/signal.h"

double severity_score(enum severity s); /* 0, 1, 21, 47, 73, 99 */
/* `scores` are sorted in descending order by it. 0 when there are none. */
double alert_score(double *scores, uint32_t count);
/* Scales the odds score : 100 - score by the criticality: 0.5, 1, 1.5, 2. */
double score_by_criticality(double score, enum criticality c);
