/*
 * alert_verdict.h - what an alert turned out to be, and why: the classifications with which
 * Microsoft Sentinel closes incidents.
 *
 *   true_positive     suspicious_activity
 *   benign_positive   suspicious_but_expected
 *   false_positive    incorrect_alert_logic, incorrect_data
 *   undetermined      (no reason is needed)
 */
#pragma once

#include "base/err.h"

/* err says what there is. An empty reason is the verdict's only one, where it has one. */
bool alert_verdict_check(str verdict, str *reason, struct err *e) MUST_USE;
