#include "event/provenance.h"

const char *trust_name(enum trust t)
{
    static const char *const names[] = {[TRUST_SYSTEM] = "system",
                                        [TRUST_AUTHENTICATED] = "authenticated",
                                        [TRUST_PROPOSE] = "propose",
                                        [TRUST_EVIDENCE] = "evidence"};

    assert((size_t)t < countof(names));
    return names[t];
}
