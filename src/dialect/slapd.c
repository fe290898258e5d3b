/* slapd.c - OpenLDAP's slapd: connections, operations and their results. */
#include "message/dialect.h"

static void settle(const struct event *ev, struct columns *c, struct arena *a);

static const struct column_rule columns[] = {
    {S("err"), COLUMN_event_code, VIA_TEXT},
    {S("text"), COLUMN_event_reason, VIA_TEXT},
    {S("authcid"), COLUMN_user_name, VIA_ACCOUNT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("ldap"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_slapd = {
    .format = "slapd", .columns = columns, .constants = constants, .refine = settle};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_slapd, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(accept, "accept", flow_open, SUCCESS);
KIND(close, "closed", flow_close, UNTOLD);
KIND(bind, "bind", logon, UNTOLD);
KIND(bound, "bind", logon, SUCCESS);
KIND(result, "result", authenticate, SUCCESS);
KIND(unbind, "unbind", logoff, SUCCESS);
KIND(search, "srch", database, UNTOLD);
KIND(modify, "mod", config_change, UNTOLD);
KIND(add, "add", config_change, UNTOLD);
KIND(delete, "del", config_change, UNTOLD);
KIND(compare, "cmp", database, UNTOLD);
KIND(extended, "ext", database, UNTOLD);
KIND(tls, "tls", tls, SUCCESS);
KIND(starttls, "starttls", tls, UNTOLD);
KIND(password, "passmod", account_password, UNTOLD);
KIND(start, "server_started", app_start, SUCCESS);
KIND(stop, "server_stopped", app_stop, SUCCESS);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"conn={connection:int} fd={fd:int} ACCEPT from IP={src_ip:ip}:{src_port:int} "
     "(IP={dst_ip:ip}:{dst_port:int})",
     &kind_accept},
    {"conn={connection:int} fd={fd:int} ACCEPT from PATH={file:text} (PATH={:text})", &kind_accept},
    {"conn={connection:int} fd={fd:int} closed[[ ({reason:text})||]]", &kind_close},
    {"conn={connection:int} fd={fd:int}", &kind_told},
    {"conn={connection:int} fd={fd:int} TLS established tls_ssf={tls_ssf:int} ssf={ssf:int}[[ "
     "tls_proto={tls_version} tls_cipher={tls_cipher}||]]",
     &kind_tls},
    {"conn={connection:int} op={operation:int} BIND dn=\"{dn*}\" method={method:int}", &kind_bind},
    {"conn={connection:int} op={operation:int} BIND dn=\"{dn*}\" mech={mechanism:text} "
     "[[bind_ssf={bind_ssf:int} ||]]ssf={ssf:int}",
     &kind_bound},
    {"conn={connection:int} op={operation:int} BIND anonymous mech={mechanism:text} "
     "[[bind_ssf={bind_ssf:int} ||]]ssf={ssf:int}",
     &kind_bound},
    {"conn={connection:int} op={operation:int} BIND authcid=\"{authcid*}\" authzid=\"{authzid*}\"",
     &kind_bind},
    {"conn={connection:int} op={operation:int} RESULT tag={tag:int} err={err:int}[[ qtime={qtime} "
     "etime={etime}||]][[ nentries={entries:int}||]] text={text:text}",
     &kind_result},
    {"conn={connection:int} op={operation:int} RESULT oid={oid:text} err={err:int}[[ qtime={qtime} "
     "etime={etime}||]] text={text:text}",
     &kind_result},
    {"conn={connection:int} op={operation:int} SEARCH RESULT tag={tag:int} err={err:int}[[ "
     "qtime={qtime} etime={etime}||]] nentries={entries:int} text={text:text}",
     &kind_result},
    {"conn={connection:int} op={operation:int} SRCH base=\"{dn:text}\" scope={scope:int} "
     "deref={deref:int} filter=\"{filter*}\"",
     &kind_search},
    {"conn={connection:int} op={operation:int} SRCH attr={attributes:text}", &kind_search},
    {"conn={connection:int} op={operation:int} UNBIND", &kind_unbind},
    {"conn={connection:int} op={operation:int} MOD dn=\"{dn*}\"", &kind_modify},
    {"conn={connection:int} op={operation:int} MOD attr={attributes:text}", &kind_modify},
    {"conn={connection:int} op={operation:int} ADD dn=\"{dn*}\"", &kind_add},
    {"conn={connection:int} op={operation:int} DEL dn=\"{dn*}\"", &kind_delete},
    {"conn={connection:int} op={operation:int} MODRDN dn=\"{dn*}\"", &kind_modify},
    {"conn={connection:int} op={operation:int} CMP dn=\"{dn*}\" attr=\"{attributes:text}\"",
     &kind_compare},
    {"conn={connection:int} op={operation:int} EXT oid={oid:text}", &kind_extended},
    {"conn={connection:int} op={operation:int} STARTTLS", &kind_starttls},
    {"conn={connection:int} op={operation:int} PASSMOD[[ id=\"{dn*}\"||]][[ old||]][[ new||]]",
     &kind_password},
    {"conn={connection:int} op={operation:int} WHOAMI", &kind_extended},
    {"conn={connection:int} op={operation:int} ABANDON msg={:int}", &kind_told},
    {"conn={connection:int} op={operation:int} {detail:text}", &kind_told},
    {"slapd starting", &kind_start},
    {"slapd stopped.", &kind_stop},
    {"slapd shutdown: {reason*}", &kind_stop},
    {"connection_read({:int}): {reason*}", &kind_told},
};

/* A result with another code than 0 is a failure (but for 14, which asks for more). The account is
 * the first part of a distinguished name that is a person's. */
static void settle(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str keys[] = {S("uid="), S("cn="), S("samaccountname=")};
    str code = c->values[COLUMN_event_code], dn = {0};

    c->values[COLUMN_http_method] = (str){0}; /* slapd's method is that of a bind */
    if (code.n && !str_eq(code, S("0")))
        c->outcome = str_eq(code, S("14")) ? OUTCOME_UNTOLD : OUTCOME_FAILURE;
    for (uint32_t i = 0; i < ev->field_count; i++)
        if (str_eq(ev->fields[i].name, S("dn")))
            dn = ev->fields[i].value;
    for (size_t i = 0; i < countof(keys); i++) {
        str front = {dn.p, dn.n < keys[i].n ? dn.n : keys[i].n};
        if (!str_ieq(front, keys[i]))
            continue;
        str rest = str_from_at(dn, keys[i].n);
        columns_put(c, COLUMN_user_name, VIA_TEXT, str_cut(&rest, ','), a);
        return;
    }
}

const struct dialect dialect_slapd = {
    .name = "slapd",
    .summary = "OpenLDAP: connections, binds, searches, changes",
    .sample = "Nov 24 10:00:00 ldap1 slapd[712]: conn=1022 op=0 BIND "
              "dn=\"uid=alice,ou=people,dc=example,dc=com\" method=128",
    .kind = &kind_slapd,
    .programs = {S("slapd")},
    .templates = templates,
    .template_count = countof(templates),
};
