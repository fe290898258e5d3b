/*
 * job.h - a batch on its way through the engine, and the stream it is of.
 *
 * A scan with N workers has N threads, the caller's among them. The caller's
 * thread reads; when enough batches wait for the others it works one off itself,
 * so that one worker needs no second thread, and two keep two processors busy.
 * Others are started when there is something for them to do. Who has worked a
 * batch off hands over findings in the order of the input (collector.c).
 *
 * A job has one owner at a time (schedule.h). There are few of them, so that a
 * slow part makes the others wait (back-pressure) and memory is bounded.
 */
#pragma once

#include "engine/scan.h"
#include "engine/schedule.h"
#include "engine/watch.h"
#include "event/classifier.h"
#include "engine/stateful.h"
#include "engine/time_log.h"
#include "formats/decoder_pool.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    JOBS_ALONE =
        4, /* of one worker: a batch that is filled, what is left of the one before, spare */
    JOBS_PER_WORKER = 2,
    JOBS_EXTRA = 6, /* done before their turn, or waiting */
    JOBS_AHEAD = 2, /* that wait for each thread but the reader before the reader works itself */
    BATCH_ARENA_BYTES = 1024 * 1024,
};

enum output_kind { OUTPUT_FINDING, OUTPUT_PROBLEM, OUTPUT_RECORD };

/* What a batch has to hand over, in the order of the input. Lives in the batch's arena. */
struct output {
    struct output *next;
    enum output_kind kind;
    union {
        struct finding *finding;
        struct problem problem;
        struct { /* for the stateful stage */
            str bytes;
            uint64_t number; /* the event's in the batch */
            int64_t time_ns; /* or SIGNAL_NO_TIME */
        } record;
    };
};

struct engine_stream {
    struct stream stream; /* first, so that a struct stream * is one of these */
    char *path;           /* owned */
    uint32_t evidence;    /* its file's place in the list of evidence; UINT32_MAX: of none */
    uint64_t next_batch;  /* reader: numbers the batches of an ordered format */

    /* Of an ordered format: one decoder, handed from worker to worker in batch order. */
    pthread_mutex_t lock; /* guards the two below */
    pthread_cond_t turn_changed;
    uint64_t turn;
    void *decoder;

    uint64_t units, events; /* of the batches that were handed over */
    uint32_t source;        /* its path's number, or INTERN_NONE */
};

struct job {
    struct batch batch; /* first, so that a struct batch * is one of these */
    uint64_t number_in_stream;
    struct summary_builder *summary;
    struct output *outputs, *last_output;
    uint64_t events;
};

struct scan {
    struct scan_options options;
    struct scan_handlers handlers;
    struct detector *detector;
    bool owns_detector;
    struct naive *naive; /* NULL unless options.naive */
    struct entity_finder *entities;
    struct stateful *stateful; /* NULL: nothing is correlated, and nobody asks for signals */
    const struct correlator *correlator; /* of it; may be NULL */
    struct time_log *records;            /* for it */
    struct intern *sources;              /* paths by the numbers in an event_ref() */
    struct scan_correlated correlated;   /* after scan_finish */
    struct err records_failure;
    bool all_correlated;
    struct schedule *schedule;
    struct job *jobs;
    uint32_t job_count;
    struct worker *workers; /* the first is the caller's thread */
    uint32_t worker_count;  /* started so far */
    bool finished;
    bool in_file;         /* between file_begin and file_end */
    _Atomic bool stopped; /* set by any thread, read by the reader */

    /* Reader. */
    struct evidence *evidence;
    uint32_t evidence_count, evidence_capacity;
    uint32_t stream_count;
    uint64_t sequence;

    /* Of whose turn it is to hand over; others read it after the threads have been joined. */
    struct summary_builder *total;
    struct summary summary;
    uint64_t *evidence_events;
    uint32_t evidence_events_capacity;
    uint64_t bytes, events;
    uint64_t untimed; /* matches that are in no order */
    str *unseen;
    uint32_t unseen_count;
    uint64_t regex_limits;
};

struct worker {
    struct scan *scan;
    pthread_t thread;
    bool thread_failed; /* it could not be started */
    struct detector_scratch *scratch;
    struct classifier *classifier;
    struct watch *watch;
    struct decoder_pool *decoders; /* of formats that are not ordered */
    uint32_t *naive_hits;
    struct job *job; /* being worked on */
};

void worker_init(struct worker *w, struct scan *scan);
void worker_done(struct worker *w);
void worker_do(struct worker *w, struct job *job); /* works it off, and it is no longer w's */
void worker_run(struct worker *w);                 /* does so with all that come, to the end */

/* A job has been worked off: hands over what is next in the order of the input. */
void collector_take(struct scan *s, struct job *job);

struct engine_stream *engine_stream_new(str path, uint32_t id, uint32_t evidence) MUST_USE;
void engine_stream_free(struct engine_stream *s);
