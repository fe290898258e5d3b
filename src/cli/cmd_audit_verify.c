/* cmd_audit_verify.c - whether the audit's chain is whole, and its last hash, to be kept elsewhere.
 */
#include "cli/ledger_option.h"
#include "cli/say.h"
#include "ledger/audit.h"
#include "text/json_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

extern const struct command command_audit_verify;

enum { RESULT_BYTES_MAX = 4096, HASH_DIGITS = 64 };

static const struct option verify_options[] = {
    DATA_OPTION,
    {"anchor", '\0', OPTION_VALUE, "HASH",
     "a hash that was printed before and kept elsewhere; some row must have it", COMPLETE_NONE,
     NULL},
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "text json"},
};

static void print_json(const struct audit_result *r, bool anchored)
{
    struct buf out CLEANUP(buf_done) = buf_make(RESULT_BYTES_MAX);
    struct json_writer w = json_writer_make(&out, 0);

    json_object(&w);
    json_key(&w, S("whole"));
    json_bool(&w, r->whole);
    json_field_u64(&w, S("rows"), r->rows);
    json_key(&w, S("first_broken"));
    if (r->first_broken)
        json_u64(&w, r->first_broken);
    else
        json_null(&w);
    json_key(&w, S("anchor_found"));
    if (anchored)
        json_bool(&w, r->anchor_found);
    else
        json_null(&w);
    json_field_str(&w, S("last_hash"), str_from(r->last_hash));
    json_object_end(&w);
    puts(buf_cstr(&out));
}

static void print_text(const struct audit_result *r, bool anchored)
{
    if (r->first_broken)
        printf("broken    row %" PRIu64 " of %" PRIu64 " is not what was written\n",
               r->first_broken, r->rows);
    else if (!r->whole)
        printf("broken    no row has the anchor: the end was cut off, or this is another audit\n");
    else
        printf("whole     %" PRIu64 " rows%s\n", r->rows,
               anchored ? ", the anchor among them" : "");
    if (r->whole && r->rows)
        printf("last hash %s\n", r->last_hash);
}

static int verify(struct ledger_reading *reading, str anchor, bool json)
{
    struct audit_result r;
    struct err e = {0};

    if (!audit_verify(reading->ledger, anchor, &r, &e)) {
        say_err(&e);
        return EXIT_INPUT;
    }
    json ? print_json(&r, anchor.n > 0) : print_text(&r, anchor.n > 0);
    if (fflush(stdout) != 0) {
        say("cannot write the result: %s", strerror(errno));
        return EXIT_OUTPUT;
    }
    return r.whole ? EXIT_OK : EXIT_INPUT;
}

static bool is_hash(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == HASH_DIGITS;
}

static int verify_run(const struct arguments *a)
{
    const char *anchor = opt_value(&command_audit_verify, a, "anchor");
    struct ledger_reading r;
    int code = EXIT_OK;
    bool json = ledger_output_is(&command_audit_verify, a, "text", "json", &code);

    if (code != EXIT_OK)
        return code;
    if (anchor && !is_hash(str_from(anchor))) {
        say("option '--anchor' takes 64 hex digits, not '%s'", anchor);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_audit_verify, a, &r, &code))
        code = verify(&r, str_from(anchor), json);
    ledger_reading_done(&r);
    return code;
}

const struct command command_audit_verify = {
    .name = "audit verify",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Says whether the audit is as it was written",
    .details = "Each row's hash is made of the row before and of itself: what was changed, taken "
               "out or put in is found. That the end was cut off is found with an anchor only: "
               "keep the last hash elsewhere, and give it with '--anchor' the next time. Answers 3 "
               "when the audit is broken.",
    .options = verify_options,
    .option_count = countof(verify_options),
    .run = verify_run,
};
