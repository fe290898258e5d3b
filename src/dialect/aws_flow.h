/* aws_flow.h - what rows of Amazon's VPC flow logs mean, whatever tells the names of columns. */
#pragma once

#include "message/dialect.h"

extern const struct kind aws_flow_kind;
/* Adds the time, the log source, and the names that rules have, to an event with the row's columns
 * by the manual's names. */
void aws_flow_mean(struct message *m);
