/* SPDX-License-Identifier: MIT */
/*
 * A parameter or a token of JSON of any bytes, for a field of any kind and constraint: what is
 * taken is, written as text, taken again as the same; what is not leaves issues that can be
 * written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/convert.h"
#include "model/value.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/lib/model/every.h"

union room {
    struct every every;
    char bytes[64];
};

/* The text of a value that has one form of its own; false: it is of another kind. */
static bool format(const struct cadre__type *type, const void *value, char *buf,
                   struct cadre_input *ret)
{
    ret->type = CADRE_INPUT_STRING;
    if (type->kind == CADRE_KIND_DECIMAL || type->kind == CADRE_KIND_EMAIL ||
        type->kind == CADRE_KIND_URL) {
        ret->text = cadre_str_from(*(const char *const *)value);
        return true;
    }
    ret->text.len = cadre__value_format(type->kind, value, buf);
    if (ret->text.len == 0)
        return false;
    FUZZ_CHECK(ret->text.len < CADRE_VALUE_TEXT_MAX && strlen(buf) == ret->text.len);
    ret->text.ptr = buf;
    return true;
}

static void check_again(struct cadre_validation *validation, const struct cadre__type *type,
                        const union room *value)
{
    char buf[CADRE_VALUE_TEXT_MAX];
    struct cadre_input input;
    union room again;

    memset(&again, 0, sizeof(again));
    if (!format(type, value, buf, &input))
        return;
    if (cadre__convert(validation, type, &input, &again) != 0)
        FUZZ_FAIL("'%.*s' is not taken again", (int)input.text.len, input.text.ptr);
    if (type->kind == CADRE_KIND_DECIMAL || type->kind == CADRE_KIND_EMAIL ||
        type->kind == CADRE_KIND_URL) {
        const char *text = *(const char *const *)(const void *)&again;
        if (strcmp(text, input.text.ptr) != 0)
            FUZZ_FAIL("'%s' becomes '%s'", input.text.ptr, text);
    } else {
        FUZZ_CHECK(memcmp(&again, value, type->size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cadre__arena arena;
    struct cadre__buf out;
    union room value;
    const char *why;

    if (size < 2 || size > 4096)
        return 0;
    if (cadre_model_prepare(&every_model, &why) < 0)
        FUZZ_FAIL("%s", why);
    const struct cadre__plan *plan = cadre__plan_of(&every_model);
    const struct cadre__type *type = &plan->members[data[0] % plan->n_members].type;
    cadre__arena_init(&arena, 1024);
    struct cadre_validation validation = {.arena = &arena, .wall_ms = EVERY_NOW_MS};
    struct cadre__loc loc = {.name = plan->members[data[0] % plan->n_members].key};
    validation.loc = &loc;
    char *text = cadre__arena_strndup(&arena, (const char *)data + 2, size - 2);
    struct cadre_input input = {CADRE_INPUT_STRING, {text, size - 2}};
    /* What a reader would hand on as a number. */
    if (data[1] % 2 == 0 && size > 2 && strspn(text, "-0123456789.eE+") == size - 2 &&
        strspn(text, "-0123456789") > 0)
        input.type = CADRE_INPUT_NUMBER;
    memset(&value, 0, sizeof(value));
    int r = cadre__convert(&validation, type, &input, &value);
    FUZZ_CHECK(r == 0 || r == CADRE__INVALID);
    FUZZ_CHECK((r == 0) == cadre__issues_is_empty(&validation.issues));
    if (r == 0)
        check_again(&validation, type, &value);
    cadre__buf_init(&out);
    FUZZ_CHECK(cadre__issues_write(&validation.issues, &out) == 0);
    cadre__buf_done(&out);
    cadre__arena_done(&arena);
    return 0;
}
