#include "serve/serve.h"

#include "base/mem.h"
#include "collect/http_intake.h"
#include "serve/alert_store.h"
#include "serve/control.h"
#include "serve/metrics.h"
#include "serve/source_set.h"
#include "serve/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAITING_STEP_MS = 2,
    NOTICE_TEXT_MAX = 1400,
    FINDINGS_MODE = 0640,
    WATCHED_FILE_MAX = 16 * 1024 * 1024,
};

/* A configuration and the rules it asks for, as a reload makes them. */
struct loaded {
    struct config *config;
    struct live_rules *rules;
};

/* What is read at the start alone: what learns from it goes on over reloads. */
struct watched {
    struct behavior_set *behaviors;
    struct asset_list *assets;
    struct suppress_set *suppressions; /* NULL: none */
};

struct server {
    struct serve_options options;
    struct loop *loop;
    struct loaded now;
    struct pipeline *pipeline;
    struct http_listeners *listeners;
    struct source_set *sources;
    struct control *control;
    struct metrics *metrics;
    int signals, findings_fd;
    struct loop_fd *signal_watch;
    bool ending;
    struct watched watched;
    int64_t started_ns;
    _Atomic uint64_t reloads, reloads_refused;

    /* The thread that loads for a reload, and what it found. */
    pthread_t loader;
    bool loading, again;
    _Atomic bool loaded_ready;
    struct loaded loaded;
    bool loaded_ok;
    struct err loaded_error;
};

/* ------------------------------------------------------------ words */

static void notice(void *ctx, str source, const char *text)
{
    struct server *s = ctx;
    char line[NOTICE_TEXT_MAX];

    if (source.n)
        snprintf(line, sizeof line, "source " STR_FMT ": %s", STR_ARG(source), text);
    else
        snprintf(line, sizeof line, "%s", text);
    s->options.say(line);
}

static void audit(struct server *s, const char *actor, const char *action, str subject, str detail)
{
    committer_audit(pipeline_committer(s->pipeline), str_from(actor), str_from(action), subject,
                    detail);
}

static const char *actor_of(uid_t uid, char room[32])
{
    snprintf(room, 32, "uid %u", uid);
    return room;
}

/* ------------------------------------------------------------ configuration and rules */

static bool load_rules(const struct serve_options *o, const struct config *c,
                       struct live_rules **ret, struct err *e)
{
    const struct setting_value *paths = setting(&c->settings, "rules"),
                               *pipelines = setting(&c->settings, "pipelines"),
                               *placeholders = setting(&c->settings, "placeholders");
    const str level = setting_text(&c->settings, "min_level");
    enum sigma_level level_min = LEVEL_NONE;

    if (level.p) {
        bool known = sigma_level_parse(level, &level_min);
        assert(known); /* the table of settings has the same words */
        (void)known;
    }
    const struct live_rules_options rules = {
        .io = o->io,
        .shipped = setting_flag(&c->settings, "shipped_rules") ? o->shipped_rules : NULL,
        .profile = o->profile,
        .paths = paths->list,
        .path_count = paths->list_count,
        .pipelines = pipelines->list,
        .pipeline_count = pipelines->list_count,
        .placeholders = placeholders->list,
        .placeholder_count = placeholders->list_count,
        .level_min = (uint8_t)level_min,
        .strict = setting_flag(&c->settings, "strict_rules"),
    };
    *ret = live_rules_load(&rules, e);
    return *ret != NULL;
}

static bool load(const struct serve_options *o, struct loaded *ret, struct err *e)
{
    *ret = (struct loaded){.config = config_load(o->io, o->config, e)};
    if (ret->config && load_rules(o, ret->config, &ret->rules, e))
        return true;
    config_drop(ret->config);
    *ret = (struct loaded){0};
    return false;
}

static void watched_done(struct watched *w)
{
    behavior_set_free(w->behaviors);
    asset_list_free(w->assets);
    suppress_set_free(w->suppressions);
    *w = (struct watched){0};
}

/* The text of a file that the configuration names; empty when it names none. */
static bool read_named(struct io *io, str path, struct buf *text, struct err *e)
{
    char *name = path.p ? str_dup(path) : NULL;
    const bool ok = !name || io_read_file(io, name, text, e);

    free(name);
    return ok;
}

static bool load_watched(struct io *io, const struct config *c, struct watched *ret, struct err *e)
{
    const str behaviors = setting_text(&c->settings, "behaviors"),
              assets = setting_text(&c->settings, "assets"),
              suppressions = setting_text(&c->settings, "suppressions");
    struct buf text CLEANUP(buf_done) = buf_make(WATCHED_FILE_MAX);

    *ret = (struct watched){0};
    if (!read_named(io, behaviors, &text, e))
        return false;
    ret->behaviors = behavior_set_new(buf_str(&text), e);
    buf_clear(&text);
    if (!ret->behaviors)
        return err_in_file(e, behaviors);
    if (!read_named(io, assets, &text, e))
        return false;
    ret->assets = assets.p ? asset_list_read(buf_str(&text), e) : asset_list_empty();
    if (!ret->assets)
        return err_in_file(e, assets);
    if (!suppressions.p)
        return true;
    buf_clear(&text);
    if (!read_named(io, suppressions, &text, e))
        return false;
    ret->suppressions = suppress_set_read(buf_str(&text), suppressions, e);
    return ret->suppressions || err_in_file(e, suppressions);
}

bool serve_check(const struct serve_options *o, uint32_t *ret_rules, uint32_t *ret_refused,
                 struct err *e)
{
    struct loaded l;

    if (!load(o, &l, e))
        return false;
    *ret_rules = l.rules->ready.rules->count;
    *ret_refused = l.rules->ready.rules->refusal_count;
    struct watched watched;
    const bool ok = load_watched(o->io, l.config, &watched, e);
    watched_done(&watched);
    live_rules_drop(l.rules);
    config_drop(l.config);
    return ok;
}

void serve_control_path(const struct config *c, struct buf *ret)
{
    const str path = setting_text(&c->settings, "control");

    buf_clear(ret);
    if (path.p)
        buf_add(ret, path);
    else
        buf_printf(ret, STR_FMT "/control.sock", STR_ARG(setting_text(&c->settings, "data")));
}

/* ------------------------------------------------------------ reload */

static void *run_loader(void *arg)
{
    struct server *s = arg;

    s->loaded_error = (struct err){0};
    s->loaded_ok = load(&s->options, &s->loaded, &s->loaded_error);
    atomic_store(&s->loaded_ready, true);
    loop_wake(s->loop);
    return NULL;
}

static void begin_reload(struct server *s)
{
    if (s->loading) { /* what it reads may be older than this wish */
        s->again = true;
        return;
    }
    atomic_store(&s->loaded_ready, false);
    s->loading = pthread_create(&s->loader, NULL, run_loader, s) == 0;
    if (s->loading)
        return;
    notice(s, (str){0}, "cannot start a thread to reload: the old configuration stays");
    control_reloaded(s->control, "cannot start a thread to reload");
}

static void refuse(struct server *s)
{
    char text[ERR_MESSAGE_MAX + ERR_FILE_MAX];

    s->reloads_refused++;
    err_format(&s->loaded_error, text, sizeof text);
    s->options.say("the new configuration is refused, the old stays:");
    s->options.say_err(&s->loaded_error);
    audit(s, "tocsin", "reload refused", str_from(s->options.config), (str){0});
    control_reloaded(s->control, text);
}

static void take(struct server *s)
{
    struct loaded old = s->now;
    char text[NOTICE_TEXT_MAX];

    s->now = s->loaded;
    pipeline_use_rules(s->pipeline, s->now.rules);
    live_rules_drop(old.rules);
    source_set_follow(s->sources, s->now.config);
    config_drop(old.config);
    s->reloads++;
    snprintf(text, sizeof text, "reloaded: %u rules, %u sources", s->now.rules->ready.rules->count,
             s->now.config->source_count);
    s->options.say(text);
    audit(s, "tocsin", "reload", str_from(s->options.config),
          str_from(s->now.rules->ready.rules->hash));
    control_reloaded(s->control, NULL);
}

static void end_reload(struct server *s)
{
    if (!s->loading || !atomic_load(&s->loaded_ready))
        return;
    pthread_join(s->loader, NULL);
    s->loading = false;
    if (s->again) {
        s->again = false;
        if (s->loaded_ok) {
            live_rules_drop(s->loaded.rules);
            config_drop(s->loaded.config);
        }
        begin_reload(s);
        return;
    }
    if (s->loaded_ok)
        take(s);
    else
        refuse(s);
}

/* ------------------------------------------------------------ signals and control */

static void on_signal(void *ctx, uint32_t events)
{
    struct server *s = ctx;
    struct signalfd_siginfo info;

    (void)events;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            begin_reload(s);
        else
            s->ending = true;
    }
}

/* The thread that serves metrics asks too, while a reload may be putting others in their place. */
static void facts(void *ctx, struct status_facts *ret)
{
    struct server *s = ctx;
    struct live_rules *held = pipeline_rules(s->pipeline);
    const struct ruleset *rules = held->ready.rules;

    *ret = (struct status_facts){
        .sources = s->sources,
        .pipeline = s->pipeline,
        .started_ns = s->started_ns,
        .now_ns = clock_now_ns(s->options.clock),
        .reloads = s->reloads,
        .reloads_refused = s->reloads_refused,
        .rules = rules->count,
        .rules_refused = rules->refusal_count,
    };
    live_rules_drop(held);
}

static void on_status(void *ctx, bool as_text, struct buf *answer)
{
    struct status_facts f;

    facts(ctx, &f);
    if (as_text)
        status_text(&f, answer);
    else
        status_json(&f, answer);
}

static void on_metrics(void *ctx, struct buf *answer)
{
    struct status_facts f;

    facts(ctx, &f);
    status_metrics(&f, answer);
}

static const char *on_health(void *ctx)
{
    struct server *s = ctx;
    const struct committer_counts *c = committer_counts(pipeline_committer(s->pipeline));

    return atomic_load(&c->failing) ? "the raw log or the ledger cannot be written\n" : NULL;
}

static void on_reload(void *ctx, uid_t by)
{
    struct server *s = ctx;
    char actor[32];

    audit(s, actor_of(by, actor), "reload asked", str_from(s->options.config), (str){0});
    begin_reload(s);
}

static bool on_tail(void *ctx, int fd)
{
    struct server *s = ctx;

    return outlet_follow(pipeline_outlet(s->pipeline), fd);
}

static bool on_decide(void *ctx, uid_t by, str request, struct err *e)
{
    struct server *s = ctx;
    char actor[32];

    return alert_store_decide(pipeline_ledger(s->pipeline), request, str_from(actor_of(by, actor)),
                              e);
}

static void on_stop(void *ctx, uid_t by)
{
    struct server *s = ctx;
    char actor[32];

    audit(s, actor_of(by, actor), "stop asked", (str){0}, (str){0});
    s->ending = true;
}

/* ------------------------------------------------------------ beginning */

/* Ten thousand senders are ten thousand descriptors. */
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool open_findings(struct server *s, struct err *e)
{
    const str where = setting_text(&s->now.config->settings, "findings");
    char path[PATH_MAX];

    s->findings_fd = -1;
    if (str_eq(where, S("none")))
        return true;
    if (str_eq(where, S("stdout"))) {
        s->findings_fd = STDOUT_FILENO;
        return true;
    }
    snprintf(path, sizeof path, STR_FMT, STR_ARG(where));
    s->findings_fd = io_openat(s->options.io, IO_findings_open, AT_FDCWD, path,
                               O_WRONLY | O_CREAT | O_APPEND, FINDINGS_MODE);
    return s->findings_fd != -1 ||
           err_set(e, ERR_IO, "cannot open '%s' for findings: %s", path, strerror(errno));
}

static bool open_signals(struct server *s, struct err *e)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 ||
        (s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
        return err_set(e, ERR_IO, "cannot wait for signals: %s", strerror(errno));
    s->signal_watch = loop_add(s->loop, s->signals, EPOLLIN, on_signal, s, e);
    return s->signal_watch != NULL;
}

static uint32_t matchers_of(const struct config *c)
{
    const struct setting_value *v = setting(&c->settings, "workers");
    cpu_set_t set;
    int n = 1;

    if (v->given)
        return (uint32_t)v->number;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set) - 1;
    return n < 1 ? 1 : n > PIPELINE_MATCHERS_MAX ? PIPELINE_MATCHERS_MAX : (uint32_t)n;
}

static void on_committed(void *ctx)
{
    struct server *s = ctx;

    http_intake_committed(s->listeners);
}

static bool start_pipeline(struct server *s, struct err *e)
{
    const struct config *c = s->now.config;
    char folder[PATH_MAX];

    snprintf(folder, sizeof folder, STR_FMT, STR_ARG(setting_text(&c->settings, "data")));
    if (mkdir(folder, 0700) == -1 && errno != EEXIST)
        return err_set(e, ERR_IO, "cannot make the data folder '%s': %s", folder, strerror(errno));
    const struct pipeline_options o = {
        .io = s->options.io,
        .clock = s->options.clock,
        .folder = folder,
        .matchers = matchers_of(c),
        .commit_ns = (int64_t)setting_number(&c->settings, "commit"),
        .behaviors = s->watched.behaviors,
        .assets = s->watched.assets,
        .suppressions = s->watched.suppressions,
        .idle_ns = (int64_t)setting_number(&c->watermark, "idle"),
        .reorder_bytes_max = setting_number(&c->watermark, "memory"),
        .quota_bytes = setting_number(&c->retention, "quota"),
        .free_bytes_min = setting_number(&c->retention, "free"),
        .retention_days = (uint32_t)setting_number(&c->retention, "days"),
        .findings_fd = s->findings_fd,
        .ctx = s,
        .notice = notice,
        .committed = on_committed,
    };
    s->pipeline = pipeline_start(&o, s->now.rules, e);
    return s->pipeline != NULL;
}

static bool start_control(struct server *s, struct err *e)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX);
    const struct control_handlers h = {s, on_status, on_reload, on_tail, on_stop, on_decide};
    const str metrics = setting_text(&s->now.config->settings, "metrics");

    serve_control_path(s->now.config, &path);
    s->control = control_new(s->loop, buf_cstr(&path), &h, e);
    if (!s->control || str_eq(metrics, S("none")))
        return s->control != NULL;
    const struct metrics_handlers watched = {s, on_metrics, on_health};
    s->metrics = metrics_new(metrics, &watched, e);
    return s->metrics != NULL;
}

static void start_sources(struct server *s)
{
    const struct source_set_options o = {
        .io = s->options.io,
        .loop = s->loop,
        .pipeline = s->pipeline,
        .listeners = s->listeners,
        .ctx = s,
        .notice = notice,
    };

    s->sources = source_set_new(&o);
    source_set_follow(s->sources, s->now.config);
}

static bool begin(struct server *s, struct err *e)
{
    char text[NOTICE_TEXT_MAX];

    raise_limits();
    s->started_ns = clock_now_ns(s->options.clock);
    s->loop = loop_new(s->options.clock, e);
    if (!s->loop || !(s->listeners = http_listeners_new(s->loop, e)) ||
        !load(&s->options, &s->now, e) ||
        !load_watched(s->options.io, s->now.config, &s->watched, e) || !open_signals(s, e) ||
        !open_findings(s, e) || !start_pipeline(s, e))
        return false;
    start_sources(s);
    if (!start_control(s, e))
        return false;
    audit(s, "tocsin", "start", S(TOCSIN_VERSION), str_from(s->now.rules->ready.rules->hash));
    snprintf(text, sizeof text, "serving: %u rules (%u refused), %u sources",
             s->now.rules->ready.rules->count, s->now.rules->ready.rules->refusal_count,
             s->now.config->source_count);
    s->options.say(text);
    return true;
}

/* ------------------------------------------------------------ running, and the end */

static void run(struct server *s)
{
    bool waits = false;

    while (!s->ending) {
        loop_step(s->loop, waits ? WAITING_STEP_MS : -1);
        waits = source_set_tend(s->sources);
        end_reload(s);
    }
}

/* What was taken in is matched, written and synced. */
static bool end(struct server *s)
{
    if (s->loading) {
        pthread_join(s->loader, NULL);
        if (s->loaded_ok) {
            live_rules_drop(s->loaded.rules);
            config_drop(s->loaded.config);
        }
    }
    metrics_free(s->metrics);
    control_free(s->control);
    source_set_free(s->sources);
    if (s->pipeline)
        audit(s, "tocsin", "stop", (str){0}, (str){0});
    bool ok = pipeline_stop(s->pipeline);
    watched_done(&s->watched);
    http_listeners_free(s->listeners);
    live_rules_drop(s->now.rules);
    config_drop(s->now.config);
    if (s->findings_fd > STDERR_FILENO)
        close(s->findings_fd);
    loop_remove(s->signal_watch);
    if (s->signals != -1)
        close(s->signals);
    loop_free(s->loop);
    return ok;
}

bool serve_run(const struct serve_options *o, struct err *e)
{
    struct server s = {.options = *o, .signals = -1, .findings_fd = -1};
    const bool begun = begin(&s, e);

    if (begun)
        run(&s);
    if (!end(&s) && begun)
        return err_set(e, ERR_IO, "not all that was taken in could be made durable");
    if (begun)
        o->say("ended");
    return begun;
}
