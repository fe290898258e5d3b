/* verdict.h - the words with which products say how something ended, and what was done. */
#pragma once

#include "event/kind.h"

/* "Success", "succeeded", "ALLOW", "accepted", "true": a success. "Failure", "denied", "BLOCK",
 * "dropped", "error", "false": a failure. Case does not matter. OUTCOME_UNTOLD for all else. */
enum outcome verdict_of_word(str word);
/* A status code of HTTP: 400 and above are failures, 100..399 successes. */
enum outcome verdict_of_http(str status);
/* A code of which zero means that nothing went wrong: "0", "0x0". Untold for what is no number. */
enum outcome verdict_of_code(str code);

/* What was done, by the verb in an operation's name: "CreateUser", "storage.objects.delete",
 * "Microsoft.Compute/virtualMachines/write", "repo.add_member": api_create, api_read, api_update,
 * api_delete; api for all else. */
enum activity activity_of_operation(str name);

/* Words and what they mean; "x*" stands for all that begins so. Ends at an empty word. */
struct activity_word {
    str word;
    uint8_t activity;
};
enum activity activity_of_word(const struct activity_word *table, str word); /* none: not there */
