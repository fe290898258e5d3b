/* profile_option.c - see profile_option.h. */
#include "cli/profile_option.h"

#include "cli/content.h"
#include "cli/opt.h"
#include "cli/say.h"

#include <limits.h>

bool profile_option_load(const struct command *c, const struct arguments *a, struct io *io,
                         struct profile **ret)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    const char *name = opt_value(c, a, "profile");
    struct err e = {0};

    *ret = NULL;
    if (!name && content_find("profile/windows.jsonl", &path))
        name = buf_cstr(&path);
    if (!name || profile_load(io, name, ret, &e))
        return true;
    say_err(&e);
    return false;
}
