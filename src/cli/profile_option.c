/* profile_option.c - see profile_option.h. */
#include "cli/profile_option.h"

#include "cli/content.h"
#include "cli/opt.h"
#include "cli/say.h"

#include <limits.h>

const char *profile_option_path(const struct command *c, const struct arguments *a,
                                struct buf *room)
{
    const char *name = opt_value(c, a, "profile");

    return name || !content_find("profile/windows.jsonl", room) ? name : buf_cstr(room);
}

bool profile_option_load(const struct command *c, const struct arguments *a, struct io *io,
                         struct profile **ret)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    const char *name = profile_option_path(c, a, &path);
    struct err e = {0};

    *ret = NULL;
    if (!name || profile_load(io, name, ret, &e))
        return true;
    say_err(&e);
    return false;
}
