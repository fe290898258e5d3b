/*
 * shape_database.c - the log of MongoDB's servers, mongod and mongos, from 4.4 on: one JSON object
 * a line (https://www.mongodb.com/docs/manual/reference/log-messages/).
 *
 * What a record says is told by its number, `id`, which is the same in all versions; texts change.
 * `attr` has the record's own fields. Those below attr.doc and attr.command are the client's words.
 */
#include "event/column_table.h"
#include "formats/shape_row.h"

static const struct column_rule mongod_columns[] = {
    TO("id", event_code, TEXT),
    TO("c", event_provider, TEXT),
    TO("s", log_level, TEXT),
    TO("attr.remote", source_ip, ADDRESS),
    TO("attr.client", source_ip, ADDRESS),
    TO("attr.principalName", user_name, TEXT),
    TO("attr.user", user_name, TEXT),
    TO("attr.authenticationDatabase", user_domain, TEXT),
    END,
};
static const struct column_constant mongod_constants[] = {
    ALWAYS(network_protocol, "mongodb"),
    ALWAYS_END,
};

static const struct kind *mongod_choose(const struct event *ev);

/* A client of the same machine has no address, and what stands there is no name. */
static void refine_mongod(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev, (void)a;
    if (str_eq(c->values[COLUMN_source_domain], S("anonymous unix socket")))
        c->values[COLUMN_source_domain] = (str){0};
}

static const struct kind kind_mongod = {.format = "mongod",
                                        .own_names = true,
                                        .choose = mongod_choose,
                                        .columns = mongod_columns,
                                        .constants = mongod_constants,
                                        .refine = refine_mongod};

/* Why something failed: a text "Name: why", or an object. A logon's `result` may be a number. */
static const struct column_rule reasons[] = {
    TO("attr.db", user_domain, TEXT),
    TO("attr.error", event_reason, TEXT),
    TO("attr.error.errmsg", event_reason, TEXT),
    TO("attr.result", event_reason, TEXT),
    END,
};
static const struct column_rule logon_columns[] = {TO("attr.db", user_domain, TEXT), END};
/* attr.client is a connection's name here, and attr.remote its address. */
static const struct column_rule metadata_columns[] = {
    TO("attr.remote", source_ip, ADDRESS),
    TO("attr.doc.application.name", user_agent, TEXT),
    TO("attr.doc.driver.name", user_agent, TEXT),
    END,
};
static const struct column_rule query_columns[] = {
    TO("attr.type", event_action, TEXT),
    TO("attr.ns", resource_name, TEXT),
    TO("attr.appName", user_agent, TEXT),
    TO("attr.durationMillis", event_duration, MILLISECONDS),
    END,
};
static const struct column_rule drop_columns[] = {
    TO("attr.namespace", resource_name, TEXT),
    TO("attr.db", resource_name, TEXT),
    END,
};
static const struct column_rule start_columns[] = {
    TO("attr.host", host_name, TEXT),
    TO("attr.pid", process_pid, TEXT),
    END,
};
static const struct column_rule other_columns[] = {TO("msg", event_action, TEXT), END};

#define OF_MONGOD(what) .base = &kind_mongod, .action = (what)
static const struct kind kind_login = {OF_MONGOD("database_login"), .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS, .columns = logon_columns};
static const struct kind kind_login_failed = {OF_MONGOD("database_login"),
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE, .columns = reasons};
static const struct kind kind_denied = {OF_MONGOD("authorize"), .activity = ACTIVITY_database,
                                        .outcome = OUTCOME_FAILURE, .columns = reasons};
static const struct kind kind_accept = {OF_MONGOD("connect"), .activity = ACTIVITY_flow_open,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_refuse = {OF_MONGOD("refuse"), .activity = ACTIVITY_flow_refuse,
                                        .outcome = OUTCOME_FAILURE};
static const struct kind kind_lost = {OF_MONGOD("disconnect"), .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE, .columns = reasons};
static const struct kind kind_end = {OF_MONGOD("disconnect"), .activity = ACTIVITY_flow_close};
static const struct kind kind_metadata = {OF_MONGOD("client_metadata"), .activity = ACTIVITY_flow,
                                          .columns = metadata_columns};
static const struct kind kind_query = {OF_MONGOD("query"), .activity = ACTIVITY_database,
                                       .columns = query_columns};
static const struct kind kind_drop = {OF_MONGOD("drop"), .activity = ACTIVITY_database,
                                      .columns = drop_columns};
static const struct kind kind_start = {OF_MONGOD("start"), .activity = ACTIVITY_app_start,
                                       .columns = start_columns};
static const struct kind kind_ready = {OF_MONGOD("ready"), .activity = ACTIVITY_app_start,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_stop = {OF_MONGOD("stop"), .activity = ACTIVITY_app_stop};
static const struct kind kind_fail = {.base = &kind_mongod,
                                      .activity = ACTIVITY_app_fail,
                                      .outcome = OUTCOME_FAILURE,
                                      .columns = other_columns};
static const struct kind kind_other = {.base = &kind_mongod, .columns = other_columns};

static const struct {
    str id;
    const struct kind *kind;
} mongod_ids[] = {
    {S("20249"), &kind_login_failed},   /* Authentication failed */
    {S("5286307"), &kind_login_failed}, /* Failed to authenticate, from 5.0 on */
    {S("20250"), &kind_login},          /* Authentication succeeded */
    {S("5286306"), &kind_login},        /* Successfully authenticated, from 5.0 on */
    {S("20436"), &kind_denied},         /* Checking authorization failed */
    {S("22943"), &kind_accept},         /* Connection accepted */
    {S("22942"), &kind_refuse},         /* Connection refused: there are too many */
    {S("22988"), &kind_lost},           /* Error receiving request from client */
    {S("22944"), &kind_end},            /* Connection ended */
    {S("51800"), &kind_metadata},       /* client metadata */
    {S("51803"), &kind_query},          /* Slow query */
    {S("518070"), &kind_drop},          /* CMD: drop */
    {S("20337"), &kind_drop},           /* dropDatabase - starting */
    {S("4615611"), &kind_start},        /* MongoDB starting */
    {S("23016"), &kind_ready},          /* Waiting for connections */
    {S("23377"), &kind_stop},           /* Received signal */
    {S("23138"), &kind_stop},           /* Shutting down */
};

static const struct kind *mongod_choose(const struct event *ev)
{
    str id = event_get(ev, S("id"));

    for (size_t i = 0; i < countof(mongod_ids); i++)
        if (str_eq(id, mongod_ids[i].id))
            return mongod_ids[i].kind;
    return str_eq(event_get(ev, S("s")), S("F")) ? &kind_fail : &kind_other;
}

const struct shape shape_mongod = {
    .kind = &kind_mongod,
    .markers = {{S("t.$date"), S("")},
                {S("s"), S("")},
                {S("c"), S("")},
                {S("id"), S("")},
                {S("ctx"), S("")},
                {S("msg"), S("")}},
    .sources = {{S("mongodb"), S("database"), S("mongod")}},
    .times = {S("t.$date")},
};
