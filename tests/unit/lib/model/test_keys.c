/* SPDX-License-Identifier: MIT */
/* Names of fields: by order, by hash, and of models with very many. */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/json_read.h"
#include "model/keys.h"

#define FIELDS_MAX 1000

static const struct cadre_field no_rules;
static struct cadre__arena arena;
static struct cadre__member members[FIELDS_MAX];
static char names[FIELDS_MAX][64];
static struct cadre__plan plan;

/* A plan with that many integers, of names that begin alike and have all lengths up to 40. */
static const struct cadre__keys *make_plan(uint32_t n)
{
    cadre__arena_init(&arena, 4096);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof(names[i]), "%.*s%u", (int)(i % 37),
                 "a_name_that_begins_as_all_others_begin_here", i);
        members[i] = (struct cadre__member){
            .key = cadre_str_from(names[i]),
            .name = cadre_str_from(names[i]),
            .index = i,
            .offset = i * (uint32_t)sizeof(int),
            .is_required = true,
            .in_input = true,
            .in_output = true,
            .type = {.kind = CADRE_KIND_INT,
                     .size = sizeof(int),
                     .is_plain = true,
                     .rules = &no_rules},
        };
    }
    plan =
        (struct cadre__plan){.size = n * (uint32_t)sizeof(int), .n_members = n, .members = members};
    ck_assert_int_eq(cadre__keys_make(&plan, &arena, &plan.keys), 0);
    return plan.keys;
}

START_TEST(all_names_are_found_and_no_others)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 10, 64, 65, 128, 129, 1000};

    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        const struct cadre__keys *keys = make_plan(sizes[s]);
        ck_assert_uint_eq(keys->n, sizes[s]);
        for (uint32_t i = 0; i < sizes[s]; i++) {
            const struct cadre__key *key = cadre__keys_find(keys, members[i].key);
            ck_assert_ptr_nonnull(key);
            ck_assert_ptr_eq(key->member, &members[i]);
            char other[80];
            snprintf(other, sizeof(other), "%sx", names[i]);
            ck_assert_ptr_null(cadre__keys_find(keys, cadre_str_from(other)));
            snprintf(other, sizeof(other), "\"%s\":", names[i]);
            ck_assert_str_eq(keys->quoted[i].ptr, other);
        }
        ck_assert_ptr_null(cadre__keys_find(keys, CADRE_STR("")));
        ck_assert_ptr_null(cadre__keys_find(keys, CADRE_STR("nothing")));
        cadre__arena_done(&arena);
    }
}
END_TEST

/* The comparison of what is expected is that of the whole name and its quote. */
START_TEST(an_expected_name_is_seen_in_the_text)
{
    const struct cadre__keys *keys = make_plan(200);

    for (uint32_t i = 0; i < 200; i++) {
        char text[160];
        size_t len = strlen(names[i]);
        snprintf(text, sizeof(text), "%s\":12345678901234567890", names[i]);
        ck_assert(cadre__key_is_at(&keys->keys[i], text, text + strlen(text)));
        for (size_t at = 0; at <= len; at++) {
            text[at] ^= 1;
            ck_assert(!cadre__key_is_at(&keys->keys[i], text, text + strlen(text)));
            text[at] ^= 1;
        }
        if (len > CADRE__KEY_HEAD)
            ck_assert(!cadre__key_is_at(&keys->keys[i], text, text + len));
    }
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(a_field_may_have_two_names)
{
    make_plan(3);
    members[1].key = CADRE_STR("alias");
    members[2].key = CADRE_STR("\"quoted\"\n");
    plan.by_name = true;
    ck_assert_int_eq(cadre__keys_make(&plan, &arena, &plan.keys), 0);
    ck_assert_uint_eq(plan.keys->n, 5);
    ck_assert_ptr_eq(cadre__keys_find(plan.keys, CADRE_STR("alias"))->member, &members[1]);
    ck_assert_ptr_eq(cadre__keys_find(plan.keys, members[1].name)->member, &members[1]);
    ck_assert_str_eq(plan.keys->quoted[1].ptr, "\"alias\":");
    ck_assert_str_eq(plan.keys->quoted[2].ptr, "\"\\\"quoted\\\"\\n\":");
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(what_is_not_read_has_no_key)
{
    make_plan(3);
    members[1].in_input = false;
    ck_assert_int_eq(cadre__keys_make(&plan, &arena, &plan.keys), 0);
    ck_assert_uint_eq(plan.keys->n, 2);
    ck_assert_ptr_null(cadre__keys_find(plan.keys, members[1].key));
    ck_assert_uint_eq(plan.keys->cares[0], 5);
    cadre__arena_done(&arena);
}
END_TEST

/* A model with very many fields: read in order, and from the last to the first, and one missing. */
START_TEST(models_may_have_a_thousand_fields)
{
    static int object[FIELDS_MAX];
    struct cadre__buf json;

    make_plan(FIELDS_MAX);
    cadre__buf_init(&json);
    for (int way = 0; way < 3; way++) {
        cadre__buf_clear(&json);
        cadre__buf_putc(&json, '{');
        for (uint32_t i = 0; i < FIELDS_MAX; i++) {
            uint32_t k = way == 1 ? FIELDS_MAX - 1 - i : i;
            if (way < 2 || k != 777)
                cadre__buf_printf(&json, "%s\"%s\": %u", json.len > 1 ? ", " : "", names[k], k);
        }
        cadre__buf_putc(&json, '}');
        struct cadre_validation validation = {.arena = &arena};
        memset(object, 0, sizeof(object));
        int r = cadre__json_read_model(&validation, &plan, cadre__buf_str(&json), NULL, object);
        ck_assert_int_eq(r, way < 2 ? 0 : CADRE__INVALID);
        for (int i = 0; i < FIELDS_MAX; i++)
            ck_assert_int_eq(object[i], way == 2 && i == 777 ? 0 : i);
        if (way == 2) {
            ck_assert_uint_eq(validation.issues.n, 1);
            ck_assert_str_eq(validation.issues.first->loc[0].name.ptr, names[777]);
        }
    }
    cadre__buf_done(&json);
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(there_is_an_end_to_fields)
{
    struct cadre__plan many = {.n_members = 40000, .members = members};

    cadre__arena_init(&arena, 4096);
    ck_assert_int_eq(cadre__keys_make(&many, &arena, &many.keys), -E2BIG);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/keys", UNIT_CASE(all_names_are_found_and_no_others),
          UNIT_CASE(an_expected_name_is_seen_in_the_text), UNIT_CASE(a_field_may_have_two_names),
          UNIT_CASE(what_is_not_read_has_no_key), UNIT_CASE(models_may_have_a_thousand_fields),
          UNIT_CASE(there_is_an_end_to_fields))
