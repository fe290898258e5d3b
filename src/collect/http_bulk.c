/*
 * http_bulk.c - Elasticsearch's bulk API as Filebeat 8, Fluent Bit, Logstash and
 * Vector speak it (Elastic's reference, "Bulk API"): POST /_bulk or /INDEX/_bulk,
 * lines of an action and, for index and create, of a document. What such senders
 * ask before (version, license, templates, policies, pipelines) is answered so
 * that they go on; nothing is kept of it.
 *
 * A document is a record as it stands. One that has an _id is stored as a search
 * hit, {"_index":..,"_id":..,"_source":{..}}, so that the id is found again when
 * the raw log is read. update and delete, and documents that are no object, get an
 * error of their own in the answer.
 */
#include "collect/http_source.h"
#include "text/json.h"
#include "text/json_write.h"

#define JSON_TYPE "application/json"
#define VERSION "8.17.0"

enum { ITEM_TEXT_MAX = 64 * 1024 * 1024 };

static const str root_body =
    S("{\"name\":\"tocsin\",\"cluster_name\":\"tocsin\",\"cluster_uuid\":"
      "\"dG9jc2luLXRvY3Npbi10b2NzaW4\",\"version\":{\"number\":\"" VERSION "\","
      "\"build_flavor\":\"default\",\"build_type\":\"deb\",\"lucene_version\":\"9.12.0\","
      "\"minimum_wire_compatibility_version\":\"7.17.0\","
      "\"minimum_index_compatibility_version\":\"7.0.0\"},"
      "\"tagline\":\"You Know, for Search\"}");
static const str license = S("{\"license\":{\"status\":\"active\",\"type\":\"basic\",\"mode\":"
                             "\"basic\",\"uid\":\"74da0000-0000-4000-8000-000000000000\","
                             "\"issued_to\":\"tocsin\",\"issuer\":\"tocsin\"}}");

/* What is asked besides documents: by the path's first part, GET and HEAD; PUT and POST are
 * acknowledged. */
static const struct {
    str start, body;
} probes[] = {
    {S("/_license"), S("")}, /* license, above */
    {S("/_xpack"), S("{\"license\":{\"type\":\"basic\",\"mode\":\"basic\",\"status\":\"active\"},"
                     "\"features\":{\"ilm\":{\"available\":true,\"enabled\":true}}}")},
    {S("/_nodes"), S("{\"nodes\":{}}")},
    {S("/_cluster/health"), S("{\"cluster_name\":\"tocsin\",\"status\":\"green\","
                              "\"timed_out\":false,\"number_of_nodes\":1}")},
    {S("/_ilm/policy/"), S("{}")},
    {S("/_index_template"), S("{\"index_templates\":[]}")},
    {S("/_component_template"), S("{\"component_templates\":[]}")},
    {S("/_template"), S("{}")},
    {S("/_data_stream"), S("{\"data_streams\":[]}")},
    {S("/_ingest/pipeline"), S("{}")},
    {S("/_alias"), S("{}")},
};

static bool is_bulk(str path)
{
    return str_eq(path, S("/_bulk")) || str_eq(path, S("/_bulk/")) || str_ends(path, S("/_bulk"));
}

static const str *probe_body(str path)
{
    if (str_starts(path, S("/_license")))
        return &license;
    for (size_t i = 0; i < countof(probes); i++)
        if (str_starts(path, probes[i].start))
            return &probes[i].body;
    return NULL;
}

static enum http_claim claims(enum http_method method, str path, str own_path)
{
    (void)own_path;
    if (is_bulk(path))
        return method == HTTP_POST || method == HTTP_PUT ? HTTP_WITH_TOKEN : HTTP_NOT_OURS;
    if (path.n <= 1)
        return method == HTTP_GET || method == HTTP_HEAD ? HTTP_WITH_TOKEN : HTTP_NOT_OURS;
    return probe_body(path) && method != HTTP_OTHER ? HTTP_WITH_TOKEN : HTTP_NOT_OURS;
}

static struct http_answer answer(uint32_t status, str body)
{
    return (struct http_answer){.status = status,
                                .type = JSON_TYPE,
                                .body = body,
                                .headers = {{"X-Elastic-Product", "Elasticsearch"}}};
}

/* --- actions --- */

enum action { ACTION_NONE, ACTION_INDEX, ACTION_CREATE, ACTION_UPDATE, ACTION_DELETE };

static const str action_names[] = {
    [ACTION_NONE] = S(""),         [ACTION_INDEX] = S("index"),   [ACTION_CREATE] = S("create"),
    [ACTION_UPDATE] = S("update"), [ACTION_DELETE] = S("delete"),
};

struct item {
    enum action action;
    str index, id;
};

/* The members of an action's object, up to its end. */
static bool read_action_members(struct json *j, struct item *ret, struct arena *a)
{
    for (struct json_token key; (key = json_next(j)).kind == JSON_KEY;) {
        struct json_token value = json_next(j);
        str name = json_string(key, a);
        bool text = value.kind == JSON_STRING || value.kind == JSON_NUMBER;
        if (text && str_eq(name, S("_id")))
            ret->id = json_string(value, a);
        else if (text && str_eq(name, S("_index")))
            ret->index = json_string(value, a);
        else if ((value.kind == JSON_OBJECT || value.kind == JSON_ARRAY) && !json_skip(j, value))
            return false;
    }
    return !j->error;
}

/* {"create":{"_index":"logs","_id":"7"}} */
static bool read_action(str line, struct item *ret, struct arena *a)
{
    struct json j;

    *ret = (struct item){0};
    json_init(&j, line);
    if (json_next(&j).kind != JSON_OBJECT)
        return false;
    struct json_token key = json_next(&j);
    if (key.kind != JSON_KEY || json_next(&j).kind != JSON_OBJECT)
        return false;
    str name = json_string(key, a);
    for (size_t i = ACTION_INDEX; i < countof(action_names); i++)
        if (str_eq(name, action_names[i]))
            ret->action = (enum action)i;
    return ret->action && read_action_members(&j, ret, a) && json_next(&j).kind == JSON_OBJECT_END;
}

static str native_id(str index, str id, struct arena *a)
{
    return arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(index), STR_ARG(id));
}

/* The document as a search hit, which keeps its id. */
static str hit_of(const struct item *item, str document, struct arena *a)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&b, 0);

    json_object(&w);
    json_field_str(&w, S("_index"), item->index);
    json_field_str(&w, S("_id"), item->id);
    json_key(&w, S("_source"));
    json_raw(&w, document);
    json_object_end(&w);
    return arena_str(a, buf_str(&b));
}

/* The hit of above, and of no other make. */
static str recalled_id(str record, struct arena *a)
{
    struct json j;
    str values[2];
    static const str names[] = {S("_index"), S("_id")};

    if (!str_starts(record, S("{\"_index\":")))
        return (str){0};
    json_init(&j, record);
    json_next(&j);
    for (size_t i = 0; i < countof(names); i++) {
        struct json_token key = json_next(&j), value = json_next(&j);
        if (key.kind != JSON_KEY || !str_eq(key.text, names[i]) || value.kind != JSON_STRING)
            return (str){0};
        values[i] = json_string(value, a);
    }
    return native_id(values[0], values[1], a);
}

/* --- the body --- */

struct answering {
    struct json_writer w;
    struct buf text;
    bool errors, brief; /* brief: filter_path asks for status and error only */
};

static void answer_item(struct answering *to, const struct item *item, const char *error)
{
    struct json_writer *w = &to->w;
    static const uint64_t created = 201, refused = 400;

    json_object(w);
    json_key(w, action_names[item->action]);
    json_object(w);
    if (!to->brief) {
        json_field_str(w, S("_index"), item->index);
        if (item->id.n)
            json_field_str(w, S("_id"), item->id);
        if (!error)
            json_field_str(w, S("result"), S("created"));
    }
    json_field_u64(w, S("status"), error ? refused : created);
    if (error) {
        json_key(w, S("error"));
        json_object(w);
        json_field_str(w, S("type"), S("illegal_argument_exception"));
        json_field_str(w, S("reason"), str_from(error));
        json_object_end(w);
        to->errors = true;
    }
    json_object_end(w);
    json_object_end(w);
}

static bool is_object(str text)
{
    return text.n > 1 && text.p[0] == '{' && text.p[text.n - 1] == '}';
}

static bool is_whole_json(str text)
{
    struct json j;

    json_init(&j, text);
    return json_skip(&j, json_next(&j)) && json_next(&j).kind == JSON_END;
}

static void take_document(struct http_take *t, struct answering *to, const struct item *item,
                          str document)
{
    str id = {0}, bytes = document;

    if (!is_object(document) || (item->id.n && !is_whole_json(document))) {
        http_take_broken(t, document);
        answer_item(to, item, "the document is no JSON object");
        return;
    }
    if (item->id.n) {
        id = native_id(item->index, item->id, t->arena);
        bytes = hit_of(item, document, t->arena);
    }
    http_take_add(t, bytes, id);
    answer_item(to, item, NULL);
}

/* False: a line that should be an action is none; nothing behind it can be told apart. */
static bool read_items(str body, str own_index, struct http_take *t, struct answering *to)
{
    while (body.n && !t->too_many) {
        struct item item;
        str line = str_trim(str_cut(&body, '\n'));
        if (line.n == 0)
            continue;
        if (!read_action(line, &item, t->arena)) {
            http_take_broken(t, line);
            return false;
        }
        if (!item.index.n)
            item.index = own_index;
        if (item.action == ACTION_DELETE) {
            answer_item(to, &item, "events are not deleted");
            continue;
        }
        str document = str_trim(str_cut(&body, '\n'));
        if (item.action == ACTION_UPDATE)
            answer_item(to, &item, "events are not changed");
        else
            take_document(t, to, &item, document);
    }
    return true;
}

/* "logs" of /logs/_bulk. */
static str path_index(str path)
{
    str rest = str_from_at(path, 1), first = str_cut(&rest, '/');

    return rest.n ? first : (str){0};
}

static void decode_bulk(const struct http_call *c, struct http_take *t)
{
    struct answering to = {.text = buf_make(ITEM_TEXT_MAX)};

    to.w = json_writer_make(&to.text, 0);
    to.brief = http_query_value(c->query, S("filter_path"), t->arena).p != NULL;
    json_array(&to.w);
    bool whole = read_items(c->body, path_index(c->path), t, &to);
    json_array_end(&to.w);
    t->too_many |= to.text.overflow;
    if (!whole)
        t->answer = answer(400, S("{\"error\":{\"type\":\"illegal_argument_exception\",\"reason\":"
                                  "\"malformed action/metadata line\"},\"status\":400}"));
    else
        t->answer =
            answer(200, arena_printf(t->arena, "{%s\"errors\":%s,\"items\":" STR_FMT "}",
                                     to.brief ? "" : "\"took\":1,", to.errors ? "true" : "false",
                                     STR_ARG(buf_str(&to.text))));
    buf_done(&to.text);
}

static void decode(const struct http_call *c, struct http_take *t)
{
    const bool asks = c->method == HTTP_GET || c->method == HTTP_HEAD;

    if (is_bulk(c->path))
        decode_bulk(c, t);
    else if (c->path.n <= 1)
        t->answer = answer(200, root_body);
    else
        t->answer = answer(200, asks ? *probe_body(c->path) : S("{\"acknowledged\":true}"));
}

/* In Elastic's words, which senders print. */
static void refusal(enum http_refusal why, struct http_answer *ret)
{
    static const str bodies[HTTP_REFUSAL_COUNT] = {
        [HTTP_NO_TOKEN] = S("{\"error\":{\"type\":\"security_exception\",\"reason\":\"missing "
                            "authentication credentials\"},\"status\":401}"),
        [HTTP_WRONG_TOKEN] = S("{\"error\":{\"type\":\"security_exception\",\"reason\":\"unable "
                               "to authenticate\"},\"status\":401}"),
        [HTTP_BUSY] = S("{\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":"
                        "\"busy, send it again\"},\"status\":429}"),
    };

    if (bodies[why].n)
        ret->body = bodies[why];
    ret->headers[1].name = "X-Elastic-Product";
    ret->headers[1].value = "Elasticsearch";
}

const struct http_protocol http_protocol_bulk = {
    .claims = claims, .decode = decode, .refuse = refusal, .recalled_id = recalled_id};

static void *open_source(const struct source_context *c, struct err *e)
{
    return http_source_open(c, &http_protocol_bulk, e);
}

static const struct setting settings[] = {HTTP_SETTINGS("127.0.0.1:9200")};

const struct source_type source_type_http_bulk = {
    .name = "http_bulk",
    .summary = "Elasticsearch's bulk API: Filebeat, Winlogbeat, Fluent Bit, Logstash, Vector",
    .example = "type: http_bulk\nlisten: 127.0.0.1:9200\ntoken_file: /etc/tocsin/beats.token\n",
    .settings = settings,
    .setting_count = countof(settings),
    .format = "json",
    .check = http_source_check,
    .open = open_source,
    .recall = http_source_recall,
    .start = http_source_start,
    .resume = http_source_resume,
    .close = http_source_close,
};
