/* SPDX-License-Identifier: MIT */
/*
 * What the reader and the writer take of the stack: as deep as models may be in one another they
 * keep within two thirds of a coroutine's 64 KiB. Sanitizers and builds that are not optimised have
 * larger frames, and larger stacks.
 */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "choice_models.h"
#include "json_models.h"
#include "model/json_read.h"
#include "model/json_write.h"

#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LARGE_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LARGE_FRAMES 1
#endif
#endif

#ifndef LARGE_FRAMES
#define STACK_BYTES (44 * 1024)
#else
#define STACK_BYTES (1024 * 1024)
#endif

struct branch {
    struct branch *next;
    CADRE_LIST_OF(struct branch) list;
};
CADRE_MODEL_DECLARE(branch_model, struct branch);
static const struct cadre_field branch_fields[] = {
    CADRE_OPT_NESTED(struct branch, next, branch_model),
    CADRE_LIST_NESTED(struct branch, list, branch_model, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(branch_model, struct branch, branch_fields);

/* A document, and what it is of. */
struct work {
    const struct cadre_model *model;
    const char *open, *inner, *close;
    unsigned times; /* open and close are there */
    int read, written;
};

static void *run(void *arg)
{
    struct work *work = arg;
    static struct cadre__arena arena;
    static struct cadre_validation validation;
    static struct cadre__buf json, out;
    static union {
        struct branch branch;
        struct stick stick;
        struct chain chain;
        struct atlas atlas;
        struct knot knot;
        struct right right;
    } object;

    cadre__arena_init(&arena, 4096);
    for (unsigned i = 0; i < work->times; i++)
        cadre__buf_puts(&json, work->open);
    cadre__buf_puts(&json, work->inner);
    for (unsigned i = 0; i < work->times; i++)
        cadre__buf_puts(&json, work->close);
    validation = (struct cadre_validation){.arena = &arena};
    memset(&object, 0, sizeof(object));
    const struct cadre__plan *plan = cadre__plan_of(work->model);
    work->read = cadre__json_read_model(&validation, plan, cadre__buf_str(&json), NULL, &object);
    work->written = cadre__json_write(plan, &object, CADRE_WRITE_EXCLUDE_NONE, &arena, &out);
    cadre__buf_done(&json);
    cadre__buf_done(&out);
    cadre__arena_done(&arena);
    return NULL;
}

static const struct work works[] = {
    {&branch_model, "{\"next\":", "{}", "}", 47, 0, 0},
    {&branch_model, "{\"list\":[", "{}", "]}", 23, 0, 0},
    {&stick_model, "{\"which\":\"stick\",\"twig\":", "null", "}", 24, 0, 0},
    {&stick_model, "{\"twig\":", "null", ",\"which\":\"stick\"}", 24, 0, 0},
    {&atlas_model, "{\"maps\":{\"a\":{\"atlas\":", "{}", "}}}", 15, 0, 0},
    {&knot_model, "",
     "{\"next\":"
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
     "", 1, 0, 0},
    {&chain_model, "{\"link\":", "{}", "}", 23, 0, 0},
    {&right_model, "{\"n\":1.5,\"next\":", "true", "}", 15, 0, 0},
};

START_TEST(the_deepest_documents_fit_a_coroutine)
{
    struct work work = works[_i];
    const char *why = "";
    pthread_attr_t attr;
    pthread_t thread;

    ck_assert_msg(cadre_model_prepare(work.model, &why) == 0, "%s", why);
    ck_assert_int_eq(pthread_attr_init(&attr), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, STACK_BYTES), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, run, &work), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(work.read, 0);
    ck_assert_int_eq(work.written, 0);
}
END_TEST

UNIT_MAIN("model/json_stack",
          UNIT_LOOP(the_deepest_documents_fit_a_coroutine, sizeof(works) / sizeof(works[0])))
