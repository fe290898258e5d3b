/*
 * aws_flow.c - Amazon's VPC flow logs
 * (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html): lines in the default
 * order of version 2, or with all columns in the manual's order. Files with a header line in
 * another order are read by formats/table.c.
 */
#include "dialect/aws_flow.h"

#include "event/column_table.h"
#include "text/time.h"

enum { DEFAULT_COLUMNS = 14, ACCOUNT_DIGITS_MAX = 12, SNIFF_SURE = 95 };

static const str names[] = {
    S("version"),
    S("account-id"),
    S("interface-id"),
    S("srcaddr"),
    S("dstaddr"),
    S("srcport"),
    S("dstport"),
    S("protocol"),
    S("packets"),
    S("bytes"),
    S("start"),
    S("end"),
    S("action"),
    S("log-status"),
    S("vpc-id"),
    S("subnet-id"),
    S("instance-id"),
    S("tcp-flags"),
    S("type"),
    S("pkt-srcaddr"),
    S("pkt-dstaddr"),
    S("region"),
    S("az-id"),
    S("sublocation-type"),
    S("sublocation-id"),
    S("pkt-src-aws-service"),
    S("pkt-dst-aws-service"),
    S("flow-direction"),
    S("traffic-path"),
    S("ecs-cluster-arn"),
    S("ecs-cluster-name"),
    S("reject-reason"),
};

/* A flow log has no field that a remote party writes but addresses and ports. */
static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("action"));

    (void)a;
    if (str_eq(action, S("ACCEPT"))) {
        c->outcome = OUTCOME_SUCCESS;
        c->type = "allowed";
    } else if (str_eq(action, S("REJECT"))) {
        c->outcome = OUTCOME_FAILURE;
        c->type = "denied";
    }
}

static const struct column_rule columns[] = {
    TO("srcaddr", source_ip, TEXT),
    TO("srcport", source_port, TEXT),
    TO("dstaddr", destination_ip, TEXT),
    TO("dstport", destination_port, TEXT),
    TO("protocol", network_transport, PROTOCOL),
    TO("packets", source_packets, TEXT),
    TO("bytes", source_bytes, TEXT),
    TO("action", event_action, LOWER),
    TO("flow-direction", network_direction, LOWER),
    TO("interface-id", observer_ingress, TEXT),
    TO("account-id", cloud_account, TEXT),
    TO("region", cloud_region, TEXT),
    TO("instance-id", host_name, TEXT),
    TO("reject-reason", event_reason, TEXT),
    END,
};
static const struct column_constant constants[] = {{S("aws"), COLUMN_cloud_provider},
                                                   {.value = S("")}};
const struct kind aws_flow_kind = {.format = "aws_vpc_flow",
                                   .activity = ACTIVITY_flow,
                                   .columns = columns,
                                   .constants = constants,
                                   .own_names = true,
                                   .refine = refine};

/* What rules for firewalls call them. */
static const struct {
    str from, to;
} rule_names[] = {
    {S("srcaddr"), S("src_ip")},
    {S("srcport"), S("src_port")},
    {S("dstaddr"), S("dst_ip")},
    {S("dstport"), S("dst_port")},
};

void aws_flow_mean(struct message *m)
{
    uint64_t start;

    for (size_t i = 0; i < countof(rule_names); i++) {
        str value = event_get(m->event, rule_names[i].from);
        if (value.n && !str_eq(value, S("-")))
            message_add(m, rule_names[i].to, value);
    }
    if (str_u64(event_get(m->event, S("start")), &start) &&
        start < (uint64_t)(INT64_MAX / NS_PER_S))
        message_time(m, (int64_t)start * NS_PER_S, 0, 0);
    m->event->kind = &aws_flow_kind;
    message_source(m, S("aws"), S("firewall"), S("vpcflow"));
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* A version of one digit, an account, and an interface "eni-..." or none. */
static int sniff(str text)
{
    str rest = text, version = str_cut(&rest, ' '), account = str_cut(&rest, ' '),
        interface = str_cut(&rest, ' ');

    if (version.n != 1 || !all_digits(version) || account.n > ACCOUNT_DIGITS_MAX ||
        !(all_digits(account) || str_eq(account, S("unknown"))))
        return 0;
    return str_starts(interface, S("eni-")) ? SNIFF_SURE : 0;
}

static bool read(void *state, struct message *m)
{
    str rest = m->text, cells[countof(names)];
    uint32_t n = 0;

    (void)state;
    if (!sniff(m->text))
        return false;
    for (; n < countof(names) && rest.n; n++)
        cells[n] = str_cut(&rest, ' ');
    if (n < DEFAULT_COLUMNS)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (all_digits(cells[i]) && !str_eq(names[i], S("account-id")))
            message_add_number(m, names[i], cells[i]);
        else
            message_add(m, names[i], cells[i]);
    }
    aws_flow_mean(m);
    return true;
}

const struct dialect dialect_aws_vpc_flow = {
    .name = "aws_vpc_flow",
    .summary = "Amazon's VPC flow logs, in the default order or with all columns",
    .sample = "2 123456789010 eni-1235b8ca 192.0.2.7 198.51.100.9 50022 22 6 20 4249 1795514400 "
              "1795514460 ACCEPT OK",
    .kind = &aws_flow_kind,
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .read = read,
};
