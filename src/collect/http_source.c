/* http_source.c - a source over HTTP from its settings: see http_source.h. */
#include "collect/http_source.h"

#include "base/mem.h"
#include "text/ip.h"

#include <stdlib.h>

enum { PEM_BYTES_MAX = 1024 * 1024, RECALL_ARENA = 64 * 1024 };

bool http_source_check(const struct settings *s, struct err *e)
{
    struct http_address at;
    const bool tls = setting_text(s, "certificate").p, key = setting_text(s, "key").p,
               ca = setting_text(s, "client_ca").p, none = setting_text(s, "token").p;
    const int ways =
        (setting_text(s, "token_file").p != NULL) + (setting_text(s, "token_env").p != NULL) + none;

    if (!http_address_parse(setting_text(s, "listen"), &at, e))
        return err_wrap(e, "listen");
    if (tls != key)
        return err_set(e, ERR_INPUT, "certificate and key go together");
    if (ca && !tls)
        return err_set(e, ERR_INPUT, "client_ca needs certificate and key");
    if (!at.loopback && !tls)
        return err_set(e, ERR_INPUT,
                       "listen: off loopback tokens and logs would go in clear: set "
                       "certificate and key");
    if (ways != 1)
        return err_set(e, ERR_INPUT, "one of token_file, token_env and 'token: none' is needed");
    if (none && !at.loopback && !ca)
        return err_set(e, ERR_INPUT,
                       "'token: none' is for loopback, or with client_ca: anyone could send");
    for (uint32_t i = 0; i < setting(s, "trusted_proxies")->list_count; i++) {
        struct ip_network network;
        if (!ip_network_parse(setting(s, "trusted_proxies")->list[i], &network, e))
            return err_wrap(e, "trusted_proxies");
    }
    return setting(s, "trusted_proxies")->list_count <= HTTP_PROXIES_MAX ||
           err_set(e, ERR_LIMIT, "more than %d trusted_proxies", HTTP_PROXIES_MAX);
}

static bool read_tokens(struct http_source *s, const struct source_context *c, struct err *e)
{
    str file = setting_text(c->settings, "token_file"),
        env = setting_text(c->settings, "token_env");

    s->anyone = setting_text(c->settings, "token").p;
    s->trust = s->anyone && !setting_text(c->settings, "client_ca").p ? TRUST_PROPOSE
                                                                      : TRUST_AUTHENTICATED;
    if (s->anyone)
        return true;
    return file.p ? http_tokens_from_file(&s->tokens, c->io, file, e)
                  : http_tokens_from_env(&s->tokens, env, e);
}

static bool read_pem(const struct source_context *c, const char *name, struct buf *out, str *ret,
                     struct err *e)
{
    str path = setting_text(c->settings, name);

    *out = buf_make(PEM_BYTES_MAX);
    *ret = (str){0};
    if (!path.p)
        return true;
    char *copy = str_dup(path);
    bool ok = io_read_file(c->io, copy, out, e) || err_wrap(e, "%s", name);
    free(copy);
    *ret = buf_str(out);
    return ok;
}

static bool join(struct http_source *s, const struct source_context *c, struct err *e)
{
    struct buf certificate, key, ca;
    struct http_tls tls;
    bool ok = read_pem(c, "certificate", &certificate, &tls.certificate, e);

    ok = read_pem(c, "key", &key, &tls.key, e) && ok;
    ok = read_pem(c, "client_ca", &ca, &tls.client_ca, e) && ok;
    ok = ok && http_intake_join(s, c->settings, tls.certificate.p ? &tls : NULL, e);
    if (key.p)
        explicit_bzero(key.p, key.n);
    buf_done(&certificate);
    buf_done(&key);
    buf_done(&ca);
    return ok;
}

static void source_free(struct http_source *s)
{
    dedup_free(s->dedup);
    arena_free(s->recall_arena);
    http_ack_free(s->acks);
    free(s->proxies);
    free(s->origins);
    free((void *)(uintptr_t)s->path.p);
    free(s);
}

static void read_limits(struct http_source *s, const struct settings *t)
{
    const struct setting_value *proxies = setting(t, "trusted_proxies");
    struct err e = {0};

    s->body_max = setting_number(t, "body_max");
    s->unpacked_max = setting_number(t, "unpacked_max");
    s->window_ns = (int64_t)setting_number(t, "duplicate_window");
    if (str_eq(setting_text(t, "duplicates"), S("drop")))
        s->dedup = dedup_new(setting_number(t, "duplicate_records"), s->window_ns);
    s->proxies = mem_array(proxies->list_count + 1, sizeof *s->proxies);
    for (uint32_t i = 0; i < proxies->list_count && i < HTTP_PROXIES_MAX; i++)
        s->proxy_count += ip_network_parse(proxies->list[i], &s->proxies[s->proxy_count], &e);
}

static bool has_setting(const struct settings *s, const char *name)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (strcmp(s->table[i].name, name) == 0)
            return true;
    return false;
}

void *http_source_open(const struct source_context *c, const struct http_protocol *protocol,
                       struct err *e)
{
    struct http_source *s = mem_alloc(sizeof *s);

    s->listeners = c->listeners;
    s->inlet = c->inlet;
    s->protocol = protocol;
    s->origins = mem_array(HTTP_ORIGINS_MAX, sizeof *s->origins);
    read_limits(s, c->settings);
    if (has_setting(c->settings, "path")) {
        str path = setting_text(c->settings, "path");
        s->path = (str){str_dup(path), path.n};
    }
    if (protocol->acknowledges && setting_flag(c->settings, "acknowledgement"))
        s->acks = http_ack_new();
    if (read_tokens(s, c, e) && join(s, c, e))
        return s;
    source_free(s);
    return NULL;
}

void http_source_recall(void *source, str record, int64_t received_ns)
{
    struct http_source *s = source;
    str id = {0};

    if (!s->dedup || inlet_now_ns(s->inlet) - received_ns > s->window_ns)
        return;
    if (received_ns != s->recall_ns) /* another request */
        dedup_request(s->dedup, inlet_steady_ns(s->inlet));
    s->recall_ns = received_ns;
    if (s->protocol->recalled_id) {
        if (!s->recall_arena)
            s->recall_arena = arena_new(RECALL_ARENA);
        id = s->protocol->recalled_id(record, s->recall_arena);
    }
    dedup_put(s->dedup, dedup_key(s->dedup, id, record));
    if (s->recall_arena)
        arena_reset(s->recall_arena);
}

bool http_source_start(void *source, struct err *e)
{
    struct http_source *s = source;

    arena_free(s->recall_arena);
    s->recall_arena = NULL;
    return http_intake_start(source, e);
}

/* Its senders come again by themselves. */
void http_source_resume(void *source)
{
    (void)source;
}

void http_source_close(void *source)
{
    struct http_source *s = source;

    s->unpushed = !inlet_push(s->inlet);
    http_intake_leave(s);
    source_free(s);
}
