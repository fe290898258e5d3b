/*
 * ejabberd.c - ejabberd's log: failed and accepted logons of XMPP clients. The address is behind
 * the account's name, whose last place counts.
 */
#include "message/stamped.h"

static const struct kind kind_ejabberd = {.format = "ejabberd"};
static const struct kind kind_login_failed = {.base = &kind_ejabberd,
                                              .action = "xmpp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_ejabberd,
                                       .action = "xmpp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};

static const struct template_row templates[] = {
    {"{where:text} Failed authentication for {user*} from IP {src_ip:ip} ({{{address:text})",
     &kind_login_failed},
    {"{where:text} Failed authentication for {user*} from IP {src_ip:ip}", &kind_login_failed},
    {"{where:text} Failed {:text} authentication for {user*} from {src_ip:ip}: {reason*}",
     &kind_login_failed},
    {"{where:text} Failed {:text} authentication from {src_ip:ip}: {reason*}", &kind_login_failed},
    {"{where:text} Accepted authentication for {user*} by {auth_method} from {src_ip:ip}",
     &kind_login},
    {"{where:text} Accepted {:text} authentication for {user*} by {auth_method} backend from "
     "{src_ip:ip}",
     &kind_login},
    {"{where:text} Accepted connection {detail*}", NULL},
};

static int sniff(str text)
{
    if (!str_find(stamped_front(text), S("ejabberd_")))
        return 0;
    str s = stamped_rest(text);
    return (str_starts(s, S("[")) || str_starts(s, S("I(<")) || str_starts(s, S("W(<")) ||
            str_starts(s, S("E(<")))
               ? 70
               : 0;
}

const struct dialect dialect_ejabberd = {
    .name = "ejabberd",
    .summary = "ejabberd: XMPP logons and their failures",
    .sample = "2026-11-24 10:00:00.512 [info] <0.1.0>@ejabberd_c2s:wait_for_feature_request:662 "
              "({socket_state}) Failed authentication for alice@example.com from IP 192.0.2.7",
    .kind = &kind_ejabberd,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = stamped_read,
    .open = stamped_open,
    .close = stamped_close,
};
