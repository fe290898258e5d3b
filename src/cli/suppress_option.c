#include "cli/suppress_option.h"

#include "base/buf.h"
#include "cli/say.h"

struct suppress_set *suppress_file_read(struct io *io, const char *path)
{
    struct buf text CLEANUP(buf_done) = buf_make(SUPPRESS_FILE_MAX);
    struct err e = {0};
    struct suppress_set *set = NULL;

    if (io_read_file(io, path, &text, &e)) {
        set = suppress_set_read(buf_str(&text), str_from(path), &e);
        if (!set)
            err_in_file(&e, str_from(path));
    }
    if (!set)
        say_err(&e);
    return set;
}
