/* cmd_reload.c - lets a running serve take its configuration and rules anew, and waits for it. */
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/serve_options.h"
#include "text/json_tree.h"

#include <unistd.h>

extern const struct command command_reload;

enum { ANSWER_MAX = 1 << 20, ANSWER_ARENA = 4096 };

static const struct option reload_options[] = {CONFIG_OPTION, SOCKET_OPTION};

/* What the answer says is wrong; all of it when it is no answer of ours. */
static void say_refusal(str answer)
{
    struct arena *a = arena_new(ANSWER_ARENA);
    bool too_many;
    const str why = json_node_text(json_member(json_tree(answer, a, &too_many), S("error"), S("")));

    say("the new configuration is refused, the old stays: " STR_FMT, STR_ARG(why.p ? why : answer));
    arena_free(a);
}

static int reload_run(const struct arguments *a)
{
    struct buf answer CLEANUP(buf_done) = buf_make(ANSWER_MAX);
    int fd = serve_ask(&command_reload, a, "reload\n");

    if (fd == -1)
        return EXIT_INPUT;
    bool told = serve_answer(fd, &answer);
    close(fd);
    if (!told)
        return EXIT_INPUT;
    if (str_starts(buf_str(&answer), S("{\"ok\":true")))
        return EXIT_OK;
    say_refusal(str_trim(buf_str(&answer)));
    return EXIT_USAGE;
}

const struct command command_reload = {
    .name = "reload",
    .usage = "[OPTIONS]",
    .summary = "Lets a running serve take its configuration and rules anew",
    .details = "As SIGHUP, but waits, and fails when the new configuration is refused.",
    .options = reload_options,
    .option_count = countof(reload_options),
    .operands = COMPLETE_NONE,
    .run = reload_run,
};
