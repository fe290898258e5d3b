/* dropbear.c - Dropbear SSH. */
#include "message/dialect.h"
#include "message/time_text.h"

static const struct column_constant constants[] = {
    {S("ssh"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_dropbear = {.format = "dropbear", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_dropbear,                                \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(accepted, "ssh_login", logon, SUCCESS);
KIND(failed, "ssh_login", logon, FAILURE);
KIND(ended, "connection_closed_before_authentication", flow_close, FAILURE);
KIND(opened, "connection_opened", flow_open, UNTOLD);
KIND(closed, "connection_closed", flow_close, UNTOLD);
KIND(start, "server_started", app_start, SUCCESS);
KIND(stop, "server_stopped", app_stop, SUCCESS);
KIND(told, NULL, ssh, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"Bad password attempt for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"bad password attempt for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"Bad PAM password attempt for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"bad PAM password attempt for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"[[Login||login]] attempt for nonexistent user '{user*}' from {src_ip:ip}:{src_port:int}",
     &kind_failed},
    {"[[Login||login]] attempt for nonexistent user from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"[[Login||login]] attempt with wrong user {user*} from {src_ip:ip}:{src_port:int}",
     &kind_failed},
    {"user '{user*}' has invalid shell, rejected", &kind_failed},
    {"User '{user*}' has invalid shell, rejected", &kind_failed},
    {"root login rejected", &kind_failed},
    {"User '{user*}' has blank password, rejected", &kind_failed},
    {"user '{user*}' has blank password, rejected", &kind_failed},
    {"Max auth tries reached - user '{user*}' from {src_ip:ip}:{src_port:int}", &kind_failed},
    {"Password auth succeeded for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_accepted},
    {"password auth succeeded for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_accepted},
    {"PAM password auth succeeded for '{user*}' from {src_ip:ip}:{src_port:int}", &kind_accepted},
    {"Pubkey auth succeeded for '{user*}' with [[key ||]]{key_type} [[key ||]]{key_fingerprint} "
     "from {src_ip:ip}:{src_port:int}",
     &kind_accepted},
    {"pubkey auth succeeded for '{user*}' with [[key ||]]{key_type} [[key ||]]{key_fingerprint} "
     "from {src_ip:ip}:{src_port:int}",
     &kind_accepted},
    {"Auth succeeded with blank password for '{user*}' from {src_ip:ip}:{src_port:int}",
     &kind_accepted},
    {"Exit before auth from <{src_ip:ip}:{src_port:int}>: (user '{user*}', {attempts:int} fails): "
     "{reason*}",
     &kind_failed},
    {"Exit before auth from <{src_ip:ip}:{src_port:int}>: {reason*}", &kind_ended},
    {"Exit before auth (user '{user:text}', {attempts:int} fails): Max auth tries reached - user "
     "'{:text}' from {src_ip:ip}:{src_port:int}",
     &kind_failed},
    {"Exit before auth (user '{user*}', {attempts:int} fails): {reason:text}", &kind_failed},
    {"Exit before auth: Max auth tries reached - user '{user*}' from {src_ip:ip}:{src_port:int}",
     &kind_failed},
    {"Exit before auth: {reason:text}", &kind_ended},
    {"[[Exit||exit]] ({user:text}) from <{src_ip:ip}:{src_port:int}>: {reason:text}", &kind_closed},
    {"[[Exit||exit]] ({user:text}): {reason:text}", &kind_closed},
    {"[[Exit||exit]] after auth ({user:text}): {reason:text}", &kind_closed},
    {"Child connection from {src_ip:ip}:{src_port:int}", &kind_opened},
    {"Running in background", &kind_start},
    {"Not backgrounding", &kind_start},
    {"Not forking", &kind_start},
    {"Early exit: {reason*}", &kind_stop},
    {"Terminated by signal", &kind_stop},
    {"Failed loading {file*}", &kind_told},
    {"Failed listening on '{dst_port:int}': {reason:text}", &kind_told},
};

/* Behind its own "[712] Nov 24 10:00:00 ", which it puts in front where it logs to standard error.
 */
static bool read(void *state, struct message *m)
{
    const str whole = m->text;

    if (str_starts(whole, S("["))) {
        const char *end = str_find(whole, S("] "));
        str rest = end ? str_from_at(whole, (size_t)(end - whole.p) + 2) : (str){0};
        m->text = str_trim(str_from_at(rest, time_text_length(rest)));
    }
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    return read;
}

const struct dialect dialect_dropbear = {
    .name = "dropbear",
    .summary = "Dropbear: logons and their failures",
    .sample = "Nov 24 10:00:00 router1 dropbear[712]: Bad password attempt for 'root' from "
              "192.0.2.7:50022",
    .kind = &kind_dropbear,
    .programs = {S("dropbear")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
