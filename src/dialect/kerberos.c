/* kerberos.c - MIT's krb5kdc and kadmind: tickets that were asked for. */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("target_service"), COLUMN_service_name, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("kerberos"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_kerberos = {
    .format = "kerberos", .columns = columns, .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_kerberos,                                \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(issued, "ticket_issued", ticket, SUCCESS);
KIND(step, "preauthentication_required", ticket, UNTOLD);
KIND(failed, "ticket_refused", ticket, FAILURE);
KIND(admin, "kadmin_request", account_change, SUCCESS);
KIND(admin_failed, "kadmin_request", account_change, FAILURE);
#undef KIND

static const struct template_row templates[] = {
    {"{request_type} ({:text}) {src_ip:ip}: ISSUE: authtime {auth_time:int}, etypes "
     "{{{etypes:text}}, {user:text} for {target_service*}",
     &kind_issued},
    {"{request_type} ({:text}) {src_ip:ip}: ISSUE: authtime {auth_time:int}, {user:text} for "
     "{target_service*}",
     &kind_issued},
    {"{request_type} ({:text}) {src_ip:ip}: NEEDED_PREAUTH: {user:text} for {target_service}, "
     "{reason*}",
     &kind_step},
    {"{request_type} ({:text}) {src_ip:ip}: {code}: authtime {auth_time:int}, {user:text} for "
     "{target_service}, {reason*}",
     &kind_failed},
    {"{request_type} ({:text}) {src_ip:ip}: {code}: {user:text} for {target_service}, {reason*}",
     &kind_failed},
    {"{request_type} {src_ip:ip}: {code}: {user:text} for {target_service}, {reason*}",
     &kind_failed},
    {"preauth ({preauth_type}) verify failure: {reason*}", &kind_failed},
    {"Request: {operation}, {target_user}, success, client={user}, service={target_service}, "
     "addr={src_ip:ip}",
     &kind_admin},
    {"Request: {operation}, {target_user}, {reason:text}, client={user}, service={target_service}, "
     "addr={src_ip:ip}",
     &kind_admin_failed},
    {"Unauthorized request: {operation}, {target_user}, client={user}, service={target_service}, "
     "addr={src_ip:ip}",
     &kind_admin_failed},
};

/* Behind the level that it puts in front: "(info): ". */
static bool read(void *state, struct message *m)
{
    const str whole = m->text;

    if (whole.p[0] == '(') {
        const char *end = str_find(whole, S("): "));
        if (end)
            m->text = str_from_at(whole, (size_t)(end - whole.p) + 3);
    }
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    return read;
}

const struct dialect dialect_kerberos = {
    .name = "kerberos",
    .summary = "krb5kdc, kadmind: tickets and changes",
    .sample = "Nov 24 10:00:00 kdc1 krb5kdc[712](info): AS_REQ (2 etypes {18 17}) 192.0.2.7: "
              "CLIENT_NOT_FOUND: x@EXAMPLE.COM for krbtgt/EXAMPLE.COM@EXAMPLE.COM, Client not "
              "found in Kerberos database",
    .kind = &kind_kerberos,
    .programs = {S("krb5kdc"), S("kadmind"), S("kadmin.local")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
