/* SPDX-License-Identifier: MIT */
/*
 * Tests of master/actions: a list of fixed room never fails, it says what it lost.
 */
#include "config.h"

#include "master/actions.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(actions_are_kept_in_order_with_their_texts)
{
    struct machine_actions *list = machine_actions_new(4);
    struct machine_action *a;

    ck_assert_ptr_nonnull(list);
    a = machine_actions_add(list, ACTION_LOG);
    a->text = machine_actions_text(list, "%d worker%s", 3, "s");
    a = machine_actions_add(list, ACTION_KILL);
    a->signo = 9;
    ck_assert_uint_eq(list->count, 2);
    ck_assert_int_eq(list->list[0].type, ACTION_LOG);
    ck_assert_str_eq(list->list[0].text, "3 workers");
    ck_assert_int_eq(list->list[1].signo, 9);
    ck_assert_str_eq(list->list[1].text, ""); /* never NULL */
    machine_actions_clear(list);
    ck_assert_uint_eq(list->count, 0);
    a = machine_actions_add(list, ACTION_ACCEPT);
    ck_assert_int_eq(a->signo, 0); /* nothing of the one before */
    machine_actions_free(list);
}
END_TEST

START_TEST(what_does_not_fit_is_counted)
{
    struct machine_actions *list = machine_actions_new(1);
    size_t room = list->size;

    for (size_t i = 0; i < room + 3; i++)
        machine_actions_add(list, ACTION_ACCEPT)->slot = (uint32_t)i;
    ck_assert_uint_eq(list->count, room);
    ck_assert_uint_eq(list->lost, 3);
    ck_assert_uint_eq(list->list[room - 1].slot, room - 1);
    machine_actions_free(list);
    machine_actions_free(NULL);
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_cut)
{
    struct machine_actions *list = machine_actions_new(1);
    static char text[1 << 20];
    const char *cut;

    memset(text, 'x', sizeof(text) - 1);
    cut = machine_actions_text(list, "%s", text);
    ck_assert_uint_lt(strlen(cut), sizeof(text) - 1);
    ck_assert_uint_gt(strlen(cut), 100);
    ck_assert_ptr_nonnull(machine_actions_text(list, "%s", text)); /* without any room */
    ck_assert_uint_le(list->text_len, list->text_size);
    machine_actions_free(list);
}
END_TEST

START_TEST(each_action_has_a_name_of_its_own)
{
    for (unsigned a = 0; a < ACTION_TYPES; a++) {
        ck_assert_ptr_nonnull(machine_action_name((enum machine_action_type)a));
        for (unsigned b = 0; b < a; b++)
            ck_assert_str_ne(machine_action_name((enum machine_action_type)a),
                             machine_action_name((enum machine_action_type)b));
    }
    ck_assert_str_eq(machine_action_name(ACTION_TYPES), "?");
}
END_TEST

UNIT_MAIN("master/actions", UNIT_CASE(actions_are_kept_in_order_with_their_texts),
          UNIT_CASE(what_does_not_fit_is_counted), UNIT_CASE(a_text_that_does_not_fit_is_cut),
          UNIT_CASE(each_action_has_a_name_of_its_own))
