/* SPDX-License-Identifier: MIT */
/* Cookies as text: web/cookie.h. */
#include "web/cookie.h"

#include "gateway/http_date.h"
#include <errno.h>
#include <inttypes.h>
#include <strings.h>

/* --- of a request --- */

size_t cadre__cookie_count(struct cadre_str text)
{
    size_t n = 1;

    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == ';';
    return n;
}

static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    text[len] = '\0';
    return text;
}

/* "\101" as a byte; 0: it is no such escape, or it says NUL, which texts here cannot hold. */
static char octal(const char *text)
{
    unsigned value = 0;

    for (int i = 1; i <= 3; i++) {
        if (text[i] < '0' || text[i] > (i == 1 ? '3' : '7'))
            return '\0';
        value = value * 8 + (unsigned)(text[i] - '0');
    }
    return (char)value;
}

/* Takes a value out of its quotes, in place. */
static char *unquote(char *text)
{
    size_t len = strlen(text);
    char *out = text, *begin = text;

    if (len < 2 || text[0] != '"' || text[len - 1] != '"')
        return text;
    text[len - 1] = '\0';
    for (text++; *text != '\0'; text++) {
        if (text[0] == '\\' && octal(text) != '\0') {
            *out++ = octal(text);
            text += 3;
        } else {
            if (text[0] == '\\' && text[1] != '\0')
                text++;
            *out++ = *text;
        }
    }
    *out = '\0';
    return begin;
}

size_t cadre__cookie_split(char *text, struct cadre__cookie_pair *pairs)
{
    size_t n = 0;

    while (text != NULL) {
        char *next = strchr(text, ';');
        char *value;

        if (next != NULL)
            *next++ = '\0';
        value = strchr(text, '=');
        if (value != NULL)
            *value++ = '\0';
        text = trim(text);
        if (value != NULL) {
            pairs[n++] = (struct cadre__cookie_pair){text, unquote(trim(value))};
        } else if (*text != '\0') {
            pairs[n++] = (struct cadre__cookie_pair){"", unquote(text)};
        }
        text = next;
    }
    return n;
}

/* --- of a response --- */

/* A token (RFC 9110 §5.6.2). */
static bool is_name(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", *text) != NULL)
            return false;
    }
    return true;
}

/* What an attribute may hold: no end of it, no control bytes. */
static bool is_attribute(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f || *text == ';')
            return false;
    }
    return true;
}

/* What a browser refuses, it refuses silently: better to hear of it here. */
static const char *find_fault(const struct cadre_set_cookie *c)
{
    bool is_host = c->name != NULL && strncasecmp(c->name, "__Host-", 7) == 0;

    if (c->name == NULL || !is_name(c->name))
        return "the name of a cookie is not a token";
    if ((c->path != NULL && !is_attribute(c->path)) ||
        (c->domain != NULL && !is_attribute(c->domain)))
        return "the path or domain of a cookie holds ';' or a control character";
    if (c->path != NULL && c->path[0] != '\0' && c->path[0] != '/')
        return "the path of a cookie does not begin with '/'";
    if (!c->secure && (is_host || strncasecmp(c->name, "__Secure-", 9) == 0))
        return "a cookie named __Host- or __Secure- has to be secure";
    if (is_host && (c->domain != NULL || (c->path != NULL && strcmp(c->path, "/") != 0)))
        return "a cookie named __Host- has the path \"/\" and no domain";
    if (!c->secure && c->same_site == CADRE_SAME_SITE_NONE)
        return "a cookie with SameSite=None has to be secure";
    if (!c->secure && c->partitioned)
        return "a partitioned cookie has to be secure";
    return NULL;
}

/* What stands in a value as it is (RFC 6265 §4.1.1). */
static bool is_plain(char c)
{
    return c > ' ' && c < 0x7f && strchr("\",;\\", c) == NULL;
}

static void put_value(struct cadre__buf *buf, const char *value)
{
    const char *c = value;

    while (is_plain(*c))
        c++;
    if (*c == '\0') {
        cadre__buf_puts(buf, value);
        return;
    }
    cadre__buf_putc(buf, '"');
    for (c = value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            cadre__buf_printf(buf, "\\%c", *c);
        else if (is_plain(*c) || *c == ' ')
            cadre__buf_putc(buf, *c);
        else
            cadre__buf_printf(buf, "\\%03o", (unsigned char)*c);
    }
    cadre__buf_putc(buf, '"');
}

int cadre__cookie_format(struct cadre__buf *buf, const struct cadre_set_cookie *c,
                         const char **ret_why)
{
    static const char *const same_sites[] = {
        [CADRE_SAME_SITE_LAX] = "; SameSite=lax",
        [CADRE_SAME_SITE_STRICT] = "; SameSite=strict",
        [CADRE_SAME_SITE_NONE] = "; SameSite=none",
        [CADRE_SAME_SITE_UNSET] = "",
    };
    const char *path = c->path != NULL ? c->path : "/";
    const char *why = find_fault(c);
    char date[CADRE__HTTP_DATE_LEN + 1];

    if (why != NULL) {
        *ret_why = why;
        return -EINVAL;
    }
    cadre__buf_printf(buf, "%s=", c->name);
    put_value(buf, c->value != NULL ? c->value : "");
    if (path[0] != '\0')
        cadre__buf_printf(buf, "; Path=%s", path);
    if (c->domain != NULL)
        cadre__buf_printf(buf, "; Domain=%s", c->domain);
    if (c->max_age_s != 0)
        cadre__buf_printf(buf, "; Max-Age=%" PRId64, c->max_age_s > 0 ? c->max_age_s : 0);
    if (c->expires_s != 0) {
        cadre__http_date_format(date, c->expires_s > 0 ? (uint64_t)c->expires_s : 0);
        cadre__buf_printf(buf, "; Expires=%s", date);
    }
    cadre__buf_puts(buf, same_sites[c->same_site]);
    cadre__buf_puts(buf, c->secure ? "; Secure" : "");
    cadre__buf_puts(buf, c->http_only ? "; HttpOnly" : "");
    cadre__buf_puts(buf, c->partitioned ? "; Partitioned" : "");
    return buf->error;
}
