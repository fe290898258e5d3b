/*
 * ip.c - addresses and networks as intervals of 128-bit numbers in network
 * order, so that both families compare with memcmp. Text forms: RFC 4291
 * section 2.2 (and RFC 4007 section 11 for the zone), through inet_pton.
 */
#include "text/ip.h"

#include <arpa/inet.h>

enum { V4_PREFIX_BITS = 96, ADDRESS_BITS = 128 };

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool parse_v4(const char *text, struct ip *ret)
{
    memcpy(ret->bytes, v4_prefix, sizeof v4_prefix);
    return inet_pton(AF_INET, text, ret->bytes + sizeof v4_prefix) == 1;
}

bool ip_parse(str s, struct ip *ret)
{
    char text[INET6_ADDRSTRLEN];
    bool bracketed = s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';

    if (bracketed)
        s = (str){s.p + 1, s.n - 2};
    bool v6 = s.n && memchr(s.p, ':', s.n);
    const char *zone = v6 ? memchr(s.p, '%', s.n) : NULL;
    if (zone) {
        if (zone + 1 == s.p + s.n)
            return false;
        s.n = (size_t)(zone - s.p);
    }
    if (s.n == 0 || s.n >= sizeof text || memchr(s.p, '\0', s.n) || (bracketed && !v6))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return v6 ? inet_pton(AF_INET6, text, ret->bytes) == 1 : parse_v4(text, ret);
}

/* The last address of the network: all bits behind the first `bits` set. */
static struct ip last_of(const struct ip *first, uint32_t bits)
{
    struct ip last = *first;

    for (uint32_t i = bits; i < ADDRESS_BITS; i++)
        last.bytes[i / 8] |= (uint8_t)(0x80u >> (i % 8));
    return last;
}

static bool has_host_bits(const struct ip *address, uint32_t bits)
{
    for (uint32_t i = bits; i < ADDRESS_BITS; i++)
        if (address->bytes[i / 8] & (0x80u >> (i % 8)))
            return true;
    return false;
}

bool ip_network_parse(str s, struct ip_network *ret, struct err *e)
{
    str rest = s, address = str_cut(&rest, '/');
    bool single = address.n == s.n;
    uint64_t bits = 0;

    if (!ip_parse(address, &ret->first))
        return err_set(e, ERR_INPUT, "'" STR_FMT "' is not an address or a network", STR_ARG(s));
    uint32_t base = memchr(address.p, ':', address.n) ? 0 : V4_PREFIX_BITS;
    if (!single && (rest.n > 3 || !str_u64(rest, &bits) || bits > ADDRESS_BITS - base))
        return err_set(e, ERR_INPUT, "the prefix length of '" STR_FMT "' is not 0 to %u",
                       STR_ARG(s), (unsigned)(ADDRESS_BITS - base));

    uint32_t all = single ? ADDRESS_BITS : base + (uint32_t)bits;
    if (has_host_bits(&ret->first, all))
        return err_set(e, ERR_INPUT,
                       "'" STR_FMT "' has bits set behind the prefix: it is an address in a "
                       "network, not a network",
                       STR_ARG(s));
    ret->last = last_of(&ret->first, all);
    return true;
}

int ip_cmp(const struct ip *a, const struct ip *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool ip_in(const struct ip *address, const struct ip_network *network)
{
    return ip_cmp(address, &network->first) >= 0 && ip_cmp(address, &network->last) <= 0;
}

bool ip_is_v4(const struct ip *address)
{
    return memcmp(address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

str ip_text(const struct ip *address, char ret[IP_TEXT_MAX])
{
    _Static_assert(IP_TEXT_MAX >= INET6_ADDRSTRLEN, "every address has room");
    const bool v4 = ip_is_v4(address);

    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? address->bytes + sizeof v4_prefix : address->bytes, ret,
              IP_TEXT_MAX);
    return (str){ret, strlen(ret)};
}
