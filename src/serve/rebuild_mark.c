#include "serve/rebuild_mark.h"

#include "base/mem.h"
#include "sigma/correlation.h"

#include <stdlib.h>

void rebuild_marks_init(struct rebuild_marks *m, uint64_t from)
{
    *m = (struct rebuild_marks){.from = from, .newest_ns = INT64_MIN};
}

static void double_step(struct rebuild_marks *m)
{
    uint32_t kept = 0;

    for (uint32_t i = 1; i < m->count; i += 2)
        m->all[kept++] = m->all[i];
    m->count = kept;
    m->step_ns = m->step_ns < INT64_MAX / 4 ? m->step_ns * 2 + 1 : m->step_ns;
}

void rebuild_marks_add(struct rebuild_marks *m, uint64_t number, int64_t newest_ns)
{
    if (newest_ns > m->newest_ns)
        m->newest_ns = newest_ns;
    const uint64_t since = (uint64_t)m->newest_ns - (uint64_t)m->began_ns;
    if (m->count == 0 || since > (uint64_t)m->step_ns) {
        if (m->count == REBUILD_MARKS_MAX)
            double_step(m);
        m->began_ns = m->newest_ns;
        m->count++;
    }
    m->all[m->count - 1].number = number;
    m->all[m->count - 1].newest_ns = m->newest_ns;
}

uint64_t rebuild_marks_pass(struct rebuild_marks *m, int64_t before_ns)
{
    uint32_t gone = 0;

    while (gone < m->count && m->all[gone].newest_ns < before_ns)
        m->from = m->all[gone++].number;
    m->count -= gone;
    memmove(m->all, m->all + gone, m->count * sizeof *m->all);
    if (m->count == 0)
        m->step_ns = 0;
    return m->from;
}

static uint32_t place_of(const struct ruleset *rules, const struct sigma_correlation *c)
{
    uint32_t i = 0;

    while (i < rules->correlations_kept && rules->correlations[i] != c)
        i++;
    return i;
}

static int64_t add_spans(int64_t a, int64_t b)
{
    return a > INT64_MAX / 4 - b ? INT64_MAX / 4 : a + b;
}

/* Chains are short and without circles: after as many rounds as a chain may have links all is
 * known.
 */
int64_t rebuild_span(const struct ruleset *rules)
{
    const uint32_t count = rules->correlations_kept;
    int64_t *spans = mem_array(count + 1, sizeof *spans), longest = 0;

    for (uint32_t round = 0; round < CORRELATION_CHAIN_MAX; round++)
        for (uint32_t i = 0; i < count; i++) {
            const struct sigma_correlation *c = rules->correlations[i];
            const int64_t own = c->timespan_ns < INT64_MAX / 8 ? 2 * c->timespan_ns : INT64_MAX / 4;
            int64_t below = 0;
            for (uint32_t k = 0; k < c->rule_count; k++) {
                const struct sigma_correlation *child = c->members[k].child;
                const uint32_t at = child ? place_of(rules, child) : count;
                below = at < count && spans[at] > below ? spans[at] : below;
            }
            spans[i] = add_spans(own, below);
            longest = spans[i] > longest ? spans[i] : longest;
        }
    free(spans);
    return longest;
}
