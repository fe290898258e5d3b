/* The schedule of a scan: who gets which job, and that jobs are handed over in the input's order.
 */
#include "engine/schedule.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* What the engine calls a job is here its number. */
struct job {
    uint64_t number;
};
enum { JOBS = 6, NUMBERS = 20000, WORKERS = 3 };

static struct schedule *filled(struct job jobs[JOBS], uint32_t ahead)
{
    struct schedule *s = schedule_new(JOBS, ahead);

    for (uint32_t i = 0; i < JOBS; i++)
        schedule_add(s, &jobs[i]);
    return s;
}

static void emptied(struct schedule *s)
{
    uint32_t count = 0;

    while (schedule_remove(s))
        count++;
    assert_int_equal(count, JOBS);
    schedule_free(s);
}

static struct job *take_empty(struct schedule *s)
{
    bool is_full;
    struct job *job = schedule_take_empty(s, &is_full);

    assert_false(is_full);
    return job;
}

static void hand_over_all(struct schedule *s, struct job *job, uint64_t number)
{
    for (job = schedule_put_done(s, job, number); job;)
        job = schedule_put_empty(s, job);
}

static void the_empty_job_that_was_used_last_is_used_next(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 0);
    uint32_t waiting;

    (void)state;
    struct job *first = take_empty(s), *second = take_empty(s);
    assert_ptr_not_equal(first, second);
    assert_ptr_equal(schedule_put_full(s, first, &waiting), first);
    hand_over_all(s, first, 0);
    assert_ptr_equal(take_empty(s), first);
    assert_ptr_equal(schedule_put_full(s, second, &waiting), second);
    hand_over_all(s, second, 1);
    assert_ptr_equal(schedule_put_full(s, first, &waiting), first);
    hand_over_all(s, first, 2);
    emptied(s);
}

static void a_reader_alone_works_off_each_job_itself(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 0);
    struct job *job = take_empty(s);
    uint32_t waiting;

    (void)state;
    assert_ptr_equal(schedule_put_full(s, job, &waiting), job);
    assert_int_equal(waiting, 1);
    hand_over_all(s, job, 0);
    emptied(s);
}

static void the_reader_helps_with_the_youngest_job_and_others_get_the_oldest(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 1);
    struct job *first = take_empty(s), *second = take_empty(s);
    uint32_t waiting;

    (void)state;
    assert_null(schedule_put_full(s, first, &waiting));
    assert_int_equal(waiting, 1);
    assert_ptr_equal(schedule_put_full(s, second, &waiting), second);
    assert_int_equal(waiting, 2);
    assert_ptr_equal(schedule_take_full(s), first);
    hand_over_all(s, second, 1);
    hand_over_all(s, first, 0);
    emptied(s);
}

static void a_reader_without_an_empty_job_is_given_a_full_one(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, JOBS);
    bool is_full;
    uint32_t waiting;

    (void)state;
    for (uint32_t i = 0; i < JOBS; i++)
        assert_null(schedule_put_full(s, take_empty(s), &waiting));
    for (uint32_t i = 0; i < JOBS; i++) {
        struct job *job = i == 0 ? schedule_take_empty(s, &is_full) : schedule_take_full(s);
        assert_true(is_full);
        hand_over_all(s, job, i);
    }
    emptied(s);
}

static void a_job_that_is_done_early_waits_for_its_turn(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 2);
    struct job *first = take_empty(s), *second = take_empty(s);
    uint32_t waiting;

    (void)state;
    assert_null(schedule_put_full(s, first, &waiting));
    assert_null(schedule_put_full(s, second, &waiting));
    assert_ptr_equal(schedule_take_full(s), first);
    assert_ptr_equal(schedule_take_full(s), second);
    assert_null(schedule_put_done(s, second, 1));
    assert_ptr_equal(schedule_put_done(s, first, 0), first);
    assert_ptr_equal(schedule_put_empty(s, first), second);
    assert_null(schedule_put_empty(s, second));
    emptied(s);
}

static void while_one_thread_hands_over_another_leaves_it_to_it(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 2);
    struct job *first = take_empty(s), *second = take_empty(s);
    uint32_t waiting;

    (void)state;
    assert_null(schedule_put_full(s, first, &waiting));
    assert_null(schedule_put_full(s, second, &waiting));
    assert_ptr_equal(schedule_take_full(s), first);
    assert_ptr_equal(schedule_take_full(s), second);
    assert_ptr_equal(schedule_put_done(s, first, 0), first);
    assert_null(schedule_put_done(s, second, 1));
    assert_ptr_equal(schedule_put_empty(s, first), second);
    assert_null(schedule_put_empty(s, second));
    emptied(s);
}

static void a_closed_schedule_still_gives_what_it_holds(void **state)
{
    struct job jobs[JOBS];
    struct schedule *s = filled(jobs, 1);
    struct job *job = take_empty(s);
    uint32_t waiting;

    (void)state;
    assert_null(schedule_put_full(s, job, &waiting));
    schedule_close(s);
    assert_ptr_equal(schedule_take_full(s), job);
    assert_null(schedule_take_full(s));
    hand_over_all(s, job, 0);
    emptied(s);
}

/* Threads as the engine has them. */
struct line {
    struct schedule *schedule;
    uint64_t handed_over; /* guarded by being handed over by one thread at a time */
    bool in_order;
};

static void work_off(struct line *l, struct job *job)
{
    for (job = schedule_put_done(l->schedule, job, job->number); job;) {
        l->in_order &= job->number == l->handed_over;
        l->handed_over++;
        job = schedule_put_empty(l->schedule, job);
    }
}

static void *work_off_all(void *line)
{
    struct line *l = line;
    struct job *job;

    while ((job = schedule_take_full(l->schedule)))
        work_off(l, job);
    return NULL;
}

static void threads_hand_over_every_job_once_and_in_order(void **state)
{
    struct job jobs[JOBS], *job;
    struct line l = {.schedule = filled(jobs, WORKERS), .in_order = true};
    pthread_t threads[WORKERS];
    bool is_full;
    uint32_t waiting;

    (void)state;
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_off_all, &l), 0);
    for (uint64_t number = 0; number < NUMBERS; number++) {
        while ((job = schedule_take_empty(l.schedule, &is_full)) && is_full)
            work_off(&l, job);
        job->number = number;
        if ((job = schedule_put_full(l.schedule, job, &waiting)))
            work_off(&l, job);
    }
    schedule_close(l.schedule);
    work_off_all(&l);
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_true(l.in_order);
    assert_int_equal(l.handed_over, NUMBERS);
    emptied(l.schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_job_that_was_used_last_is_used_next),
        cmocka_unit_test(a_reader_alone_works_off_each_job_itself),
        cmocka_unit_test(the_reader_helps_with_the_youngest_job_and_others_get_the_oldest),
        cmocka_unit_test(a_reader_without_an_empty_job_is_given_a_full_one),
        cmocka_unit_test(a_job_that_is_done_early_waits_for_its_turn),
        cmocka_unit_test(while_one_thread_hands_over_another_leaves_it_to_it),
        cmocka_unit_test(a_closed_schedule_still_gives_what_it_holds),
        cmocka_unit_test(threads_hand_over_every_job_once_and_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
