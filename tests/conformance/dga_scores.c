/* dga_scores.c - the score of each name that stands on a line of the input: of what was registered,
 * or of the whole when nothing was. */
#include "behave/dga_model.h"
#include "behave/registered_domain.h"

#include <stdio.h>

enum { LINE_BYTES = 4096 };

int main(void)
{
    static char line[LINE_BYTES];

    while (fgets(line, sizeof line, stdin)) {
        const str name = str_trim(str_from(line));
        struct registered_domain r;
        printf("%.6f\n", dga_score(registered_domain(name, &r) ? r.label : name));
    }
    return 0;
}
