/* SPDX-License-Identifier: MIT */
/*
 * model/default: what members are when nothing is given.
 */
#include "config.h"

#include "model/default.h"

#include <errno.h>
#include <string.h>

#include "model/converters.h"
#include "model/json_read.h"
#include "model/number.h"

/* ---- making them ---- */

/* A constant of a table as an input. `buf` holds its text. */
static struct cadre_input input_of(const struct cadre_constant *constant, char buf[32])
{
    if (constant->type == CADRE_CONSTANT_TEXT)
        return (struct cadre_input){CADRE_INPUT_STRING, cadre_str_from(constant->text)};
    return (struct cadre_input){CADRE_INPUT_NUMBER,
                                cadre_str_from(cadre__constant_to_text(constant, false, buf))};
}

/* The name of an enum's value, where a number is given for one with names; NULL: there is none. */
static const char *name_of(const struct cadre_enum *enumeration, uint64_t number)
{
    const struct cadre_enum_value *row = enumeration->values;

    while (row->name && (uint64_t)row->value != number)
        row++;
    return row->name;
}

static int wrong(char *why, const struct cadre_model *model, const struct cadre__member *member,
                 const char *msg)
{
    return cadre__model_why(why, model, member->name.ptr, "its default is wrong: %s", msg);
}

int cadre__default_constant(struct cadre__member *member, const struct cadre_model *model,
                            struct cadre__arena *arena, char why[CADRE__MODEL_WHY_MAX])
{
    const struct cadre_field *rules = member->type.rules;
    struct cadre_validation validation = {.arena = arena};
    struct cadre_field free_rules = {.kind = rules->kind, .size = rules->size};
    struct cadre__type type = member->type;
    struct cadre_input input;
    char text[32];

    void *value = cadre__arena_calloc(arena, rules->size);
    if (!value)
        return -ENOMEM;
    member->initial = value;
    input = input_of(&rules->initial, text);
    if (rules->kind == CADRE_KIND_ENUM && !type.enumeration->numbers &&
        input.type == CADRE_INPUT_NUMBER) {
        const char *name = name_of(type.enumeration, rules->initial.integer);
        if (!name)
            return wrong(why, model, member, "no name has that value");
        input = (struct cadre_input){CADRE_INPUT_STRING, cadre_str_from(name)};
    }
    type.rules = &free_rules;
    type.strict = type.is_bounded = false;
    type.pattern = NULL;
    type.max_length = SIZE_MAX;
    int r = cadre__convert_plain(&validation, &type, &input, value);
    return r == CADRE__INVALID ? wrong(why, model, member, validation.issues.first->msg) : r;
}

int cadre__default_json(struct cadre__member *member, const struct cadre_model *model,
                        struct cadre__arena *arena, char why[CADRE__MODEL_WHY_MAX])
{
    const char *json = member->type.rules->default_json;
    struct cadre_validation validation = {.arena = arena};
    size_t size = member->type.pointer ? sizeof(void *) : member->type.size;

    if (!json)
        return 0;
    void *value = cadre__arena_calloc(arena, size);
    if (!value)
        return -ENOMEM;
    member->initial = value;
    const struct cadre__type *type = member->type.inside ? member->type.inside : &member->type;
    int r = cadre__json_read(&validation, type, cadre_str_from(json), NULL, value);
    if (r == -EILSEQ)
        return wrong(why, model, member, "it is not UTF-8");
    if (r != CADRE__INVALID && r != -EBADMSG)
        return r;
    cadre__issues_sort(&validation.issues);
    const struct cadre__issue *issue = validation.issues.first;
    return wrong(why, model, member, issue->ctx && r == -EBADMSG ? issue->ctx : issue->msg);
}

/* ---- what nothing becomes ---- */

int cadre__member_default(const struct cadre__member *member, struct cadre__arena *arena,
                          void *object)
{
    const struct cadre_field *rules = member->type.rules;
    char *place = (char *)object + member->offset;

    if (!member->has_default)
        return 0; /* zero is none */
    if (member->initial) {
        memcpy(place, member->initial, member->type.pointer ? sizeof(void *) : member->type.size);
        return 0;
    }
    if (rules->default_fn) {
        int r = rules->default_fn((struct cadre_arena *)(void *)arena, place);
        return r > 0 ? 0 : r;
    }
    if (member->type.pointer) {
        void *target = cadre__arena_calloc(arena, member->type.size);
        if (!target)
            return -ENOMEM;
        memcpy(place, &target, sizeof(target));
        place = target;
    }
    if (member->type.kind == CADRE_KIND_MODEL)
        return cadre__plan_defaults(member->type.model, arena, place);
    /* An empty list or map is one that is there: its items are no NULL. */
    void *nothing = cadre__arena_alloc(arena, 0);
    if (!nothing)
        return -ENOMEM;
    memcpy(place, &nothing, sizeof(nothing));
    return 0;
}

int cadre__plan_defaults(const struct cadre__plan *plan, struct cadre__arena *arena, void *object)
{
    if (plan->is_default_cheap)
        return 0;
    for (uint32_t i = 0; i < plan->n_members; i++) {
        int r = cadre__member_default(&plan->members[i], arena, object);
        if (r < 0)
            return r;
    }
    return 0;
}
