/* SPDX-License-Identifier: MIT */
/*
 * model/url: scheme, authority, path, query and fragment, each cut off and written in turn.
 */
#include "config.h"

#include "model/url.h"

#include <string.h>

/* Sets of characters that are percent-encoded (§1.3). */
#define FRAGMENT_SET " \"<>`"
#define QUERY_SET    " \"#<>"
#define WEB_SET      " \"#<>'"
#define PATH_SET     " \"#<>?^`{}"
#define USER_SET     " \"#<>?^`{}/:;=@[\\]|"

/* The schemes that have a host and a path, and whose ports need not be said. */
static const struct special {
    struct cadre_str name;
    unsigned port; /* 0: it has none */
} specials[] = {
    {CADRE_STR_INIT("http"), 80}, {CADRE_STR_INIT("https"), 443}, {CADRE_STR_INIT("ws"), 80},
    {CADRE_STR_INIT("wss"), 443}, {CADRE_STR_INIT("ftp"), 21},    {CADRE_STR_INIT("file"), 0},
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

void cadre__url_encode(struct cadre__buf *out, struct cadre_str text, const char *besides)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c > 0x7e || strchr(besides, c))
            cadre__buf_printf(out, "%%%02X", c);
        else
            cadre__buf_putc(out, (char)c);
    }
}

static const struct special *special_find(struct cadre_str name)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
        if (cadre_str_eq_nocase(name, specials[i].name))
            return &specials[i];
    }
    return NULL;
}

/* Cuts `n` bytes off the front. */
static struct cadre_str take(struct cadre_str *text, size_t n)
{
    struct cadre_str front = {text->ptr, n};

    text->ptr += n;
    text->len -= n;
    return front;
}

/* How many bytes there are before one of `ends`. */
static size_t span_until(struct cadre_str text, const char *ends)
{
    size_t n = 0;

    while (n < text.len && (text.ptr[n] == '\0' || !strchr(ends, text.ptr[n])))
        n++;
    return n;
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
    struct cadre_str scheme = take(text, n);
    (void)take(text, 1);
    return scheme;
}

/* ---- user, host and port ---- */

/* "user:password@", where there is any of it. */
static void put_user(struct cadre__buf *out, struct cadre_str user)
{
    struct cadre_str name = take(&user, span_until(user, ":"));

    if (user.len > 0)
        (void)take(&user, 1);
    if (name.len == 0 && user.len == 0)
        return;
    cadre__url_encode(out, name, USER_SET);
    if (user.len > 0) {
        cadre__buf_putc(out, ':');
        cadre__url_encode(out, user, USER_SET);
    }
    cadre__buf_putc(out, '@');
}

/* The port behind a host's ':'; empty: none. False: it is wrong. */
static bool take_port(struct cadre_str *host, struct cadre_str *ret_port, unsigned *ret)
{
    size_t n = 0;

    if (host->len > 0 && host->ptr[0] == '[')
        n = span_until(*host, "]");
    while (n < host->len && host->ptr[n] != ':')
        n++;
    *ret_port = (struct cadre_str){host->ptr + n, host->len - n};
    *ret = 0;
    host->len = n;
    if (ret_port->len == 0)
        return true;
    (void)take(ret_port, 1);
    for (size_t i = 0; i < ret_port->len; i++) {
        if (!is_digit(ret_port->ptr[i]))
            return false;
        *ret = *ret * 10 + (unsigned)(ret_port->ptr[i] - '0');
        if (*ret > 65535)
            return false;
    }
    return true;
}

/* What is behind "//". */
static const char *put_authority(struct cadre__buf *out, struct cadre_str authority,
                                 const struct special *special)
{
    const char *at = authority.len > 0 ? memrchr(authority.ptr, '@', authority.len) : NULL;
    struct cadre_str port;
    unsigned number;

    if (at) {
        put_user(out, take(&authority, (size_t)(at - authority.ptr)));
        (void)take(&authority, 1);
    }
    bool has_port = span_until(authority, ":") < authority.len;
    if (!take_port(&authority, &port, &number))
        return "invalid port number";
    if (authority.len == 0)
        return special || at || has_port ? "empty host" : NULL;
    const char *why = cadre__url_host_parse(authority, special != NULL, out);
    if (!why && port.len > 0 && !(special && number == special->port))
        cadre__buf_printf(out, ":%u", number);
    return why;
}

/* ---- paths ---- */

/* "." and "..", of which each dot may be %2e. */
static unsigned count_dots(struct cadre_str segment)
{
    unsigned n = 0;

    while (segment.len > 0) {
        if (segment.ptr[0] == '.')
            (void)take(&segment, 1);
        else if (segment.len >= 3 && memcmp(segment.ptr, "%2", 2) == 0 &&
                 (segment.ptr[2] | 0x20) == 'e')
            (void)take(&segment, 3);
        else
            return 0;
        n++;
    }
    return n <= 2 ? n : 0;
}

/* "C:" and "C|" of a file's path. */
static bool is_drive(struct cadre_str segment)
{
    return segment.len == 2 && is_letter(segment.ptr[0]) &&
           (segment.ptr[1] == ':' || segment.ptr[1] == '|');
}

/* Takes the last segment away; of a file's path not the drive. */
static void pop_segment(struct cadre__buf *out, size_t begin, bool is_file)
{
    size_t len = out->len;

    while (len > begin && out->data[len - 1] != '/')
        len--;
    if (len == begin)
        return;
    struct cadre_str segment = {out->data + len, out->len - len};
    if (is_file && len - 1 == begin && is_drive(segment))
        return;
    out->len = len - 1;
    out->data[out->len] = '\0';
}

/* A path of segments, which begins with a slash where there is any. */
static void put_path(struct cadre__buf *out, struct cadre_str path, bool is_special, bool is_file)
{
    size_t begin = out->len;

    if (path.len > 0 && (path.ptr[0] == '/' || (is_special && path.ptr[0] == '\\')))
        (void)take(&path, 1);
    for (bool more = true; more;) {
        struct cadre_str segment = take(&path, span_until(path, is_special ? "/\\" : "/"));
        unsigned dots = count_dots(segment);
        more = path.len > 0;
        if (more)
            (void)take(&path, 1);
        if (dots == 2)
            pop_segment(out, begin, is_file);
        if (dots > 0 && more)
            continue;
        cadre__buf_putc(out, '/');
        if (dots > 0)
            continue;
        bool is_first = out->len == begin + 1;
        cadre__url_encode(out, segment, PATH_SET);
        if (is_file && is_first && is_drive(segment) && out->error == 0)
            out->data[out->len - 1] = ':';
    }
}

/* A path that is one text: that of "mailto:". Space at its end would be lost. */
static void put_opaque(struct cadre__buf *out, struct cadre_str path, bool has_more)
{
    bool ends_in_space = has_more && path.len > 0 && path.ptr[path.len - 1] == ' ';

    path.len -= ends_in_space;
    cadre__url_encode(out, path, "");
    if (ends_in_space)
        cadre__buf_puts(out, "%20");
}

/* ---- URLs ---- */

/* What is behind "file:". */
static const char *put_file(struct cadre__buf *out, struct cadre_str *text)
{
    size_t n = 0;

    cadre__buf_puts(out, "//");
    while (n < 2 && n < text->len && (text->ptr[n] == '/' || text->ptr[n] == '\\'))
        n++;
    if (n < 2)
        return NULL;
    struct cadre_str rest = *text;
    (void)take(&rest, 2);
    struct cadre_str host = take(&rest, span_until(rest, "/\\?#"));
    if (is_drive(host)) {
        (void)take(text, 1);
        return NULL;
    }
    *text = rest;
    if (host.len == 0)
        return NULL;
    size_t begin = out->len;
    const char *why = cadre__url_host_parse(host, true, out);
    if (!why && cadre_str_eq((struct cadre_str){out->data + begin, out->len - begin},
                             CADRE_STR("localhost")))
        out->len = begin;
    return why;
}

/* Scheme, authority and path; *text is what is behind the path. */
static const char *put_front(struct cadre__buf *out, struct cadre_str *text,
                             const struct special *special)
{
    bool is_file = special && special->port == 0, has_slash = text->len > 0 && text->ptr[0] == '/';
    bool has_authority = has_slash && text->len > 1 && text->ptr[1] == '/';
    const char *why = NULL;

    if (is_file) {
        why = put_file(out, text);
    } else if (special || has_authority) {
        size_t n = 0;
        while (n < text->len && (text->ptr[n] == '/' || (special && text->ptr[n] == '\\')) &&
               (special || n < 2))
            n++;
        (void)take(text, n);
        cadre__buf_puts(out, "//");
        why = put_authority(out, take(text, span_until(*text, special ? "/\\?#" : "/?#")), special);
    }
    struct cadre_str path = take(text, span_until(*text, "?#"));
    if (why)
        return why;
    if (!special && !has_slash) {
        put_opaque(out, path, text->len > 0);
    } else if (special || path.len > 0) {
        size_t begin = out->len;
        put_path(out, path, special != NULL, is_file);
        /* Two slashes in front would be an authority. */
        if (!special && !has_authority && out->error == 0 && out->len > begin + 1 &&
            out->data[begin + 1] == '/') {
            cadre__buf_puts(out, "/.");
            memmove(out->data + begin + 2, out->data + begin, out->len - begin - 2);
            memcpy(out->data + begin, "/.", 2);
        }
    }
    return NULL;
}

/* Without controls and space at its ends, and line ends and tabs anywhere, in the buffer. */
static struct cadre_str clean(struct cadre_str text, struct cadre__buf *copy)
{
    while (text.len > 0 && (unsigned char)text.ptr[0] <= ' ')
        (void)take(&text, 1);
    while (text.len > 0 && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    if (span_until(text, "\t\n\r") == text.len)
        return text;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || !strchr("\t\n\r", text.ptr[i]))
            cadre__buf_putc(copy, text.ptr[i]);
    }
    return cadre__buf_str(copy);
}

static const char *put_url(struct cadre__buf *out, struct cadre_str text)
{
    struct cadre_str scheme = take_scheme(&text);

    if (!scheme.ptr)
        return "relative URL without a base";
    const struct special *special = special_find(scheme);
    for (size_t i = 0; i < scheme.len; i++)
        cadre__buf_putc(out,
                        is_letter(scheme.ptr[i]) ? (char)(scheme.ptr[i] | 0x20) : scheme.ptr[i]);
    cadre__buf_putc(out, ':');
    const char *why = put_front(out, &text, special);
    if (why)
        return why;
    if (text.len > 0 && text.ptr[0] == '?') {
        (void)take(&text, 1);
        cadre__buf_putc(out, '?');
        cadre__url_encode(out, take(&text, span_until(text, "#")), special ? WEB_SET : QUERY_SET);
    }
    if (text.len > 0) {
        (void)take(&text, 1);
        cadre__buf_putc(out, '#');
        cadre__url_encode(out, text, FRAGMENT_SET);
    }
    return NULL;
}

const char *cadre__url_parse(struct cadre_str text, struct cadre__buf *out)
{
    struct cadre__buf copy;

    cadre__buf_init(&copy);
    const char *why = put_url(out, clean(text, &copy));
    if (copy.error < 0)
        out->error = copy.error;
    cadre__buf_done(&copy);
    return why;
}
