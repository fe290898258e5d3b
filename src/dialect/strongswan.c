/* strongswan.c - strongSwan's charon, and libreswan where it writes alike: IKE and IPsec. A thread,
 * a subsystem and the connection stand in front: "06[IKE] <roadwarrior|3> ...". The peer is the
 * source, whichever way a packet goes. */
#include "message/dialect.h"

static const struct column_constant constants[] = {
    {S("udp"), COLUMN_network_transport},
    {S("ipsec"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_strongswan = {.format = "strongswan", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_strongswan,                              \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(failed, "vpn_login", logon, FAILURE);
KIND(accepted, "vpn_login", logon, SUCCESS);
KIND(opened, "tunnel_opened", tunnel_open, SUCCESS);
KIND(opening, "ike_initiated", tunnel_open, UNTOLD);
KIND(closed, "tunnel_closed", tunnel_close, UNTOLD);
KIND(open_failed, "tunnel_failed", tunnel_open, FAILURE);
KIND(packet, "ike_packet", tunnel, UNTOLD);
KIND(told, NULL, tunnel, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"[[EAP-MS-CHAPv2||EAP-MSCHAPv2]] verification failed, retry ({retry:int})", &kind_failed},
    {"[[EAP-MS-CHAPv2||EAP-MSCHAPv2]] verification failed, retry limit ({limit:int}) exceeded",
     &kind_failed},
    {"XAuth authentication of '{user*}' failed", &kind_failed},
    {"XAuth authentication of '{user*}' (myself) successful", &kind_accepted},
    {"XAuth authentication of '{user*}' successful", &kind_accepted},
    {"XAuth pam_authenticate for '{user*}' failed: {reason:text}", &kind_failed},
    {"EAP pam_authenticate for '{user*}' failed: {reason:text}", &kind_failed},
    {"authentication of '{user*}' (myself) with {auth_method:text} successful", &kind_accepted},
    {"authentication of '{user*}' with {auth_method} successful", &kind_accepted},
    {"authentication of '{user*}' with {auth_method} failed", &kind_failed},
    {"authentication of '{user*}' failed", &kind_failed},
    {"EAP method {auth_method} failed for peer {user*}", &kind_failed},
    {"EAP method {auth_method} succeeded, {:text}", &kind_accepted},
    {"RADIUS authentication of '{user*}' failed", &kind_failed},
    {"RADIUS authentication of '{user*}' successful", &kind_accepted},
    {"no EAP key found for hosts '{server:text}' - '{user*}'", &kind_failed},
    {"tried {keys:int} shared key[[s||]] for '{server:text}' - '{user*}', but MAC mismatched",
     &kind_failed},
    {"no shared key found for '{server:text}'[[ - '{user*}'||]]", &kind_failed},
    {"no trusted {key_type} public key found for '{user*}'", &kind_failed},
    {"{src_ip:ip} is initiating {:text} IKE_SA", &kind_opening},
    {"initiating {:text} {connection_name} to {dst_ip:ip}", &kind_opening},
    {"IKE_SA {connection_name} established between "
     "{dst_ip:ip}[{server:text}]...{src_ip:ip}[{user*}]",
     &kind_opened},
    {"CHILD_SA {connection_name} established with SPIs {detail*}", &kind_opened},
    {"assigning virtual IP {leased_ip:ip} to peer '{user*}'", &kind_opened},
    {"peer requested virtual IP {leased_ip*}", &kind_told},
    {"deleting half open IKE_SA with {src_ip:ip} after timeout", &kind_open_failed},
    {"deleting IKE_SA {connection_name} between {dst_ip:ip}[{server:text}]...{src_ip:ip}[{user*}]",
     &kind_closed},
    {"IKE_SA deleted", &kind_closed},
    {"closing CHILD_SA {detail*}", &kind_closed},
    {"received DELETE for {detail*}", &kind_closed},
    {"sending DELETE for {detail*}", &kind_closed},
    {"received {error} error notify", &kind_open_failed},
    {"received {error} notify error{:text}", &kind_open_failed},
    {"no matching peer config found", &kind_open_failed},
    {"no IKE config found for {dst_ip:ip}...{src_ip:ip}, sending {error}", &kind_open_failed},
    {"no matching proposal found, {:text}", &kind_open_failed},
    {"no proposal found", &kind_open_failed},
    {"received proposals unacceptable", &kind_open_failed},
    {"received proposals inacceptable", &kind_open_failed},
    {"giving up after {retries:int} retransmits", &kind_open_failed},
    {"peer not responding, trying again ({detail:text})", &kind_open_failed},
    {"constraint check failed: {reason*}", &kind_open_failed},
    {"invalid HASH_V1 payload length, decryption failed?", &kind_open_failed},
    {"integrity check failed", &kind_open_failed},
    {"could not decrypt payloads", &kind_open_failed},
    {"sending packet: from {dst_ip:ip}[{dst_port:int}] to {src_ip:ip}[{src_port:int}] "
     "({length:int} bytes)",
     &kind_packet},
    {"received packet: from {src_ip:ip}[{src_port:int}] to {dst_ip:ip}[{dst_port:int}] "
     "({length:int} bytes)",
     &kind_packet},
    {"retransmit {retry:int} of request with message ID {message_number:int}", &kind_packet},
    {"ignoring request with ID {message_number:int}, already processing", &kind_packet},
    {"selected peer config '{connection_name*}'", &kind_told},
    {"switching to peer config '{connection_name*}'", &kind_told},
    {"looking for peer configs matching {dst_ip:ip}[{server:text}]...{src_ip:ip}[{user*}]",
     &kind_told},
    {"{detail*}", &kind_told},
};

struct front {
    str thread, subsystem, connection;
};

/* "06[IKE] <roadwarrior|3> "; false: there is none. */
static bool take_front(str *s, struct front *f)
{
    enum { THREAD_DIGITS_MAX = 4, SUBSYSTEM_MAX = 8 };
    size_t n = 0;

    *f = (struct front){0};
    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    const char *end = n < s->n ? memchr(s->p + n, ']', s->n - n) : NULL;
    if (!n || n > THREAD_DIGITS_MAX || !end || s->p[n] != '[' ||
        (size_t)(end - s->p) - n > SUBSYSTEM_MAX)
        return false;
    f->thread = (str){s->p, n};
    f->subsystem = (str){s->p + n + 1, (size_t)(end - s->p) - n - 1};
    *s = str_trim(str_from_at(*s, (size_t)(end - s->p) + 1));
    end = s->n && s->p[0] == '<' ? memchr(s->p, '>', s->n) : NULL;
    if (end) {
        f->connection = (str){s->p, (size_t)(end - s->p) + 1};
        *s = str_trim(str_from_at(*s, f->connection.n));
    }
    return true;
}

static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    struct front front;

    bool read = take_front(&m->text, &front) && m->text.n && template_match(state, m);
    m->text = whole;
    if (!read)
        return false;
    m->layout = 2 * m->layout + (front.connection.n > 0);
    message_add(m, S("thread"), front.thread);
    message_add(m, S("subsystem"), front.subsystem);
    if (front.connection.n)
        message_add(m, S("connection"), front.connection);
    return true;
}

const struct dialect dialect_strongswan = {
    .name = "strongswan",
    .summary = "strongSwan: IKE peers, logons, their failures",
    .sample = "Nov 24 10:00:00 gw1 charon[712]: 06[IKE] <roadwarrior|3> XAuth authentication of "
              "'alice' failed",
    .kind = &kind_strongswan,
    .programs = {S("charon"), S("charon-systemd"), S("ipsec"), S("pluto"), S("charon-custom"),
                 S("strongswan")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
