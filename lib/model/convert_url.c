/* SPDX-License-Identifier: MIT */
/*
 * model/convert_url: absolute URLs (RFC 3986), brought into one form as browsers do it (WHATWG
 * URL): scheme and host in small letters, of the schemes of the web a path of at least "/" and no
 * port that is the scheme's own; space, controls and what is not ASCII percent-encoded in path,
 * query and fragment. A host of letters beyond ASCII is refused: it is to come as xn--.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/converters.h"
#include "model/number.h"

/* What browsers and servers take without trouble. */
#define URL_MAX 2083

/* The schemes whose URLs have a host and a path. */
static const struct web_scheme {
    struct cadre_str name;
    unsigned port;
} web_schemes[] = {
    {CADRE_STR_INIT("http"), 80}, {CADRE_STR_INIT("https"), 443}, {CADRE_STR_INIT("ws"), 80},
    {CADRE_STR_INIT("wss"), 443}, {CADRE_STR_INIT("ftp"), 21},
};

static bool is_letter(char c)
{
    c |= 0x20;
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct web_scheme *web_scheme_find(struct cadre_str name)
{
    for (size_t i = 0; i < sizeof(web_schemes) / sizeof(web_schemes[0]); i++) {
        if (cadre_str_eq_nocase(name, web_schemes[i].name))
            return &web_schemes[i];
    }
    return NULL;
}

/* Letters made small. */
static void put_small(struct cadre__buf *out, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++)
        cadre__buf_putc(out, text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] | 0x20)
                                                                      : text.ptr[i]);
}

/* Path, query and fragment: what may not stand there is percent-encoded. */
static void put_encoded(struct cadre__buf *out, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>')
            cadre__buf_printf(out, "%%%02X", c);
        else
            cadre__buf_putc(out, (char)c);
    }
}

/* The scheme in front of a ':'; absent: there is none. */
static struct cadre_str take_scheme(struct cadre_str *text)
{
    size_t n = 0;

    if (text->len == 0 || !is_letter(text->ptr[0]))
        return (struct cadre_str){NULL, 0};
    while (n < text->len && (is_letter(text->ptr[n]) || is_digit(text->ptr[n]) ||
                             text->ptr[n] == '+' || text->ptr[n] == '-' || text->ptr[n] == '.'))
        n++;
    if (n == text->len || text->ptr[n] != ':')
        return (struct cadre_str){NULL, 0};
    struct cadre_str scheme = {text->ptr, n};
    text->ptr += n + 1;
    text->len -= n + 1;
    return scheme;
}

/* Why a name or an address in dots is no host; NULL: it is one. */
static const char *host_problem(struct cadre_str host, bool is_web)
{
    bool only_digits = true;

    if (host.len == 0)
        return is_web ? "empty host" : NULL;
    if (host.ptr[0] == '[') {
        struct in6_addr address;
        char copy[INET6_ADDRSTRLEN + 1];
        if (host.len < 4 || host.ptr[host.len - 1] != ']' || host.len - 2 >= sizeof(copy))
            return "invalid IPv6 address";
        memcpy(copy, host.ptr + 1, host.len - 2);
        copy[host.len - 2] = '\0';
        return inet_pton(AF_INET6, copy, &address) == 1 ? NULL : "invalid IPv6 address";
    }
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.ptr[i];
        if (c >= 0x80)
            return "invalid international domain name";
        if (c <= ' ' || c == 0x7f || strchr("#%/:<>?@[\\]^|\"`{}", c))
            return "invalid domain character";
        only_digits = only_digits && (is_digit((char)c) || c == '.');
    }
    if (only_digits && is_web) {
        struct in_addr address;
        char copy[INET_ADDRSTRLEN];
        if (host.len >= sizeof(copy))
            return "invalid IPv4 address";
        memcpy(copy, host.ptr, host.len);
        copy[host.len] = '\0';
        return inet_pton(AF_INET, copy, &address) == 1 ? NULL : "invalid IPv4 address";
    }
    return NULL;
}

/* The port behind a host's ':'; absent: none. False: it is wrong. */
static bool take_port(struct cadre_str *host, struct cadre_str *ret_port, unsigned *ret)
{
    const char *colon = host->len > 0 ? memrchr(host->ptr, ':', host->len) : NULL;

    *ret_port = (struct cadre_str){NULL, 0};
    *ret = 0;
    if (!colon || memchr(colon, ']', host->len - (size_t)(colon - host->ptr)))
        return true;
    struct cadre_str port = {colon + 1, host->len - (size_t)(colon + 1 - host->ptr)};
    host->len = (size_t)(colon - host->ptr);
    for (size_t i = 0; i < port.len; i++) {
        if (!is_digit(port.ptr[i]))
            return false;
        *ret = *ret * 10 + (unsigned)(port.ptr[i] - '0');
        if (*ret > 65535)
            return false;
    }
    *ret_port = port;
    return true;
}

/* "//user@host:port" of which the slashes are gone. */
static const char *put_authority(struct cadre__buf *out, struct cadre_str authority,
                                 const struct web_scheme *web)
{
    const char *at = authority.len > 0 ? memrchr(authority.ptr, '@', authority.len) : NULL;
    struct cadre_str port;
    unsigned number;

    if (at) {
        struct cadre_str user = {authority.ptr, (size_t)(at - authority.ptr)};
        put_encoded(out, user);
        cadre__buf_putc(out, '@');
        authority.len -= user.len + 1;
        authority.ptr = at + 1;
    }
    if (!take_port(&authority, &port, &number))
        return "invalid port number";
    const char *why = host_problem(authority, web != NULL);
    if (why)
        return why;
    put_small(out, authority);
    if (port.len > 0 && !(web && number == web->port))
        cadre__buf_printf(out, ":%u", number);
    return NULL;
}

/* Writes the URL in its one form. NULL, or why it is none. */
static const char *put_url(struct cadre__buf *out, struct cadre_str text,
                           struct cadre_str *ret_scheme)
{
    struct cadre_str scheme = take_scheme(&text);
    size_t n = 0;

    if (!scheme.ptr)
        return "relative URL without a base";
    *ret_scheme = scheme;
    const struct web_scheme *web = web_scheme_find(scheme);
    put_small(out, scheme);
    cadre__buf_putc(out, ':');
    bool has_authority = text.len >= 2 && text.ptr[0] == '/' && text.ptr[1] == '/';
    if (web) { /* any number of slashes, also backward ones */
        while (text.len > 0 && (text.ptr[0] == '/' || text.ptr[0] == '\\')) {
            text.ptr++;
            text.len--;
        }
    } else if (has_authority) {
        text.ptr += 2;
        text.len -= 2;
    } else {
        put_encoded(out, text);
        return NULL;
    }
    cadre__buf_puts(out, "//");
    while (n < text.len && !memchr("/?#", text.ptr[n], 3) && !(web && text.ptr[n] == '\\'))
        n++;
    const char *why = put_authority(out, (struct cadre_str){text.ptr, n}, web);
    if (why)
        return why;
    if (web && (n == text.len || text.ptr[n] != '/'))
        cadre__buf_putc(out, '/');
    put_encoded(out, (struct cadre_str){text.ptr + n, text.len - n});
    return NULL;
}

/* "'http', 'https' or 'ftp'" of the schemes that a field takes. */
static char *scheme_list(struct cadre__arena *arena, const char *const *schemes)
{
    struct cadre__buf buf;
    char *copy = NULL;

    cadre__buf_init(&buf);
    for (size_t i = 0; schemes[i]; i++) {
        if (i > 0)
            cadre__buf_puts(&buf, schemes[i + 1] ? ", " : " or ");
        cadre__buf_printf(&buf, "'%s'", schemes[i]);
    }
    if (buf.error == 0)
        copy = cadre__arena_strndup(arena, cadre__buf_text(&buf), buf.len);
    cadre__buf_done(&buf);
    return copy;
}

static int check_scheme(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, struct cadre_str scheme)
{
    const char *const *schemes = type->rules->schemes;

    if (!schemes)
        return 0;
    for (size_t i = 0; schemes[i]; i++) {
        if (cadre_str_eq_nocase(scheme, cadre_str_from(schemes[i])))
            return 0;
    }
    char *words = scheme_list(validation->arena, schemes);
    if (!words)
        return -ENOMEM;
    return cadre__issue_word(validation, "url_scheme", input, "expected_schemes", words,
                             "URL scheme should be ");
}

static int issue_length(struct cadre_validation *validation, const struct cadre_input *input,
                        size_t max)
{
    return cadre__issue_number(validation, "url_too_long", input, "max_length", max,
                               "URL should have at most %zu character%s", max, cadre__plural(max));
}

int cadre__convert_url(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, void *value)
{
    size_t max = type->max_length == SIZE_MAX ? URL_MAX : type->max_length;
    struct cadre_str scheme = {NULL, 0};
    struct cadre__buf url;
    char *copy = NULL;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "url_type", input, NULL,
                                 "URL input should be a string or URL");
    struct cadre_str text = cadre__text_trim(input->text);
    if (text.len > max)
        return issue_length(validation, input, max);
    cadre__buf_init(&url);
    const char *why = text.len == 0 ? "input is empty" : put_url(&url, text, &scheme);
    if (url.error == 0)
        copy = cadre__arena_strndup(validation->arena, cadre__buf_text(&url), url.len);
    cadre__buf_done(&url);
    if (!copy)
        return -ENOMEM;
    if (why)
        return cadre__issue_word(validation, "url_parsing", input, "error", why,
                                 "Input should be a valid URL, ");
    int r = check_scheme(validation, type, input, scheme);
    if (r == 0 && strlen(copy) > max) /* percent-encoded, it has become longer */
        r = issue_length(validation, input, max);
    if (r == 0)
        memcpy(value, &(struct cadre_uri){copy}, sizeof(struct cadre_uri));
    return r;
}
