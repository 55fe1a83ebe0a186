/* SPDX-License-Identifier: MIT */
/*
 * base/list: an intrusive, circular, doubly linked list.
 *
 * A head and a link are the same struct. A link that is in no list points to itself, so it can be
 * removed at any time, twice too, without knowing its list. Nothing here allocates, blocks or
 * fails; lists are not for use by several threads without a lock.
 */
#ifndef CADRE_BASE_LIST_H
#define CADRE_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The struct of type `type` whose member `member` is at `ptr`; not const, whatever ptr is. */
#define CADRE__CONTAINER_OF(ptr, type, member) ((type *)((uintptr_t)(ptr)-offsetof(type, member)))

struct cadre__list {
    struct cadre__list *prev, *next; /* itself when empty or in no list */
};

/* An initialiser for a static head. */
#define CADRE__LIST_INIT(head)                                                                     \
    {                                                                                              \
        &(head), &(head)                                                                           \
    }

/* Walks `it` over the links of `head`; the walk must not remove `it`. */
#define CADRE__LIST_FOREACH(it, head)                                                              \
    for (struct cadre__list *it = (head)->next; it != (head); it = it->next)

/* The same from the last to the first. */
#define CADRE__LIST_FOREACH_BACK(it, head)                                                         \
    for (struct cadre__list *it = (head)->prev; it != (head); it = it->prev)

/* As CADRE__LIST_FOREACH, where `it` alone may be removed or freed in the body. */
#define CADRE__LIST_FOREACH_SAFE(it, head)                                                         \
    for (struct cadre__list *it = (head)->next, *it##_next = it->next; it != (head);               \
         it = it##_next, it##_next = it->next)

/* Makes an empty head, or a link that is in no list. */
static inline void cadre__list_init(struct cadre__list *list)
{
    list->prev = list->next = list;
}

/* Whether a head has no links. */
static inline bool cadre__list_is_empty(const struct cadre__list *head)
{
    return head->next == head;
}

/* Whether a link is in a list. */
static inline bool cadre__list_is_linked(const struct cadre__list *link)
{
    return link->next != link;
}

/* Puts `link`, which is in no list, right behind `at`. */
static inline void cadre__list_insert_after(struct cadre__list *at, struct cadre__list *link)
{
    link->prev = at;
    link->next = at->next;
    at->next->prev = link;
    at->next = link;
}

/* Puts `link`, which is in no list, at the end of `head`. */
static inline void cadre__list_push_back(struct cadre__list *head, struct cadre__list *link)
{
    cadre__list_insert_after(head->prev, link);
}

/* Puts `link`, which is in no list, at the beginning of `head`. */
static inline void cadre__list_push_front(struct cadre__list *head, struct cadre__list *link)
{
    cadre__list_insert_after(head, link);
}

/* Takes `link` out of its list, if it is in one. */
static inline void cadre__list_remove(struct cadre__list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    cadre__list_init(link);
}

/* The first link of `head`, or NULL. */
static inline struct cadre__list *cadre__list_first(const struct cadre__list *head)
{
    return cadre__list_is_empty(head) ? NULL : head->next;
}

/* The last link of `head`, or NULL. */
static inline struct cadre__list *cadre__list_last(const struct cadre__list *head)
{
    return cadre__list_is_empty(head) ? NULL : head->prev;
}

/* Takes out the first link of `head` and returns it; NULL when there is none. */
static inline struct cadre__list *cadre__list_pop_front(struct cadre__list *head)
{
    struct cadre__list *link = cadre__list_first(head);
    if (link)
        cadre__list_remove(link);
    return link;
}

/* Moves all links of `from`, in order, to the end of `to`; `from` is empty then. */
static inline void cadre__list_splice_back(struct cadre__list *to, struct cadre__list *from)
{
    if (cadre__list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    cadre__list_init(from);
}

#endif
