/*
 * schedule.c - empty jobs are a stack, so that the reader fills memory that is
 * still in its cache; full ones a queue, from whose young end the reader takes
 * for the same reason; jobs that are done stand at the place of their number
 * until their turn comes.
 */
#include "engine/schedule.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct schedule {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t has_full, has_empty;
    uint32_t capacity, ahead;
    struct job **empty, **full, **done;
    uint32_t empty_count, first_full, full_count;
    uint32_t idle; /* threads that wait for a full job */
    uint64_t next; /* number of the job that is handed over next */
    bool reader_waits, handing_over, closed, alone;
};

struct schedule *schedule_new(uint32_t capacity, uint32_t ahead)
{
    struct schedule *s = mem_alloc(sizeof *s);

    assert(capacity > 0);
    s->capacity = capacity;
    s->ahead = ahead;
    s->empty = mem_array(capacity, sizeof(struct job *));
    s->full = mem_array(capacity, sizeof(struct job *));
    s->done = mem_array(capacity, sizeof(struct job *));
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->has_full, NULL);
    pthread_cond_init(&s->has_empty, NULL);
    return s;
}

void schedule_free(struct schedule *s)
{
    if (!s)
        return;
    assert(s->empty_count == 0 && s->full_count == 0 && !s->handing_over);
    pthread_cond_destroy(&s->has_empty);
    pthread_cond_destroy(&s->has_full);
    pthread_mutex_destroy(&s->lock);
    free(s->empty);
    free(s->full);
    free(s->done);
    free(s);
}

static struct job *oldest_full(struct schedule *s)
{
    struct job *job = s->full[s->first_full];

    assert(s->full_count > 0);
    s->first_full = (s->first_full + 1) % s->capacity;
    s->full_count--;
    return job;
}

static struct job *youngest_full(struct schedule *s)
{
    assert(s->full_count > 0);
    return s->full[(s->first_full + --s->full_count) % s->capacity];
}

struct job *schedule_take_empty(struct schedule *s, bool *ret_is_full)
{
    struct job *job;

    pthread_mutex_lock(&s->lock);
    s->reader_waits = true;
    while (s->empty_count == 0 && s->full_count == 0)
        pthread_cond_wait(&s->has_empty, &s->lock);
    s->reader_waits = false;
    *ret_is_full = s->empty_count == 0;
    job = *ret_is_full ? oldest_full(s) : s->empty[--s->empty_count];
    pthread_mutex_unlock(&s->lock);
    return job;
}

struct job *schedule_put_full(struct schedule *s, struct job *job, uint32_t *ret_waiting)
{
    struct job *help = NULL;

    pthread_mutex_lock(&s->lock);
    const bool wake = s->idle > 0;
    assert(!s->closed && s->full_count < s->capacity);
    s->full[(s->first_full + s->full_count++) % s->capacity] = job;
    *ret_waiting = s->full_count;
    if (s->full_count >
        (s->alone ? 0 : s->ahead) + s->idle) /* who is idle takes one as soon as it is awake */
        help = youngest_full(s);
    pthread_mutex_unlock(&s->lock);
    if (wake) /* without the lock, which it would only wait for */
        pthread_cond_signal(&s->has_full);
    return help;
}

struct job *schedule_take_full(struct schedule *s)
{
    struct job *job;

    pthread_mutex_lock(&s->lock);
    s->idle++;
    while (s->full_count == 0 && !s->closed)
        pthread_cond_wait(&s->has_full, &s->lock);
    s->idle--;
    job = s->full_count ? oldest_full(s) : NULL;
    pthread_mutex_unlock(&s->lock);
    return job;
}

void schedule_close(struct schedule *s)
{
    pthread_mutex_lock(&s->lock);
    s->closed = true;
    pthread_cond_broadcast(&s->has_full);
    pthread_mutex_unlock(&s->lock);
}

void schedule_open(struct schedule *s)
{
    pthread_mutex_lock(&s->lock);
    assert(s->closed && s->full_count == 0 && s->idle == 0);
    s->closed = s->alone = false;
    pthread_mutex_unlock(&s->lock);
}

struct job *schedule_alone(struct schedule *s)
{
    pthread_mutex_lock(&s->lock);
    s->alone = true;
    struct job *job = s->full_count ? oldest_full(s) : NULL;
    pthread_mutex_unlock(&s->lock);
    return job;
}

/* With the lock: the job whose turn it is, when it is done. */
static struct job *next_done(struct schedule *s)
{
    struct job **place = &s->done[s->next % s->capacity], *job = *place;

    *place = NULL;
    s->next += job != NULL;
    s->handing_over = job != NULL;
    return job;
}

struct job *schedule_put_done(struct schedule *s, struct job *job, uint64_t number)
{
    struct job *next = NULL;

    pthread_mutex_lock(&s->lock);
    /* No two jobs under way share a place: there are only `capacity` of them. */
    assert(number >= s->next && !s->done[number % s->capacity]);
    s->done[number % s->capacity] = job;
    if (!s->handing_over)
        next = next_done(s);
    pthread_mutex_unlock(&s->lock);
    return next;
}

struct job *schedule_put_empty(struct schedule *s, struct job *job)
{
    struct job *next;

    pthread_mutex_lock(&s->lock);
    assert(s->handing_over);
    s->empty[s->empty_count++] = job;
    const bool wake = s->reader_waits;
    next = next_done(s);
    pthread_mutex_unlock(&s->lock);
    if (wake)
        pthread_cond_signal(&s->has_empty);
    return next;
}

void schedule_add(struct schedule *s, struct job *job)
{
    pthread_mutex_lock(&s->lock);
    assert(s->empty_count < s->capacity);
    s->empty[s->empty_count++] = job;
    pthread_mutex_unlock(&s->lock);
}

struct job *schedule_remove(struct schedule *s)
{
    pthread_mutex_lock(&s->lock);
    struct job *job = s->empty_count ? s->empty[--s->empty_count] : NULL;
    pthread_mutex_unlock(&s->lock);
    return job;
}
