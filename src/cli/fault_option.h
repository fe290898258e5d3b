/* fault_option.h - TOCSIN_FAULT plans a fault, in a build for tests (-Dfaults=true) only. */
#pragma once

#include "base/io.h"

#include <stdlib.h>

static inline bool fault_option(struct io *io, struct err *e)
{
#ifdef TOCSIN_FAULTS
    const char *plan = getenv("TOCSIN_FAULT");

    return !plan || io_plan_fault(io, str_from(plan), e);
#else
    (void)io;
    (void)e;
    return true;
#endif
}
