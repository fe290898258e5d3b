/* pam.h - PAM's messages for dialects of programs that write them too. Private to dialect/. */
#pragma once

#include "message/dialect.h"

struct template_set *pam_templates_new(void) MUST_USE;
/* Reads the message when it is one of PAM's; its kind is of the dialect pam. False: it is not. */
bool pam_read(struct template_set *templates, struct message *m);
