/*
 * dns_question.c - codes come as words and as numbers: NXDOMAIN is 3 in DNS and 9003 in Windows,
 * TXT is 16, NULL is 10. dnsmasq writes NXDOMAIN in the answer's place.
 */
#include "behave/dns_question.h"

#include "behave/flow.h"

static bool is_one_of(str value, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ieq(value, words[i]))
            return true;
    return false;
}

bool dns_question_read(const struct observation *o, struct dns_question *ret)
{
    static const str missing[] = {S("NXDOMAIN"), S("3"), S("NAME_ERROR")};
    static const str windows_missing = S("9003"); /* Sysmon's QueryStatus */
    static const str blobs[] = {S("TXT"), S("NULL"), S("16"), S("10")};

    ret->client = o->source.n ? o->source : o->host;
    ret->client_roles = o->source.n ? o->source_asset.roles : o->host_asset.roles;
    ret->name = observed(o, COLUMN_dns_question);
    ret->told_missing = is_one_of(observed(o, COLUMN_dns_code), missing, countof(missing)) ||
                        str_ieq(observed(o, COLUMN_dns_answer), missing[0]) ||
                        str_eq(observed(o, COLUMN_event_reason), windows_missing);
    ret->is_blob = is_one_of(observed(o, COLUMN_dns_type), blobs, countof(blobs));
    return ret->client.n && seconds_of(o->time_ns, &ret->time_s) &&
           registered_domain(ret->name, &ret->of) && !name_is_own(ret->of.domain);
}
