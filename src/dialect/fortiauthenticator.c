/* fortiauthenticator.c - FortiAuthenticator's records. See fortinet.h. */
#include "dialect/fortinet.h"

static const struct kind kind_fortiauthenticator = {.base = &kind_fortinet_any,
                                                    .format = "fortiauthenticator"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_AUTHENTICATOR ? 100 : 0;
}

const struct dialect dialect_fortiauthenticator = {
    .name = "fortiauthenticator",
    .summary = "Fortinet FortiAuthenticator: logons and administration",
    .sample =
        "category=\"Event\" subcategory=\"Authentication\" typeid=20101 level=\"information\" "
        "user=\"alice\" nas=\"192.0.2.7\" action=\"Authentication\" status=\"Failed\" Local user "
        "authentication with no token failed: invalid password",
    .kind = &kind_fortiauthenticator,
    .sources = {{.product = S("fortiauthenticator"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read,
};
