/*
 * serve_options.h - what serve and the commands that talk to it have in common.
 */
#pragma once

#include "base/buf.h"
#include "cli/command.h"
#include "serve/serve.h"

#define CONFIG_DEFAULT "/etc/tocsin/tocsin.yml"

/* A row for a command's own table of options. */
/* clang-format off */
#define CONFIG_OPTION \
    {"config", 'c', OPTION_VALUE, "FILE", "the configuration; " CONFIG_DEFAULT " when not given", \
     COMPLETE_FILE, NULL}
#define SOCKET_OPTION \
    {"socket", 's', OPTION_VALUE, "PATH", "the control socket, instead of the configuration's", \
     COMPLETE_FILE, NULL}
/* clang-format on */

/* Rooms for the paths that struct serve_options points to. */
struct serve_paths {
    struct buf rules, profile;
};

void serve_options_make(const struct command *c, const struct arguments *a, struct io *io,
                        const struct clock *clock, struct serve_paths *rooms,
                        struct serve_options *ret);
void serve_paths_done(struct serve_paths *rooms);

/* Sends a request to the running serve: a socket to read the answer from, or -1: said. The command
 * has CONFIG_OPTION and SOCKET_OPTION. */
int serve_ask(const struct command *c, const struct arguments *a, const char *request);
/* The whole answer, up to the end. False: said. */
bool serve_answer(int fd, struct buf *ret);
