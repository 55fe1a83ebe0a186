/* SPDX-License-Identifier: MIT */
/*
 * model/json_memo: places and types are names of an object's (model/json_names.h), choices stand
 * beside them.
 */
#include "config.h"

#include "model/json_memo.h"

#include <errno.h>
#include <string.h>

#include "model/convert_choice.h"
#include "model/json_names.h"

struct cadre__memo {
    struct cadre__names *names;
    int *choices; /* by index of the name */
    uint32_t max; /* there is room for */
};

/* What stands for a name. */
struct key {
    const char *at;
    const struct cadre__type *type;
};

static int make(struct cadre__reader *reader)
{
    struct cadre__memo *memo = cadre__arena_calloc(cadre__reader_arena(reader), sizeof(*memo));

    if (!memo)
        return -ENOMEM;
    memo->names = cadre__names_new(reader);
    if (!memo->names)
        return -ENOMEM;
    reader->memo = memo;
    return 0;
}

static int reserve(struct cadre__reader *reader, uint32_t index)
{
    struct cadre__memo *memo = reader->memo;
    uint32_t max = memo->max > 0 ? memo->max * 2 : 4;

    if (index < memo->max)
        return 0;
    int r = cadre__reader_take(reader, max * sizeof(*memo->choices));
    if (r < 0)
        return r;
    int *choices = cadre__arena_alloc(cadre__reader_arena(reader), max * sizeof(*memo->choices));
    if (!choices)
        return -ENOMEM;
    if (index > 0)
        memcpy(choices, memo->choices, index * sizeof(*choices));
    memo->choices = choices;
    memo->max = max;
    return 0;
}

int cadre__memo_find(struct cadre__reader *reader, const char *at, const struct cadre__type *type,
                     uint32_t *ret_index)
{
    struct cadre__arena *arena = cadre__reader_arena(reader);
    int r = reader->memo ? 0 : make(reader);

    if (r < 0)
        return r;
    r = cadre__reader_take(reader, sizeof(struct key));
    struct key *key = r == 0 ? cadre__arena_alloc(arena, sizeof(*key)) : NULL;
    if (!key)
        return r < 0 ? r : -ENOMEM;
    *key = (struct key){at, type};
    const struct cadre_str name = {(const char *)key, sizeof(*key)};
    r = cadre__names_add(reader->memo->names, reader, name, ret_index);
    if (r > 0) {
        r = reserve(reader, *ret_index);
        if (r == 0)
            reader->memo->choices[*ret_index] = CADRE__CHOICE_UNKNOWN;
    }
    return r;
}

int *cadre__memo_choice(const struct cadre__reader *reader, uint32_t index)
{
    return &reader->memo->choices[index];
}
