/* report_registry.c - the table of outputs. */
#include "cli/report.h"

#define REPORT(name) extern const struct report report_##name;
#include "cli/reports.def"
#undef REPORT

const struct report *const reports[] = {
#define REPORT(name) &report_##name,
#include "cli/reports.def"
#undef REPORT
};
const size_t report_count = countof(reports);

const struct report *report_find(str name)
{
    for (size_t i = 0; i < report_count; i++)
        if (str_eq(name, str_from(reports[i]->name)))
            return reports[i];
    return NULL;
}
