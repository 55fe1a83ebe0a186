/* SPDX-License-Identifier: MIT */
/*
 * Whole responses of some kinds, and Vary: what is said in terms of web/respond.c.
 */
#include "gateway/field_list.h"
#include "web/request.h"

#include <errno.h>

int cadre_respond_html(struct cadre_request *req, int status, const char *html)
{
    if (html == NULL)
        return -ENOMEM;
    return cadre_respond_bytes(req, status, "text/html; charset=utf-8", html, strlen(html));
}

/* --- redirects --- */

/* What stands in a URL as it is: unreserved and reserved characters, and '%' (RFC 3986 §2). */
static bool is_url_char(char c)
{
    return c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL;
}

/* Percent-encodes the rest. NULL: ENOMEM. */
static char *encode_url(struct cadre_request *req, const char *url)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = cadre__arena_alloc(req->arena, strlen(url) * 3 + 1), *out = encoded;

    if (encoded == NULL)
        return NULL;
    for (; *url != '\0'; url++) {
        if (is_url_char(*url)) {
            *out++ = *url;
        } else {
            *out++ = '%';
            *out++ = digits[(unsigned char)*url >> 4];
            *out++ = digits[(unsigned char)*url & 15];
        }
    }
    *out = '\0';
    return encoded;
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

int cadre_redirect(struct cadre_request *req, int status, const char *url)
{
    char *location;
    int r;

    cadre__request_check(req);
    if ((status < 301 || status > 303) && status != 307 && status != 308)
        return -EINVAL;
    if (url == NULL)
        return -ENOMEM;
    if (has_control(url))
        return -EINVAL; /* rather than to lead somewhere that nobody meant */
    location = encode_url(req, url);
    if (location == NULL)
        return -ENOMEM;
    r = cadre_header_set(req, "location", location);
    return r < 0 ? r : cadre_respond_empty(req, status);
}

/* --- Vary --- */

/* Whether a list of names holds that one, or "*", which stands for all. */
static bool lists(struct cadre_str list, struct cadre_str name)
{
    return cadre__list_has_nocase(list, name) || cadre__list_has(list, CADRE_STR("*"));
}

int cadre_vary(struct cadre_request *req, const char *name)
{
    const char *all = NULL; /* several fields become one */

    cadre__request_check(req);
    for (size_t i = 0; i < req->n_headers; i++) {
        const struct cadre__header *header = &req->headers[i];

        if (!cadre_str_eq(header->name, CADRE_STR("vary")))
            continue;
        if (lists(header->value, cadre_str_from(name)))
            return 0;
        all = all == NULL ? header->value.ptr
                          : cadre__arena_printf(req->arena, "%s, %s", all, header->value.ptr);
        if (all == NULL)
            return -ENOMEM;
    }
    if (all != NULL)
        name = cadre__arena_printf(req->arena, "%s, %s", all, name);
    return name == NULL ? -ENOMEM : cadre_header_set(req, "vary", name);
}
