/* watermark.c - a heap of records by time and bytes, and the sources that say how much may go. */
#include "correlate/watermark.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    CLASS_LEAST = 64, /* bytes of the smallest node; each class is twice the one before */
    CLASS_COUNT = 14,
    HEAP_FIRST = 64,
};

/* A record that waits. Nodes of records that left are kept, by class. */
struct node {
    struct node *next; /* of the free ones */
    uint32_t length;
    uint8_t class;
    char bytes[];
};

struct waiting {
    int64_t time_ns;
    struct node *node;
};

struct source {
    bool used, held, spoke, idle; /* spoke: since the last advance */
    bool heard, has_newest;       /* heard: it spoke at all */
    uint8_t witnesses;
    int64_t lateness_ns, newest_ns, leap_ns;
    int64_t seen_ns;  /* time of day of its last event */
    int64_t spoke_ns; /* steady */
    uint64_t late, disbelieved;
};

struct watermark {
    struct watermark_options options;
    struct source sources[WATERMARK_SOURCES_MAX];
    uint32_t source_count; /* places in use or that were */
    struct waiting *heap;
    uint32_t count, capacity;
    struct node *free[CLASS_COUNT];
    uint64_t held_bytes, free_bytes;
    int64_t passed_ns;
    struct watermark_stats stats;
};

struct watermark *watermark_new(const struct watermark_options *o)
{
    struct watermark *w = mem_alloc(sizeof *w);

    assert(o->idle_ns > 0 && o->bytes_max >= WATERMARK_BYTES_MIN);
    w->options = *o;
    w->passed_ns = INT64_MIN;
    return w;
}

static void free_spare(struct watermark *w)
{
    for (uint32_t c = 0; c < CLASS_COUNT; c++)
        while (w->free[c]) {
            struct node *n = w->free[c];
            w->free[c] = n->next;
            free(n);
        }
    w->free_bytes = 0;
}

void watermark_free(struct watermark *w)
{
    if (!w)
        return;
    for (uint32_t i = 0; i < w->count; i++)
        free(w->heap[i].node);
    free_spare(w);
    free(w->heap);
    free(w);
}

/* ------------------------------------------------------------ sources */

static int64_t steady_ns(const struct watermark *w)
{
    return w->options.clock ? clock_steady_ns(w->options.clock) : 0;
}

uint32_t watermark_source_add(struct watermark *w, int64_t lateness_ns)
{
    uint32_t at = 0;

    assert(lateness_ns >= 0);
    while (at < w->source_count && w->sources[at].used)
        at++;
    assert(at < WATERMARK_SOURCES_MAX);
    if (at == w->source_count)
        w->source_count++;
    w->sources[at] = (struct source){
        .used = true, .lateness_ns = lateness_ns, .spoke_ns = steady_ns(w), .newest_ns = INT64_MIN};
    return at;
}

void watermark_source_remove(struct watermark *w, uint32_t source)
{
    assert(w->sources[source].used);
    w->sources[source].used = false;
}

void watermark_source_hold(struct watermark *w, uint32_t source, bool held)
{
    assert(w->sources[source].used);
    w->sources[source].held = held;
}

/* a - b, for b >= 0. */
static int64_t less(int64_t a, int64_t b)
{
    return a < INT64_MIN + b ? INT64_MIN : a - b;
}

static bool is_far_ahead(const struct source *s, int64_t time_ns)
{
    return !s->has_newest || less(time_ns, s->lateness_ns + WATERMARK_AHEAD_NS) > s->newest_ns;
}

static void set_newest(struct source *s, int64_t time_ns)
{
    if (!s->has_newest || time_ns > s->newest_ns)
        s->newest_ns = time_ns;
    s->has_newest = true;
    s->witnesses = 0;
}

/* Notes the event's time. Returns the time that the event has its place by. */
static int64_t note_time(struct watermark *w, uint32_t source, int64_t time_ns, int64_t seen_ns)
{
    struct source *s = &w->sources[source];

    assert(s->used);
    s->spoke = s->heard = true;
    if (seen_ns != WATERMARK_NO_CLOCK) {
        s->seen_ns = seen_ns;
        if (!watermark_believes(time_ns, seen_ns, s->lateness_ns)) {
            s->disbelieved++;
            w->stats.disbelieved++;
            return seen_ns;
        }
        set_newest(s, time_ns);
        return time_ns;
    }
    s->seen_ns = INT64_MIN;
    if (!is_far_ahead(s, time_ns)) {
        set_newest(s, time_ns);
        return time_ns;
    }
    s->leap_ns = s->witnesses == 0 || time_ns < s->leap_ns ? time_ns : s->leap_ns;
    if (++s->witnesses == WATERMARK_WITNESSES)
        set_newest(s, s->leap_ns);
    return time_ns;
}

static bool is_behind(const struct source *s)
{
    return s->has_newest && s->newest_ns < less(s->seen_ns, s->lateness_ns + WATERMARK_AHEAD_NS);
}

/* ------------------------------------------------------------ the heap */

static bool before(const struct waiting *a, const struct waiting *b)
{
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    const uint32_t n = a->node->length < b->node->length ? a->node->length : b->node->length;
    const int order = memcmp(a->node->bytes, b->node->bytes, n);
    return order != 0 ? order < 0 : a->node->length < b->node->length;
}

static void sift_up(struct watermark *w, uint32_t at)
{
    const struct waiting x = w->heap[at];

    while (at && before(&x, &w->heap[(at - 1) / 2])) {
        w->heap[at] = w->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    w->heap[at] = x;
}

static void sift_down(struct watermark *w, uint32_t at)
{
    const struct waiting x = w->heap[at];

    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < w->count && before(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (child >= w->count || !before(&w->heap[child], &x))
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = x;
}

/* ------------------------------------------------------------ nodes */

static uint64_t class_bytes(uint8_t class)
{
    return (uint64_t)CLASS_LEAST << class;
}

static uint8_t class_of(size_t length)
{
    uint8_t class = 0;

    while (class_bytes(class) < sizeof(struct node) + length)
        class ++;
    assert(class < CLASS_COUNT);
    return class;
}

static struct node *take_node(struct watermark *w, uint8_t class)
{
    struct node *n = w->free[class];

    if (n) {
        w->free[class] = n->next;
        w->free_bytes -= class_bytes(class);
        return n;
    }
    if (w->held_bytes + w->free_bytes + class_bytes(class) > w->options.bytes_max)
        free_spare(w); /* nodes of other sizes than those of now */
    n = mem_alloc(class_bytes(class));
    n->class = class;
    return n;
}

/* ------------------------------------------------------------ out */

static void let_out(struct watermark *w)
{
    const struct waiting first = w->heap[0];

    w->heap[0] = w->heap[--w->count];
    if (w->count)
        sift_down(w, 0);
    w->passed_ns = first.time_ns;
    w->options.out(w->options.ctx, first.time_ns, (str){first.node->bytes, first.node->length},
                   false);
    const uint64_t bytes = class_bytes(first.node->class);
    first.node->next = w->free[first.node->class];
    w->free[first.node->class] = first.node;
    w->held_bytes -= bytes + sizeof *w->heap;
    w->free_bytes += bytes;
}

static void wait(struct watermark *w, int64_t time_ns, str bytes, uint8_t class)
{
    struct node *n = take_node(w, class);

    n->length = (uint32_t)bytes.n;
    if (bytes.n)
        memcpy(n->bytes, bytes.p, bytes.n);
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? w->capacity * 2 : HEAP_FIRST;
        w->heap = mem_resize(w->heap, w->capacity, sizeof *w->heap);
    }
    w->heap[w->count] = (struct waiting){time_ns, n};
    w->held_bytes += class_bytes(class) + sizeof *w->heap;
    sift_up(w, w->count++);
}

void watermark_see(struct watermark *w, uint32_t source, int64_t time_ns, int64_t seen_ns)
{
    note_time(w, source, time_ns, seen_ns);
}

void watermark_add(struct watermark *w, uint32_t source, int64_t time_ns, int64_t seen_ns,
                   str bytes)
{
    const uint8_t class = class_of(bytes.n);

    assert(bytes.n <= WATERMARK_RECORD_MAX);
    time_ns = note_time(w, source, time_ns, seen_ns);
    if (time_ns < w->passed_ns) {
        w->sources[source].late++;
        w->stats.late++;
        w->options.out(w->options.ctx, time_ns, bytes, true);
        return;
    }
    while (w->count &&
           w->held_bytes + class_bytes(class) + sizeof *w->heap > w->options.bytes_max) {
        w->stats.displaced++;
        if (time_ns < w->heap[0].time_ns) { /* it is the oldest itself */
            w->passed_ns = time_ns;
            w->options.out(w->options.ctx, time_ns, bytes, false);
            return;
        }
        let_out(w);
    }
    wait(w, time_ns, bytes, class);
}

/* Which sources are idle. False: one of them holds all back. */
static bool look_at_sources(struct watermark *w)
{
    const int64_t now = steady_ns(w);
    bool moves = true;

    for (uint32_t i = 0; i < w->source_count; i++) {
        struct source *s = &w->sources[i];
        if (s->spoke)
            s->spoke_ns = now;
        s->spoke = false;
        s->idle = w->options.clock && now - s->spoke_ns >= w->options.idle_ns;
        moves = moves && !(s->used && (s->held || (!s->idle && !s->heard)));
    }
    return moves;
}

/* The lowest watermark of the sources that are not idle, and behind or not; false: there is none.
 * Without a time of day a source whose times are not believed yet is one that is low. */
static bool lowest(const struct watermark *w, bool behind, int64_t *ret)
{
    bool any = false;

    *ret = INT64_MAX;
    for (uint32_t i = 0; i < w->source_count; i++) {
        const struct source *s = &w->sources[i];
        if (!s->used || s->idle || is_behind(s) != behind)
            continue;
        if (!s->has_newest && s->seen_ns != INT64_MIN) /* none of its times was believed */
            continue;
        const int64_t mark = s->has_newest ? less(s->newest_ns, s->lateness_ns) : INT64_MIN;
        *ret = mark < *ret ? mark : *ret;
        any = true;
    }
    return any;
}

/* The newest time of the idle sources that are not behind. */
static int64_t newest_of_idle(const struct watermark *w)
{
    int64_t newest = INT64_MIN;

    for (uint32_t i = 0; i < w->source_count; i++) {
        const struct source *s = &w->sources[i];
        if (s->used && s->idle && s->has_newest && !is_behind(s) && s->newest_ns > newest)
            newest = s->newest_ns;
    }
    return newest;
}

void watermark_advance(struct watermark *w)
{
    int64_t mark;

    if (!look_at_sources(w))
        return;
    if (!lowest(w, false, &mark)) {
        if (!lowest(w, true, &mark)) { /* all are idle */
            watermark_flush(w);
            return;
        }
        const int64_t idle = newest_of_idle(w); /* those that are behind do not hold it back */
        if (idle >= mark && idle < INT64_MAX)
            mark = idle + 1;
    }
    while (w->count && w->heap[0].time_ns < mark)
        let_out(w);
    if (mark > w->passed_ns)
        w->passed_ns = mark;
}

void watermark_flush(struct watermark *w)
{
    while (w->count)
        let_out(w);
}

int64_t watermark_passed(const struct watermark *w)
{
    return w->passed_ns;
}

struct watermark_stats watermark_stats(const struct watermark *w)
{
    struct watermark_stats s = w->stats;

    s.waiting = w->count;
    s.bytes = w->held_bytes;
    return s;
}

struct watermark_source_stats watermark_source_stats(const struct watermark *w, uint32_t source)
{
    const struct source *s = &w->sources[source];

    return (struct watermark_source_stats){
        .late = s->late,
        .disbelieved = s->disbelieved,
        .newest_ns = s->newest_ns,
        .idle = s->idle,
        .behind = is_behind(s),
        .held = s->held,
    };
}
