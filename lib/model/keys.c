/* SPDX-License-Identifier: MIT */
/*
 * model/keys: names of fields, by order and by hash.
 */
#include "config.h"

#include "model/keys.h"

#include <errno.h>

#include "model/issues.h"

/* With more seeds than that tried, a larger table is. */
#define SEEDS_MAX 64

static uint64_t hash(uint64_t seed, struct cadre_str name)
{
    uint64_t h = seed ^ name.len, word;
    const char *at = name.ptr;
    size_t len = name.len;

    for (; len > 0; at += sizeof(word)) {
        size_t n = len < sizeof(word) ? len : sizeof(word);
        word = 0;
        memcpy(&word, at, n);
        h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
        len -= n;
    }
    return h;
}

const struct cadre__key *cadre__keys_find(const struct cadre__keys *keys, struct cadre_str name)
{
    uint16_t slot = keys->slots[hash(keys->seed, name) & (keys->n_slots - 1)];
    const struct cadre__key *key = slot ? &keys->keys[slot - 1] : NULL;

    return key && cadre_str_eq(key->name, name) ? key : NULL;
}

static void fill_key(struct cadre__key *key, struct cadre_str name,
                     const struct cadre__member *member)
{
    char head[CADRE__KEY_HEAD] = {0}, mask[CADRE__KEY_HEAD] = {0};

    for (size_t i = 0; i <= name.len && i < CADRE__KEY_HEAD; i++) {
        head[i] = i < name.len ? name.ptr[i] : '"';
        mask[i] = (char)0xff;
    }
    /* One that has an escape in JSON is found by its hash alone: no text has a byte of 0xff. */
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == '"' || name.ptr[i] == '\\')
            head[0] = (char)0xff;
    }
    *key = (struct cadre__key){.name = name, .member = member};
    memcpy(key->head, head, sizeof(head));
    memcpy(key->mask, mask, sizeof(mask));
}

/* Adds a key, where there is none of that name. */
static void add_key(struct cadre__key *list, uint32_t *n, struct cadre_str name,
                    const struct cadre__member *member)
{
    for (uint32_t i = 0; i < *n; i++) {
        if (cadre_str_eq(list[i].name, name))
            return;
    }
    fill_key(&list[(*n)++], name, member);
}

/* Lists the keys: first one for each member, then the other names. */
static uint32_t list_keys(const struct cadre__plan *plan, struct cadre__key *list)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (plan->members[i].in_input)
            add_key(list, &n, plan->members[i].key, &plan->members[i]);
    }
    for (uint32_t i = 0; plan->by_name && i < plan->n_members; i++) {
        if (plan->members[i].in_input)
            add_key(list, &n, plan->members[i].name, &plan->members[i]);
    }
    return n;
}

/* Puts all keys in their slots. Whether no two have the same one. */
static bool fill_slots(const struct cadre__keys *keys, uint16_t *slots)
{
    memset(slots, 0, keys->n_slots * sizeof(*slots));
    for (uint32_t i = 0; i < keys->n; i++) {
        uint64_t slot = hash(keys->seed, keys->keys[i].name) & (keys->n_slots - 1);
        if (slots[slot])
            return false;
        slots[slot] = (uint16_t)(i + 1);
    }
    return true;
}

/* Looks for a table and a seed. It ends: the names differ, so with enough slots all hashes do. */
static int make_slots(struct cadre__keys *keys, struct cadre__arena *arena)
{
    keys->n_slots = 4;
    while (keys->n_slots < 2 * keys->n)
        keys->n_slots *= 2;
    for (;; keys->n_slots *= 2) {
        uint16_t *slots = cadre__arena_alloc(arena, keys->n_slots * sizeof(*slots));
        if (!slots)
            return -ENOMEM;
        keys->slots = slots;
        for (unsigned i = 1; i <= SEEDS_MAX; i++) {
            keys->seed = i * UINT64_C(0xd6e8feb86659fd93);
            if (fill_slots(keys, slots))
                return 0;
        }
    }
}

static int quote_names(const struct cadre__plan *plan, struct cadre__arena *arena,
                       struct cadre_str *quoted)
{
    struct cadre__buf buf;
    int r = 0;

    cadre__buf_init(&buf);
    for (uint32_t i = 0; i < plan->n_members && r == 0; i++) {
        cadre__buf_clear(&buf);
        cadre__json_write_string(&buf, plan->members[i].key);
        r = cadre__buf_putc(&buf, ':');
        char *text = r == 0 ? cadre__arena_strndup(arena, buf.data, buf.len) : NULL;
        if (!text)
            r = -ENOMEM;
        quoted[i] = (struct cadre_str){text, buf.len};
    }
    cadre__buf_done(&buf);
    return r;
}

int cadre__keys_make(const struct cadre__plan *plan, struct cadre__arena *arena,
                     const struct cadre__keys **ret)
{
    uint32_t n_members = plan->n_members, n_words = (n_members + 63) / 64;

    if (n_members > 32000)
        return -E2BIG;
    struct cadre__keys *keys = cadre__arena_calloc(arena, sizeof(*keys));
    struct cadre__key *list =
        cadre__arena_calloc(arena, (2 * (size_t)n_members + 1) * sizeof(*list));
    struct cadre_str *quoted = cadre__arena_calloc(arena, (n_members + 1) * sizeof(*quoted));
    uint64_t *cares = cadre__arena_calloc(arena, (n_words + 1) * sizeof(*cares));
    if (!keys || !list || !quoted || !cares)
        return -ENOMEM;
    for (uint32_t i = 0; i < n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        if (!member->is_computed &&
            (member->has_default || (member->in_input && member->is_required)))
            cares[i / 64] |= UINT64_C(1) << (i % 64);
    }
    keys->keys = list;
    keys->n = list_keys(plan, list);
    keys->quoted = quoted;
    keys->cares = cares;
    keys->n_words = n_words;
    int r = quote_names(plan, arena, quoted);
    if (r == 0)
        r = make_slots(keys, arena);
    if (r == 0)
        *ret = keys;
    return r;
}
