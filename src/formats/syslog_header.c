#include "formats/syslog_header.h"

static const char bad_priority[] = "a priority above 191";
static const char bad_time[] = "a time that does not exist";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(str *s)
{
    while (s->n && is_blank(s->p[0]))
        *s = str_from_at(*s, 1);
}

static size_t count_digits(str s)
{
    size_t n = 0;

    while (n < s.n && is_digit(s.p[n]))
        n++;
    return n;
}

static size_t word_length(str s)
{
    size_t n = 0;

    while (n < s.n && !is_blank(s.p[n]))
        n++;
    return n;
}

/* Takes the word and one space behind it. */
static str take_word(str *s)
{
    str word = {s->p, word_length(*s)};

    *s = str_from_at(*s, word.n + 1);
    return word;
}

static str no_nil(str s)
{
    return s.n == 1 && s.p[0] == '-' ? str_from_at(s, 1) : s;
}

/* ------------------------------------------------------------ priority */

/* What octet counting (RFC 6587) left in front: "123 <34>". */
static void skip_count(str *s)
{
    enum { DIGITS_MAX = 7 };
    size_t n = count_digits(*s);

    if (n > 0 && n <= DIGITS_MAX && n + 2 < s->n && s->p[n] == ' ' && s->p[n + 1] == '<' &&
        is_digit(s->p[n + 2]))
        *s = str_from_at(*s, n + 1);
}

/* "<34>". Returns what is wrong with it. */
static const char *take_priority(str *s, struct syslog_header *h)
{
    enum { DIGITS_MAX = 9 };
    size_t n = s->n && s->p[0] == '<' ? count_digits(str_from_at(*s, 1)) : 0;
    int32_t value = 0;

    h->priority = -1;
    if (n == 0 || n > DIGITS_MAX || n + 1 >= s->n || s->p[n + 1] != '>')
        return NULL;
    str text = {s->p + 1, n};
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (text.p[i] - '0');
    *s = str_from_at(*s, n + 2);
    h->sure = true;
    if (value > SYSLOG_PRIORITY_MAX)
        return bad_priority;
    while (text.n > 1 && text.p[0] == '0')
        text = str_from_at(text, 1);
    h->priority = value;
    h->priority_text = text;
    return NULL;
}

/* The place of a word, or of a number below count, in a list; count: it is neither. */
static int32_t code_of(str word, const str *names, int32_t count)
{
    uint64_t number;

    if (str_u64(word, &number))
        return number < (uint64_t)count ? (int32_t)number : count;
    for (int32_t i = 0; i < count; i++)
        if (str_eq(names[i], word))
            return i;
    return count;
}

/* "<4.6> " and "<auth.info> ", which BSD's syslogd -v and -vv put behind the time. */
static void take_code(str *s, struct syslog_header *h)
{
    static const str facilities[] = {
        S("kern"),   S("user"),     S("mail"),    S("daemon"), S("auth"),     S("syslog"),
        S("lpr"),    S("news"),     S("uucp"),    S("cron"),   S("authpriv"), S("ftp"),
        S("ntp"),    S("security"), S("console"), S("clock"),  S("local0"),   S("local1"),
        S("local2"), S("local3"),   S("local4"),  S("local5"), S("local6"),   S("local7"),
    };
    static const str severities[] = {S("emerg"),   S("alert"),  S("crit"), S("err"),
                                     S("warning"), S("notice"), S("info"), S("debug")};
    str rest = str_from_at(*s, 1);
    const char *end = s->n && s->p[0] == '<' ? memchr(s->p, '>', s->n) : NULL;

    if (!end || h->priority >= 0)
        return;
    str severity = {rest.p, (size_t)(end - rest.p)};
    str facility = str_cut(&severity, '.');
    int32_t f = code_of(facility, facilities, countof(facilities));
    int32_t v = code_of(severity, severities, countof(severities));
    if (f == countof(facilities) || v == countof(severities))
        return;
    h->priority = f * (int32_t)countof(severities) + v;
    *s = str_from_at(*s, (size_t)(end - s->p) + 1);
    skip_blanks(s);
}

/* ------------------------------------------------------------ RFC 5424 */

/* Where STRUCTURED-DATA that begins with [ ends; 0 when it does not. */
static size_t structured_length(str s)
{
    size_t at = 0;

    while (at < s.n && s.p[at] == '[') {
        bool quoted = false;
        for (at++; at < s.n && (quoted || s.p[at] != ']'); at++) {
            if (quoted && s.p[at] == '\\')
                at++;
            else
                quoted ^= s.p[at] == '"';
        }
        if (at >= s.n)
            return 0;
        at++;
    }
    return at;
}

/* Is what begins with [ an element? Its name has no quote: Check Point writes [action:"Drop"; ...]
 * as the message, without the dash before it. */
static bool is_element(str s)
{
    for (size_t i = 1; i < s.n && s.p[i] != ' ' && s.p[i] != ']'; i++)
        if (s.p[i] == '"')
            return false;
    return true;
}

/* "name="value"" at the front; a value without quotes is left out. */
static void take_param(str *s, str *ret_name, str *ret_raw)
{
    size_t n = 0;

    while (n < s->n && s->p[n] != '=' && s->p[n] != ']' && s->p[n] != ' ')
        n++;
    *ret_name = (str){s->p, n};
    *ret_raw = S("");
    if (n + 1 >= s->n || s->p[n] != '=' || s->p[n + 1] != '"') {
        *s = str_from_at(*s, n ? n : 1);
        return;
    }
    *s = str_from_at(*s, n + 2);
    for (n = 0; n < s->n && s->p[n] != '"';)
        n += s->p[n] == '\\' ? 2 : 1;
    n = n < s->n ? n : s->n;
    *ret_raw = (str){s->p, n};
    *s = str_from_at(*s, n + 1);
}

bool syslog_param_next(str *elements, str *id, str *ret_name, str *ret_raw)
{
    str *s = elements;

    *ret_name = *ret_raw = (str){0};
    skip_blanks(s);
    if (s->n && s->p[0] == ']')
        *s = str_from_at(*s, 1);
    if (s->n && s->p[0] == '[') {
        size_t n = 1;
        while (n < s->n && s->p[n] != ' ' && s->p[n] != ']')
            n++;
        *id = (str){s->p + 1, n - 1};
        *s = str_from_at(*s, n);
        skip_blanks(s);
        if (s->n && s->p[0] == ']')
            return true;
    }
    if (!s->n)
        return false;
    take_param(s, ret_name, ret_raw);
    return true;
}

str syslog_param_value(str raw, struct arena *a)
{
    if (!raw.n || !memchr(raw.p, '\\', raw.n))
        return raw;
    char *out = arena_bytes(a, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) { /* a backslash before anything else is itself */
        i += raw.p[i] == '\\' && i + 1 < raw.n && memchr("\"\\]", raw.p[i + 1], 3);
        out[n++] = raw.p[i];
    }
    return (str){out, n};
}

/* "1 " and a time, or the NILVALUE for one. */
static bool is_5424(str s)
{
    size_t n = count_digits(s);
    str time = str_from_at(s, n + 1);

    return n > 0 && n <= 2 && n < s.n && s.p[n] == ' ' && s.p[0] != '0' &&
           (str_starts(time, S("- ")) ||
            (count_digits(time) == 4 && time.n > 4 && time.p[4] == '-'));
}

/* From VERSION on. Returns what is wrong. */
static const char *read_5424(str s, struct syslog_clock *c, struct syslog_header *h)
{
    static const char cut_short[] = "a header of RFC 5424 that ends early";
    const str bom = S("\xef\xbb\xbf");

    h->is_5424 = h->sure = true;
    (void)take_word(&s);
    if (str_starts(s, S("- "))) {
        s = str_from_at(s, 2);
    } else {
        if (syslog_time_take(c, &s, &h->time) != SYSLOG_TIME_READ || !s.n || s.p[0] != ' ')
            return bad_time;
        h->has_time = h->time.known;
        s = str_from_at(s, 1);
    }
    h->hostname = no_nil(take_word(&s));
    h->program = no_nil(take_word(&s));
    h->pid = no_nil(take_word(&s));
    h->msgid = no_nil(take_word(&s));
    if (!s.n)
        return cut_short;
    if (s.p[0] == '[' && !is_element(s)) {
        h->message = s;
        return NULL;
    }
    if (s.p[0] == '[') {
        size_t n = structured_length(s);
        if (n == 0)
            return "structured data that does not end";
        h->structured = (str){s.p, n};
        s = str_from_at(s, n);
    } else if (s.p[0] == '-' && (s.n == 1 || s.p[1] == ' ')) {
        s = str_from_at(s, 1);
    } else {
        return "neither structured data nor a dash for none";
    }
    if (s.n && s.p[0] == ' ')
        s = str_from_at(s, 1);
    h->message = str_starts(s, bom) ? str_from_at(s, bom.n) : s;
    return NULL;
}

/* ------------------------------------------------------------ RFC 3164 */

static bool is_tag_byte(char c)
{
    char lower = ascii_lower(c);

    return (lower >= 'a' && lower <= 'z') || is_digit(c) ||
           (c != '\0' && memchr("_-./+@%#~,*()$", c, 14) != NULL);
}

/* The name of a program at the front: 0 when there is none. What stands in parentheses belongs to
 * it whatever it is: "pam_unix(sshd:auth)". */
static size_t name_length(str s)
{
    size_t n = 0;

    if (!s.n || s.p[0] == '*' || s.p[0] == '-' || s.p[0] == '(' || s.p[0] == '@')
        return 0;
    for (bool inside = false; n < s.n; n++) {
        inside = s.p[n] == '(' || (inside && s.p[n] != ')' && !is_blank(s.p[n]));
        if (!inside && !is_tag_byte(s.p[n]))
            break;
    }
    return n <= SYSLOG_PROGRAM_MAX ? n : 0;
}

/* "[12]" at the front, or " [12]:": its length with the brackets. */
static size_t pid_length(str s)
{
    size_t at = s.n > 1 && s.p[0] == ' ' && s.p[1] == '[', n = at + 1;

    if (at >= s.n || s.p[at] != '[')
        return 0;
    while (n < s.n && s.p[n] != ']' && !is_blank(s.p[n]) && s.p[n] != '[')
        n++;
    if (n >= s.n || s.p[n] != ']' || n - at > SYSLOG_PID_MAX)
        return 0;
    if (at &&
        (count_digits(str_from_at(s, at + 1)) != n - at - 1 || n + 1 >= s.n || s.p[n + 1] != ':'))
        return 0;
    return n + 1;
}

/* Does the colon at the front end a tag, and not stand in "CEF:0", "C:\" or "http://"? */
static bool is_tag_colon(str s)
{
    return s.n && s.p[0] == ':' && (s.n == 1 || (!is_digit(s.p[1]) && !memchr("/\\:", s.p[1], 3)));
}

/* "%SYS-5-CONFIG_I", "%ASA-6-302013", "%%01SHELL/5/LOGIN": what begins messages of Cisco's,
 * Huawei's and H3C's devices, and belongs to them: it is no tag. */
static bool is_mnemonic(str s)
{
    return s.n > 2 && s.p[0] == '%' && (s.p[1] == '%' || (s.p[1] >= 'A' && s.p[1] <= 'Z'));
}

/* "system,error,critical" at the front, the topics of MikroTik's devices: several words with
 * commas, the last of which is a level or what stands for one. */
static bool is_topics(str s)
{
    static const str levels[] = {S("info"),  S("error"),   S("warning"), S("critical"),
                                 S("debug"), S("account"), S("packet"),  S("event")};
    size_t n = 0;

    while (n < s.n &&
           ((s.p[n] >= 'a' && s.p[n] <= 'z') || is_digit(s.p[n]) || s.p[n] == ',' || s.p[n] == '-'))
        n++;
    const char *comma = n && s.p[0] != ',' ? memrchr(s.p, ',', n) : NULL;
    if (!comma || (n < s.n && s.p[n] != ':' && !is_blank(s.p[n])))
        return false;
    str last = {comma + 1, (size_t)(s.p + n - comma) - 1};
    for (size_t i = 0; i < countof(levels); i++)
        if (str_eq(last, levels[i]))
            return true;
    return false;
}

/* "sshd[12]: ", "kernel: ", "sshd[12] ". Leaves s alone when there is none that a colon or a number
 * in brackets tells from other words. */
static bool take_tag(str *s, struct syslog_header *h)
{
    size_t name = name_length(*s);
    str rest = str_from_at(*s, name);
    size_t pid = name ? pid_length(rest) : 0;

    if (name == 0 || is_mnemonic(*s) || is_topics(*s))
        return false;
    str number = pid ? (str){rest.p + 1, pid - 2} : (str){rest.p, 0};
    if (pid && rest.p[0] == ' ')
        number = str_from_at(number, 1);
    rest = str_from_at(rest, pid);
    if (!pid && !is_tag_colon(rest))
        return false;
    if (rest.n && rest.p[0] == ':')
        rest = str_from_at(rest, 1);
    if (rest.n && is_blank(rest.p[0]))
        rest = str_from_at(rest, 1);
    h->program = (str){s->p, name};
    h->pid = number;
    *s = rest;
    return true;
}

/* "Microsoft Word[12]: ", "syslogd 1.4.1: ", "-- root[12]: ": a name of two or three words, told by
 * the number in brackets or by the version at its end. */
static bool take_spaced_tag(str *s, struct syslog_header *h)
{
    enum { BYTES_MAX = 48, WORDS_MAX = 3 };
    size_t n = 0, words = 1, last = 0;

    while (n < s->n && n < BYTES_MAX && words <= WORDS_MAX &&
           (is_tag_byte(s->p[n]) || s->p[n] == ' ')) {
        if (s->p[n] == ' ') {
            words++;
            last = n + 1;
        }
        n++;
    }
    str rest = str_from_at(*s, n), version = {s->p + last, n - last};
    if (words == 1 || words > WORDS_MAX || version.n == 0)
        return false;
    const size_t pid = pid_length(rest);
    str behind = str_from_at(rest, pid);
    bool numbered = pid > 2 && rest.p[0] == '[' && count_digits(str_from_at(rest, 1)) == pid - 2;
    if (!is_tag_colon(behind) ||
        (!numbered && (pid || !is_digit(version.p[0]) || !memchr(version.p, '.', version.n))))
        return false;
    h->program = (str){s->p, n};
    h->pid = pid ? (str){rest.p + 1, pid - 2} : (str){rest.p, 0};
    behind = str_from_at(behind, 1);
    *s = str_from_at(behind, behind.n && is_blank(behind.p[0]));
    return true;
}

static bool is_repeated(str s)
{
    return str_starts(s, S("last message ")) || str_starts(s, S("message repeated "));
}

/* What Cisco's devices and the relays behind them put before a time or a tag: "123: ", "000123: ",
 * and the time itself behind an asterisk or a point when it is not to be trusted. */
static bool take_sequence(str *s)
{
    size_t n = count_digits(*s);

    if (n == 0 || n + 1 >= s->n || s->p[n] != ':' || s->p[n + 1] != ' ')
        return false;
    *s = str_from_at(*s, n + 1);
    skip_blanks(s);
    return true;
}

/* "host: " in front of what only a device writes. */
static bool take_origin(str *s, struct syslog_header *h)
{
    size_t n = word_length(*s);
    str rest = str_from_at(*s, n);

    if (n < 2 || s->p[n - 1] != ':' || n > SYSLOG_HOSTNAME_MAX)
        return false;
    skip_blanks(&rest);
    str probe = rest;
    struct syslog_time time;
    struct syslog_clock none;
    const struct time_rule utc = {0};
    if (!take_sequence(&probe) && !is_mnemonic(probe)) {
        probe = str_from_at(probe, probe.n && (probe.p[0] == '*' || probe.p[0] == '.'));
        syslog_clock_init(&none, &utc);
        if (syslog_time_take(&none, &probe, &time) != SYSLOG_TIME_READ)
            return false;
    }
    h->hostname = (str){s->p, n - 1};
    *s = rest;
    return true;
}

/* "RP/0/RSP0/CPU0:" in front of a time: the node of a router that wrote it. */
static bool take_node(str *s)
{
    enum { NODE_MAX = 64 };
    size_t n = word_length(*s);
    const char *colon = memchr(s->p, ':', n < NODE_MAX ? n : NODE_MAX);

    if (!colon || !memchr(s->p, '/', (size_t)(colon - s->p)))
        return false;
    str rest = str_from_at(*s, (size_t)(colon - s->p) + 1);
    if (!rest.n || rest.p[0] < 'A' || rest.p[0] > 'Z')
        return false;
    *s = rest;
    return true;
}

static enum syslog_time_answer take_time(str *s, struct syslog_clock *c, struct syslog_time *ret)
{
    str rest = str_from_at(*s, s->n && (s->p[0] == '*' || s->p[0] == '.'));
    enum syslog_time_answer answer = syslog_time_take(c, &rest, ret);

    if (answer == SYSLOG_TIME_READ)
        *s = rest;
    return answer;
}

/* The device's own time behind that of a relay. */
static void skip_device_time(str *s, struct syslog_clock *c)
{
    str rest = *s;
    struct syslog_time time;

    if (!take_sequence(&rest) && !(rest.n && (rest.p[0] == '*' || rest.p[0] == '.')))
        return;
    if (take_time(&rest, c, &time) == SYSLOG_TIME_READ) {
        rest = str_from_at(rest, rest.n && rest.p[0] == ':');
        skip_blanks(&rest);
        *s = rest;
    } else if (rest.n && rest.p[0] == '%') {
        *s = rest;
    }
}

/* A name, an address, or one in brackets, and the space behind it. */
static bool take_hostname(str *s, struct syslog_header *h)
{
    size_t n = word_length(*s);
    char first = n ? ascii_lower(s->p[0]) : 0;

    if (n == 0 || n > SYSLOG_HOSTNAME_MAX || n == s->n ||
        !((first >= 'a' && first <= 'z') || is_digit(first) || (first & 0x80) ||
          memchr("[_:-", first, 4)) ||
        memchr(s->p, '=', n) || memchr(s->p, '"', n) || memchr(s->p, '|', n) ||
        memchr(s->p, '(', n))
        return false;
    str word = {s->p, n};
    *s = str_from_at(*s, n);
    skip_blanks(s);
    if (n > 2 && word.p[0] == '[' && word.p[n - 1] == ']')
        word = (str){word.p + 1, n - 2};
    else if (word.p[n - 1] == ':')
        word.n--;
    h->hostname = no_nil(word);
    return true;
}

/* A word that is perhaps a tag, but nothing says so: the message keeps it. */
static void guess_tag(str s, struct syslog_header *h)
{
    size_t n = name_length(s);

    if (n && n < s.n && is_blank(s.p[n]) && !is_repeated(s) && !is_mnemonic(s))
        h->program = (str){s.p, n};
}

static bool is_level(str word)
{
    static const str levels[] = {S("TRACE"), S("DEBUG"),   S("INFO"),  S("NOTICE"),   S("WARN"),
                                 S("ERROR"), S("WARNING"), S("FATAL"), S("CRITICAL"), S("SEVERE")};

    for (size_t i = 0; i < countof(levels); i++)
        if (str_ieq(word, levels[i]))
            return true;
    return false;
}

/* Host and tag behind a time. */
static void read_names(str s, struct syslog_clock *c, struct syslog_header *h)
{
    const str forwarded = S("Message forwarded from ");
    bool tagged = false, hosted, colon;

    skip_blanks(&s);
    colon = s.n && s.p[0] == ':';
    s = str_from_at(s, colon);
    skip_blanks(&s);
    if (str_starts(s, forwarded)) { /* AIX */
        s = str_from_at(s, forwarded.n);
        (void)take_hostname(&s, h);
    }
    hosted = h->hostname.n > 0;
    if (colon || hosted || is_repeated(s)) {
        tagged = !is_repeated(s) && take_tag(&s, h);
    } else if (take_origin(&s, h)) {
        hosted = true;
    } else if (take_tag(&s, h)) {
        tagged = true;
    } else {
        hosted = take_hostname(&s, h);
    }
    if (!tagged && hosted) {
        if (str_starts(s, S(": "))) /* ASA */
            s = str_from_at(s, 2);
        skip_device_time(&s, c);
        tagged = take_tag(&s, h) || take_spaced_tag(&s, h);
        if (!tagged)
            guess_tag(s, h);
    }
    h->sure |= tagged && (hosted ? !is_level(h->hostname) : h->pid.n > 0);
    h->sure |= is_mnemonic(s) || is_topics(s);
    h->message = s;
}

/* "host sshd[12]: ": what is left of a record whose time is kept elsewhere. */
static bool read_timeless(str s, struct syslog_header *h)
{
    str host = take_word(&s);
    bool named = false;

    for (size_t i = 0; i < host.n; i++) {
        char lower = ascii_lower(host.p[i]);
        named |= lower >= 'a' && lower <= 'z';
        if (!is_digit(host.p[i]) && !(lower >= 'a' && lower <= 'z') &&
            !(i && memchr("._-", lower, 3)))
            return false;
    }
    if (!named || host.n > SYSLOG_HOSTNAME_MAX || is_level(host) || !take_tag(&s, h) ||
        count_digits(h->pid) != h->pid.n || !h->pid.n || h->pid.p[h->pid.n + 1] != ':') {
        h->program = h->pid = (str){0};
        return false;
    }
    h->hostname = host;
    h->sure = true;
    h->message = s;
    return true;
}

/* Behind PRI. Returns what is wrong. */
static const char *read_3164(str s, struct syslog_clock *c, struct syslog_header *h)
{
    enum syslog_time_answer answer = take_time(&s, c, &h->time);

    for (int i = 0; i < SYSLOG_PREFIXES_MAX && answer == SYSLOG_TIME_NONE; i++) {
        if (!take_sequence(&s) && !take_origin(&s, h) && !take_node(&s))
            break;
        answer = take_time(&s, c, &h->time);
    }
    if (answer == SYSLOG_TIME_WRONG)
        return bad_time;
    if (answer == SYSLOG_TIME_READ) {
        h->has_time = h->time.known;
        skip_blanks(&s);
        take_code(&s, h);
        read_names(s, c, h);
        return NULL;
    }
    if (!h->sure && read_timeless(s, h))
        return NULL;
    if (!h->sure)
        return "neither a priority nor a time at its front";
    (void)take_tag(&s, h);
    h->message = s;
    return NULL;
}

/* What is left of a record that is wrong: its text and its priority. */
static void keep_text(struct syslog_header *h, str record)
{
    *h = (struct syslog_header){.priority = h->priority,
                                .priority_text = h->priority_text,
                                .message = record,
                                .broken = true};
}

const char *syslog_header_read(str record, struct syslog_clock *c, struct syslog_header *ret)
{
    str s = record;

    *ret = (struct syslog_header){0};
    skip_blanks(&s);
    skip_count(&s);
    const char *priority = take_priority(&s, ret);
    skip_blanks(&s);
    const char *why = is_5424(s) ? read_5424(s, c, ret) : read_3164(s, c, ret);
    if (why)
        keep_text(ret, record);
    return why ? why : priority;
}
