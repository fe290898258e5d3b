#include "cli/serve_options.h"

#include "cli/content.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "serve/control.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

static void say_line(const char *text)
{
    say("%s", text);
}

static const char *config_path(const struct command *c, const struct arguments *a)
{
    const char *given = opt_value(c, a, "config");

    return given ? given : CONFIG_DEFAULT;
}

void serve_options_make(const struct command *c, const struct arguments *a, struct io *io,
                        const struct clock *clock, struct serve_paths *rooms,
                        struct serve_options *ret)
{
    *rooms = (struct serve_paths){buf_make(PATH_MAX * 2), buf_make(PATH_MAX * 2)};
    *ret = (struct serve_options){
        .io = io,
        .clock = clock,
        .config = config_path(c, a),
        .shipped_rules = content_find("rules", &rooms->rules) ? buf_cstr(&rooms->rules) : NULL,
        .profile = content_find("profile/windows.jsonl", &rooms->profile)
                       ? buf_cstr(&rooms->profile)
                       : NULL,
        .say = say_line,
        .say_err = say_err,
    };
}

void serve_paths_done(struct serve_paths *rooms)
{
    buf_done(&rooms->rules);
    buf_done(&rooms->profile);
}

int serve_ask(const struct command *c, const struct arguments *a, const char *request)
{
    const char *path = opt_value(c, a, "socket");
    struct buf room CLEANUP(buf_done) = buf_make(PATH_MAX);
    struct err e = {0};
    struct io io;

    io_init(&io);
    if (!path) {
        struct config *config = config_load(&io, config_path(c, a), &e);
        if (!config) {
            say_err(&e);
            return -1;
        }
        serve_control_path(config, &room);
        config_drop(config);
        path = buf_cstr(&room);
    }
    int fd = control_ask(path, request, &e);
    if (fd == -1)
        say_err(&e);
    return fd;
}

bool serve_answer(int fd, struct buf *ret)
{
    enum { STEP = 64 * 1024 };

    for (;;) {
        char *room = buf_room(ret, STEP);
        ssize_t n = room ? read(fd, room, STEP) : 0;
        if (n == -1 && errno == EINTR)
            continue;
        if (n > 0) {
            ret->n += (size_t)n;
            continue;
        }
        if (n == 0 && room && ret->n)
            return true;
        say("tocsin gave no whole answer");
        return false;
    }
}
