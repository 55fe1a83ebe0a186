/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_tuple: an array whose items are the fields of a struct, by their places.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"
#include "model/convert_choice.h"
#include "model/converters.h"
#include "model/json_reader.h"

static int read_item(struct cadre__reader *reader, const struct cadre__plan *plan, uint32_t index,
                     void *object)
{
    const struct cadre__member *member = &plan->members[index];
    struct cadre__loc loc = {.up = reader->validation->loc, .index = index, .rank = index};

    if (member->is_nullable && cadre__json_peek(&reader->json) == 'n') {
        int r = cadre__json_literal(&reader->json);
        if (r == 0)
            cadre__member_given(plan, member, object, CADRE_NULL);
        return r;
    }
    reader->validation->loc = &loc;
    int r = cadre__read_value(reader, &member->type, (char *)object + member->offset);
    reader->validation->loc = loc.up;
    if (r == 0)
        cadre__member_given(plan, member, object, CADRE_GIVEN);
    return r;
}

/* Fields behind the last item have their defaults, or are none, or are missed. */
static int complete(struct cadre__reader *reader, const struct cadre__plan *plan, uint32_t n,
                    const struct cadre_input *input, void *object)
{
    for (uint32_t i = n; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        int r = 0;
        if (member->has_default) {
            r = cadre__member_default(member, cadre__reader_arena(reader), object);
        } else if (member->is_required) {
            struct cadre__loc loc = {.up = reader->validation->loc, .index = i, .rank = i};
            reader->validation->loc = &loc;
            r = cadre__issue_missing(reader->validation, input);
            reader->validation->loc = loc.up;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int too_long(struct cadre__reader *reader, const struct cadre__plan *plan, size_t n,
                    const struct cadre_input *input)
{
    char *ctx = cadre__arena_printf(
        cadre__reader_arena(reader),
        "{\"field_type\":\"Tuple\",\"max_length\":%u,\"actual_length\":%zu}", plan->n_members, n);

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(reader->validation, "too_long", input, ctx,
                        "Tuple should have at most %u item%s after validation, not %zu",
                        plan->n_members, cadre__plural(plan->n_members), n);
}

int cadre__read_tuple(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    const struct cadre__plan *plan = type->model;
    struct cadre__json *json = &reader->json;
    struct cadre__issue_mark mark = cadre__issues_mark(&reader->validation->issues);
    size_t n_issues = cadre__reader_issues(reader), n = 0;
    const char *begin = json->at;

    int r = cadre__json_enter(json, ']');
    for (bool more = r > 0; more; more = r > 0) {
        r = n < plan->n_members ? read_item(reader, plan, (uint32_t)n, value)
                                : cadre__json_skip(json);
        if (r < 0)
            return r;
        n++;
        r = cadre__json_next(json, ']');
        if (r == 0)
            json->depth--;
    }
    if (r < 0)
        return r;
    struct cadre_input input = {CADRE_INPUT_ARRAY, {begin, (size_t)(json->at - begin)}};
    if (n > plan->n_members) { /* that is told, and nothing of its items */
        cadre__issues_rewind(&reader->validation->issues, &mark);
        r = too_long(reader, plan, n, &input);
    } else {
        r = complete(reader, plan, (uint32_t)n, &input, value);
    }
    if (r < 0)
        return r;
    if (cadre__reader_issues(reader) > n_issues)
        return CADRE__INVALID;
    cadre__match_floor(reader->validation, CADRE__LAX);
    return plan->after ? cadre__convert_object(reader->validation, plan, &input, value) : 0;
}
