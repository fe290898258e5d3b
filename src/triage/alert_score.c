#include "triage/alert_score.h"

#include <math.h>
#include <stdlib.h>

static const double scores_of_severity[SEVERITY_COUNT] = {
    [SEVERITY_NONE] = 0,    [SEVERITY_INFORMATIONAL] = 1, [SEVERITY_LOW] = 21,
    [SEVERITY_MEDIUM] = 47, [SEVERITY_HIGH] = 73,         [SEVERITY_CRITICAL] = 99,
};

static const double zeta = 2.612375348685488; /* of 1.5: the sum of i^-1.5 over all i */

double severity_score(enum severity s)
{
    return scores_of_severity[s];
}

static int descending(const void *left, const void *right)
{
    const double l = *(const double *)left, r = *(const double *)right;

    return (l < r) - (l > r);
}

double alert_score(double *scores, uint32_t count)
{
    double sum = 0;

    if (count == 0)
        return 0;
    qsort(scores, count, sizeof *scores, descending);
    for (uint32_t i = 0; i < count; i++)
        sum += scores[i] / pow(i + 1.0, 1.5);
    return sum / zeta;
}

double score_by_criticality(double score, enum criticality c)
{
    static const double factors[] = {
        [CRITICALITY_NONE] = 1,   [CRITICALITY_LOW] = 0.5,   [CRITICALITY_MEDIUM] = 1,
        [CRITICALITY_HIGH] = 1.5, [CRITICALITY_EXTREME] = 2,
    };

    if (score <= 0 || score >= 100)
        return score;
    const double odds = score / (100 - score) * factors[c];
    return 100 * odds / (1 + odds);
}
