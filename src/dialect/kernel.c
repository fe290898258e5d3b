/* kernel.c - the Linux kernel: devices, faults, memory, what it says of the network beside packets.
 */
#include "message/dialect.h"

static const struct kind kind_kernel = {.format = "kernel"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_kernel, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(attach, "usb_attached", inventory, SUCCESS);
KIND(detach, "usb_detached", inventory, SUCCESS);
KIND(device, "usb_device", inventory, UNTOLD);
KIND(sniff, "promiscuous_mode_on", config_change, SUCCESS);
KIND(unsniff, "promiscuous_mode_off", config_change, SUCCESS);
KIND(fault, "program_fault", app_fail, FAILURE);
KIND(oom, "out_of_memory", process_end, FAILURE);
KIND(panic, "kernel_panic", kernel, FAILURE);
KIND(module, "module_load", driver_load, SUCCESS);
KIND(flood, "flood", flow, FAILURE);
KIND(martian, "martian", flow, FAILURE);
KIND(link, "link_change", kernel, UNTOLD);
KIND(boot, "boot", kernel, SUCCESS);
KIND(audit, "audit_fault", event_log, FAILURE);
KIND(disk, "disk_error", kernel, FAILURE);
KIND(told, NULL, kernel, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"usb {device}: New USB device found, idVendor={vendor_id}, idProduct={product_id}, "
     "bcdDevice={device_release:text}",
     &kind_attach},
    {"usb {device}: New USB device found, idVendor={vendor_id}, idProduct={product_id}",
     &kind_attach},
    {"usb {device}: new {speed:text} USB device number {number:int} using {driver}", &kind_device},
    {"usb {device}: New USB device strings: Mfr={:int}, Product={:int}, SerialNumber={:int}",
     &kind_device},
    {"usb {device}: Product: {product*}", &kind_device},
    {"usb {device}: Manufacturer: {manufacturer*}", &kind_device},
    {"usb {device}: SerialNumber: {serial_number*}", &kind_device},
    {"usb {device}: USB disconnect, device number {number:int}", &kind_detach},
    {"usb {device}: USB disconnect, address {number:int}", &kind_detach},
    {"usb-storage {device}: USB Mass Storage device detected", &kind_device},
    {"device {interface} entered promiscuous mode", &kind_sniff},
    {"device {interface} left promiscuous mode", &kind_unsniff},
    {"{interface}: entered promiscuous mode", &kind_sniff},
    {"{interface}: left promiscuous mode", &kind_unsniff},
    {"{interface}: Promiscuous mode enabled.", &kind_sniff},
    {"{target_program*}[{target_pid:int}]: segfault at {address} ip {instruction} sp {stack} error "
     "{error:int} in {file:text}[{offset:text}]{:text}",
     &kind_fault},
    {"{target_program*}[{target_pid:int}]: segfault at {address} ip {instruction} sp {stack} error "
     "{error:int}[[ likely on CPU {:text}||]]",
     &kind_fault},
    {"traps: {target_program*}[{target_pid:int}] {fault:text} ip:{instruction} sp:{stack} "
     "error:{error:int} in {file:text}[{:text}]",
     &kind_fault},
    {"traps: {target_program*}[{target_pid:int}] {fault:text} ip:{instruction} sp:{stack} "
     "error:{error:int}",
     &kind_fault},
    {"Out of memory: Kill[[ed||]] process {target_pid:int} ({target_program*}) {detail:text}",
     &kind_oom},
    {"Out of memory: Kill[[ed||]] process {target_pid:int} ({target_program*}), {detail:text}",
     &kind_oom},
    {"Killed process {target_pid:int} ({target_program*}) {detail:text}", &kind_oom},
    {"Memory cgroup out of memory: Kill[[ed||]] process {target_pid:int} ({target_program*}) "
     "{detail:text}",
     &kind_oom},
    {"oom-kill:{detail:text}", &kind_oom},
    {"{target_program*} invoked oom-killer: {detail:text}", &kind_oom},
    {"Kernel panic - not syncing: {reason*}", &kind_panic},
    {"BUG: {reason*}", &kind_panic},
    {"general protection fault: {reason*}", &kind_panic},
    {"Oops: {reason*}", &kind_panic},
    {"[[request_sock_TCP: ||]][[P||p]]ossible SYN flooding on port {dst_port:int}. {reason*}",
     &kind_flood},
    {"TCP: [[request_sock_TCP: ||]][[P||p]]ossible SYN flooding on port {dst_port:int}. {reason*}",
     &kind_flood},
    {"TCP: request_sock_TCP: Possible SYN flooding on port {dst_ip:ip}:{dst_port:int}. {reason*}",
     &kind_flood},
    {"nf_conntrack: [[nf_conntrack: ||]]table full, dropping packet[[.||]]", &kind_flood},
    {"ip_conntrack: table full, dropping packet.", &kind_flood},
    {"[[IPv4: ||]]martian source {dst_ip:ip} from {src_ip:ip}, on dev {in_interface}",
     &kind_martian},
    {"[[IPv4: ||]]martian destination {dst_ip:ip} from {src_ip:ip}, dev {in_interface}",
     &kind_martian},
    {"{module}: loading out-of-tree module taints kernel.", &kind_module},
    {"{module}: module license '{license*}' taints kernel.", &kind_module},
    {"{module}: module verification failed: signature and/or required key missing - tainting "
     "kernel",
     &kind_module},
    {"Loading of unsigned module is rejected", &kind_module},
    {"Lockdown: {target_program*}: {reason*}", &kind_audit},
    {"{interface}: link [[up||down]]{:text}", &kind_link},
    {"{driver} {device} {interface}: NIC Link is {state*}", &kind_link},
    {"IPv6: ADDRCONF({event*}", &kind_link},
    {"Linux version {version} {detail*}", &kind_boot},
    {"Command line: {command*}", &kind_boot},
    {"Kernel command line: {command*}", &kind_boot},
    {"audit: backlog limit exceeded", &kind_audit},
    {"audit: audit_lost={lost:int} {detail*}", &kind_audit},
    {"audit: kauditd hold queue overflow", &kind_audit},
    {"audit: error in {detail*}", &kind_audit},
    {"EXT4-fs error (device {device}): {reason*}", &kind_disk},
    {"blk_update_request: I/O error, {reason*}", &kind_disk},
    {"Buffer I/O error on dev {device}, {reason*}", &kind_disk},
    {"EXT4-fs ({device}): {reason*}", &kind_told},
    {"XFS ({device}): {reason*}", &kind_told},
};

/* "[ 1234.567890] " in front: seconds since the boot. */
static str take_uptime(str *text)
{
    enum { UPTIME_MAX = 24 };
    const char *end = text->p[0] == '[' ? memchr(text->p, ']', text->n) : NULL;

    if (!end || end - text->p > UPTIME_MAX)
        return (str){0};
    str inner = str_trim((str){text->p + 1, (size_t)(end - text->p) - 1});
    for (size_t i = 0; i < inner.n; i++)
        if (inner.p[i] != '.' && (inner.p[i] < '0' || inner.p[i] > '9'))
            return (str){0};
    *text = str_trim(str_from_at(*text, (size_t)(end - text->p) + 1));
    return inner;
}

static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    str uptime = take_uptime(&m->text);
    bool read = m->text.n && template_match(state, m);

    m->text = whole;
    if (read && uptime.n) {
        message_add(m, S("uptime_s"), uptime);
        m->layout = m->layout * 2 + 1;
    } else if (read) {
        m->layout *= 2;
    }
    return read;
}

const struct dialect dialect_kernel = {
    .name = "kernel",
    .summary = "the kernel: USB devices, faults, memory, interfaces",
    .sample = "Nov 24 10:00:00 web1 kernel: [ 1234.567890] usb 1-1: New USB device found, "
              "idVendor=0930, idProduct=6544, bcdDevice= 1.00",
    .kind = &kind_kernel,
    .programs = {S("kernel")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
