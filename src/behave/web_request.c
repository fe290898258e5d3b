#include "behave/web_request.h"

enum { HTTP_BAD = 400, HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, HTTP_MISSING = 404 };

struct web_name {
    uint32_t classes;
    str text;
};

static const struct web_name names[] = {
#define WEB_NAME(class, text) {1u << WEB_##class, S(text)},
#define WEB_ENDING(class, text)
#include "behave/web_names.def"
#undef WEB_NAME
#undef WEB_ENDING
};
static const struct web_name endings[] = {
#define WEB_NAME(class, text)
#define WEB_ENDING(class, text) {1u << WEB_##class, S(text)},
#include "behave/web_names.def"
#undef WEB_NAME
#undef WEB_ENDING
};

static bool ends_ieq(str s, str end)
{
    return s.n >= end.n && str_ieq((str){s.p + (s.n - end.n), end.n}, end);
}

/* Where `part`, in lower case, stands in s in any case. */
static bool has_ieq(str s, str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++)
        if (ascii_lower(s.p[i]) == part.p[0] && str_ieq((str){s.p + i, part.n}, part))
            return true;
    return false;
}

static str last_part(str path)
{
    size_t from = path.n;

    while (from && path.p[from - 1] != '/')
        from--;
    return str_from_at(path, from);
}

bool web_is_static(str path)
{
    static const str kinds[] = {S(".css"),  S(".js"),   S(".png"),   S(".jpg"), S(".jpeg"),
                                S(".gif"),  S(".svg"),  S(".ico"),   S(".ttf"), S(".woff"),
                                S(".webp"), S(".map"),  S(".woff2"), S(".eot"), S(".otf"),
                                S(".mp4"),  S(".webm"), S(".mp3"),   S(".avif")};
    const str last = last_part(path);

    for (size_t i = 0; i < countof(kinds); i++)
        if (ends_ieq(last, kinds[i]))
            return true;
    return false;
}

bool web_is_login(str path)
{
    static const str words[] = {S("login"),   S("logon"),   S("signin"), S("sign-in"),
                                S("session"), S("auth"),    S("token"),  S("xmlrpc.php"),
                                S("sign_in"), S("wp-login")};
    const str last =
        last_part(path.n && path.p[path.n - 1] == '/' ? (str){path.p, path.n - 1} : path);

    for (size_t i = 0; i < countof(words); i++)
        if (has_ieq(last, words[i]))
            return true;
    return false;
}

str web_target(const struct observation *o)
{
    static const uint8_t places[] = {COLUMN_url_original, COLUMN_url_path};
    str ret = {0};

    for (size_t i = 0; i < countof(places) && ret.n == 0; i++)
        ret = observed(o, places[i]);
    ret.n = ret.n < WEB_TARGET_MAX ? ret.n : WEB_TARGET_MAX;
    return ret;
}

/* "phpmyadmin2017" and "c99.php" without what is behind the name. */
static str stem(str part)
{
    size_t n = 0;

    while (n < part.n && (part.p[n] != '.' || n == 0))
        n++;
    while (n > 1 && part.p[n - 1] >= '0' && part.p[n - 1] <= '9')
        n--;
    return (str){part.p, n};
}

static bool is_script(str last)
{
    static const str kinds[] = {S(".php"), S(".asp"), S(".aspx"), S(".jsp"), S(".jspx"), S(".cgi")};

    for (size_t i = 0; i < countof(kinds); i++)
        if (ends_ieq(last, kinds[i]))
            return true;
    return false;
}

static uint32_t classes_of_part(str part)
{
    const str name = stem(part);
    uint32_t ret = 0;

    for (size_t i = 0; i < countof(names); i++)
        if (str_ieq(name, names[i].text))
            ret |= names[i].classes;
    if (part.n > 2 && part.p[0] == '.' && part.p[1] != '.' && !str_ieq(part, S(".well-known")))
        ret |= 1u << WEB_SENSITIVE;
    return ret;
}

static uint32_t classes_of_last(str last)
{
    const bool script = is_script(last);
    uint32_t ret = 0;

    for (size_t i = 0; i < countof(endings); i++)
        if (ends_ieq(last, endings[i].text))
            ret |= endings[i].classes;
    if (script && has_ieq(last, S("shell")))
        ret |= 1u << WEB_BACKDOOR;
    return ret;
}

static uint32_t classes_of_path(str path)
{
    const str last = last_part(path);
    uint32_t ret = classes_of_last(last);
    str rest = path;

    while (rest.n)
        ret |= classes_of_part(str_cut(&rest, '/'));
    if (!is_script(last))
        ret &= ~(1u << WEB_BACKDOOR);
    return ret;
}

static bool leaves_folder(str target)
{
    static const str ways[] = {S("../"),    S("..%2f"),       S("..\\"),       S("%2e%2e"),
                               S("..%5c"),  S("file:///"),    S("%252e%252e"), S("/etc/passwd"),
                               S("%c0%ae"), S("/etc/shadow"), S("win.ini")};

    for (size_t at = 0; at < target.n; at++) {
        const char c = ascii_lower(target.p[at]);
        if (c != '.' && c != '%' && c != '/' && c != 'f' && c != 'w')
            continue;
        for (size_t i = 0; i < countof(ways); i++)
            if (c == ways[i].p[0] && target.n - at >= ways[i].n &&
                str_ieq((str){target.p + at, ways[i].n}, ways[i]))
                return true;
    }
    return false;
}

/* "?author=12" on the front page, or the list of users of the REST interface. */
static bool asks_for_author(str path, str query)
{
    static const str author = S("author=");

    return (str_starts(query, author) && query.n > author.n && query.p[author.n] >= '0' &&
            query.p[author.n] <= '9') ||
           has_ieq(path, S("/wp/v2/users"));
}

uint32_t web_request_classes(const struct observation *o, int64_t status)
{
    const str target = web_target(o);
    str path = observed(o, COLUMN_url_path);
    const bool refused = status == HTTP_BAD || status == HTTP_UNAUTHORIZED ||
                         status == HTTP_FORBIDDEN || status == HTTP_MISSING;
    const uint32_t absent = 1u << WEB_ADMIN | 1u << WEB_PLUGIN | 1u << WEB_BACKDOOR;

    path.n = path.n < WEB_TARGET_MAX ? path.n : WEB_TARGET_MAX;
    uint32_t ret = classes_of_path(path);
    if (!refused)
        ret &= ~absent;
    if (web_is_static(path))
        return ret & 1u << WEB_SENSITIVE;
    if (refused && status != HTTP_UNAUTHORIZED)
        ret |= 1u << WEB_MISSING;
    if (asks_for_author(path, observed(o, COLUMN_url_query)))
        ret |= 1u << WEB_AUTHOR;
    if (leaves_folder(target))
        ret |= 1u << WEB_TRAVERSAL;
    return ret | 1u << WEB_PAGE;
}
