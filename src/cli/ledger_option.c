#include "cli/ledger_option.h"

#include "cli/say.h"

enum { PATH_BYTES_MAX = 4096 };

bool ledger_reading_open(const struct command *c, const struct arguments *a,
                         struct ledger_reading *ret, int *ret_code)
{
    const char *folder = opt_value(c, a, "data");
    struct err e = {0};

    *ret = (struct ledger_reading){.clock = clock_system(), .path = buf_make(PATH_BYTES_MAX)};
    *ret_code = EXIT_USAGE;
    if (!folder) {
        say("whose ledger? name the data folder with '-d FOLDER'");
        return false;
    }
    buf_printf(&ret->path, "%s/" LEDGER_FILE, folder);
    if (ret->path.overflow) {
        say("the name of the data folder is too long");
        return false;
    }
    io_init(&ret->io);
    const struct ledger_options o = {
        .io = &ret->io, .clock = &ret->clock, .path = buf_cstr(&ret->path)};
    ret->ledger = ledger_open_readonly(&o, &e);
    if (ret->ledger)
        return true;
    say_err(&e);
    *ret_code = EXIT_INPUT;
    return false;
}

void ledger_reading_done(struct ledger_reading *r)
{
    ledger_close(r->ledger);
    buf_done(&r->path);
}

bool ledger_output_is(const struct command *c, const struct arguments *a, const char *usual,
                      const char *other, int *ret_code)
{
    const char *output = opt_value(c, a, "output");

    if (!output || str_eq(str_from(output), str_from(usual)))
        return false;
    if (str_eq(str_from(output), str_from(other)))
        return true;
    say("unknown output '%s'; there are: %s, %s", output, usual, other);
    *ret_code = EXIT_USAGE;
    return false;
}
