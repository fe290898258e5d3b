/*
 * serve.h - the running program: configuration, rules, pipeline, sources, control
 * socket and signals. SIGTERM and SIGINT drain and end, SIGHUP takes the configuration
 * and the rules anew: what is wrong with them is told, and the old stay.
 */
#pragma once

#include "base/clock.h"
#include "serve/config.h"

struct serve_options {
    struct io *io;
    const struct clock *clock;
    const char *config;                   /* path of tocsin.yml */
    const char *shipped_rules;            /* folder; NULL: there are none */
    const char *profile;                  /* of the fields' values; NULL: none */
    void (*say)(const char *text);        /* a line for the journal; any thread */
    void (*say_err)(const struct err *e); /* the same */
};

/* Until it is told to end. False: it could not begin (*e is set), or could not make all durable. */
bool serve_run(const struct serve_options *o, struct err *e) MUST_USE;

/* Everything that serve would refuse: the configuration, its sources' settings and the rules.
 * *ret_rules and *ret_refused tell of the rules. */
bool serve_check(const struct serve_options *o, uint32_t *ret_rules, uint32_t *ret_refused,
                 struct err *e) MUST_USE;
/* Where the control socket of a configuration is. */
void serve_control_path(const struct config *c, struct buf *ret);
