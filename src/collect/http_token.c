#include "collect/http_token.h"

#include "base/buf.h"
#include "text/base64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static bool add_token(struct http_tokens *t, str token, struct err *e)
{
    if (token.n < HTTP_TOKEN_BYTES_MIN || token.n > HTTP_TOKEN_BYTES_MAX)
        return err_set(e, ERR_INPUT, "a token has %d to %d bytes; 'openssl rand -hex 32' makes one",
                       HTTP_TOKEN_BYTES_MIN, HTTP_TOKEN_BYTES_MAX);
    if (t->count == HTTP_TOKENS_MAX)
        return err_set(e, ERR_LIMIT, "more than %d tokens", HTTP_TOKENS_MAX);
    sha256_of(token, t->hash[t->count++]);
    return true;
}

/* systemd's credentials belong to root, and an access list, which shows as the group's right to
 * read, lets the service in. */
static bool only_owner(const struct stat *st)
{
    const bool credential = st->st_uid == 0 && st->st_gid == 0 && !(st->st_mode & 0037);

    return !(st->st_mode & 0077) || credential;
}

static bool read_all(struct io *io, int fd, struct buf *out, struct err *e)
{
    for (;;) {
        char *room = buf_room(out, HTTP_TOKEN_BYTES_MAX);
        if (!room)
            return err_set(e, ERR_LIMIT, "too long for tokens");
        ssize_t got = io_read(io, IO_rule_read, fd, room, HTTP_TOKEN_BYTES_MAX);
        if (got == -1)
            return err_set(e, ERR_IO, "cannot read: %s", strerror(errno));
        if (got == 0)
            return true;
        out->n += (size_t)got;
    }
}

static bool read_tokens(struct http_tokens *t, struct io *io, int fd, struct err *e)
{
    struct buf text = buf_make((HTTP_TOKENS_MAX + 2) * (size_t)HTTP_TOKEN_BYTES_MAX);
    struct stat st;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

    if (!ok)
        err_set(e, ERR_INPUT, "not a regular file");
    else if (!only_owner(&st))
        ok = err_set(e, ERR_DENIED, "others than its owner may read it: chmod 600 it");
    ok = ok && read_all(io, fd, &text, e);
    for (str rest = buf_str(&text); ok && rest.n;) {
        str line = str_trim(str_cut(&rest, '\n'));
        ok = line.n == 0 || add_token(t, line, e);
    }
    if (ok && t->count == 0)
        ok = err_set(e, ERR_INPUT, "there is no token in it");
    if (text.p)
        explicit_bzero(text.p, text.n);
    buf_done(&text);
    return ok;
}

bool http_tokens_from_file(struct http_tokens *t, struct io *io, str path, struct err *e)
{
    char *name = str_dup(path);
    int fd = io_openat(io, IO_rule_open, AT_FDCWD, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool ok = fd != -1 ? read_tokens(t, io, fd, e)
                       : err_set(e, ERR_IO, "cannot open: %s", strerror(errno));

    if (fd != -1)
        close(fd);
    free(name);
    return ok || err_wrap(e, "token_file '" STR_FMT "'", STR_ARG(path));
}

bool http_tokens_from_env(struct http_tokens *t, str name, struct err *e)
{
    char *copy = str_dup(name);
    const char *value = getenv(copy);

    free(copy);
    if (!value)
        return err_set(e, ERR_INPUT, "token_env: there is no '" STR_FMT "' in the environment",
                       STR_ARG(name));
    return add_token(t, str_trim(str_from(value)), e) || err_wrap(e, "token_env");
}

static str decoded(str text, struct arena *a)
{
    struct buf b CLEANUP(buf_done) = buf_make(HTTP_TOKEN_BYTES_MAX);

    return base64_decode(text, &b) && !b.overflow ? arena_str(a, buf_str(&b)) : (str){0};
}

void http_token_shown(str authorization, struct arena *a, struct http_shown *ret)
{
    str value = str_trim(authorization), scheme = str_cut(&value, ' ');

    *ret = (struct http_shown){0};
    value = str_trim(value);
    if (value.n == 0)
        return;
    const bool basic = str_ieq(scheme, S("Basic")), key = str_ieq(scheme, S("ApiKey"));
    if (!basic && !key && !str_ieq(scheme, S("Bearer")) && !str_ieq(scheme, S("Splunk")))
        return;
    if (!basic)
        ret->values[ret->count++] = value;
    if (basic || key) {
        str pair = decoded(value, a);
        str_cut(&pair, ':');
        if (pair.n)
            ret->values[ret->count++] = pair;
    }
}

/* Every byte is looked at, whatever the first ones say. */
static uint32_t same(const uint8_t *a, const uint8_t *b)
{
    volatile uint8_t differ = 0;

    for (size_t i = 0; i < SHA256_BYTES; i++)
        differ = (uint8_t)(differ | (a[i] ^ b[i]));
    return differ == 0;
}

bool http_tokens_fit(const struct http_tokens *t, const struct http_shown *shown)
{
    uint32_t fit = 0;

    for (uint32_t v = 0; v < shown->count; v++) {
        uint8_t hash[SHA256_BYTES];
        sha256_of(shown->values[v], hash);
        for (uint32_t i = 0; i < t->count; i++)
            fit |= same(t->hash[i], hash);
    }
    return fit;
}

bool http_tokens_share(const struct http_tokens *a, const struct http_tokens *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            if (same(a->hash[i], b->hash[k]))
                return true;
    return false;
}
