#include "cli/behavior_options.h"

#include "base/buf.h"
#include "base/io.h"
#include "cli/opt.h"
#include "cli/say.h"

static bool read_option(const struct command *c, const struct arguments *a, const char *name,
                        struct io *io, struct buf *text, const char **ret_path, struct err *e)
{
    *ret_path = opt_value(c, a, name);
    return !*ret_path || io_read_file(io, *ret_path, text, e);
}

static bool wrong(struct err *e, const char *path)
{
    if (path)
        err_in_file(e, str_from(path));
    say_err(e);
    return false;
}

/* Those that are off for want of something, and why; once a run. */
static void say_off(const struct behavior_set *set)
{
    struct behavior_stats stats;

    for (uint32_t i = 0; i < behavior_set_count(set); i++)
        if (behavior_set_off(set, i))
            say("%s is off: %s", behavior_set_stats(set, i, &stats)->name,
                behavior_set_off(set, i));
}

bool behavior_options_load(const struct command *c, const struct arguments *a, struct io *io,
                           struct behavior_set **ret, struct asset_list **ret_assets)
{
    struct buf behaviors CLEANUP(buf_done) = buf_make(BEHAVIOR_FILE_MAX);
    struct buf assets CLEANUP(buf_done) = buf_make(BEHAVIOR_FILE_MAX);
    const char *path;
    struct err e = {0};

    *ret = NULL;
    *ret_assets = NULL;
    if (!read_option(c, a, "behaviors", io, &behaviors, &path, &e))
        return wrong(&e, NULL);
    *ret = behavior_set_new(buf_str(&behaviors), &e);
    if (!*ret)
        return wrong(&e, path);
    if (path)
        say_off(*ret);
    if (!read_option(c, a, "assets", io, &assets, &path, &e))
        return wrong(&e, NULL);
    *ret_assets = path ? asset_list_read(buf_str(&assets), &e) : asset_list_empty();
    return *ret_assets ? true : wrong(&e, path);
}

void behavior_options_done(struct behavior_set **behaviors, struct asset_list **assets)
{
    behavior_set_free(*behaviors);
    asset_list_free(*assets);
    *behaviors = NULL;
    *assets = NULL;
}
