#include "serve/control.h"

#include "base/mem.h"
#include "text/json_write.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_WAIT_S = 2 };

struct client {
    struct control *control;
    struct client *next;
    int fd;
    struct loop_fd *watch;
    uid_t uid;
    bool wants_reload;
    size_t n;
    char request[CONTROL_REQUEST_MAX];
};

struct control {
    struct loop *loop;
    struct loop_fd *watch;
    int fd;
    struct sockaddr_un address;
    struct control_handlers handlers;
    struct client *first;
    uint32_t count;
};

/* ------------------------------------------------------------ one client */

static void free_client(struct client *c, bool close_it)
{
    loop_remove(c->watch);
    if (close_it)
        close(c->fd);
    free(c);
}

static void forget(struct client *c, bool close_it)
{
    struct client **at = &c->control->first;

    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->control->count--;
    free_client(c, close_it);
}

/* Somebody who does not read is not waited for long. */
static void answer(struct client *c, str text)
{
    const struct timeval wait = {.tv_sec = ANSWER_WAIT_S};

    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    while (text.n) {
        ssize_t n = send(c->fd, text.p, text.n, MSG_NOSIGNAL);
        if (n == -1 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        text = str_from_at(text, (size_t)n);
    }
    forget(c, true);
}

static void answer_done(struct client *c, const char *error)
{
    struct buf text CLEANUP(buf_done) = buf_make(CONTROL_ANSWER_MAX);
    struct json_writer w = json_writer_make(&text, 0);

    json_object(&w);
    json_key(&w, S("ok"));
    json_bool(&w, error == NULL);
    if (error)
        json_field_str(&w, S("error"), str_from(error));
    json_object_end(&w);
    buf_char(&text, '\n');
    answer(c, buf_str(&text));
}

static void give_status(struct client *c, bool as_text)
{
    struct buf text CLEANUP(buf_done) = buf_make(CONTROL_ANSWER_MAX);

    c->control->handlers.status(c->control->handlers.ctx, as_text, &text);
    answer(c, buf_str(&text));
}

static void do_status(struct client *c)
{
    give_status(c, false);
}

static void do_status_text(struct client *c)
{
    give_status(c, true);
}

static void do_reload(struct client *c)
{
    c->wants_reload = true;
    c->control->handlers.reload(c->control->handlers.ctx, c->uid);
}

static void do_tail(struct client *c)
{
    int fd = c->fd;
    struct control *control = c->control;

    if (!control->handlers.tail(control->handlers.ctx, fd)) {
        answer_done(c, "too many follow already");
        return;
    }
    forget(c, false);
}

static void do_stop(struct client *c)
{
    c->control->handlers.stop(c->control->handlers.ctx, c->uid);
    answer_done(c, NULL);
}

static void do_alert(struct client *c, str request)
{
    struct err e = {0};

    if (c->control->handlers.decide(c->control->handlers.ctx, c->uid, request, &e))
        answer_done(c, NULL);
    else
        answer_done(c, e.message);
}

static const struct {
    const char *name;
    void (*act)(struct client *c);
} requests[] = {{"status", do_status},
                {"status text", do_status_text},
                {"reload", do_reload},
                {"tail", do_tail},
                {"stop", do_stop}};

static void act(struct client *c)
{
    const str line = str_trim((str){c->request, c->n});

    for (size_t i = 0; i < countof(requests); i++)
        if (str_eq(line, str_from(requests[i].name))) {
            requests[i].act(c);
            return;
        }
    if (str_starts(line, S("alert\t")))
        do_alert(c, str_from_at(line, S("alert\t").n));
    else
        answer_done(c, "unknown request; known are status, reload, tail, stop, alert");
}

static void on_client(void *ctx, uint32_t events)
{
    struct client *c = ctx;
    ssize_t n = recv(c->fd, c->request + c->n, sizeof c->request - c->n, MSG_DONTWAIT);

    (void)events;
    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || c->wants_reload) {
        forget(c, true);
        return;
    }
    c->n += (size_t)n;
    if (memchr(c->request, '\n', c->n))
        act(c);
    else if (c->n == sizeof c->request)
        forget(c, true);
}

static void on_accept(void *ctx, uint32_t events)
{
    struct control *control = ctx;
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    struct err e = {0};
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);

    (void)events;
    if (fd == -1)
        return;
    const bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
                       (peer.uid == 0 || peer.uid == geteuid());
    struct client *c = mem_alloc(sizeof *c);
    if (known && control->count < CONTROL_CLIENTS_MAX)
        c->watch = loop_add(control->loop, fd, EPOLLIN, on_client, c, &e);
    if (!c->watch) {
        close(fd);
        free(c);
        return;
    }
    c->control = control;
    c->fd = fd;
    c->uid = peer.uid;
    c->next = control->first;
    control->first = c;
    control->count++;
}

void control_reloaded(struct control *control, const char *error)
{
    for (struct client *c = control->first, *next; c; c = next) {
        next = c->next;
        if (c->wants_reload)
            answer_done(c, error);
    }
}

/* ------------------------------------------------------------ the socket */

static bool make_address(const char *path, struct sockaddr_un *ret, struct err *e)
{
    const size_t n = strlen(path);

    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (n >= sizeof ret->sun_path)
        return err_set(e, ERR_INPUT, "the path of the control socket is longer than %zu bytes",
                       sizeof ret->sun_path - 1);
    memcpy(ret->sun_path, path, n);
    return true;
}

/* The data folder's lock says that nobody else is at it: a socket in the way was left behind. */
static bool listen_at(struct control *c, const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->fd == -1)
        return false;
    const mode_t old = umask(0177);
    const bool bound = bind(c->fd, (struct sockaddr *)&c->address, sizeof c->address) == 0;
    umask(old);
    return bound && listen(c->fd, CONTROL_CLIENTS_MAX) == 0;
}

struct control *control_new(struct loop *loop, const char *path, const struct control_handlers *h,
                            struct err *e)
{
    struct control *c = mem_alloc(sizeof *c);

    *c = (struct control){.loop = loop, .fd = -1, .handlers = *h};
    if (!make_address(path, &c->address, e)) {
        free(c);
        return NULL;
    }
    if (!listen_at(c, path))
        err_set(e, ERR_IO, "cannot listen on the control socket '%s': %s", path, strerror(errno));
    else if ((c->watch = loop_add(loop, c->fd, EPOLLIN, on_accept, c, e)))
        return c;
    if (c->fd != -1)
        close(c->fd);
    free(c);
    return NULL;
}

void control_free(struct control *c)
{
    if (!c)
        return;
    for (struct client *client = c->first, *next; client; client = next) {
        next = client->next;
        free_client(client, true);
    }
    loop_remove(c->watch);
    close(c->fd);
    unlink(c->address.sun_path);
    free(c);
}

int control_ask(const char *path, const char *request, struct err *e)
{
    struct sockaddr_un address;
    const size_t n = strlen(request);

    if (!make_address(path, &address, e))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, request, n, MSG_NOSIGNAL) == (ssize_t)n)
        return fd;
    err_set(e, ERR_IO, "cannot reach tocsin at '%s': %s; is 'tocsin serve' running?", path,
            strerror(errno));
    if (fd != -1)
        close(fd);
    return -1;
}
