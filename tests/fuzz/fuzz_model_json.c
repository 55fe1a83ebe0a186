/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as JSON of a model. What is taken is written; what is written is taken again, and
 * written the same. The grammar is jansson's, where the two can be compared. What is refused is
 * refused with issues that are JSON.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "model/json_read.h"
#include "model/json_write.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/jansson_limits.h"
#include "tests/fuzz/model_json_tree.h"

static const struct cadre__plan *plan;

/* Doubles of the leaves may be anything, and NaN is written as null. */
static bool is_null_of_nan(const struct cadre_validation *validation)
{
    for (const struct cadre__issue *issue = validation->issues.first; issue; issue = issue->next) {
        if (strcmp(issue->type, "float_type") != 0 || issue->input.type != CADRE_INPUT_NULL)
            return false;
    }
    return true;
}

static int read_tree(struct cadre_validation *validation, struct cadre_str json, struct tree *tree)
{
    memset(tree, 0, sizeof(*tree));
    return cadre__json_read_model(validation, plan, json, NULL, tree);
}

static void check_issues(struct cadre_validation *validation)
{
    struct cadre__buf buf;
    json_error_t error;

    cadre__buf_init(&buf);
    FUZZ_CHECK(validation->issues.n > 0);
    FUZZ_CHECK(cadre__issues_write(&validation->issues, &buf) == 0);
    json_t *json = json_loadb(buf.data, buf.len, JSON_ALLOW_NUL, &error);
    if (!json && !jansson_is_limit(error.text))
        FUZZ_FAIL("%s: %s", error.text, buf.data);
    json_decref(json);
    cadre__buf_done(&buf);
}

/* Both take the same documents. */
static void check_grammar(struct cadre_str json, bool taken)
{
    json_error_t error;

    /* For jansson a NUL is the end. */
    if (memchr(json.ptr, '\0', json.len))
        return;
    json_t *tree = json_loadb(json.ptr, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (tree && !taken)
        FUZZ_FAIL("jansson takes it");
    if (!tree && taken && !jansson_is_limit(error.text))
        FUZZ_FAIL("jansson does not take it: %s", error.text);
    json_decref(tree);
}

static void check_both_ways(struct cadre__arena *arena, const struct tree *tree, unsigned flags)
{
    struct cadre_validation validation = {.arena = arena};
    struct cadre__buf first, second;
    struct tree again;

    cadre__buf_init(&first);
    cadre__buf_init(&second);
    FUZZ_CHECK(cadre__json_write(plan, tree, flags, arena, &first) == 0);
    int r = read_tree(&validation, cadre__buf_str(&first), &again);
    if (r == CADRE__INVALID && is_null_of_nan(&validation)) {
        cadre__buf_done(&first);
        return;
    }
    if (r != 0)
        FUZZ_FAIL("%d: %s", r, first.data);
    FUZZ_CHECK(cadre__json_write(plan, &again, flags, arena, &second) == 0);
    if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
        FUZZ_FAIL("\n%s\n%s", first.data, second.data);
    cadre__buf_done(&first);
    cadre__buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cadre__arena arena;
    struct tree tree;
    const char *why = "";

    if (size > 65536)
        return 0;
    if (!plan && cadre_model_prepare(&tree_model, &why) < 0)
        FUZZ_FAIL("%s", why);
    plan = cadre__plan_of(&tree_model);
    cadre__arena_init(&arena, 4096);
    struct cadre_validation validation = {.arena = &arena};
    /* A copy of its own, so that the sanitizer sees what is read behind it. */
    char *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    int r = read_tree(&validation, (struct cadre_str){copy, size}, &tree);
    FUZZ_CHECK(r == 0 || r == CADRE__INVALID || r == -EBADMSG || r == -EILSEQ || r == -EMSGSIZE);
    if (r == CADRE__INVALID || r == -EBADMSG)
        check_issues(&validation);
    if (r == 0) {
        check_both_ways(&arena, &tree, 0);
        check_both_ways(&arena, &tree, CADRE_WRITE_EXCLUDE_UNSET);
        check_both_ways(&arena, &tree, CADRE_WRITE_EXCLUDE_NONE);
        check_both_ways(&arena, &tree, CADRE_WRITE_EXCLUDE_DEFAULTS);
    }
    if (r != -EMSGSIZE && (r != -EBADMSG || !strstr(validation.issues.first->ctx, "Nesting")))
        check_grammar((struct cadre_str){copy, size}, r >= 0);
    free(copy);
    cadre__arena_done(&arena);
    return 0;
}
