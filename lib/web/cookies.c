/* SPDX-License-Identifier: MIT */
/*
 * Cookies of a request, parsed at the first question into its memory, and of its response. Never
 * suspends. As text they are in web/cookie.h.
 */
#include "web/cookie.h"

#include "base/log.h"
#include "gateway/field.h"
#include "web/request.h"
#include <errno.h>

/* Cuts one field behind the cookies that are there. */
static bool add_field(struct cadre_request *req, struct cadre_str value,
                      struct cadre__cookie_pair *pairs, size_t *n)
{
    char *text = cadre__arena_strndup(req->arena, value.ptr, value.len);

    if (text != NULL)
        *n += cadre__cookie_split(text, pairs + *n);
    return text != NULL;
}

/* The cookies, or NULL: ENOMEM. */
static const struct cadre__request_extras *parse(struct cadre_request *req)
{
    const struct cadre_str wanted = cadre__field_name(CADRE__FIELD_COOKIE);
    struct cadre__request_extras *extras;
    struct cadre__cookie_pair *pairs;
    size_t size = 0, n = 0;

    cadre__request_check(req);
    extras = cadre__request_extras(req);
    if (extras == NULL || extras->has_cookies)
        return extras;
    /* Several fields count as one: HTTP/2 may cut it up (RFC 9113 §8.2.3). */
    for (size_t i = 0; i < req->scope->n_headers; i++) {
        if (cadre_str_eq(req->scope->headers[i].name, wanted))
            size += cadre__cookie_count(req->scope->headers[i].value);
    }
    pairs = cadre__arena_alloc(req->arena, size * sizeof(*pairs));
    if (pairs == NULL)
        return NULL;
    for (size_t i = 0; i < req->scope->n_headers; i++) {
        if (cadre_str_eq(req->scope->headers[i].name, wanted) &&
            !add_field(req, req->scope->headers[i].value, pairs, &n))
            return NULL;
    }
    extras->cookies = pairs;
    extras->n_cookies = n;
    extras->has_cookies = true;
    return extras;
}

const char *cadre_cookie(struct cadre_request *req, const char *name)
{
    const struct cadre__request_extras *extras = parse(req);

    if (extras == NULL)
        return NULL;
    for (size_t i = extras->n_cookies; i-- > 0;) {
        if (strcmp(extras->cookies[i].name, name) == 0)
            return extras->cookies[i].value;
    }
    errno = 0;
    return NULL;
}

bool cadre_cookie_at(struct cadre_request *req, size_t index, const char **ret_name,
                     const char **ret_value)
{
    const struct cadre__request_extras *extras = parse(req);

    if (extras == NULL)
        return false;
    if (index >= extras->n_cookies) {
        errno = 0;
        return false;
    }
    *ret_name = extras->cookies[index].name;
    *ret_value = extras->cookies[index].value;
    return true;
}

int cadre_cookie_set(struct cadre_request *req, const struct cadre_set_cookie *cookie)
{
    const char *why = "";
    struct cadre__buf buf;
    int r;

    cadre__request_check(req);
    cadre__buf_init(&buf);
    r = cadre__cookie_format(&buf, cookie, &why);
    if (r == 0)
        r = cadre_header_add(req, "set-cookie", cadre__buf_text(&buf));
    else if (r == -EINVAL)
        cadre_log(CADRE_LOG_DEBUG, req, "cadre_cookie_set: %s", why);
    cadre__buf_done(&buf);
    return r;
}

int cadre_cookie_delete(struct cadre_request *req, const struct cadre_set_cookie *cookie)
{
    struct cadre_set_cookie gone = *cookie;

    gone.value = "";
    gone.max_age_s = -1;
    gone.expires_s = -1;
    return cadre_cookie_set(req, &gone);
}
