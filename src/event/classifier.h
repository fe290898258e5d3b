/*
 * classifier.h - logsource_classify() at the pace of a scan.
 *
 * A classifier remembers, for each layout, where the deciding fields stand, and
 * for each combination of their values what the tables answered. It belongs to
 * one worker. The answers are those of logsource_classify(); raw values are read
 * through the event's codec, which must give the same text for the same type,
 * flags and bytes.
 */
#pragma once

#include "event/event.h"

enum {
    CLASSIFIER_LAYOUTS_MAX = 4096,   /* remembered; a power of two */
    CLASSIFIER_ANSWERS_MAX = 1024,   /* combinations of values remembered; a power of two */
    CLASSIFIER_ANSWER_BYTES = 176,   /* of the values of one; a longer one is not remembered */
    CLASSIFIER_SETS_MAX = 1024,      /* distinct sets of log sources that get a number */
    CLASSIFIER_SOURCE_TEXT_MAX = 64, /* bytes of each part of a log source that is in such a set */
};

struct classifier;

/* `force` (may be NULL; its text outlives the classifier): for events that have none otherwise. */
struct classifier *classifier_new(const struct logsource *force) MUST_USE;
void classifier_free(struct classifier *c); /* NULL is a no-op */

/* Fills the event's log sources and its source_set, which is 0 when no number could be given. */
void classifier_event(struct classifier *c, struct event *ev);
