/* SPDX-License-Identifier: MIT */
/* Names of fields to tables by member: model/selection.h. */
#include "config.h"

#include "model/selection.h"

#include <errno.h>
#include <string.h>

/* What a selection is made with. */
struct maker {
    struct cadre__arena *arena;
    struct cadre__buf *why;
};

/* The length of a name up to its first dot. */
static size_t first_part(const char *name)
{
    return strcspn(name, ".");
}

static bool begins_with(const char *name, struct cadre_str member)
{
    return first_part(name) == member.len && memcmp(name, member.ptr, member.len) == 0;
}

/* What the names say of a member. */
struct said {
    bool whole;                          /* one names all of it */
    struct cadre__selection_names parts; /* those that name something in it, from there on */
};

static int look_up(const struct maker *maker, const struct cadre__selection_names *names,
                   struct cadre_str member, struct said *ret)
{
    *ret = (struct said){.whole = false};
    for (size_t i = 0; i < names->n; i++) {
        const char *rest = names->list[i] + member.len;

        if (!begins_with(names->list[i], member))
            continue;
        if (*rest == '\0') {
            ret->whole = true;
            continue;
        }
        if (!ret->parts.list)
            ret->parts.list = cadre__arena_alloc(maker->arena, names->n * sizeof(const char *));
        if (!ret->parts.list)
            return -ENOMEM;
        ret->parts.list[ret->parts.n++] = rest + 1;
        ret->parts.are_given = true;
    }
    return 0;
}

/* What is in a list or a map of lists is what its names are of. */
static const struct cadre__type *innermost(const struct cadre__type *type)
{
    while (type->kind == CADRE_KIND_LIST || type->kind == CADRE_KIND_MAP)
        type = type->items;
    return type;
}

static int make(const struct maker *maker, const struct cadre__plan *plan,
                const struct cadre__selection_names *include,
                const struct cadre__selection_names *exclude, struct cadre__selection **ret);

/* Puts that of a model in front of the others. */
static int push(const struct maker *maker, const struct cadre__plan *plan, const struct said *in,
                const struct said *out, struct cadre__selection **ret)
{
    struct cadre__selection *others = *ret;
    int r = make(maker, plan, &in->parts, &out->parts, ret);

    if (r == 0)
        (*ret)->next = others;
    return r;
}

/* Those of a model, or of all models that a union may hold, each of the names that it has. */
static int make_below(const struct maker *maker, const struct cadre__type *type,
                      const struct said *in, const struct said *out, struct cadre__selection **ret)
{
    int r = 0;

    type = innermost(type);
    if (type->kind == CADRE_KIND_MODEL)
        return push(maker, type->model, in, out, ret);
    for (size_t i = type->n_variants; i-- > 0 && r == 0;)
        r = push(maker, type->variant[i].plan, in, out, ret);
    for (size_t i = type->n_choices; i-- > 0 && r == 0;)
        r = make_below(maker, &type->choice[i].type, in, out, ret);
    return r;
}

static int make_entry(const struct maker *maker, const struct cadre__member *member,
                      const struct cadre__selection_names *include,
                      const struct cadre__selection_names *exclude,
                      struct cadre__selection_entry *ret)
{
    struct cadre__selection *below = NULL;
    struct said in = {.whole = false}, out = {.whole = false};
    int r = look_up(maker, include, member->name, &in);

    if (r == 0)
        r = look_up(maker, exclude, member->name, &out);
    if (r < 0)
        return r;
    ret->is_out = out.whole || (include->are_given && !in.whole && in.parts.n == 0);
    if (in.whole)
        in.parts = (struct cadre__selection_names){.n = 0};
    if (ret->is_out || (in.parts.n == 0 && out.parts.n == 0))
        return 0;
    r = make_below(maker, &member->type, &in, &out, &below);
    ret->below = below;
    return r;
}

static int make(const struct maker *maker, const struct cadre__plan *plan,
                const struct cadre__selection_names *include,
                const struct cadre__selection_names *exclude, struct cadre__selection **ret)
{
    struct cadre__selection *selection = cadre__arena_calloc(
        maker->arena, sizeof(*selection) + plan->n_members * sizeof(selection->of[0]));
    int r = selection ? 0 : -ENOMEM;

    *ret = selection;
    if (!selection)
        return r;
    selection->plan = plan;
    selection->include = *include;
    selection->exclude = *exclude;
    for (uint32_t i = 0; i < plan->n_members && r == 0; i++)
        r = make_entry(maker, &plan->members[i], include, exclude,
                       &selection->of[plan->members[i].index]);
    return r;
}

/* --- names that are none --- */

static const struct cadre__member *find_member(const struct cadre__plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (begins_with(name, plan->members[i].name))
            return &plan->members[i];
    }
    return NULL;
}

/* Says that a model has no such field, and which is near. */
static int complain(const struct maker *maker, const struct cadre__plan *plan, const char *name,
                    const char *whole)
{
    const char **known = cadre__arena_calloc(maker->arena, (plan->n_members + 1) * sizeof(*known));
    const char *word = cadre__arena_strndup(maker->arena, name, first_part(name));
    const char *near;

    if (!known || !word)
        return -ENOMEM;
    for (uint32_t i = 0; i < plan->n_members; i++)
        known[i] = plan->members[i].name.ptr;
    near = cadre__str_nearest(word, known);
    cadre__buf_printf(maker->why, "\"%s\": model \"%s\" has no field \"%s\"", whole, plan->name,
                      word);
    if (near)
        cadre__buf_printf(maker->why, ", but \"%s\"", near);
    return -EINVAL;
}

static int check_name(const struct maker *maker, const struct cadre__plan *plan, const char *name,
                      const char *whole);

/* Whether a model that the field of that plan holds has the name; of a union one of them. */
static int check_below(const struct maker *maker, const struct cadre__plan *plan,
                       const struct cadre__member *member, const struct cadre__type *type,
                       const char *name, const char *whole)
{
    size_t before = maker->why->len;
    int r = -EINVAL;

    type = innermost(type);
    if (type->kind == CADRE_KIND_MODEL)
        return check_name(maker, type->model, name, whole);
    for (size_t i = 0; i < type->n_variants + type->n_choices && r == -EINVAL; i++) {
        maker->why->len = before; /* the last one tells */
        r = i < type->n_variants
                ? check_name(maker, type->variant[i].plan, name, whole)
                : check_below(maker, plan, member, &type->choice[i - type->n_variants].type, name,
                              whole);
    }
    if (r == 0)
        maker->why->len = before;
    if (type->kind != CADRE_KIND_UNION)
        cadre__buf_printf(maker->why, "\"%s\": the field \"%s\" of model \"%s\" has no fields",
                          whole, member->name.ptr, plan->name);
    return r;
}

/* Whether the name is one of the plan's; `whole` is what it is the end of. */
static int check_name(const struct maker *maker, const struct cadre__plan *plan, const char *name,
                      const char *whole)
{
    const struct cadre__member *member = find_member(plan, name);

    if (!member)
        return plan->extra == CADRE_EXTRA_ALLOW ? 0 : complain(maker, plan, name, whole);
    name += first_part(name);
    return *name == '\0' ? 0 : check_below(maker, plan, member, &member->type, name + 1, whole);
}

static int check_names(const struct maker *maker, const struct cadre__plan *plan,
                       const struct cadre__selection_names *names)
{
    int r = 0;

    for (size_t i = 0; i < names->n && r == 0; i++)
        r = check_name(maker, plan, names->list[i], names->list[i]);
    return r;
}

/* --- the whole --- */

static struct cadre__selection_names names_of(const char *const *list)
{
    struct cadre__selection_names names = {.list = (const char **)(uintptr_t)list,
                                           .are_given = list != NULL};

    while (list && list[names.n])
        names.n++;
    return names;
}

int cadre__selection_make(const struct cadre__plan *plan, const struct cadre_selected *selected,
                          struct cadre__arena *arena, struct cadre__buf *why,
                          const struct cadre__selection **ret)
{
    const struct maker maker = {arena, why};
    struct cadre__selection_names include = names_of(selected->include);
    struct cadre__selection_names exclude = names_of(selected->exclude);
    struct cadre__selection *made = NULL;
    int r;

    *ret = NULL;
    if (!include.are_given && exclude.n == 0)
        return 0;
    r = check_names(&maker, plan, &include);
    if (r == 0)
        r = check_names(&maker, plan, &exclude);
    if (r == 0)
        r = make(&maker, plan, &include, &exclude, &made);
    if (r == 0)
        *ret = made;
    return r;
}

static bool has(const struct cadre__selection_names *names, const char *key)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->list[i], key) == 0)
            return true;
    }
    return false;
}

bool cadre__selection_drops(const struct cadre__selection *selection, const char *key)
{
    return has(&selection->exclude, key) ||
           (selection->include.are_given && !has(&selection->include, key));
}
