/*
 * unix_socket.c - a Unix socket in the file system, such as /dev/log: datagrams, or a
 * stream of lines. The kernel tells who the peer is: root's word is the system's,
 * any other user's may only propose actions.
 */
#include "base/mem.h"
#include "collect/datagrams.h"
#include "collect/stream_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

extern const struct source_type source_type_unix_socket;

static const struct setting settings[] = {
    {"path", SETTING_TEXT, NULL, "of the socket; one that nobody listens on is replaced", NULL, 0,
     0, true},
    {"mode", SETTING_WORD, "datagram", "what it carries", "datagram stream", 0, 0, false},
    {"world_writable", SETTING_FLAG, "false", "mode 0666 instead of 0660: every user may write",
     NULL, 0, 0, false},
};

enum { RECEIVE_BYTES = 8 * 1024 * 1024, CONNECTIONS_MAX = 1024 };

struct unix_source {
    struct datagrams *datagrams; /* one of these two */
    struct stream_server *server;
    struct sockaddr_un address;
};

static bool make_address(const struct settings *s, struct sockaddr_un *ret, struct err *e)
{
    const str path = setting_text(s, "path");

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.n == 0 || path.n >= sizeof ret->sun_path)
        return err_set(e, ERR_INPUT, "'path' has 1 to %zu bytes", sizeof ret->sun_path - 1);
    memcpy(ret->sun_path, path.p, path.n);
    return true;
}

static bool check(const struct settings *s, struct err *e)
{
    struct sockaddr_un a;

    return make_address(s, &a, e);
}

/* A socket that was left behind has nobody who listens. */
static void remove_left_behind(const struct sockaddr_un *a, int type)
{
    struct stat st;
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (fd == -1)
        return;
    if (lstat(a->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
        connect(fd, (const struct sockaddr *)a, sizeof *a) == -1 && errno == ECONNREFUSED)
        unlink(a->sun_path);
    close(fd);
}

static int listen_at(const struct sockaddr_un *a, int type, mode_t mode, struct err *e)
{
    remove_left_behind(a, type);
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd != -1 && bind(fd, (const struct sockaddr *)a, sizeof *a) == 0 &&
              chmod(a->sun_path, mode) == 0 && (type != SOCK_STREAM || listen(fd, SOMAXCONN) == 0);

    if (ok)
        return fd;
    err_set(e, ERR_IO, "cannot listen on '%s': %s", a->sun_path, strerror(errno));
    if (fd != -1)
        close(fd);
    return -1;
}

static bool begin(struct unix_source *u, const struct source_context *c, bool stream, int fd,
                  struct err *e)
{
    const struct stream_server_options server = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = fd,
        .local = true,
        .trust = TRUST_PROPOSE,
        .connections_max = CONNECTIONS_MAX,
        .frame_timeout_ns = INT64_MAX / 4, /* a program may be long at a line */
    };
    const struct datagrams_options datagrams = {
        .inlet = c->inlet,
        .loop = c->loop,
        .fd = fd,
        .local = true,
        .trust = TRUST_PROPOSE,
        .receive_bytes = RECEIVE_BYTES,
    };

    if (stream)
        u->server = stream_server_new(&server, e);
    else
        u->datagrams = datagrams_new(&datagrams, e);
    return u->server || u->datagrams;
}

static void *open_source(const struct source_context *c, struct err *e)
{
    struct unix_source *u = mem_alloc(sizeof *u);
    const bool stream = str_eq(setting_text(c->settings, "mode"), S("stream"));
    const mode_t mode = setting_flag(c->settings, "world_writable") ? 0666 : 0660;

    if (make_address(c->settings, &u->address, e)) {
        int fd = listen_at(&u->address, stream ? SOCK_STREAM : SOCK_DGRAM, mode, e);
        if (fd != -1 && begin(u, c, stream, fd, e))
            return u;
    }
    free(u);
    return NULL;
}

static void resume_source(void *source)
{
    struct unix_source *u = source;

    if (u->server)
        stream_server_resume(u->server);
    else
        datagrams_resume(u->datagrams);
}

static void close_source(void *source)
{
    struct unix_source *u = source;

    unlink(u->address.sun_path);
    stream_server_free(u->server);
    datagrams_free(u->datagrams);
    free(u);
}

const struct source_type source_type_unix_socket = {
    .name = "unix_socket",
    .summary = "a Unix socket such as /dev/log: datagrams, or a stream of lines",
    .example = "type: unix_socket\npath: /run/tocsin/log",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "syslog",
    .check = check,
    .open = open_source,
    .resume = resume_source,
    .close = close_source,
};
