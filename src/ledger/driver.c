#include "ledger/driver.h"

#define LEDGER_DRIVER(name) extern const struct ledger_driver ledger_driver_##name;
#include "ledger/drivers.def"
#undef LEDGER_DRIVER

static const struct ledger_driver *const drivers[] = {
#define LEDGER_DRIVER(name) &ledger_driver_##name,
#include "ledger/drivers.def"
#undef LEDGER_DRIVER
};

const struct ledger_driver *ledger_driver_of(const char *path)
{
    for (size_t i = 0; i + 1 < countof(drivers); i++)
        if (str_starts(str_from(path), str_from(drivers[i]->scheme)))
            return drivers[i];
    return drivers[countof(drivers) - 1]; /* the empty scheme's: a path */
}
