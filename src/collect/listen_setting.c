#include "collect/listen_setting.h"

#include "net/address.h"

bool listen_setting_check(const struct settings *s, struct err *e)
{
    struct address a;

    return address_parse(setting_text(s, "listen"), &a, e);
}

int listen_setting_open(const struct settings *s, int type, struct err *e)
{
    struct address a;

    if (!address_parse(setting_text(s, "listen"), &a, e))
        return -1;
    return address_listen(&a, type, e);
}
