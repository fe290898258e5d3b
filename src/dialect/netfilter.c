/*
 * netfilter.c - packets that the Linux kernel logs: the LOG and NFLOG targets of iptables, nft's
 * log statement, UFW, firewalld, Shorewall, OpenWrt (nf_log_syslog.c):
 *
 *   [UFW BLOCK] IN=eth0 OUT= MAC=... SRC=192.0.2.7 DST=192.0.2.1 LEN=60 ... PROTO=TCP SPT=1 DPT=22
 *   WINDOW=64240 RES=0x00 SYN URGP=0
 *
 * What stands before IN= is the administrator's own; a word of it tells what became of the packet.
 * Words without a value are flags. What ICMP quotes of another packet stands in brackets.
 */
#include "event/column_table.h"
#include "message/pair.h"
#include "message/time_text.h"

enum { MAC_BYTES = 17, WORDS_MAX = 64 };

static void settle(const struct event *ev, struct columns *c, struct arena *a);

static const struct column_rule columns[] = {
    TO("IN", observer_ingress, TEXT),
    TO("OUT", observer_egress, TEXT),
    TO("SRC", source_ip, TEXT),
    TO("SPT", source_port, TEXT),
    TO("DST", destination_ip, TEXT),
    TO("DPT", destination_port, TEXT),
    TO("PROTO", network_transport, PROTOCOL),
    TO("LEN", source_bytes, TEXT),
    TO("UID", user_id, TEXT),
    TO("prefix", rule_name, TEXT),
    TO("action", event_action, LOWER),
    END,
};
static const struct kind kind_netfilter = {
    .format = "netfilter",
    .action = "packet",
    .activity = ACTIVITY_flow,
    .columns = columns,
    .refine = settle,
};

/* The last field of a name. */
static str value_of(const struct event *ev, str name)
{
    for (uint32_t i = ev->field_count; i > 0; i--)
        if (str_eq(ev->fields[i - 1].name, name))
            return ev->fields[i - 1].value;
    return (str){0};
}

/* What became of the packet, by the words that administrators and front ends use. */
static enum outcome outcome_of(str word)
{
    static const str refused[] = {S("block"),  S("blocked"),  S("drop"),    S("dropped"),
                                  S("reject"), S("rejected"), S("deny"),    S("denied"),
                                  S("refuse"), S("refused"),  S("discard"), S("discarded")};
    static const str passed[] = {S("accept"), S("accepted"), S("allow"),  S("allowed"),
                                 S("pass"),   S("passed"),   S("permit"), S("permitted")};

    for (size_t i = 0; i < countof(refused); i++)
        if (str_ieq(word, refused[i]))
            return OUTCOME_FAILURE;
    for (size_t i = 0; i < countof(passed); i++)
        if (str_ieq(word, passed[i]))
            return OUTCOME_SUCCESS;
    return OUTCOME_UNTOLD;
}

/* MAC= is the frame's header: destination, source, type. */
static void settle(const struct event *ev, struct columns *c, struct arena *a)
{
    str mac = value_of(ev, S("MAC")), action = value_of(ev, S("action"));

    if (mac.n >= 2 * MAC_BYTES + 1 && mac.p[MAC_BYTES] == ':') {
        columns_put(c, COLUMN_destination_mac, VIA_TEXT, (str){mac.p, MAC_BYTES}, a);
        columns_put(c, COLUMN_source_mac, VIA_TEXT, (str){mac.p + MAC_BYTES + 1, MAC_BYTES}, a);
    }
    if (action.n)
        c->outcome = (uint8_t)outcome_of(action);
    if (c->outcome != OUTCOME_UNTOLD)
        c->type = c->outcome == OUTCOME_SUCCESS ? "allowed" : "denied";
}

/* Where "IN=" stands that a packet begins with; NULL: there is none. */
static const char *find_packet(str s)
{
    const char *out = str_find(s, S(" OUT="));

    if (!out)
        return NULL;
    const char *in = out;
    while (in > s.p && in[-1] != ' ' && in[-1] != ')' && in[-1] != ']' && in[-1] != ':')
        in--;
    while (in < out && !str_starts((str){in, (size_t)(out - in)}, S("IN=")))
        in++;
    return in < out ? in : NULL;
}

static bool is_letter(char c)
{
    char lower = ascii_lower(c);

    return lower >= 'a' && lower <= 'z';
}

/* The last word of the prefix that tells what became of the packet. */
static str action_of(str prefix)
{
    str action = {0};

    for (size_t at = 0; at < prefix.n;) {
        size_t n = 0;
        while (at + n < prefix.n && is_letter(prefix.p[at + n]))
            n++;
        str word = {prefix.p + at, n};
        if (n && outcome_of(word) != OUTCOME_UNTOLD)
            action = word;
        at += n + 1;
    }
    return action;
}

/* "[ 1234.5] [UFW BLOCK] " without the kernel's time, brackets, colons and blanks. */
static str trim_prefix(str s)
{
    s = str_trim(s);
    if (s.n && s.p[0] == '[' && !str_starts(s, S("[UFW"))) {
        const char *end = memchr(s.p, ']', s.n);
        if (end && (s.p[1] == ' ' || (s.p[1] >= '0' && s.p[1] <= '9')))
            s = str_trim(str_from_at(s, (size_t)(end - s.p) + 1));
    }
    if (s.n > 1 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = str_trim((str){s.p + 1, s.n - 2});
    while (s.n && (s.p[s.n - 1] == ':' || s.p[s.n - 1] == ' '))
        s.n--;
    return s;
}

/* The packet's words. Flags behind PROTO= are the transport's, those before the packet's. */
static void read_packet(struct message *m, str s)
{
    struct pair_names names = pair_names_of(m);
    bool transport = false;
    str flags = {0};

    for (uint32_t i = 0; i < WORDS_MAX && s.n; i++) {
        if (s.p[0] == '[') {
            const char *end = memchr(s.p, ']', s.n);
            size_t n = end ? (size_t)(end - s.p) : s.n;
            pair_add(m, &names, S("quoted"), str_trim((str){s.p + 1, n - 1}));
            s = str_trim(str_from_at(s, n + 1));
            continue;
        }
        str word = str_cut(&s, ' ');
        const char *mark = memchr(word.p, '=', word.n);
        if (mark) {
            str name = {word.p, (size_t)(mark - word.p)};
            str value = str_from_at(word, name.n + 1);
            if (transport) /* the packet itself has the same names */
                name = str_eq(name, S("LEN"))  ? S("UDP_LEN")
                       : str_eq(name, S("ID")) ? S("ICMP_ID")
                                               : name;
            transport |= str_eq(name, S("PROTO"));
            pair_add(m, &names, name, value);
        } else if (word.n && !transport) {
            pair_add(m, &names, S("ip_flags"), word);
        } else if (word.n) {
            bool next = flags.n && flags.p + flags.n + 1 == word.p;
            flags = next ? (str){flags.p, flags.n + 1 + word.n} : word;
        }
    }
    if (flags.n)
        pair_add(m, &names, S("flags"), flags);
}

/* Proxmox's firewall writes the guest, a level, a chain and the time in front: "101 1 tap101i0-IN
 * 24/Nov/2026:10:00:00 +0000 DROP: ". */
static str take_proxmox(struct message *m, str prefix)
{
    str rest = prefix, guest = str_cut(&rest, ' '), level = str_cut(&rest, ' ');
    str chain = str_cut(&rest, ' ');
    const size_t n = time_text_length(rest);
    uint64_t number;

    if (!n || !str_u64(guest, &number) || !str_u64(level, &number))
        return prefix;
    message_time_text(m, (str){rest.p, n});
    message_add(m, S("vmid"), guest);
    message_add(m, S("loglevel"), level);
    message_add(m, S("chain"), chain);
    message_add(m, S("timestamp"), (str){rest.p, n});
    return str_trim(str_from_at(rest, n));
}

static bool read(void *state, struct message *m)
{
    const char *at = find_packet(m->text);

    (void)state;
    if (!at)
        return false;
    str prefix = trim_prefix((str){m->text.p, (size_t)(at - m->text.p)});
    prefix = take_proxmox(m, prefix);
    if (prefix.n) {
        str action = action_of(prefix);
        message_add(m, S("prefix"), prefix);
        if (action.n)
            message_add(m, S("action"), action);
    }
    read_packet(m, str_from_at(m->text, (size_t)(at - m->text.p)));
    return true;
}

static int sniff(str text)
{
    return find_packet(text) && (str_find(text, S(" SRC=")) || str_find(text, S(" MAC="))) ? 80 : 0;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "SRC"),
    RENAMED("src_port", "SPT"),
    RENAMED("dst_ip", "DST"),
    RENAMED("dst_port", "DPT"),
};

const struct dialect dialect_netfilter = {
    .name = "netfilter",
    .summary = "packets that Linux logs: iptables, nftables, UFW, firewalld, Shorewall",
    .sample = "Nov 24 10:00:00 gw1 kernel: [ 1234.567890] [UFW BLOCK] IN=eth0 OUT= "
              "MAC=00:53:00:00:00:01:00:53:00:00:00:02:08:00 SRC=192.0.2.7 DST=198.51.100.9 LEN=60 "
              "TOS=0x00 PREC=0x00 TTL=52 ID=1 DF PROTO=TCP SPT=50022 DPT=22 WINDOW=64240 RES=0x00 "
              "SYN URGP=0",
    .kind = &kind_netfilter,
    .sources = {{.category = S("firewall"),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .programs = {S("kernel"), S("ulogd")},
    .sniff = sniff,
    .bare = true,
    .read = read,
};
