/* SPDX-License-Identifier: MIT */
/*
 * What server lifespans publish, packed and mapped: web/server_state.h. The block comes from
 * another process, so each offset in it is checked when it is mapped and never again.
 */
#include "web/server_state.h"

#include "base/shm.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC   0x4352535354415445u /* "CRSSTATE" */
#define VERSION 1u
#define ALIGN   16u

/* At offset 0. */
struct header {
    uint64_t magic;
    uint32_t version;
    uint32_t n_parts;
    uint64_t size; /* of all, in bytes */
    uint64_t reserved;
};

/* Behind the header, n_parts times. All offsets are from the beginning of the block. */
struct part {
    uint64_t name_at; /* ends in NUL within the block */
    uint64_t at;      /* a multiple of ALIGN */
    uint64_t len;     /* in bytes */
    uint64_t reserved;
};

_Static_assert(sizeof(struct header) == 32, "the directory begins at a multiple of 16");
_Static_assert(sizeof(struct part) == 32, "what follows it is aligned too");

struct cadre__server_state {
    const char *data; /* mapped */
    size_t len;
};

/* --- packing --- */

static bool add(size_t *total, size_t more)
{
    return !__builtin_add_overflow(*total, more, total);
}

static size_t padding(size_t at)
{
    return (ALIGN - at % ALIGN) % ALIGN;
}

/* The size of the block, or 0 when it is beyond any. */
static size_t measure(const struct cadre__server_state_part *parts, size_t n_parts)
{
    size_t total = sizeof(struct header);

    if (n_parts > UINT32_MAX || !add(&total, n_parts * sizeof(struct part)))
        return 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (!add(&total, strlen(parts[i].name) + 1))
            return 0;
    }
    for (size_t i = 0; i < n_parts; i++) {
        if (!add(&total, padding(total)) || !add(&total, parts[i].len))
            return 0;
    }
    return total;
}

static void fill(char *block, size_t size, const struct cadre__server_state_part *parts,
                 size_t n_parts)
{
    struct header *header = (struct header *)block;
    struct part *rows = (struct part *)(block + sizeof(*header));
    size_t at = sizeof(*header) + n_parts * sizeof(*rows);

    *header = (struct header){
        .magic = MAGIC, .version = VERSION, .n_parts = (uint32_t)n_parts, .size = size};
    for (size_t i = 0; i < n_parts; i++) {
        size_t name_size = strlen(parts[i].name) + 1;

        rows[i].name_at = at;
        memcpy(block + at, parts[i].name, name_size);
        at += name_size;
    }
    for (size_t i = 0; i < n_parts; i++) {
        at += padding(at);
        rows[i].at = at;
        rows[i].len = parts[i].len;
        if (parts[i].len > 0)
            memcpy(block + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
}

int cadre__server_state_seal(const struct cadre__server_state_part *parts, size_t n_parts)
{
    size_t size = measure(parts, n_parts);
    char *block;
    int fd;

    if (size == 0)
        return -EOVERFLOW;
    block = calloc(1, size);
    if (block == NULL)
        return -ENOMEM;
    fill(block, size, parts, n_parts);
    fd = cadre__memfd_sealed("cadre-server-state", block, size);
    free(block);
    return fd;
}

/* --- mapping --- */

static bool part_is_sound(const struct cadre__server_state *state, const struct part *part)
{
    if (part->name_at >= state->len || part->at > state->len || part->at % ALIGN != 0 ||
        part->len > state->len - part->at)
        return false;
    return memchr(state->data + part->name_at, '\0', state->len - part->name_at) != NULL;
}

static const struct part *parts_of(const struct cadre__server_state *state)
{
    return (const struct part *)(const void *)(state->data + sizeof(struct header));
}

static uint32_t count_of(const struct cadre__server_state *state)
{
    return ((const struct header *)(const void *)state->data)->n_parts;
}

static bool is_sound(const struct cadre__server_state *state)
{
    const struct header *header = (const struct header *)(const void *)state->data;

    if (state->len < sizeof(*header) || header->magic != MAGIC || header->version != VERSION ||
        header->size != state->len ||
        header->n_parts > (state->len - sizeof(*header)) / sizeof(struct part))
        return false;
    for (uint32_t i = 0; i < header->n_parts; i++) {
        if (!part_is_sound(state, &parts_of(state)[i]))
            return false;
    }
    return true;
}

int cadre__server_state_map(int fd, struct cadre__server_state **ret)
{
    struct cadre__server_state *state = calloc(1, sizeof(*state));
    const void *data;
    int r;

    if (state == NULL)
        return -ENOMEM;
    r = cadre__memfd_map(fd, &data, &state->len);
    if (r < 0) {
        free(state);
        return r == -EINVAL ? -EPROTO : r;
    }
    state->data = data;
    if (!is_sound(state)) {
        cadre__server_state_free(state);
        return -EPROTO;
    }
    *ret = state;
    return 0;
}

void cadre__server_state_free(struct cadre__server_state *state)
{
    if (state == NULL)
        return;
    cadre__memfd_unmap(state->data, state->len);
    free(state);
}

const void *cadre__server_state_find(const struct cadre__server_state *state, const char *name,
                                     size_t *ret_len)
{
    for (uint32_t i = 0; i < count_of(state); i++) {
        const struct part *part = &parts_of(state)[i];

        if (strcmp(state->data + part->name_at, name) == 0) {
            *ret_len = part->len;
            return state->data + part->at;
        }
    }
    *ret_len = 0;
    return NULL;
}
