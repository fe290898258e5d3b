/* vnc.c - servers of VNC: TigerVNC, TightVNC, RealVNC, x11vnc, vino. */
#include "message/dialect.h"

static const struct column_constant constants[] = {
    {S("vnc"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_vnc = {.format = "vnc", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_vnc, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(failed, "vnc_login", logon, FAILURE);
KIND(accepted, "vnc_login", logon, SUCCESS);
KIND(opened, "connection_opened", flow_open, UNTOLD);
KIND(closed, "connection_closed", flow_close, UNTOLD);
KIND(blocked, "connection_refused", flow_refuse, FAILURE);
#undef KIND

static const struct template_row templates[] = {
    {"authentication failed from {src_ip:ip}", &kind_failed},
    {"Connections: authenticated: {src_ip:ip}::{src_port:int}, as {user*}", &kind_accepted},
    {"Connections: accepted: {src_ip:ip}::{src_port:int}", &kind_opened},
    {"Connections: connected: {src_ip:ip}::{src_port:int}[[ (TCP)||]]", &kind_opened},
    {"Connections: closed: {src_ip:ip}::{src_port:int}[[ ({reason:text})||]]", &kind_closed},
    {"Connections: disconnected: {src_ip:ip}::{src_port:int}[[ (TCP)||]] ({reason:text})",
     &kind_closed},
    {"Connections: blacklisted: {src_ip:ip}::{src_port:int}", &kind_blocked},
    {"Connections: rejected: {src_ip:ip}::{src_port:int}{:text}", &kind_blocked},
    {"SConnection: AuthFailureException: {reason:text}", &kind_failed},
    {"rfbAuthProcessClientMessage: password check failed", &kind_failed},
    {"rfbAuthPasswordChecked: password check failed", &kind_failed},
    {"Got connection from client {src_ip:ip}", &kind_opened},
    {"Client {src_ip:ip} gone", &kind_closed},
};

const struct dialect dialect_vnc = {
    .name = "vnc",
    .summary = "VNC servers: connections and logons",
    .sample = "Nov 24 10:00:00 web1 Xvnc[712]: authentication failed from 192.0.2.7",
    .kind = &kind_vnc,
    .programs = {S("Xvnc"), S("vncserver"), S("Xtigervnc"), S("vncserver-x11"),
                 S("vncserver-x11-core"), S("winvnc"), S("x11vnc"), S("vino-server"),
                 S("gnome-remote-desktop"), S("Xvnc-core")},
    .templates = templates,
    .template_count = countof(templates),
};
