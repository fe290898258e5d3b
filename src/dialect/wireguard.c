/* wireguard.c - WireGuard in the kernel, and wg-quick. */
#include "message/dialect.h"

static const struct column_constant constants[] = {
    {S("udp"), COLUMN_network_transport},
    {S("wireguard"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_wireguard = {.format = "wireguard", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_wireguard,                               \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(refused, "handshake_refused", tunnel_open, FAILURE);
KIND(blocked, "packet_refused", flow, FAILURE);
KIND(handshake, "handshake", tunnel_open, SUCCESS);
KIND(told, NULL, tunnel, UNTOLD);
KIND(closed, "interface_removed", tunnel_close, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"{interface}: Invalid handshake [[initiation||response]] from {src_ip:ip}:{src_port:int}",
     &kind_refused},
    {"{interface}: Invalid MAC of handshake, dropping packet from {src_ip:ip}:{src_port:int}",
     &kind_refused},
    {"{interface}: Packet has unallowed src IP ({inner_ip:ip}) from peer {peer} "
     "({src_ip:ip}:{src_port:int})",
     &kind_blocked},
    {"{interface}: Packet has incorrect {what} from peer {peer} ({src_ip:ip}:{src_port:int})",
     &kind_blocked},
    {"{interface}: Packet is neither [[ipv4||IPv4]] nor [[ipv6||IPv6]] from peer {peer} "
     "({src_ip:ip}:{src_port:int})",
     &kind_blocked},
    {"{interface}: Invalid packet from {src_ip:ip}:{src_port:int}", &kind_blocked},
    {"{interface}: No valid endpoint has been configured or discovered for peer {peer}",
     &kind_told},
    {"{interface}: Handshake for peer {peer} ({src_ip:ip}:{src_port:int}) did not complete after "
     "{:text}",
     &kind_refused},
    {"{interface}: Receiving handshake {what} from peer {peer} ({src_ip:ip}:{src_port:int})",
     &kind_handshake},
    {"{interface}: Sending handshake {what} to peer {peer} ({dst_ip:ip}:{dst_port:int})",
     &kind_handshake},
    {"{interface}: Receiving keepalive packet from peer {peer} ({src_ip:ip}:{src_port:int})",
     &kind_told},
    {"{interface}: Sending keepalive packet to peer {peer} ({dst_ip:ip}:{dst_port:int})",
     &kind_told},
    {"{interface}: Keypair {keypair:int} created for peer {peer}", &kind_handshake},
    {"{interface}: Keypair {keypair:int} destroyed for peer {peer}", &kind_told},
    {"{interface}: Peer {peer} created", &kind_told},
    {"{interface}: Peer {peer} ({:text}) destroyed", &kind_told},
    {"{interface}: Interface created", &kind_handshake},
    {"{interface}: Interface destroyed", &kind_closed},
    {"WireGuard {version} loaded. {:text}", &kind_told},
};

static bool read(void *state, struct message *m)
{
    const str whole = m->text, mark = S("wireguard: ");
    const char *at = str_find(whole, mark);

    if (!at || (at != whole.p && (whole.p[0] != '[' || at[-2] != ']')))
        return false;
    m->text = str_from_at(whole, (size_t)(at - whole.p) + mark.n);
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    return read;
}

const struct dialect dialect_wireguard = {
    .name = "wireguard",
    .summary = "WireGuard: handshakes and packets that were refused",
    .sample = "Nov 24 10:00:00 gw1 kernel: [82508.100168] wireguard: wg0: Invalid handshake "
              "initiation from 192.0.2.7:51820",
    .kind = &kind_wireguard,
    .programs = {S("kernel"), S("wireguard"), S("wg-quick"), S("boringtun")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
