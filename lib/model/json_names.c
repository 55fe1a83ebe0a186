/* SPDX-License-Identifier: MIT */
/*
 * model/json_names: an array in the order in which the names came, and slots by hash.
 */
#include "config.h"

#include "model/json_names.h"

#include <errno.h>
#include <string.h>

/* So many names are searched one by one. */
#define FEW 12

static uint32_t slot_of(struct cadre__reader *reader, const struct cadre__names *names,
                        struct cadre_str text)
{
    return (uint32_t)cadre__siphash(&reader->hash, text.ptr, text.len) & (names->n_slots - 1);
}

/* The index of the entry, or n. *ret_slot is where it goes. */
static uint32_t find(struct cadre__reader *reader, const struct cadre__names *names,
                     struct cadre_str text, uint32_t *ret_slot)
{
    if (!names->slots) {
        for (uint32_t i = 0; i < names->n; i++) {
            if (cadre_str_eq(names->entries[i].text, text))
                return i;
        }
        return names->n;
    }
    uint32_t slot = slot_of(reader, names, text);
    for (; names->slots[slot]; slot = (slot + 1) & (names->n_slots - 1)) {
        uint32_t i = names->slots[slot] - 1;
        if (cadre_str_eq(names->entries[i].text, text))
            return i;
    }
    *ret_slot = slot;
    return names->n;
}

/* Makes the slots anew, twice as many as there is room for names. */
static int spread(struct cadre__reader *reader, struct cadre__names *names)
{
    size_t bytes = 2 * (size_t)names->max * sizeof(*names->slots);
    int r = cadre__reader_take(reader, bytes);

    if (r < 0)
        return r;
    if (!reader->has_hash) {
        cadre__siphash_key_make(&reader->hash);
        reader->has_hash = true;
    }
    names->slots = cadre__arena_calloc(cadre__reader_arena(reader), bytes);
    if (!names->slots)
        return -ENOMEM;
    names->n_slots = 2 * names->max;
    for (uint32_t i = 0; i < names->n; i++) {
        uint32_t slot = slot_of(reader, names, names->entries[i].text);
        while (names->slots[slot])
            slot = (slot + 1) & (names->n_slots - 1);
        names->slots[slot] = i + 1;
    }
    return 0;
}

/* Makes room for another name. */
static int grow(struct cadre__reader *reader, struct cadre__names *names)
{
    uint32_t max = names->max ? names->max * 2 : 4;
    size_t bytes = (size_t)max * sizeof(*names->entries);

    if (max > UINT32_MAX / 4)
        return -EMSGSIZE;
    int r = cadre__reader_take(reader, bytes);
    if (r < 0)
        return r;
    struct cadre__name *entries = cadre__arena_alloc(cadre__reader_arena(reader), bytes);
    if (!entries)
        return -ENOMEM;
    if (names->n > 0)
        memcpy(entries, names->entries, names->n * sizeof(*entries));
    names->entries = entries;
    names->max = max;
    return max > FEW ? spread(reader, names) : 0;
}

struct cadre__names *cadre__names_new(struct cadre__reader *reader)
{
    return cadre__arena_calloc(cadre__reader_arena(reader), sizeof(struct cadre__names));
}

int cadre__names_add(struct cadre__names *names, struct cadre__reader *reader,
                     struct cadre_str text, uint32_t *ret)
{
    uint32_t slot = 0, i = find(reader, names, text, &slot);

    *ret = i;
    if (i < names->n)
        return 0;
    if (names->n == names->max) {
        int r = grow(reader, names);
        if (r < 0)
            return r;
        (void)find(reader, names, text, &slot);
    }
    names->entries[i] = (struct cadre__name){.text = text};
    names->n++;
    if (names->slots)
        names->slots[slot] = i + 1;
    return 1;
}
