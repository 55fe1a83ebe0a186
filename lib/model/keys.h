/* SPDX-License-Identifier: MIT */
/*
 * model/keys: the names of a model's fields in JSON, made ready when its plan is made.
 *
 * Who sends a model mostly sends its fields in the order of the table, so the reader first looks
 * whether the key that it is at is the one that comes next: one comparison of 16 bytes, its closing
 * quote included. Else a hash that is perfect for this model finds it. The writer has each name
 * with its quotes and colon.
 *
 * Constant once made; read by all threads. Nothing here suspends.
 */
#ifndef CADRE_MODEL_KEYS_H
#define CADRE_MODEL_KEYS_H

#include <cadre/str.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "model/plan.h"

/* What a key begins with: its bytes and a quote; what is longer is compared besides. */
#define CADRE__KEY_HEAD 16

struct cadre__key {
    uint64_t head[2]; /* the first bytes of `name"` */
    uint64_t mask[2]; /* all ones where head has a byte */
    struct cadre_str name;
    const struct cadre__member *member;
};

struct cadre__keys {
    const struct cadre__key *keys;  /* of members of the input, in the order of the table; behind
                                       them the other names of those with two */
    uint32_t n;                     /* of them */
    uint32_t n_slots;               /* a power of two, above n */
    const uint16_t *slots;          /* by hash: 1 + the index of the key; 0: none */
    uint64_t seed;                  /* with which no two keys have a slot in common */
    const struct cadre_str *quoted; /* by index of the member: '"name":' */
    const uint64_t *cares; /* a bit for each member that is missed, or has a default, when it is
                              not given */
    uint32_t n_words;      /* of `cares` */
};

/* Makes the keys of a plan whose members are complete; they live in the arena. 0, -ENOMEM; -E2BIG:
 * more than 32,000 fields. */
CADRE_MUST_CHECK int cadre__keys_make(const struct cadre__plan *plan, struct cadre__arena *arena,
                                      const struct cadre__keys **ret);

/* The key of that name; NULL: no field of the input is called so. */
const struct cadre__key *cadre__keys_find(const struct cadre__keys *keys, struct cadre_str name);

/* Whether the text behind a quote is that key and its closing quote. `at` has at least
 * CADRE__KEY_HEAD bytes. */
static inline bool cadre__key_is_at(const struct cadre__key *key, const char *at, const char *end)
{
    uint64_t words[2];

    memcpy(words, at, sizeof(words));
    if (((words[0] ^ key->head[0]) & key->mask[0]) | ((words[1] ^ key->head[1]) & key->mask[1]))
        return false;
    if (__builtin_expect(key->name.len < CADRE__KEY_HEAD, 1))
        return true;
    return (size_t)(end - at) > key->name.len && at[key->name.len] == '"' &&
           memcmp(at, key->name.ptr, key->name.len) == 0;
}

#endif
