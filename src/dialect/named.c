/* named.c - BIND's named: questions, refusals, transfers, what it resolves (ns/query.c,
 * ns/client.c, dns/xfrin.c of BIND 9). It may write its own time, the category and the level in
 * front, and "client @0x7f.. ADDRESS#PORT (NAME): view V: ". It escapes blanks and parentheses in
 * names. */
#include "message/dialect.h"
#include "message/time_text.h"

enum { CATEGORIES_MAX = 2 };

static const struct column_rule columns[] = {
    {S("response_code"), COLUMN_dns_code, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("dns"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_named = {
    .format = "named", .columns = columns, .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_named, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(query, "query", dns_query, SUCCESS);
KIND(denied, "query_denied", dns_query, FAILURE);
KIND(failed, "query_failed", dns_query, FAILURE);
KIND(transfer, "zone_transfer", dns_query, SUCCESS);
KIND(transfer_failed, "zone_transfer", dns_query, FAILURE);
KIND(transfer_denied, "zone_transfer_denied", dns_query, FAILURE);
KIND(update, "update", dns_query, SUCCESS);
KIND(update_denied, "update_denied", dns_query, FAILURE);
KIND(limited, "rate_limited", dns_answer, FAILURE);
KIND(rewrite, "response_rewritten", dns_answer, SUCCESS);
KIND(resolve, "resolving", dns_answer, UNTOLD);
KIND(resolve_failed, "resolving", dns_answer, FAILURE);
KIND(validation, "validating", dns_answer, FAILURE);
KIND(zone, "zone", dns, UNTOLD);
KIND(control, "control_command", config_change, SUCCESS);
KIND(start, "server_started", app_start, SUCCESS);
KIND(stop, "server_stopped", app_stop, SUCCESS);
KIND(told, NULL, dns, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"query: {query} {query_class} {record_type} {flags} ({dst_ip:ip})[[ {ecs:text}||]]",
     &kind_query},
    {"query: {query} {query_class} {record_type} {flags}", &kind_query},
    {"query response: {query} {query_class} {record_type} {response_code} {flags:text}",
     &kind_query},
    {"query[[ (cache)||]] '{query:text}/{record_type:text}/{query_class:text}' denied[[ "
     "({reason:text})||]]",
     &kind_denied},
    {"query '{query:text}/{record_type:text}/{query_class:text}' denied due to {reason:text}",
     &kind_denied},
    {"query (cache) denied", &kind_denied},
    {"recursion requested but not available", &kind_denied},
    {"recursion not available", &kind_denied},
    {"query failed ({reason:text}) for {query:text}/{query_class:text}/{record_type:text} at "
     "{source_line:text}",
     &kind_failed},
    {"zone transfer '{query:text}/{record_type:text}/{query_class:text}' denied[[ "
     "({reason:text})||]]",
     &kind_transfer_denied},
    {"bad zone transfer request: '{query:text}/{query_class:text}': {reason:text}",
     &kind_transfer_denied},
    {"transfer of '{query:text}/{query_class:text}': {reason:text}", &kind_transfer},
    {"update '{query:text}/{query_class:text}' denied", &kind_update_denied},
    {"update forwarding '{query:text}/{query_class:text}' denied", &kind_update_denied},
    {"updating zone '{query:text}/{query_class:text}': update unsuccessful: {reason:text}",
     &kind_update_denied},
    {"updating zone '{query:text}/{query_class:text}': {reason:text}", &kind_update},
    {"signer \"{signer:text}\" approved", &kind_update},
    {"signer \"{signer:text}\" denied", &kind_update_denied},
    {"rate limit [[drop||slip]] {reason:text}", &kind_limited},
    {"would rate limit {reason:text}", &kind_limited},
    {"limit {reason:text}", &kind_limited},
    {"stop limiting {reason:text}", &kind_told},
    {"rpz {policy_type} {policy} rewrite {query} via {policy_zone:text} {reason:text} failed: "
     "{response_code}",
     &kind_failed},
    {"rpz {policy_type} rewrite {query} via {policy_zone} {reason:text} failed: {response_code}",
     &kind_failed},
    {"[[disabled ||]]rpz {policy_type} {policy} rewrite "
     "{query:text}/{record_type:text}/{query_class:text} via {policy_zone}",
     &kind_rewrite},
    {"[[disabled ||]]rpz {policy_type} {policy} rewrite {query} via {policy_zone}", &kind_rewrite},
    {"received notify for zone '{query:text}': not authoritative", &kind_denied},
    {"received notify for zone '{query:text}'[[: {reason:text}||]]", &kind_zone},
    {"refused notify from non-[[primary||master]]: {:text}", &kind_denied},
    {"RFC 1918 response from Internet for {query}", &kind_told},
    {"message parsing failed: {reason:text}", &kind_failed},
    {"error sending response: {reason:text}", &kind_failed},
    {"no matching view in class '{query_class:text}'", &kind_denied},
    {"request is not signed", &kind_told},
    {"request has invalid signature: {reason:text}", &kind_denied},
    {"dropped request: {reason:text}", &kind_denied},
    {"timed out resolving '{query:text}/{record_type:text}/{query_class:text}': "
     "{src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"unexpected RCODE ({response_code}) resolving "
     "'{query:text}/{record_type:text}/{query_class:text}': {src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"{response_code} unexpected RCODE resolving "
     "'{query:text}/{record_type:text}/{query_class:text}': {src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"error ({reason:text}) resolving '{query:text}/{record_type:text}/{query_class:text}': "
     "{src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"lame server resolving '{query:text}'[[ (in '{zone:text}'?)||]]: {src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"DNS format error from {src_ip:ip}#{src_port:int} resolving {query:text}/{record_type:text}[[ "
     "for {client:text}||]]: {reason:text}",
     &kind_resolve_failed},
    {"no valid [[RRSIG||DS]] resolving '{query:text}/{record_type:text}/{query_class:text}': "
     "{src_ip:ip}#{src_port:int}",
     &kind_validation},
    {"broken trust chain resolving '{query:text}/{record_type:text}/{query_class:text}': "
     "{src_ip:ip}#{src_port:int}",
     &kind_validation},
    {"{reason:text} resolving '{query:text}/{record_type:text}/{query_class:text}': "
     "{src_ip:ip}#{src_port:int}",
     &kind_resolve_failed},
    {"success resolving '{query:text}/{record_type:text}' (in '{zone:text}'?) after {reason:text}",
     &kind_resolve},
    {"success resolving '{query:text}/{record_type:text}' after {reason:text}", &kind_resolve},
    {"validating {query:text}/{record_type:text}: {reason:text}", &kind_validation},
    {"validating @{:hex}: {query} {record_type}: {reason:text}", &kind_validation},
    {"rpz: {policy_zone}: reload {policy_status}: {reason:text}", &kind_zone},
    {"rpz: {policy_zone}: {reason:text}", &kind_zone},
    {"zone {query:text}/{query_class:text}: refresh: {reason:text}", &kind_transfer_failed},
    {"zone {query:text}/{query_class:text}: transferred serial {serial:int}[[: {:text}||]]",
     &kind_transfer},
    {"zone {query:text}/{query_class:text}: loaded serial {serial:int}[[ {:text}||]]", &kind_zone},
    {"zone {query:text}/{query_class:text}: {reason:text}", &kind_zone},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: Transfer "
     "status: success",
     &kind_transfer},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: Transfer "
     "status: {transfer_status:text}",
     &kind_transfer_failed},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: Transfer "
     "completed: {detail:text}",
     &kind_transfer},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: connected "
     "using {:text}",
     &kind_transfer},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: failed "
     "{failure:text}: {reason:text}",
     &kind_transfer_failed},
    {"transfer of '{query:text}/{query_class:text}' from {src_ip:ip}#{src_port:int}: {detail:text}",
     &kind_transfer},
    {"received control channel command '{command*}'", &kind_control},
    {"invalid command from {src_ip:ip}#{src_port:int}: {reason:text}", &kind_denied},
    {"rejected command channel message from {src_ip:ip}#{src_port:int}", &kind_denied},
    {"starting BIND {version} {:text}", &kind_start},
    {"running", &kind_start},
    {"all zones loaded", &kind_start},
    {"shutting down", &kind_stop},
    {"exiting", &kind_stop},
    {"reloading configuration succeeded", &kind_control},
    {"reloading zones succeeded", &kind_control},
    {"listening on IPv[[4||6]] interface {interface}, {dst_ip:ip}#{dst_port:int}", &kind_told},
    {"command channel listening on {dst_ip:ip}#{dst_port:int}", &kind_told},
    {"client query rate limit exceeded{:text}", &kind_limited},
};

static bool take_text(str *s, str text)
{
    bool there = str_starts(*s, text);

    if (there)
        *s = str_from_at(*s, text.n);
    return there;
}

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-' || s.p[i] == '_' ||
              (s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n > 0;
}

static bool is_level(str s)
{
    static const str levels[] = {S("info"), S("notice"), S("warning"), S("error"), S("critical")};

    for (size_t i = 0; i < countof(levels); i++)
        if (str_eq(s, levels[i]))
            return true;
    return str_starts(s, S("debug"));
}

/* A word before a colon that is the message's own and no category. */
static bool begins_message(str word)
{
    return str_eq(word, S("rpz")) || str_eq(word, S("query"));
}

/* The channel's own time, category and level. */
struct front {
    str time, category, level;
};

static void take_front(str *s, struct front *f)
{
    size_t n = time_text_length(*s);

    *f = (struct front){.time = {s->p, n}};
    if (n)
        *s = str_trim(str_from_at(*s, n));
    for (int i = 0; i < CATEGORIES_MAX; i++) {
        str rest = *s, word = str_cut(&rest, ':');
        if (!is_name(word) || begins_message(word) || !rest.n || rest.p[0] != ' ')
            break;
        *s = str_from_at(rest, 1);
        *(is_level(word) ? &f->level : &f->category) = word;
    }
}

/* "client @0x7f.. 192.0.2.7#50022 (name): view v: " goes before the text that is matched. */
struct asker {
    str ip, port, name, view;
};

/* The address, its port, and the key that the request was signed with. */
static bool take_address(str *s, struct asker *who)
{
    str rest = *s;
    size_t n = 0;

    while (n < rest.n && rest.p[n] != '#' && rest.p[n] != ' ')
        n++;
    if (n == 0 || n >= rest.n || rest.p[n] != '#')
        return false;
    who->ip = (str){rest.p, n};
    rest = str_from_at(rest, n + 1);
    for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9';)
        n++;
    who->port = (str){rest.p, n};
    rest = str_from_at(rest, n);
    if (take_text(&rest, S("/key "))) {
        for (n = 0; n < rest.n && rest.p[n] != ' ' && rest.p[n] != ':';)
            n++;
        rest = str_from_at(rest, n);
    }
    *s = rest;
    return true;
}

static bool take_client(str *s, struct asker *who)
{
    str rest = *s;

    *who = (struct asker){0};
    if (!take_text(&rest, S("client ")))
        return false;
    if (take_text(&rest, S("@0x")))
        (void)str_cut(&rest, ' ');
    if (!take_address(&rest, who))
        return false;
    if (take_text(&rest, S(" ("))) {
        const char *end = str_find(rest, S("): "));
        if (!end)
            return false;
        who->name = (str){rest.p, (size_t)(end - rest.p)};
        rest = str_from_at(rest, who->name.n + 1);
    }
    if (!take_text(&rest, S(": ")))
        return false;
    if (take_text(&rest, S("view "))) {
        who->view = str_cut(&rest, ':');
        rest = str_trim(rest);
    }
    *s = rest;
    return true;
}

static void add(struct message *m, str name, str value)
{
    if (value.n)
        message_add(m, name, value);
}

static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    str rest = whole, view = {0};
    struct front front;
    struct asker who;

    take_front(&rest, &front);
    bool client = take_client(&rest, &who);
    if (!client && take_text(&rest, S("view "))) {
        view = str_cut(&rest, ':');
        rest = str_trim(rest);
    }
    m->text = rest;
    bool read = rest.n && template_match(state, m);
    m->text = whole;
    if (!read)
        return false;
    m->layout = 0;
    if (front.time.n)
        message_time_text(m, front.time);
    add(m, S("timestamp"), front.time);
    add(m, S("category"), front.category);
    add(m, S("level"), front.level);
    if (client) {
        message_add(m, S("src_ip"), who.ip);
        message_add_number(m, S("src_port"), who.port);
    }
    add(m, S("client_name"), who.name);
    add(m, S("view"), client ? who.view : view);
    return true;
}

static int sniff(str text)
{
    struct front front;
    struct asker who;

    take_front(&text, &front);
    return take_client(&text, &who) ? 80 : 0;
}

const struct dialect dialect_named = {
    .name = "named",
    .summary = "BIND: queries, refusals, zone transfers",
    .sample = "24-Nov-2026 10:00:00.123 security: info: client @0x7f0c8c0012a8 192.0.2.7#50022 "
              "(example.com): query (cache) 'example.com/A/IN' denied",
    .kind = &kind_named,
    .programs = {S("named"), S("bind9"), S("named-sdb"), S("named-pkcs11")},
    .bare = true,
    .sniff = sniff,
    .sources = {{.category = S("dns")}},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
