/*
 * correlation_sequence.h - the type `sequence`: rules that match one after the other, in the way of
 * EQL's sequences (elastic.co/guide: EQL syntax reference). An extension; no other program reads
 * it.
 *
 *     type: sequence
 *     rules:
 *         - ssh_logon_failed             a step
 *         - {rule: sudo_failed, runs: 3} three steps
 *         - {absence: mfa_passed}        none of these in between; at the end: within the timespan
 *         - {rule: copied, fork: true}   what led here stays, for further matches
 *     until: [logged_off]                ends what has begun
 */
#pragma once

#include "sigma/correlation.h"

/* Fills the references from `rules` and, unless it is NULL, `until`. False: err has the place. */
bool correlation_read_sequence(struct sigma_correlation *c, const struct yaml_node *rules,
                               const struct yaml_node *until, struct arena *a,
                               struct err *e) MUST_USE;
