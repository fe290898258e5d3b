/*
 * term.h - what a setting says is to be looked at: a tuple of fields, of records of some
 * activities.
 *
 *     process_start, driver_load: process.name + host
 *     process_start: process.name by process.parent.name
 *
 * In front of the colon stand activities of TERM_ACTIVITIES, behind it one to three fields: user,
 * host, source, target, or a column of TERM_COLUMNS. What stands behind `by` is whose values they
 * are: each is looked at by itself.
 */
#pragma once

#include "behave/behavior.h"

enum { TERM_FIELDS_MAX = 3, TERMS_MAX = 16 };

#define TERM_ACTIVITIES                                                                            \
    ACTIVITY_logon, ACTIVITY_session_open, ACTIVITY_tunnel_open, ACTIVITY_privilege,               \
        ACTIVITY_process_start, ACTIVITY_driver_load, ACTIVITY_service_change,                     \
        ACTIVITY_job_change, ACTIVITY_account_create, ACTIVITY_config_change, ACTIVITY_http,       \
        ACTIVITY_api, ACTIVITY_api_create, ACTIVITY_api_update, ACTIVITY_api_delete
#define TERM_COLUMNS                                                                               \
    COLUMN_event_action, COLUMN_event_provider, COLUMN_source_domain, COLUMN_destination_port,     \
        COLUMN_process_name, COLUMN_process_executable, COLUMN_process_parent_name,                \
        COLUMN_file_name, COLUMN_service_name, COLUMN_user_agent, COLUMN_resource_name,            \
        COLUMN_user_target_name, COLUMN_group_name

struct term {
    str text; /* as the setting has it */
    bool activities[ACTIVITY_COUNT];
    uint8_t fields[TERM_FIELDS_MAX]; /* enum column, or beyond it a key of the observation */
    uint32_t field_count;
    uint8_t by; /* COLUMN_COUNT: nothing */
};

/* The terms of a setting that is a list. False: err has line and column. The texts are borrowed. */
bool terms_read(const struct setting_value *v, struct term *ret, uint32_t *ret_count,
                struct err *e) MUST_USE;

/* The tuple of this observation, as a hash of its values without regard to ASCII case. False: the
 * term is about others, a value is missing, or what was tried failed. */
bool term_of(const struct term *t, const struct observation *o, uint64_t seed,
             uint64_t *ret) MUST_USE;
/* The value of `by`; empty when there is none. */
str term_by(const struct term *t, const struct observation *o);
/* "process.name 'x', host 'ws1'" */
str term_text(const struct term *t, const struct observation *o, struct arena *a);
/* What a signal is about: each field's name and value; their number. */
uint32_t term_pairs(const struct term *t, const struct observation *o,
                    struct signal_pair ret[TERM_FIELDS_MAX + 1]);
/* A hash without regard to ASCII case. */
uint64_t term_hash(str s, uint64_t seed);
