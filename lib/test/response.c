/* SPDX-License-Identifier: MIT */
/* Responses of the test client, and the questions about them: test/response.h, <cadre/test.h>. */
#include "config.h"

#include "test/response.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

struct cadre_test_response *cadre__test_response_new(const char *method, const char *url)
{
    struct cadre_test_response *res = calloc(1, sizeof(*res));

    if (!res)
        return NULL;
    cadre__list_init(&res->link);
    cadre__arena_init(&res->arena, 2048);
    cadre__buf_init(&res->body);
    res->failure = "";
    res->interims_end = &res->interims;
    res->method = cadre__arena_strndup(&res->arena, method, strlen(method));
    res->url = cadre__arena_strndup(&res->arena, url, strlen(url));
    if (!res->method || !res->url) {
        cadre__test_response_free(res);
        return NULL;
    }
    return res;
}

void cadre__test_response_free(struct cadre_test_response *res)
{
    if (!res)
        return;
    cadre__list_remove(&res->link);
    cadre__buf_done(&res->body);
    cadre__arena_done(&res->arena);
    free(res);
}

void cadre__test_response_fail(struct cadre_test_response *res, const char *fmt, ...)
{
    va_list args;
    char *text;

    if (res->failure[0] != '\0')
        return;
    va_start(args, fmt);
    text = cadre__arena_vprintf(&res->arena, NULL, fmt, args);
    va_end(args);
    res->failure = text ? text : "out of memory";
}

int cadre__test_fields_copy(struct cadre__arena *arena, const struct cadre__header *from, size_t n,
                            struct cadre__test_fields *ret)
{
    struct cadre__header *list = cadre__arena_alloc(arena, n * sizeof(*list));

    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        list[i] = from[i];
        list[i].name.ptr = cadre__arena_strndup(arena, from[i].name.ptr, from[i].name.len);
        list[i].value.ptr = cadre__arena_strndup(arena, from[i].value.ptr, from[i].value.len);
        if (!list[i].name.ptr || !list[i].value.ptr)
            return -ENOMEM;
    }
    *ret = (struct cadre__test_fields){list, n};
    return 0;
}

const char *cadre__test_fields_find(const struct cadre__test_fields *fields, const char *name)
{
    struct cadre_str wanted = cadre_str_from(name);

    for (size_t i = 0; i < fields->n; i++) {
        if (cadre_str_eq_nocase(fields->list[i].name, wanted))
            return fields->list[i].value.ptr;
    }
    return NULL;
}

/* --- questions --- */

int cadre_test_status(const struct cadre_test_response *res)
{
    return res->status;
}

const char *cadre_test_failure(const struct cadre_test_response *res)
{
    return res->failure;
}

int cadre_test_result(const struct cadre_test_response *res)
{
    return res->result;
}

bool cadre_test_is_cut(const struct cadre_test_response *res)
{
    return res->is_cut;
}

const char *cadre_test_header(const struct cadre_test_response *res, const char *name)
{
    return cadre__test_fields_find(&res->header, name);
}

bool cadre_test_header_at(const struct cadre_test_response *res, size_t index,
                          const char **ret_name, const char **ret_value)
{
    if (index >= res->header.n)
        return false;
    *ret_name = res->header.list[index].name.ptr;
    *ret_value = res->header.list[index].value.ptr;
    return true;
}

struct cadre_str cadre_test_body(const struct cadre_test_response *res)
{
    return cadre__buf_str(&res->body);
}

const char *cadre_test_text(const struct cadre_test_response *res)
{
    return cadre__buf_text(&res->body);
}

const char *cadre_test_trailer(const struct cadre_test_response *res, const char *name)
{
    return cadre__test_fields_find(&res->trailers, name);
}

static const struct cadre__test_interim *interim_at(const struct cadre_test_response *res,
                                                    size_t index)
{
    const struct cadre__test_interim *interim = res->interims;

    while (interim && index-- > 0)
        interim = interim->next;
    return interim;
}

int cadre_test_interim_status(const struct cadre_test_response *res, size_t index)
{
    const struct cadre__test_interim *interim = interim_at(res, index);

    return interim ? interim->status : 0;
}

const char *cadre_test_interim_header(const struct cadre_test_response *res, size_t index,
                                      const char *name)
{
    const struct cadre__test_interim *interim = interim_at(res, index);

    return interim ? cadre__test_fields_find(&interim->fields, name) : NULL;
}

const char *cadre_test_url(const struct cadre_test_response *res)
{
    return res->url;
}

unsigned cadre_test_redirects(const struct cadre_test_response *res)
{
    return res->redirects;
}
