#include "cli/formats_option.h"

#include "cli/opt.h"

struct format_set *formats_option_load(const struct command *c, const struct arguments *a,
                                       struct io *io, struct err *e)
{
    const struct option_values *v = &a->options[opt_index(c, "formats")];

    return format_set_load(io, v->values, v->count, e);
}
