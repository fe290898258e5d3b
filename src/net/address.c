#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 1024 };

/* The host without brackets, NUL-terminated; the port. */
static bool split(str text, char host[ADDRESS_TEXT_MAX], uint64_t *ret_port)
{
    size_t colon = text.n;

    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0 || !str_u64(str_from_at(text, colon), ret_port) || *ret_port > UINT16_MAX)
        return false;
    str name = {text.p, colon - 1};
    if (name.n >= 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        name = (str){name.p + 1, name.n - 2};
    if (name.n >= ADDRESS_TEXT_MAX)
        return false;
    memcpy(host, name.p, name.n);
    host[name.n] = '\0';
    return true;
}

bool address_parse(str text, struct address *ret, struct err *e)
{
    char host[ADDRESS_TEXT_MAX];
    uint64_t port;
    struct sockaddr_in *v4 = (struct sockaddr_in *)&ret->storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ret->storage;

    *ret = (struct address){0};
    if (!split(text, host, &port))
        return err_set(e, ERR_INPUT, "'" STR_FMT "' is no ADDRESS:PORT such as 127.0.0.1:5514",
                       STR_ARG(text));
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        ret->length = sizeof *v4;
        return true;
    }
    if (strcmp(host, "*") == 0)
        memcpy(host, "::", sizeof "::");
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        ret->length = sizeof *v6;
        return true;
    }
    return err_set(e, ERR_INPUT, "'%s' is no numeric address", host);
}

bool address_is_loopback(const struct address *a)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->storage;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->storage;

    if (a->storage.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return a->storage.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

size_t address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX])
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a->storage;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a->storage;
    char host[INET6_ADDRSTRLEN] = "";
    int n = 0;

    if (a->storage.ss_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        n = snprintf(ret, ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(v4->sin_port));
    } else if (a->storage.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], host, sizeof host);
        n = snprintf(ret, ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(v6->sin6_port));
    } else if (a->storage.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        n = snprintf(ret, ADDRESS_TEXT_MAX, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        n = snprintf(ret, ADDRESS_TEXT_MAX, "-");
    }
    return (size_t)n;
}

int address_listen(const struct address *a, int type, struct err *e)
{
    const int on = 1;
    char text[ADDRESS_TEXT_MAX];
    int fd = socket(a->storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd != -1 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(fd, (const struct sockaddr *)&a->storage, a->length) == 0 &&
              (type != SOCK_STREAM || listen(fd, LISTEN_BACKLOG) == 0);

    if (ok)
        return fd;
    address_format(a, text);
    err_set(e, ERR_IO, "cannot listen on %s: %s", text, strerror(errno));
    if (fd != -1)
        close(fd);
    return -1;
}
