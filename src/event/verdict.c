#include "event/verdict.h"

static const str successes[] = {
    S("success"),      S("succeeded"),     S("successful"),
    S("successfully"), S("succeed"),       S("ok"),
    S("allow"),        S("allowed"),       S("accept"),
    S("accepted"),     S("permit"),        S("permitted"),
    S("pass"),         S("passed"),        S("true"),
    S("yes"),          S("grant"),         S("granted"),
    S("authorized"),   S("approved"),      S("approve"),
    S("completed"),    S("complete"),      S("done"),
    S("delivered"),    S("audit success"), S("audit_success"),
    S("accounted"),    S("authenticated"), S("partial success"),
};

static const str failures[] = {
    S("failure"),
    S("failed"),
    S("fail"),
    S("fails"),
    S("error"),
    S("errored"),
    S("deny"),
    S("denied"),
    S("block"),
    S("blocked"),
    S("drop"),
    S("dropped"),
    S("reject"),
    S("rejected"),
    S("refused"),
    S("refuse"),
    S("discard"),
    S("false"),
    S("no"),
    S("unauthorized"),
    S("forbidden"),
    S("quarantine"),
    S("quarantined"),
    S("prevented"),
    S("reset"),
    S("reset-both"),
    S("reset-client"),
    S("reset-server"),
    S("timeout"),
    S("challenge_failed"),
    S("audit failure"),
    S("audit_failure"),
    S("fraud"),
    S("canceled"),
    S("cancelled"),
    S("abandoned"),
    S("invalid"),
    S("unsuccessful"),
    S("bounced"),
    S("failedlogin"),
};

static bool is_among(str word, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ieq(word, words[i]))
            return true;
    return false;
}

enum outcome verdict_of_word(str word)
{
    word = str_trim(word);
    if (is_among(word, successes, countof(successes)))
        return OUTCOME_SUCCESS;
    return is_among(word, failures, countof(failures)) ? OUTCOME_FAILURE : OUTCOME_UNTOLD;
}

enum outcome verdict_of_http(str status)
{
    enum { HTTP_FIRST = 100, HTTP_FAILURE = 400, HTTP_END = 600 };
    uint64_t code;

    if (!str_u64(status, &code) || code < HTTP_FIRST || code >= HTTP_END)
        return OUTCOME_UNTOLD;
    return code < HTTP_FAILURE ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

enum outcome verdict_of_code(str code)
{
    bool zero = true;

    code = str_trim(code);
    bool hex = code.n > 2 && code.p[0] == '0' && (code.p[1] | ' ') == 'x';
    if (code.n == 0)
        return OUTCOME_UNTOLD;
    for (size_t i = hex ? 2 : 0; i < code.n; i++) {
        char c = code.p[i] >= 'A' && code.p[i] <= 'F' ? (char)(code.p[i] | ' ') : code.p[i];
        bool digit = (c >= '0' && c <= '9') || (i == 0 && c == '-' && code.n > 1) ||
                     (hex && c >= 'a' && c <= 'f');
        if (!digit)
            return OUTCOME_UNTOLD;
        zero = zero && (c == '0' || c == '-');
    }
    return zero ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

static const struct {
    str verb;
    enum activity activity;
} verbs[] = {
    {S("create"), ACTIVITY_api_create},
    {S("add"), ACTIVITY_api_create},
    {S("insert"), ACTIVITY_api_create},
    {S("new"), ACTIVITY_api_create},
    {S("upload"), ACTIVITY_api_create},
    {S("generate"), ACTIVITY_api_create},
    {S("register"), ACTIVITY_api_create},
    {S("invite"), ACTIVITY_api_create},
    {S("import"), ACTIVITY_api_create},
    {S("allocate"), ACTIVITY_api_create},
    {S("run"), ACTIVITY_api_create},
    {S("launch"), ACTIVITY_api_create},
    {S("copy"), ACTIVITY_api_create},
    {S("publish"), ACTIVITY_api_create},
    {S("get"), ACTIVITY_api_read},
    {S("list"), ACTIVITY_api_read},
    {S("describe"), ACTIVITY_api_read},
    {S("read"), ACTIVITY_api_read},
    {S("view"), ACTIVITY_api_read},
    {S("download"), ACTIVITY_api_read},
    {S("head"), ACTIVITY_api_read},
    {S("search"), ACTIVITY_api_read},
    {S("lookup"), ACTIVITY_api_read},
    {S("query"), ACTIVITY_api_read},
    {S("export"), ACTIVITY_api_read},
    {S("access"), ACTIVITY_api_read},
    {S("show"), ACTIVITY_api_read},
    {S("watch"), ACTIVITY_api_read},
    {S("check"), ACTIVITY_api_read},
    {S("preview"), ACTIVITY_api_read},
    {S("update"), ACTIVITY_api_update},
    {S("modify"), ACTIVITY_api_update},
    {S("modified"), ACTIVITY_api_update},
    {S("set"), ACTIVITY_api_update},
    {S("put"), ACTIVITY_api_update},
    {S("patch"), ACTIVITY_api_update},
    {S("change"), ACTIVITY_api_update},
    {S("edit"), ACTIVITY_api_update},
    {S("write"), ACTIVITY_api_update},
    {S("enable"), ACTIVITY_api_update},
    {S("disable"), ACTIVITY_api_update},
    {S("attach"), ACTIVITY_api_update},
    {S("detach"), ACTIVITY_api_update},
    {S("associate"), ACTIVITY_api_update},
    {S("disassociate"), ACTIVITY_api_update},
    {S("authorize"), ACTIVITY_api_update},
    {S("grant"), ACTIVITY_api_update},
    {S("move"), ACTIVITY_api_update},
    {S("rename"), ACTIVITY_api_update},
    {S("replace"), ACTIVITY_api_update},
    {S("restore"), ACTIVITY_api_update},
    {S("reset"), ACTIVITY_api_update},
    {S("start"), ACTIVITY_api_update},
    {S("stop"), ACTIVITY_api_update},
    {S("reboot"), ACTIVITY_api_update},
    {S("tag"), ACTIVITY_api_update},
    {S("assign"), ACTIVITY_api_update},
    {S("transfer"), ACTIVITY_api_update},
    {S("delete"), ACTIVITY_api_delete},
    {S("remove"), ACTIVITY_api_delete},
    {S("destroy"), ACTIVITY_api_delete},
    {S("revoke"), ACTIVITY_api_delete},
    {S("terminate"), ACTIVITY_api_delete},
    {S("deregister"), ACTIVITY_api_delete},
    {S("purge"), ACTIVITY_api_delete},
    {S("drop"), ACTIVITY_api_delete},
    {S("unlink"), ACTIVITY_api_delete},
    {S("trash"), ACTIVITY_api_delete},
    {S("release"), ACTIVITY_api_delete},
    {S("unassign"), ACTIVITY_api_delete},
};

/* Does the word begin with the verb, and end there, or go on with a capital or an ending? */
static bool begins_with_verb(str word, str verb)
{
    if (word.n < verb.n || !str_ieq((str){word.p, verb.n}, verb))
        return false;
    char next = word.n > verb.n ? word.p[verb.n] : ' ';
    return next < 'a' || next > 'z' || next == 'd' || next == 'e' || next == 's';
}

/* By the last part of a dotted or slashed name that ends at `to`. */
static enum activity activity_of_operation_part(str name, size_t to)
{
    size_t from = to;

    if (!name.n)
        return ACTIVITY_api;
    while (from && !memchr("./:", name.p[from - 1], 3))
        from--;
    str word = {name.p + from, to - from};
    for (size_t i = 0; i < countof(verbs); i++)
        if (begins_with_verb(word, verbs[i].verb))
            return verbs[i].activity;
    return ACTIVITY_api;
}

enum activity activity_of_operation(str name)
{
    str action = S("/action"); /* the last part of Azure's names, which says nothing */

    return activity_of_operation_part(name, str_ends(name, action) ? name.n - action.n : name.n);
}

enum activity activity_of_word(const struct activity_word *table, str word)
{
    for (; table->word.n; table++) {
        str want = table->word;
        bool start = want.p[want.n - 1] == '*';
        if (start ? str_starts(word, (str){want.p, want.n - 1}) : str_eq(word, want))
            return (enum activity)table->activity;
    }
    return ACTIVITY_none;
}
