/* app_log.h - lines of machines whose header is a row of columns. Private to dialect/app_*.c. */
#pragma once

#include "message/dialect.h"
#include "message/time_text.h"

/* Logs of large machines, and of health applications: reads the line when it is one. */
bool app_log_machine(struct message *m);
