/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/list.
 */
#include "config.h"

#include "base/list.h"

#include <string.h>

#include "tests/unit/unit.h"

struct item {
    char letter;
    struct cadre__list link;
};

static struct item item[6];
static struct cadre__list head = CADRE__LIST_INIT(head);

static struct item *item_of(struct cadre__list *link)
{
    return CADRE__CONTAINER_OF(link, struct item, link);
}

static const char *letters(const struct cadre__list *list)
{
    static char text[16];
    size_t n = 0;
    CADRE__LIST_FOREACH(it, list)
    text[n++] = item_of(it)->letter;
    text[n] = '\0';
    /* The way back is the same. */
    CADRE__LIST_FOREACH_BACK(it, list)
    ck_assert_int_eq(item_of(it)->letter, text[--n]);
    ck_assert_uint_eq(n, 0);
    return text;
}

static void make_items(void)
{
    for (int i = 0; i < 6; i++) {
        item[i].letter = (char)('a' + i);
        cadre__list_init(&item[i].link);
    }
}

START_TEST(links_stay_in_the_order_of_pushing)
{
    make_items();
    ck_assert(cadre__list_is_empty(&head));
    ck_assert_ptr_null(cadre__list_first(&head));
    ck_assert_ptr_null(cadre__list_last(&head));
    ck_assert_ptr_null(cadre__list_pop_front(&head));
    cadre__list_push_back(&head, &item[1].link);
    cadre__list_push_back(&head, &item[2].link);
    cadre__list_push_front(&head, &item[0].link);
    cadre__list_insert_after(&item[1].link, &item[5].link);
    ck_assert_str_eq(letters(&head), "abfc");
    ck_assert_ptr_eq(cadre__list_first(&head), &item[0].link);
    ck_assert_ptr_eq(cadre__list_last(&head), &item[2].link);
    ck_assert_ptr_eq(cadre__list_pop_front(&head), &item[0].link);
    ck_assert(!cadre__list_is_linked(&item[0].link));
    ck_assert_str_eq(letters(&head), "bfc");
}
END_TEST

START_TEST(removing_twice_is_harmless)
{
    make_items();
    cadre__list_push_back(&head, &item[0].link);
    cadre__list_push_back(&head, &item[1].link);
    ck_assert(cadre__list_is_linked(&item[0].link));
    cadre__list_remove(&item[0].link);
    cadre__list_remove(&item[0].link);
    ck_assert(!cadre__list_is_linked(&item[0].link));
    ck_assert_str_eq(letters(&head), "b");
}
END_TEST

START_TEST(a_safe_walk_may_remove_where_it_is)
{
    make_items();
    for (int i = 0; i < 6; i++)
        cadre__list_push_back(&head, &item[i].link);
    CADRE__LIST_FOREACH_SAFE(it, &head)
    {
        if (item_of(it)->letter % 2)
            cadre__list_remove(it);
    }
    ck_assert_str_eq(letters(&head), "bdf");
}
END_TEST

START_TEST(splicing_moves_all_links_behind_those_there)
{
    struct cadre__list to, from;
    make_items();
    cadre__list_init(&to);
    cadre__list_init(&from);
    cadre__list_splice_back(&to, &from);
    ck_assert(cadre__list_is_empty(&to));
    cadre__list_push_back(&from, &item[0].link);
    cadre__list_push_back(&from, &item[1].link);
    cadre__list_splice_back(&to, &from);
    ck_assert(cadre__list_is_empty(&from));
    cadre__list_push_back(&from, &item[2].link);
    cadre__list_splice_back(&to, &from);
    ck_assert_str_eq(letters(&to), "abc");
}
END_TEST

UNIT_MAIN("base/list", UNIT_CASE(links_stay_in_the_order_of_pushing),
          UNIT_CASE(removing_twice_is_harmless), UNIT_CASE(a_safe_walk_may_remove_where_it_is),
          UNIT_CASE(splicing_moves_all_links_behind_those_there))
