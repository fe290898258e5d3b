/* cmd_scan.c - what happened in this evidence: rules over files and folders, and a report. */
#include "base/mem.h"
#include "cli/alert_report.h"
#include "cli/behavior_options.h"
#include "cli/confine.h"
#include "cli/fault_option.h"
#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/profile_option.h"
#include "cli/report.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "cli/scan_filter.h"
#include "cli/scan_rules.h"
#include "cli/suppress_option.h"
#include "text/escape.h"
#include "text/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    PROGRESS_INTERVAL_NS = 100000000,
    PROGRESS_PATH_COLUMNS = 40,
    REPORT_COLUMNS = 100,
    PROBLEMS_SAID_MAX = 20
};

extern const struct command command_scan;

static const struct option scan_options[] = {
    RULE_OPTIONS,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS,
     "table jsonl json csv timeline html"},
    {"write", 'w', OPTION_VALUE, "FILE", "write the report there instead of to standard output",
     COMPLETE_FILE, NULL},
    {"min-level", 'l', OPTION_VALUE, "LEVEL", "only rules of this level and above", COMPLETE_WORDS,
     "informational low medium high critical"},
    {"status", '\0', OPTION_REPEATED, "STATUS", "only rules of this status", COMPLETE_WORDS,
     "stable test experimental deprecated unsupported"},
    {"tag", 't', OPTION_REPEATED, "TAG",
     "only rules with this tag; attack.t1059 takes in its sub-techniques", COMPLETE_NONE, NULL},
    {"from", '\0', OPTION_VALUE, "TIME", "only events at or after this time (RFC 3339, UTC)",
     COMPLETE_NONE, NULL},
    {"to", '\0', OPTION_VALUE, "TIME", "only events at or before this time", COMPLETE_NONE, NULL},
    {"limit", 'n', OPTION_VALUE, "N", "print at most N findings; the summary counts all",
     COMPLETE_NONE, NULL},
    {"field", 'f', OPTION_REPEATED, "NAME", "also show this field of each event", COMPLETE_NONE,
     NULL},
    {"alerts", 'a', OPTION_FLAG, NULL,
     "look for behaviours too, and print alerts in their groups instead of findings", COMPLETE_NONE,
     NULL},
    BEHAVIOR_OPTIONS,
    SUPPRESS_OPTION,
    FORMATS_OPTION,
    {"format", '\0', OPTION_VALUE, "NAME", "take all input for this format ('tocsin formats')",
     COMPLETE_NONE, NULL},
    {"logsource", '\0', OPTION_VALUE, "P/C/S",
     "product/category/service for events that show none, as in linux/process_creation/",
     COMPLETE_NONE, NULL},
    {"zone", '\0', OPTION_VALUE, "NAME",
     "time zone of times that name none, as in Europe/Berlin or +01:00; UTC when not given",
     COMPLETE_NONE, NULL},
    PROFILE_OPTION,
    CACHE_OPTION,
    {"workers", 'j', OPTION_VALUE, "N", "threads that match; one a processor when not given",
     COMPLETE_NONE, NULL},
    {"strict", '\0', OPTION_FLAG, NULL, "fail when a rule cannot be loaded or evidence not read",
     COMPLETE_NONE, NULL},
    {"stats", '\0', OPTION_FLAG, NULL,
     "also show fields that rules use and the evidence never had; of alerts, those of low severity",
     COMPLETE_NONE, NULL},
    {"no-hash", '\0', OPTION_FLAG, NULL, "do not compute the evidence's SHA-256", COMPLETE_NONE,
     NULL},
    {"naive", '\0', OPTION_FLAG, NULL, "match with the plain reference code: slow, for checking",
     COMPLETE_NONE, NULL},
    {"quiet", 'q', OPTION_FLAG, NULL, "no progress and no messages but errors", COMPLETE_NONE,
     NULL},
};

/* One run of the command. Handlers are called by one thread at a time. */
struct run {
    const struct report *report;
    void *state;
    struct triage *triage; /* NULL without --alerts */
    struct err failure;    /* of the output; stops the scan */
    struct scan *scan;
    uint64_t printed, limit, problems, problems_said;
    bool show_progress, quiet;
    int64_t next_progress_ns;
    struct clock clock;
};

static void on_finding(void *ctx, const struct finding *f)
{
    struct run *r = ctx;

    if (r->failure.code != ERR_NONE || r->printed == r->limit)
        return;
    r->printed++;
    if (!r->report->finding(r->state, f, &r->failure))
        scan_stop(r->scan);
}

static void on_signal(void *ctx, const struct signal *s)
{
    struct run *r = ctx;

    (void)triage_take(r->triage, s, NULL);
}

/* Outputs of findings alone leave it to us to tell what was wrong with the evidence. */
static void say_problem(struct run *r, str file, const struct problem *p)
{
    if (r->problems_said == PROBLEMS_SAID_MAX)
        say("further problems are counted; -o json lists all");
    if (r->problems_said++ >= PROBLEMS_SAID_MAX)
        return;
    if (p->has_record)
        say(STR_FMT ": %s: record %llu: %s", STR_ARG(file), problem_name(p->kind),
            (unsigned long long)p->record, p->text);
    else
        say(STR_FMT ": %s: %s", STR_ARG(file), problem_name(p->kind), p->text);
}

static void on_problem(void *ctx, str file, const struct problem *p)
{
    struct run *r = ctx;

    r->problems += p->kind != PROBLEM_skipped;
    if (!r->report->shows_problems && !r->quiet)
        say_problem(r, file, p);
    if (r->failure.code == ERR_NONE && !r->report->problem(r->state, file, p, &r->failure))
        scan_stop(r->scan);
}

static void on_progress(void *ctx, uint64_t bytes, uint64_t events, str file)
{
    struct run *r = ctx;
    int64_t now = clock_now_ns(&r->clock);

    if (!r->show_progress || now < r->next_progress_ns)
        return;
    struct buf name CLEANUP(buf_done) = buf_make(EVENT_NAME_MAX * 8);
    r->next_progress_ns = now + PROGRESS_INTERVAL_NS;
    escape_terminal_cut(&name, file, PROGRESS_PATH_COLUMNS);
    fprintf(stderr, "\r\x1b[K%llu MB, %llu events, %llu findings  %s",
            (unsigned long long)(bytes >> 20), (unsigned long long)events,
            (unsigned long long)r->printed, buf_cstr(&name));
    fflush(stderr);
}

static uint32_t processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == -1)
        return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > SCAN_WORKERS_MAX ? SCAN_WORKERS_MAX : (uint32_t)n;
}

/* A number from 1 to max; `fallback` when the option is not given. */
static bool number_option(const struct arguments *a, const char *name, uint64_t max,
                          uint64_t fallback, uint64_t *ret)
{
    const char *text = opt_value(&command_scan, a, name);

    *ret = fallback;
    if (!text || (str_u64(str_from(text), ret) && *ret >= 1 && *ret <= max))
        return true;
    say("option '--%s' takes a number from 1 to %llu, not '%s'", name, (unsigned long long)max,
        text);
    return false;
}

/* The descriptor that the report goes to, opened before the scan confines itself; -1: said. */
static int open_output(struct io *io, const struct arguments *a)
{
    const char *path = opt_value(&command_scan, a, "write");

    if (!path)
        return STDOUT_FILENO;
    int fd = io_openat(io, IO_output_open, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
    if (fd == -1)
        say("cannot create '%s': %s", path, strerror(errno));
    return fd;
}

/* A scratch file without a name, for outputs that keep more than memory should. */
static int open_spool(void)
{
    const char *folder = getenv("TMPDIR");

    return open(folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static uint32_t terminal_columns(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : REPORT_COLUMNS;
}

static void as_strs(const char *const *from, uint32_t count, str *ret)
{
    for (uint32_t i = 0; i < count; i++)
        ret[i] = str_from(from[i]);
}

static void say_confinement(const struct arguments *a)
{
    struct confinement c;

    confine(a->operands, a->operand_count, &c);
    if (c.why_not[0] && !opt_flag(&command_scan, a, "quiet") && isatty(STDERR_FILENO))
        say("this kernel has %s", c.why_not);
}

/* Reads every path; true when each could be opened. */
static bool read_paths(struct run *r, const struct arguments *a)
{
    bool all = true;

    for (uint32_t i = 0; i < a->operand_count; i++) {
        struct err e = {0};
        if (!scan_path(r->scan, a->operands[i], &e)) {
            say_err(&e);
            all = false;
        }
    }
    return all;
}

static int exit_code(const struct run *r, const struct arguments *a, const struct ruleset *rs,
                     bool all_opened)
{
    bool strict = opt_flag(&command_scan, a, "strict");

    if (r->failure.code != ERR_NONE) {
        say_err(&r->failure);
        return EXIT_OUTPUT;
    }
    if (strict && rs->refusal_count)
        return EXIT_RULES;
    return !all_opened || (strict && r->problems) ? EXIT_INPUT : EXIT_OK;
}

/* What correlations could not take into account. */
static void say_correlated(const struct run *r)
{
    struct scan_correlated s;
    const struct err *lost = scan_correlated(r->scan, &s);
    const struct sigma_rule *rule;
    const char *why;

    for (uint32_t i = 0; (why = scan_not_correlated(r->scan, i, &rule)); i++)
        say("'" STR_FMT "' is not evaluated: %s", STR_ARG(rule->title), why);
    if (lost)
        say_err(lost);
    if (r->quiet)
        return;
    if (s.untimed)
        say("%llu matches have no time: they are left out of correlations and told by themselves",
            (unsigned long long)s.untimed);
    if (s.left_out)
        say("%llu records are left out of correlations and alerts for want of room",
            (unsigned long long)s.left_out);
    if (s.stateful.correlator.lacking)
        say("%llu matches lack a field that they are correlated by",
            (unsigned long long)s.stateful.correlator.lacking);
    if (s.stateful.correlator.displaced)
        say("%llu groups were given up for want of room while they were correlated, most by "
            "'" STR_FMT "': %llu",
            (unsigned long long)s.stateful.correlator.displaced,
            STR_ARG(s.stateful.correlator.displaced_by->head.title),
            (unsigned long long)s.stateful.correlator.most_displaced);
}

static int run_scan(const struct arguments *a, const struct scan_options *o,
                    struct report_context *c, const struct report *report)
{
    struct run r = {.report = report, .clock = c->clock, .triage = c->triage};
    const struct scan_handlers handlers = {
        .ctx = &r,
        .finding = on_finding,
        .problem = on_problem,
        .progress = on_progress,
        .signal = on_signal,
    };

    r.quiet = opt_flag(&command_scan, a, "quiet");
    r.show_progress = !r.quiet && isatty(STDERR_FILENO);
    if (!number_option(a, "limit", UINT64_MAX, UINT64_MAX, &r.limit))
        return EXIT_USAGE;
    r.scan = scan_new(o, &handlers);
    r.state = report->open(c);
    say_confinement(a);

    bool all_opened = read_paths(&r, a);
    const struct summary *summary = scan_finish(r.scan);
    if (r.show_progress)
        fputs("\r\x1b[K", stderr);
    say_correlated(&r);
    bool written =
        r.failure.code == ERR_NONE && report->finish(r.state, r.scan, summary, &r.failure);
    report->close(r.state);
    if (written && io_close(c->io, IO_output_close, c->fd) == -1)
        err_set(&r.failure, ERR_IO, "cannot write the report: %s", strerror(errno));
    int code = exit_code(&r, a, o->rules, all_opened);
    scan_free(r.scan);
    return code;
}

static bool prepare(const struct arguments *a, struct scan_options *o, struct logsource *force)
{
    uint64_t workers;
    struct err e = {0};

    if (a->operand_count == 0) {
        say("nothing to scan: name files or folders, or - for standard input");
        return false;
    }
    if (!number_option(a, "workers", SCAN_WORKERS_MAX, processors(), &workers))
        return false;
    o->workers = (uint32_t)workers;
    o->with_hash = !opt_flag(&command_scan, a, "no-hash");
    o->naive = opt_flag(&command_scan, a, "naive");
    if (scan_filter_input(&command_scan, a, o, force, &e))
        return true;
    say_err(&e);
    return false;
}

static const struct report *chosen_report(const struct arguments *a)
{
    const char *name = opt_value(&command_scan, a, "output");
    const str wanted = name ? str_from(name) : S("table");
    const bool alerts = opt_flag(&command_scan, a, "alerts");
    const struct report *report = alerts ? alert_report_find(wanted) : report_find(wanted);

    if (!report && alerts)
        say("unknown output '%s' of alerts; there are: table, jsonl, json", name);
    else if (!report)
        say("unknown output '%s'; there are: table, jsonl, json, csv, timeline, html", name);
    return report;
}

static int scan_with(const struct arguments *a, struct scan_options *o, struct ruleset *rs,
                     const struct report *report, struct suppress_set *suppressions)
{
    const struct option_values *fields = &a->options[opt_index(&command_scan, "field")];
    str *paths = mem_array(a->operand_count, sizeof *paths);
    str *names = mem_array(fields->count, sizeof *names);
    struct report_context c = {
        .io = o->io,
        .clock = clock_system(),
        .rules = rs,
        .version = TOCSIN_VERSION,
        .paths = paths,
        .path_count = a->operand_count,
        .fields = names,
        .field_count = fields->count,
        .stats = opt_flag(&command_scan, a, "stats"),
        .spool_fd = open_spool(),
    };
    int code = EXIT_OUTPUT;

    as_strs(a->operands, a->operand_count, paths);
    as_strs(fields->values, fields->count, names);
    o->rules = rs;
    o->record_fd = rs->correlations_kept || o->behaviors ? open_spool() : -1;
    if (o->behaviors) {
        const struct triage_options triage = {
            .groups = {.assets = o->assets, .suppressions = suppressions}};
        c.triage = triage_new(&triage);
    }
    c.fd = open_output(o->io, a);
    if (c.fd != -1) {
        c.terminal = isatty(c.fd) == 1;
        c.columns = c.terminal ? terminal_columns(c.fd) : REPORT_COLUMNS;
        code = run_scan(a, o, &c, report);
    }
    triage_free(c.triage);
    if (c.spool_fd != -1)
        close(c.spool_fd);
    if (o->record_fd != -1)
        close(o->record_fd);
    free(paths);
    free(names);
    return code;
}

/* With --alerts: the behaviours that are on, and what is known of one's own machines. */
static bool load_behaviors(const struct arguments *a, struct scan_options *o,
                           struct asset_list **assets, struct suppress_set **suppressions)
{
    const char *path = opt_value(&command_scan, a, "suppressions");

    if (!opt_flag(&command_scan, a, "alerts")) {
        const bool alone = path || opt_value(&command_scan, a, "behaviors") ||
                           opt_value(&command_scan, a, "assets");
        if (alone)
            say("--behaviors, --assets and --suppressions are for alerts: give --alerts too");
        return !alone;
    }
    if (path && !(*suppressions = suppress_file_read(o->io, path)))
        return false;
    if (!behavior_options_load(&command_scan, a, o->io, &o->behaviors, assets))
        return false;
    o->assets = *assets;
    return true;
}

static int scan_run(const struct arguments *a)
{
    struct io io;
    struct logsource force = {0};
    struct asset_list *assets = NULL;
    struct suppress_set *suppressions = NULL;
    struct scan_options o = {.io = &io, .from_ns = INT64_MIN, .to_ns = INT64_MAX};
    const struct report *report = chosen_report(a);
    const struct clock clock = clock_system();
    struct err e = {0};
    int code = EXIT_USAGE;

    io_init(&io);
    if (!fault_option(&io, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    o.time.reference_ns = clock_now_ns(&clock);
    struct ready_rules ready;
    if (report && prepare(a, &o, &force) && load_behaviors(a, &o, &assets, &suppressions) &&
        scan_rules_load(&command_scan, a, &io, &ready, &code)) {
        o.profile = ready.profile;
        o.compiled = ready.compiled;
        code = scan_with(a, &o, ready.rules, report, suppressions);
        ready_rules_done(&ready);
    }
    scan_filter_done(&o);
    behavior_options_done(&o.behaviors, &assets);
    suppress_set_free(suppressions);
    return code;
}

const struct command command_scan = {
    .name = "scan",
    .usage = "[OPTIONS] PATH...",
    .summary = "Finds threats in files and folders of logs with Sigma rules",
    .details =
        "PATH is a file, a folder (read with all below it) or - for standard input. Read are\n"
        "EVTX, JSON in all its forms, Windows event XML and syslog, recognised by content, also\n"
        "inside .gz, .zst, .zip and .tar. No symbolic link, device or FIFO in a folder is "
        "followed.\n"
        "Where the kernel has landlock and seccomp, the scan gives up the right to write, to\n"
        "run programs and to use the network before it reads the first byte of evidence.\n"
        "\n"
        "Exit codes: 0 done, with or without findings; 2 wrong command line; 3 a path cannot\n"
        "be opened (with --strict: any evidence was broken or could not be read); 4 no rule\n"
        "could be loaded (with --strict: one could not), or the profile could not; 5 the report\n"
        "cannot be written.",
    .options = scan_options,
    .option_count = countof(scan_options),
    .operands = COMPLETE_FILE,
    .run = scan_run,
};
