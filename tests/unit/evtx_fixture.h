/* evtx_fixture.h - what the EVTX tests share: files made by the writer, read, and looked at. */
#pragma once

#include "../evtx_writer.h"
#include "../format_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_evtx;

enum { CHUNK_BYTES = 65536, FIRST_CHUNK = 4096, WHOLE = 1 << 20, SEEN_MAX = 512 };

/* What came of a file: copies, so that they outlive the batches. */
struct seen {
    struct arena *arena;
    struct event events[SEEN_MAX];
    struct problem problems[SEEN_MAX];
    uint32_t event_count, problem_count;
};

struct fixture {
    struct evtx_writer *w;
    struct seen seen;
};

static inline void see_event(void *ctx, struct event *ev)
{
    struct seen *s = ctx;

    assert_true(s->event_count < SEEN_MAX);
    struct event *copy = &s->events[s->event_count++];
    *copy = *ev;
    copy->fields = arena_array(s->arena, ev->field_count, sizeof *copy->fields);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        copy->fields[i] = ev->fields[i];
        copy->fields[i].name = arena_str(s->arena, ev->fields[i].name);
        copy->fields[i].value = arena_str(s->arena, ev->fields[i].value);
    }
}

static inline void see_problem(void *ctx, const struct problem *p)
{
    struct seen *s = ctx;

    if (s->problem_count < SEEN_MAX)
        s->problems[s->problem_count++] = *p;
}

static inline void see(struct seen *s, str file, size_t step)
{
    struct decode_sink sink = {.ctx = s, .event = see_event, .problem = see_problem};

    s->event_count = s->problem_count = 0;
    format_drive(&format_evtx, file, step, &sink, NULL);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->w = evtx_writer_new();
    f->seen.arena = arena_new(65536);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;

    evtx_writer_free(f->w);
    arena_free(f->seen.arena);
    free(f);
    return 0;
}

/* A small event with one field of its own. */
static inline void add_event(struct evtx_writer *w, uint64_t id, str value)
{
    struct arena *a = arena_new(4096);
    struct event ev = {0};
    const struct field fields[] = {
        {.name = S("Provider_Name"), .value = S("Test")},
        {.name = S("EventID"), .value = S("7")},
        {.name = S("TimeCreated_SystemTime"), .value = S("2024-05-04T10:11:12.123456700Z")},
        {.name = S("EventRecordID"), .value = arena_printf(a, "%llu", (unsigned long long)id)},
        {.name = S("Channel"), .value = S("System")},
        {.name = S("Image"), .value = value},
    };

    for (size_t i = 0; i < countof(fields); i++)
        event_add(&ev, a, fields[i]);
    assert_true(evtx_add_event(w, &ev, (str){0}));
    arena_free(a);
}

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        str got_ = (got);                                                                          \
        assert_non_null(got_.p);                                                                   \
        assert_int_equal(got_.n, sizeof(want) - 1);                                                \
        assert_memory_equal(got_.p, want, sizeof(want) - 1);                                       \
    } while (0)

#define assert_field(ev, name, want) assert_str(event_get((ev), S(name)), want)
#define assert_no_field(ev, name) assert_null(event_get((ev), S(name)).p)

static inline void assert_problem(const struct seen *s, enum problem_kind kind, const char *text)
{
    for (uint32_t i = 0; i < s->problem_count; i++)
        if (s->problems[i].kind == kind && strstr(s->problems[i].text, text))
            return;
    fail_msg("no problem of kind %s that says '%s'", problem_name(kind), text);
}

static inline void assert_ids(const struct seen *s, const uint64_t *ids, uint32_t count)
{
    assert_int_equal(s->event_count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(s->events[i].from.record, ids[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
