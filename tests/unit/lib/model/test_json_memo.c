/* SPDX-License-Identifier: MIT */
/* What is known of values that are read more than once (model/json_memo.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include <errno.h>

#include "model/convert_choice.h"
#include "model/json_memo.h"

#define N_PLACES 100

static struct cadre__arena arena;
static struct cadre_validation validation;
static struct cadre__reader reader;

static void begin(size_t memory)
{
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena};
    reader = (struct cadre__reader){.validation = &validation, .memory = memory};
}

START_TEST(a_choice_is_known_by_its_place_and_type)
{
    static const struct cadre__type types[2];
    static const char document[N_PLACES];
    uint32_t index, other;

    begin(1024 * 1024);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2 * N_PLACES; i++) {
            ck_assert_int_eq(cadre__memo_find(&reader, &document[i / 2], &types[i % 2], &index), 0);
            if (round == 0)
                ck_assert_int_eq(*cadre__memo_choice(&reader, index), CADRE__CHOICE_UNKNOWN);
            else
                ck_assert_int_eq(*cadre__memo_choice(&reader, index), i);
            *cadre__memo_choice(&reader, index) = i;
            ck_assert_int_eq(cadre__memo_find(&reader, &document[i / 2], &types[i % 2], &other), 0);
            ck_assert_uint_eq(other, index);
        }
    }
    cadre__arena_done(&arena);
}
END_TEST

START_TEST(its_memory_counts)
{
    static const struct cadre__type type;
    static const char document[N_PLACES];
    uint32_t index;
    int r = 0;

    begin(512);
    for (int i = 0; i < N_PLACES && r == 0; i++)
        r = cadre__memo_find(&reader, &document[i], &type, &index);
    ck_assert_int_eq(r, -EMSGSIZE);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/json_memo", UNIT_CASE(a_choice_is_known_by_its_place_and_type),
          UNIT_CASE(its_memory_counts))
