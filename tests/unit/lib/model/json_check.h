/* SPDX-License-Identifier: MIT */
/* Reads JSON by the models of json_models.h and compares what comes out, for the tests of the
 * reader. One document at a time. */
#ifndef CADRE_TESTS_JSON_CHECK_H
#define CADRE_TESTS_JSON_CHECK_H

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json_models.h"
#include "model/convert.h"
#include "model/json_read.h"
#include "model/json_write.h"

static struct cadre__arena arena;
static struct cadre_validation validation;

/* Reads an object into the struct, which is zeroed. */
static inline int read_into(const struct cadre_model *model, const char *json, void *object)
{
    const char *why = "";
    int r = cadre_model_prepare(model, &why);

    ck_assert_msg(r == 0, "%s", why);
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena, .wall_ms = EVERY_NOW_MS};
    memset(object, 0, model->struct_size);
    return cadre__json_read_model(&validation, cadre__plan_of(model), cadre_str_from(json), NULL,
                                  object);
}

/* Its issues are those: what is in "detail" without the brackets. */
static inline void check_issues(const char *json, const char *wanted)
{
    struct cadre__buf found;
    char whole[4096];

    cadre__buf_init(&found);
    ck_assert_int_eq(cadre__issues_write(&validation.issues, &found), 0);
    snprintf(whole, sizeof(whole), "{\"detail\":[%s]}", wanted);
    ck_assert_msg(strcmp(cadre__buf_text(&found), whole) == 0, "%s\nfound  %s\nwanted %s", json,
                  cadre__buf_text(&found), whole);
    cadre__buf_done(&found);
}

static inline void check_wrong(const struct cadre_model *model, const char *json,
                               const char *wanted)
{
    union {
        struct order order;
        char bytes[1024];
    } room;
    int r = read_into(model, json, &room);

    ck_assert_msg(r == CADRE__INVALID, "%s: %d", json, r);
    check_issues(json, wanted);
}

/* Reads it, writes it: that is the text. */
static inline void check_same(const struct cadre_model *model, const char *json, const char *wanted)
{
    union {
        struct order order;
        char bytes[1024];
    } room;
    struct cadre__buf out;
    int r = read_into(model, json, &room);

    if (r == CADRE__INVALID)
        check_issues(json, "");
    ck_assert_msg(r == 0, "%s: %d", json, r);
    cadre__buf_init(&out);
    ck_assert_int_eq(cadre__json_write(cadre__plan_of(model), &room, 0, &arena, &out), 0);
    ck_assert_str_eq(cadre__buf_text(&out), wanted ? wanted : json);
    cadre__buf_done(&out);
}

/* A text many times, into a buffer that belongs to the arena of the next document but one. */
static inline void put_times(struct cadre__buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        cadre__buf_puts(out, text);
}

#endif
