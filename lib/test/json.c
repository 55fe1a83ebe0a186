/* SPDX-License-Identifier: MIT */
/* JSON in responses: as a document, and compared as one. See <cadre/test.h>. */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "test/check.h"
#include "test/response.h"

/* A place in a document that is longer is cut where it is said. */
#define PLACE_BYTES 500

static void forget(void *arg)
{
    json_decref(arg);
}

static json_t *parse(const char *text, size_t len, json_error_t *error)
{
    return json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);
}

/* The body, parsed at the first call; NULL: `error` says why it is no JSON. */
static json_t *body_of(const struct cadre_test_response *res, json_error_t *error)
{
    struct cadre_test_response *own = (struct cadre_test_response *)(uintptr_t)res;

    if (own->json)
        return own->json;
    own->json = parse(cadre__buf_text(&own->body), own->body.len, error);
    if (own->json && cadre__arena_defer(&own->arena, forget, own->json) < 0)
        abort();
    return own->json;
}

struct json_t *cadre_test_json(const struct cadre_test_response *res)
{
    json_error_t error;

    return body_of(res, &error);
}

/* --- places: RFC 6901 --- */

/* The next part of a pointer, its escapes taken back, into `key`. False: it is none. */
static bool next_part(const char **pointer, char *key, size_t size)
{
    const char *p = *pointer;
    size_t len = 0;

    if (*p++ != '/')
        return false;
    for (; *p != '\0' && *p != '/' && len + 1 < size; p++) {
        char c = *p;

        if (c == '~') {
            if (p[1] != '0' && p[1] != '1')
                return false;
            c = *++p == '0' ? '~' : '/';
        }
        key[len++] = c;
    }
    key[len] = '\0';
    *pointer = p;
    return *p == '\0' || *p == '/';
}

static json_t *item_of(const json_t *array, const char *key)
{
    char *end;
    unsigned long index;

    if (key[0] < '0' || key[0] > '9' || (key[0] == '0' && key[1] != '\0'))
        return NULL;
    index = strtoul(key, &end, 10);
    return *end == '\0' ? json_array_get(array, index) : NULL;
}

/* What is at that place; NULL: nothing is. False: the pointer is none. */
static bool find(json_t *json, const char *pointer, json_t **ret)
{
    char key[PLACE_BYTES];

    while (*pointer != '\0') {
        if (!next_part(&pointer, key, sizeof(key)))
            return false;
        if (json_is_array(json))
            json = item_of(json, key);
        else
            json = json_object_get(json, key); /* NULL also of what has no members */
    }
    *ret = json;
    return true;
}

/* --- where two documents part --- */

/* Goes down a member; returns the length to go back to. */
static size_t enter(struct cadre__buf *place, const char *key)
{
    size_t len = place->len;

    cadre__buf_putc(place, '/');
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            cadre__buf_puts(place, *key == '~' ? "~0" : "~1");
        else
            cadre__buf_putc(place, *key);
    }
    return len;
}

static void leave(struct cadre__buf *place, size_t len)
{
    place->len = len;
    place->data[len] = '\0';
}

static bool differ(const json_t *a, const json_t *b, struct cadre__buf *place);

static bool differ_in_item(const json_t *a, const json_t *b, size_t index, struct cadre__buf *place)
{
    char key[24];
    size_t len;

    snprintf(key, sizeof(key), "%zu", index);
    len = enter(place, key);
    if (differ(json_array_get(a, index), json_array_get(b, index), place))
        return true;
    leave(place, len);
    return false;
}

static bool arrays_differ(const json_t *a, const json_t *b, struct cadre__buf *place)
{
    size_t n = json_array_size(a) > json_array_size(b) ? json_array_size(a) : json_array_size(b);

    for (size_t i = 0; i < n; i++) {
        if (differ_in_item(a, b, i, place))
            return true;
    }
    return false;
}

/* Members of `a`, and, where `all` are not said to be in `b`, those that only it has. */
static bool members_differ(const json_t *a, const json_t *b, struct cadre__buf *place)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)a, key, value)
    {
        size_t len = enter(place, key);

        if (differ(value, json_object_get(b, key), place))
            return true;
        leave(place, len);
    }
    return false;
}

/* Whether they do; then `place` is the first place where. Either may be NULL: nothing is there.
 * Numbers are the same where their values are, 1 and 1.0. */
static bool differ(const json_t *a, const json_t *b, struct cadre__buf *place)
{
    if (!a || !b)
        return a != b;
    if (json_is_object(a) && json_is_object(b))
        return members_differ(a, b, place) || members_differ(b, a, place);
    if (json_is_array(a) && json_is_array(b))
        return arrays_differ(a, b, place);
    if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b))
        return json_number_value(a) != json_number_value(b);
    return !json_equal(a, b);
}

/* --- assertions --- */

/* As text for people, on the heap. */
static char *dump(const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_INDENT(2) | JSON_SORT_KEYS)
                      : strdup("nothing is there");

    if (!text)
        abort();
    return text;
}

static const char *compare(const struct cadre_test_response *res, const char *pointer,
                           const json_t *expected, json_t *got)
{
    struct cadre__buf place;
    const char *why = NULL;

    cadre__buf_init(&place);
    cadre__buf_puts(&place, pointer);
    if (differ(expected, got, &place)) {
        char *left = dump(expected), *right = dump(got);
        const char *where = cadre__buf_text(&place);

        why = cadre__test_differ(res, left, right, "the JSON%s%s, which differs at %s",
                                 pointer[0] != '\0' ? " at " : "", pointer,
                                 where[0] != '\0' ? where : "its root");
        free(left);
        free(right);
    }
    cadre__buf_done(&place);
    return why;
}

const char *cadre_test_check_json_at(const struct cadre_test_response *res, const char *pointer,
                                     const char *text)
{
    json_error_t error;
    json_t *body = body_of(res, &error), *got, *expected = NULL;
    const char *why;

    if (!body)
        return cadre__test_differ(res, text ? text : "JSON", error.text,
                                  "the body is no JSON (line %d, column %d)", error.line,
                                  error.column);
    if (!find(body, pointer, &got))
        return cadre__test_differ(res, "\"/items/0/name\"", pointer,
                                  "the test is wrong: it looks at what is no JSON pointer");
    if (text && !(expected = parse(text, strlen(text), &error)))
        return cadre__test_differ(res, "JSON", text,
                                  "the test is wrong: it expects what is no JSON (%s)", error.text);
    why = compare(res, pointer, expected, got);
    json_decref(expected);
    return why;
}

const char *cadre_test_check_json(const struct cadre_test_response *res, const char *text)
{
    return cadre_test_check_json_at(res, "", text);
}

const char *cadre__test_differ_json(const struct cadre_test_response *res, const char *expected,
                                    struct cadre_str text)
{
    json_error_t error;
    json_t *left = parse(expected, strlen(expected), &error), *right;
    const char *why;

    if (!left)
        return cadre__test_differ(res, "JSON", expected,
                                  "the test is wrong: it expects what is no JSON (%s)", error.text);
    right = parse(text.ptr, text.len, &error);
    why = right ? compare(res, "", left, right)
                : cadre__test_differ(res, expected, text.ptr, "the message is no JSON (%s)",
                                     error.text);
    json_decref(left);
    json_decref(right);
    return why;
}
