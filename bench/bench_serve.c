/*
 * bench_serve - starts a serving tocsin, sends it lines over TCP and measures it: the CPU time of
 * the whole process, its resident memory, and how long a line takes to its finding.
 *
 *   bench_serve PORT EVENTS RATE FILE PROGRAM [ARGUMENT...]
 *
 * FILE's lines are sent over one connection again and again, once to warm up and then EVENTS of
 * them; RATE is a second, 0 as fast as they are taken. At a RATE one of MARK_EVERY lines, otherwise
 * the last alone, is a process start whose command line is "tocsin-bench NANOSECONDS", the time of
 * sending: the configuration's rules must match it, and findings come on PROGRAM's standard output.
 * Of one connection findings come in the order of the lines: that of the last says that all were
 * matched.
 *
 * Prints lines NAME TAB VALUE. The CPU time is that of PROGRAM alone, all of its threads.
 */
#include "base/buf.h"
#include "base/io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    INPUT_MAX = 1 << 30,
    LATENCIES_MAX = 1 << 20,
    MARK_EVERY = 100,
    PACE_NS = 1000000, /* what is due is sent every millisecond */
    CONNECT_S = 60,
    ANSWER_S = 120,
    SETTLE_NS = 700000000, /* several commits */
    SAMPLES = 100,         /* of the memory */
    READ_BYTES = 1 << 16,
    SEND_BYTES = 1 << 16,
};
#define NS_A_SECOND INT64_C(1000000000)
#define MARK "tocsin-bench "

struct bench {
    uint16_t port;
    uint64_t events, rate;
    str lines;
    pid_t child;
    clockid_t cpu;
    int socket, findings; /* the pipe's reading end */
    pthread_t reader;
    struct buf out; /* what is sent next */
    size_t at;      /* in lines */
    uint64_t bytes_sent, marks_sent;
    _Atomic uint64_t found, marks_found;
    int64_t *latencies; /* the reader's, until it has ended */
    uint64_t latency_count;
    atomic_bool keeping;
    uint64_t resident_kb[SAMPLES];
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_serve: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) == -1)
        fail("no clock");
    return t.tv_sec * NS_A_SECOND + t.tv_nsec;
}

static void wait_ns(int64_t ns)
{
    const struct timespec t = {ns / NS_A_SECOND, ns % NS_A_SECOND};

    nanosleep(&t, NULL);
}

/* ------------------------------------------------------------ findings */

static void take_finding(struct bench *b, str line, int64_t arrived_ns)
{
    const char *mark = memmem(line.p, line.n, MARK, sizeof MARK - 1);

    atomic_fetch_add(&b->found, 1);
    if (!mark)
        return;
    const int64_t sent_ns = strtoll(mark + sizeof MARK - 1, NULL, 10);
    if (atomic_load(&b->keeping) && b->latency_count < LATENCIES_MAX)
        b->latencies[b->latency_count++] = arrived_ns - sent_ns;
    atomic_fetch_add(&b->marks_found, 1);
}

static void *read_findings(void *arg)
{
    struct bench *b = arg;
    struct buf in = buf_make(BUF_MAX_OUTPUT);
    ssize_t n;

    while ((n = read(b->findings, buf_room(&in, READ_BYTES), READ_BYTES)) > 0) {
        const int64_t arrived_ns = now_ns(CLOCK_REALTIME);
        char *end;
        size_t at = 0;
        in.n += (size_t)n;
        while ((end = memchr(in.p + at, '\n', in.n - at))) {
            *end = '\0';
            take_finding(b, (str){in.p + at, (size_t)(end - in.p) - at}, arrived_ns);
            at = (size_t)(end - in.p) + 1;
        }
        memmove(in.p, in.p + at, in.n - at);
        in.n -= at;
    }
    buf_done(&in);
    return NULL;
}

/* ------------------------------------------------------------ the program */

static void start(struct bench *b, char **command)
{
    int ends[2];

    if (pipe(ends) == -1)
        fail("no pipe");
    b->child = fork();
    if (b->child == -1)
        fail("no process");
    if (b->child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(command[0], command);
        fail(command[0]);
    }
    close(ends[1]);
    b->findings = ends[0];
    if (clock_getcpuclockid(b->child, &b->cpu) != 0)
        fail("no clock of the program");
    if (pthread_create(&b->reader, NULL, read_findings, b) != 0)
        fail("no thread");
}

static void connect_to(struct bench *b)
{
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(b->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int64_t limit = now_ns(CLOCK_MONOTONIC) + CONNECT_S * NS_A_SECOND;
    const int on = 1;

    b->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while (connect(b->socket, (const struct sockaddr *)&to, sizeof to) == -1) {
        if (now_ns(CLOCK_MONOTONIC) > limit || waitpid(b->child, NULL, WNOHANG) != 0)
            fail("no connection");
        wait_ns(NS_A_SECOND / 20);
    }
    setsockopt(b->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static uint64_t resident_kb(const struct bench *b)
{
    char path[64];
    unsigned long long pages = 0;

    snprintf(path, sizeof path, "/proc/%d/statm", b->child);
    FILE *f = fopen(path, "r");
    if (!f || fscanf(f, "%*u %llu", &pages) != 1)
        fail(path);
    fclose(f);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* ------------------------------------------------------------ sending */

static void flush(struct bench *b)
{
    for (size_t at = 0; at < b->out.n;) {
        ssize_t n = send(b->socket, b->out.p + at, b->out.n - at, MSG_NOSIGNAL);
        if (n == -1)
            fail("cannot send");
        at += (size_t)n;
    }
    b->bytes_sent += b->out.n;
    buf_clear(&b->out);
}

static void add_line(struct bench *b)
{
    str rest = str_from_at(b->lines, b->at);

    const str line = str_cut(&rest, '\n');
    buf_add(&b->out, line);
    buf_add(&b->out, S("\n"));
    b->at += line.n + 1;
    if (b->at >= b->lines.n)
        b->at = 0;
}

static void add_mark(struct bench *b)
{
    buf_printf(&b->out,
               "<13>Nov 24 10:00:00 WS0117 NXLOG: {\"EventTime\":\"2026-11-24T10:00:00.000Z\","
               "\"Hostname\":\"WS0117.corp.example\",\"EventID\":1,"
               "\"SourceName\":\"Microsoft-Windows-Sysmon\","
               "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
               "\"Image\":\"C:\\\\Tools\\\\mark.exe\",\"CommandLine\":\"" MARK "%" PRId64 "\"}\n",
               now_ns(CLOCK_REALTIME));
    b->marks_sent++;
}

static void send_fast(struct bench *b, uint64_t events)
{
    for (uint64_t i = 0, sample = 0; i < events; i++) {
        add_line(b);
        if (b->out.n < SEND_BYTES)
            continue;
        flush(b);
        for (; sample < SAMPLES && sample * events <= i * SAMPLES; sample++)
            b->resident_kb[sample] = resident_kb(b);
    }
}

/* What is due since the start, whatever the sleeping took. */
static void send_paced(struct bench *b, uint64_t events)
{
    const int64_t start_ns = now_ns(CLOCK_MONOTONIC);

    for (uint64_t i = 0; i < events;) {
        const uint64_t elapsed_ns = (uint64_t)(now_ns(CLOCK_MONOTONIC) - start_ns);
        const uint64_t due = elapsed_ns / 1000 * b->rate / 1000000;
        for (; i < due && i < events; i++) {
            if (i % MARK_EVERY == 0)
                add_mark(b);
            else
                add_line(b);
        }
        flush(b);
        wait_ns(PACE_NS);
    }
}

static void await_marks(struct bench *b)
{
    const int64_t limit = now_ns(CLOCK_MONOTONIC) + ANSWER_S * NS_A_SECOND;

    while (atomic_load(&b->marks_found) < b->marks_sent) {
        if (now_ns(CLOCK_MONOTONIC) > limit) {
            fprintf(stderr, "bench_serve: %" PRIu64 " findings of %" PRIu64 " came\n",
                    atomic_load(&b->marks_found), b->marks_sent);
            exit(1);
        }
        wait_ns(PACE_NS);
    }
}

static void send_all(struct bench *b, uint64_t events, bool paced)
{
    if (paced)
        send_paced(b, events);
    else
        send_fast(b, events);
    add_mark(b);
    flush(b);
    await_marks(b);
}

/* ------------------------------------------------------------ figures */

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static uint64_t most(const uint64_t *from, size_t n)
{
    uint64_t top = 0;

    for (size_t i = 0; i < n; i++)
        top = from[i] > top ? from[i] : top;
    return top;
}

static void print_latency(struct bench *b)
{
    static const struct {
        const char *name;
        double share;
    } rows[] = {{"latency_ms_50", 0.5}, {"latency_ms_99", 0.99}, {"latency_ms_max", 1}};
    const uint64_t n = b->latency_count;

    qsort(b->latencies, n, sizeof *b->latencies, by_size);
    for (size_t i = 0; i < countof(rows) && n; i++) {
        const uint64_t at = (uint64_t)(rows[i].share * (double)(n - 1));
        printf("%s\t%.3f\n", rows[i].name, (double)b->latencies[at] / 1e6);
    }
}

static void measure(struct bench *b)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < b->lines.n; i++)
        lines += b->lines.p[i] == '\n';
    send_all(b, lines, false); /* warm */
    wait_ns(SETTLE_NS);
    b->bytes_sent = 0;
    atomic_store(&b->keeping, b->rate != 0);
    const uint64_t found = atomic_load(&b->found);
    const int64_t cpu_ns = now_ns(b->cpu), wall_ns = now_ns(CLOCK_MONOTONIC);
    send_all(b, b->events, b->rate != 0);
    const int64_t taken_ns = now_ns(CLOCK_MONOTONIC) - wall_ns;
    wait_ns(SETTLE_NS);
    printf("cpu_ns\t%.1f\n", (double)(now_ns(b->cpu) - cpu_ns) / (double)b->events);
    printf("bytes\t%.1f\n", (double)b->bytes_sent / (double)b->events);
    printf("events_s\t%.0f\n", (double)b->events / (double)taken_ns * 1e9);
    printf("findings\t%" PRIu64 "\n", atomic_load(&b->found) - found);
    printf("resident_first_mb\t%.1f\n", (double)most(b->resident_kb, SAMPLES / 10) / 1024);
    printf("resident_last_mb\t%.1f\n",
           (double)most(b->resident_kb + SAMPLES - SAMPLES / 10, SAMPLES / 10) / 1024);
}

int main(int argc, char **argv)
{
    struct bench b = {.out = buf_make(BUF_MAX_OUTPUT)};
    struct buf text = buf_make(INPUT_MAX);
    struct err e = {0};
    struct rusage usage;
    uint64_t port;
    struct io io;
    int status;

    io_init(&io);
    if (argc < 6 || !str_u64(str_from(argv[1]), &port) || port > UINT16_MAX ||
        !str_u64(str_from(argv[2]), &b.events) || !str_u64(str_from(argv[3]), &b.rate)) {
        fprintf(stderr, "usage: bench_serve PORT EVENTS RATE FILE PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (!io_read_file(&io, argv[4], &text, &e)) {
        fprintf(stderr, "bench_serve: cannot read '%s'\n", argv[4]);
        return 1;
    }
    b.port = (uint16_t)port;
    b.lines = buf_str(&text);
    b.latencies = calloc(LATENCIES_MAX, sizeof *b.latencies);
    start(&b, argv + 5);
    connect_to(&b);
    measure(&b);
    close(b.socket);
    kill(b.child, SIGTERM);
    pthread_join(b.reader, NULL);
    if (wait4(b.child, &status, 0, &usage) == -1)
        fail("no end of the program");
    printf("waits\t%ld\n", usage.ru_nvcsw);
    print_latency(&b);
    free(b.latencies);
    buf_done(&b.out);
    buf_done(&text);
    return status == 0 ? 0 : 1;
}
