/* SPDX-License-Identifier: MIT */
/*
 * Trailers (RFC 9110 §6.5): those of the request, kept from the last event of its body, and those
 * of the response, declared before it starts and sent behind its body (<cadre/request.h>,
 * <cadre/response.h>).
 */
#include "web/request.h"

#include "gateway/field.h"
#include "gateway/response.h"
#include <errno.h>

/* --- of the request --- */

int cadre__request_keep_trailers(struct cadre_request *req, const struct cadre__header *trailers,
                                 size_t n)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);

    if (extras == NULL)
        return -ENOMEM;
    extras->received = trailers;
    extras->n_received = n;
    return 0;
}

const char *cadre_trailer(const struct cadre_request *req, const char *name)
{
    struct cadre_str wanted = cadre_str_from(name);

    cadre__request_check(req);
    for (size_t i = 0; req->extras != NULL && i < req->extras->n_received; i++) {
        if (cadre_str_eq_nocase(req->extras->received[i].name, wanted))
            return req->extras->received[i].value.ptr;
    }
    return NULL;
}

bool cadre_trailer_at(const struct cadre_request *req, size_t index, const char **ret_name,
                      const char **ret_value)
{
    cadre__request_check(req);
    if (req->extras == NULL || index >= req->extras->n_received)
        return false;
    *ret_name = req->extras->received[index].name.ptr;
    *ret_value = req->extras->received[index].value.ptr;
    return true;
}

bool cadre_accepts_trailers(const struct cadre_request *req)
{
    cadre__request_check(req);
    return cadre__scope_accepts_trailers(req->scope);
}

/* --- of the response --- */

static struct cadre__header *find(const struct cadre_request *req, struct cadre_str name)
{
    for (size_t i = 0; req->extras != NULL && i < req->extras->n_trailers; i++) {
        if (cadre_str_eq(req->extras->trailers[i].name, name))
            return &req->extras->trailers[i];
    }
    return NULL;
}

static int push(struct cadre_request *req, struct cadre_str name, struct cadre__header **ret)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);

    if (extras == NULL)
        return -ENOMEM;
    if (extras->n_trailers == extras->size_trailers) {
        size_t size = extras->size_trailers * 2 + 4;
        struct cadre__header *grown = cadre__arena_alloc(req->arena, size * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        if (extras->n_trailers > 0)
            memcpy(grown, extras->trailers, extras->n_trailers * sizeof(*grown));
        extras->trailers = grown;
        extras->size_trailers = size;
    }
    *ret = &extras->trailers[extras->n_trailers++];
    **ret = (struct cadre__header){.name = name};
    return 0;
}

/* Finds the trailer, or declares it while the response has not begun. */
static int declare(struct cadre_request *req, const char *name, struct cadre__header **ret)
{
    struct cadre_str lower;
    int r = cadre__request_copy_name(req, name, &lower);

    if (r < 0)
        return r;
    *ret = find(req, lower);
    if (*ret != NULL)
        return 0;
    if (!cadre__header_name_is_trailer(lower) || req->phase != CADRE__REQUEST_OPEN)
        return -EINVAL;
    return push(req, lower, ret);
}

int cadre_trailer_declare(struct cadre_request *req, const char *name)
{
    struct cadre__header *trailer;

    cadre__request_check(req);
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    return declare(req, name, &trailer);
}

int cadre_trailer_set(struct cadre_request *req, const char *name, const char *value)
{
    struct cadre__header *trailer;
    struct cadre_str copy;
    int r;

    cadre__request_check(req);
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    if (!cadre__header_value_is_valid(cadre_str_from(value)))
        return -EINVAL;
    r = cadre__request_copy_value(req, value, &copy);
    if (r == 0)
        r = declare(req, name, &trailer);
    if (r == 0)
        trailer->value = copy;
    return r;
}

int cadre__request_announce_trailers(struct cadre_request *req)
{
    const struct cadre__request_extras *extras = req->extras;
    struct cadre_str names = extras->trailers[0].name;
    int r = cadre_header_remove(req, "trailer"); /* of an attempt that failed */

    if (r < 0)
        return r;
    for (size_t i = 1; i < extras->n_trailers; i++) {
        names.ptr = cadre__arena_printf(req->arena, "%.*s, %.*s", CADRE_STR_ARGS(names),
                                        CADRE_STR_ARGS(extras->trailers[i].name));
        if (names.ptr == NULL)
            return -ENOMEM;
        names.len += 2 + extras->trailers[i].name.len;
    }
    return cadre__request_push_header(req, cadre__field_name(CADRE__FIELD_TRAILER), names);
}

/* In place: what was not set is gone. */
static void drop_unset(struct cadre__request_extras *extras)
{
    size_t kept = 0;

    for (size_t i = 0; i < extras->n_trailers; i++) {
        if (extras->trailers[i].value.ptr != NULL)
            extras->trailers[kept++] = extras->trailers[i];
    }
    extras->n_trailers = kept;
}

int cadre__request_send_trailers(struct cadre_request *req)
{
    struct cadre__request_extras *extras = req->extras;

    drop_unset(extras);

    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE_TRAILERS,
        .headers = extras->trailers,
        .n_headers = extras->n_trailers,
    };
    return cadre__request_send_event(req, &event);
}
