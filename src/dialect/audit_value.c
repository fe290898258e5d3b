#include "dialect/audit_value.h"

#include "text/utf8.h"

#include <arpa/inet.h>

/* One more than the digit's value; 0 for what is none. Lower-case letters are digits of socket
 * addresses only in some enriched logs, and of names never. */
static const uint8_t digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool audit_is_hex(str s)
{
    if (s.n < 2 || s.n % 2)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!digits[(uint8_t)s.p[i]])
            return false;
    return true;
}

size_t audit_unhex(str hex, char *out)
{
    assert(hex.n % 2 == 0);
    for (size_t i = 0; i < hex.n / 2; i++)
        out[i] = (char)((digits[(uint8_t)hex.p[2 * i]] - 1) << 4 |
                        (digits[(uint8_t)hex.p[2 * i + 1]] - 1));
    return hex.n / 2;
}

enum { FAMILY_LOCAL = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, FAMILY_NETLINK = 16 };

static str address_text(int family, const char *bytes, struct arena *a)
{
    char text[INET6_ADDRSTRLEN];
    const char *made =
        inet_ntop(family == FAMILY_INET ? AF_INET : AF_INET6, bytes, text, sizeof text);

    return arena_str(a, str_from(made));
}

/* The path of a local socket; an abstract one begins with a NUL, which is written '@'. */
static str local_path(str bytes, struct arena *a)
{
    bool abstract = bytes.n > 1 && bytes.p[0] == '\0';
    str name = str_from_at(bytes, abstract);
    const char *end = name.n ? memchr(name.p, '\0', name.n) : NULL;

    name.n = end ? (size_t)(end - name.p) : name.n;
    return utf8_repair(abstract ? arena_printf(a, "@" STR_FMT, STR_ARG(name)) : name, a);
}

void audit_socket_read(str hex, struct audit_socket *ret, struct arena *a)
{
    enum { SOCKET_MAX = 256, INET_BYTES = 8, INET6_BYTES = 24, PORT_AT = 2 };

    *ret = (struct audit_socket){0};
    if (!audit_is_hex(hex) || hex.n > (size_t)2 * SOCKET_MAX)
        return;
    char *bytes = arena_bytes(a, hex.n / 2);
    size_t n = audit_unhex(hex, bytes);
    const int family = n >= 2 ? (uint8_t)bytes[0] | (uint8_t)bytes[1] << 8 : 0;
    const bool inet = family == FAMILY_INET && n >= INET_BYTES,
               inet6 = family == FAMILY_INET6 && n >= INET6_BYTES;

    if (inet || inet6) {
        ret->family = inet ? S("inet") : S("inet6");
        ret->address = address_text(family, bytes + (inet ? 4 : 8), a);
        ret->port =
            arena_printf(a, "%d", (uint8_t)bytes[PORT_AT] << 8 | (uint8_t)bytes[PORT_AT + 1]);
    } else if (family == FAMILY_LOCAL) {
        ret->family = S("local");
        ret->path = local_path((str){bytes + 2, n - 2}, a);
    } else if (family == FAMILY_NETLINK) {
        ret->family = S("netlink");
    }
}
