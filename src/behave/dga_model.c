#include "behave/dga_model.h"

enum { SYMBOLS = 38, START = 0, END = 37, HYPHEN = 37, STEPS_OF_A_BIT = 4 };

/* Before: START, a-z, 0-9, hyphen. Next: a-z, 0-9, hyphen, END. */
static const char rows[SYMBOLS * SYMBOLS][SYMBOLS + 1] = {
#define DGA_ROW(text) text,
#include "behave/dga_model.def"
#undef DGA_ROW
};

/* A character's place in what stands before: 1..37. */
static uint32_t symbol_of(char c)
{
    c = ascii_lower(c);
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a') + 1;
    return c >= '0' && c <= '9' ? (uint32_t)(c - '0') + 27 : HYPHEN;
}

static uint32_t steps(uint32_t a, uint32_t b, uint32_t next)
{
    const char c = rows[a * SYMBOLS + b][next];

    return (uint32_t)(c - '@') - (c > '\\'); /* the backslash is left out */
}

double dga_score(str label)
{
    uint32_t a = START, b = START, sum = 0;

    for (size_t i = 0; i < label.n; i++) {
        const uint32_t c = symbol_of(label.p[i]);
        sum += steps(a, b, c - 1);
        a = b;
        b = c;
    }
    sum += steps(a, b, END);
    const double bits = (double)sum / STEPS_OF_A_BIT + DGA_PRIOR_CHARACTERS * DGA_PRIOR_BITS;
    return bits / (double)(label.n + 1 + DGA_PRIOR_CHARACTERS);
}
