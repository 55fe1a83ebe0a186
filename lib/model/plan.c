/* SPDX-License-Identifier: MIT */
/*
 * model/plan: from tables to plans.
 *
 * A plan is made with those of all models below it, which may be the model itself: all are noted
 * first, then filled, and published together only when nothing was wrong with any. One at a time
 * makes plans; the others wait. What was made lives as long as the process.
 */
#include "config.h"

#include "model/plan.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/default.h"
#include "model/direct.h"
#include "model/example.h"
#include "model/idna.h"
#include "model/keys.h"
#include "model/model_check.h"
#include "model/regex.h"

#define CHUNK_BYTES 4096

/* A model that is being made. */
struct made {
    struct made *next;
    const struct cadre_model *model;
    struct cadre__plan *plan;
    struct cadre__member *members; /* the plan's */
};

/* All that one call makes. */
struct making {
    struct cadre__arena arena;
    struct made *all;
    char why[CADRE__MODEL_WHY_MAX];
    struct making *next; /* among those that are kept */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct making *kept; /* so that what is in use can be found */

static int plan_of(struct making *making, const struct cadre_model *model,
                   const struct cadre__plan **ret);

static void *take(struct making *making, size_t size)
{
    return cadre__arena_calloc(&making->arena, size);
}

/* ---- types ---- */

bool cadre__plan_has_constraint(const struct cadre_field *rules)
{
    return rules->gt.type || rules->ge.type || rules->lt.type || rules->le.type ||
           rules->multiple_of.type || rules->min_length || rules->max_length || rules->pattern ||
           rules->min_items || rules->max_items || rules->unique || rules->set ||
           rules->max_digits || rules->max_places || rules->zone || rules->past || rules->future ||
           rules->finite || rules->uuid_version || rules->ip_version || rules->json ||
           rules->schemes || rules->strict || rules->strip || rules->lower || rules->upper ||
           rules->literal || rules->before || rules->convert || rules->after;
}

/* "'a', 'b' or 'c'", or "'a', 'b'" with `last` as ", ". */
static const char *join(struct making *making, struct cadre__buf *words, size_t n_words,
                        const char *const *all, const char *last)
{
    const char *copy = NULL;

    for (size_t i = 0; i < n_words; i++) {
        if (i > 0)
            cadre__buf_puts(words, i + 1 == n_words ? last : ", ");
        cadre__buf_puts(words, all[i]);
    }
    if (words->error == 0)
        copy = cadre__arena_strndup(&making->arena, cadre__buf_text(words), words->len);
    cadre__buf_done(words);
    return copy;
}

static int fill_enum(struct making *making, struct cadre__type *type)
{
    const struct cadre_enum *enumeration = type->enumeration;
    struct cadre__buf words;
    size_t n = 0;

    while (enumeration->values[n].name)
        n++;
    const char **all = take(making, n * sizeof(*all));
    if (!all)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        all[i] = enumeration->numbers
                     ? cadre__arena_printf(&making->arena, "%lld",
                                           (long long)enumeration->values[i].value)
                     : cadre__arena_printf(&making->arena, "'%s'", enumeration->values[i].name);
        if (!all[i])
            return -ENOMEM;
    }
    cadre__buf_init(&words);
    type->expected = join(making, &words, n, all, " or ");
    return type->expected ? 0 : -ENOMEM;
}

static int fill_type(struct making *making, const struct cadre_model *model,
                     const struct cadre_field *row, struct cadre__type *type);

/* What is in a union without a discriminator is as strict as that is. */
static int fill_choices(struct making *making, const struct cadre_model *model,
                        const struct cadre_field *row, struct cadre__type *type)
{
    const struct cadre_choice *rows = type->variants->choices;
    size_t n = 0;
    int r = 0;

    while (rows[n].tag)
        n++;
    struct cadre__choice *choices = take(making, n * sizeof(*choices));
    if (!choices)
        return -ENOMEM;
    for (size_t i = 0; i < n && r == 0; i++) {
        struct cadre_field choice;
        cadre__model_choice(&rows[i], model->field_size, &choice);
        choice.strict = choice.strict || row->strict;
        choice.source = row->source;
        choices[i].tag = cadre_str_from(rows[i].tag);
        choices[i].value = rows[i].value;
        choices[i].offset = choice.offset;
        r = fill_type(making, model, &choice, &choices[i].type);
    }
    type->choice = choices;
    type->n_choices = n;
    return r;
}

static int fill_variants(struct making *making, struct cadre__type *type)
{
    const struct cadre_variant *rows = type->variants->variants;
    struct cadre__variant_plan *variants;
    struct cadre__buf words;
    size_t n = 0;

    while (rows[n].tag)
        n++;
    variants = take(making, n * sizeof(*variants));
    const char **all = take(making, n * sizeof(*all));
    if (!variants || !all)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        variants[i].tag = cadre_str_from(rows[i].tag);
        variants[i].value = rows[i].value;
        variants[i].offset = rows[i].offset;
        int r = plan_of(making, rows[i].model, &variants[i].plan);
        if (r < 0)
            return r;
        all[i] = cadre__arena_printf(&making->arena, "'%s'", rows[i].tag);
        if (!all[i])
            return -ENOMEM;
    }
    type->variant = variants;
    type->n_variants = n;
    cadre__buf_init(&words);
    type->expected = join(making, &words, n, all, ", ");
    return type->expected ? 0 : -ENOMEM;
}

static void drop_pattern(void *arg)
{
    cadre__regex_free(arg);
}

static int fill_pattern(struct making *making, struct cadre__type *type)
{
    struct cadre__regex *pattern;
    char why[160];
    int r = cadre__regex_new(type->rules->pattern, 0, why, sizeof(why), &pattern);

    if (r == 0) {
        r = cadre__arena_defer(&making->arena, drop_pattern, pattern);
        if (r == 0)
            type->pattern = pattern;
        else
            cadre__regex_free(pattern);
    }
    return r;
}

static int fill_union(struct making *making, const struct cadre_model *model,
                      const struct cadre_field *row, struct cadre__type *type)
{
    return cadre__union_has_choices(type->variants) ? fill_choices(making, model, row, type)
                                                    : fill_variants(making, type);
}

static size_t limit(size_t max)
{
    return max == 0 ? SIZE_MAX : max == CADRE_NOTHING ? 0 : max;
}

static int fill_items(struct making *making, const struct cadre_model *model,
                      const struct cadre_field *row, struct cadre__type *type)
{
    struct cadre_field item;
    struct cadre__type *items = take(making, sizeof(*items));

    if (!items)
        return -ENOMEM;
    cadre__model_item(row, model->field_size, &item);
    type->items = items;
    return fill_type(making, model, &item, items);
}

/* What a string of JSON holds: the same without the string, which `before` and `convert` see. */
static int fill_inside(struct making *making, const struct cadre_model *model,
                       const struct cadre_field *row, struct cadre__type *type)
{
    struct cadre_field content = *row;
    struct cadre__type *inside = take(making, sizeof(*inside));

    if (!inside)
        return -ENOMEM;
    content.json = false;
    content.before = NULL;
    content.convert = NULL;
    type->inside = inside;
    return fill_type(making, model, &content, inside);
}

/* Fills a type from a row, of which it keeps a copy. */
static int fill_type(struct making *making, const struct cadre_model *model,
                     const struct cadre_field *row, struct cadre__type *type)
{
    struct cadre_field *rules = cadre__arena_alloc(&making->arena, sizeof(*rules));
    int r = 0;

    if (!rules)
        return -ENOMEM;
    *rules = *row;
    rules->strict = row->strict || model->strict;
    if (rules->kind == CADRE_KIND_STRING || rules->kind == CADRE_KIND_TEXT)
        rules->strip = row->strip || model->strip;
    *type = (struct cadre__type){
        .kind = row->kind,
        .size = row->size,
        .strict = rules->strict,
        .pointer = row->pointer,
        .is_plain = !cadre__plan_has_constraint(rules),
        .is_bounded =
            row->gt.type || row->ge.type || row->lt.type || row->le.type || row->multiple_of.type,
        .rules = rules,
        .stride = row->stride,
        .item_offset = row->item_offset,
        .enumeration = row->enumeration,
        .variants = row->variants,
        .max_length = limit(row->max_length),
        .max_items = limit(row->max_items),
        .min_length = row->min_length,
    };
    cadre__direct_set(type);
    if (row->kind == CADRE_KIND_EMAIL || row->kind == CADRE_KIND_URL)
        cadre__idna_load();
    if (row->kind == CADRE_KIND_ENUM)
        r = fill_enum(making, type);
    else if (row->kind == CADRE_KIND_UNION)
        r = fill_union(making, model, row, type);
    else if (row->kind == CADRE_KIND_MODEL || row->kind == CADRE_KIND_TUPLE)
        r = plan_of(making, row->model, &type->model);
    if (r == 0 && row->pattern)
        r = fill_pattern(making, type);
    if (r == 0 && row->items)
        r = fill_items(making, model, row, type);
    return r == 0 && row->json ? fill_inside(making, model, row, type) : r;
}

bool cadre__type_is_text(const struct cadre__type *type)
{
    if (type->inside)
        return true;
    switch (type->kind) {
    case CADRE_KIND_NONE:
    case CADRE_KIND_MODEL:
    case CADRE_KIND_LIST:
    case CADRE_KIND_MAP:
    case CADRE_KIND_TUPLE:
    case CADRE_KIND_FILE:
    case CADRE_KIND_OPAQUE:
    case CADRE_KIND_END:
        return false;
    case CADRE_KIND_UNION:
        for (size_t i = 0; i < type->n_choices; i++) {
            if (!cadre__type_is_text(&type->choice[i].type))
                return false;
        }
        return type->n_choices > 0;
    default:
        return true;
    }
}

/* ---- empty defaults ---- */

/* Whether a model can be made of nothing. */
static const char *first_required(const struct cadre__plan *plan)
{
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (plan->members[i].is_required && plan->members[i].in_input)
            return plan->members[i].key.ptr;
    }
    return NULL;
}

static int check_empty(struct making *making, const struct cadre_model *model,
                       const struct cadre__member *member)
{
    const struct cadre_field *rules = member->type.rules;

    if (!rules->default_empty || member->type.kind != CADRE_KIND_MODEL)
        return 0;
    const char *required = first_required(member->type.model);
    if (!required)
        return 0;
    return cadre__model_why(making->why, model, member->name.ptr,
                            "CADRE_DEFAULT_EMPTY: field %s of %s is required", required,
                            rules->model->symbol);
}

/* ---- members ---- */

static int fill_member(struct making *making, const struct cadre_model *model,
                       const struct cadre_field *row, uint32_t index, struct cadre__member *member)
{
    bool may_be_none = cadre__row_may_be_none(row);

    member->name = cadre_str_from(row->name);
    member->key = cadre_str_from(row->alias ? row->alias : row->name);
    member->index = index;
    member->offset = row->offset;
    member->given_offset = row->given_offset ? row->offset + row->given_offset : 0;
    member->has_default = cadre__row_has_default(row);
    member->is_computed = row->compute != NULL;
    member->is_required = !member->is_computed && !row->read_only &&
                          (row->required || (!may_be_none && !member->has_default));
    member->is_nullable = may_be_none && !row->not_null;
    member->in_input = !row->compute && !row->read_only;
    member->in_output = !row->write_only;
    int r = fill_type(making, model, row, &member->type);
    if (r == 0 && row->initial.type != CADRE_CONSTANT_NONE)
        r = cadre__default_constant(member, model, &making->arena, making->why);
    return r < 0 ? r : cadre__examples_check(row->examples, model, row->name, making->why);
}

static int fill_plan(struct making *making, const struct cadre_model *model, struct made *made)
{
    struct cadre__plan *plan = made->plan;
    struct cadre_field row;
    uint32_t n = 0;

    while (cadre__model_row(model, n, &row))
        n++;
    struct cadre__member *members = take(making, (n + 1) * sizeof(*members));
    if (!members)
        return -ENOMEM;
    made->members = members;
    const char *name = model->name ? model->name : model->type;
    if (!model->name && strncmp(name, "struct ", 7) == 0)
        name += 7;
    *plan = (struct cadre__plan){
        .model = model,
        .name = name,
        .size = model->struct_size,
        .n_members = n,
        .members = members,
        .extra = model->extra,
        .extra_offset = model->extra_at ? model->extra_at - 1 : 0,
        .set_offset = model->set_at ? model->set_at - 1 : 0,
        .has_set = model->set_at != 0,
        .by_name = model->by_name,
        .is_default_cheap = true,
        .before = model->before,
        .after = model->after,
    };
    for (uint32_t i = 0; i < n; i++) {
        cadre__model_row(model, i, &row);
        int r = fill_member(making, model, &row, i, &members[i]);
        if (r < 0)
            return r;
        plan->is_default_cheap = plan->is_default_cheap && !members[i].has_default;
    }
    return cadre__examples_check(model->examples, model, NULL, making->why);
}

static int plan_of(struct making *making, const struct cadre_model *model,
                   const struct cadre__plan **ret)
{
    *ret = __atomic_load_n(model->plan, __ATOMIC_ACQUIRE);
    if (*ret)
        return 0;
    for (struct made *made = making->all; made; made = made->next) {
        if (made->model == model) {
            *ret = made->plan;
            return 0;
        }
    }
    int r = cadre__model_check(model, making->why);
    if (r < 0)
        return r;
    struct made *made = take(making, sizeof(*made));
    struct cadre__plan *plan = take(making, sizeof(*plan));
    if (!made || !plan)
        return -ENOMEM;
    *made = (struct made){.next = making->all, .model = model, .plan = plan};
    making->all = made;
    *ret = plan;
    return fill_plan(making, model, made);
}

/* What can be told only when all plans are filled. */
static int finish(struct making *making)
{
    for (const struct made *made = making->all; made; made = made->next) {
        int r = cadre__keys_make(made->plan, &making->arena, &made->plan->keys);
        for (uint32_t i = 0; r == 0 && i < made->plan->n_members; i++)
            r = check_empty(making, made->model, &made->plan->members[i]);
        if (r < 0)
            return r;
    }
    /* JSON is read with the keys of all. */
    for (const struct made *made = making->all; made; made = made->next) {
        for (uint32_t i = 0; i < made->plan->n_members; i++) {
            int r =
                cadre__default_json(&made->members[i], made->model, &making->arena, making->why);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int make(const struct cadre_model *model, const char **ret_why)
{
    static char last_why[CADRE__MODEL_WHY_MAX];
    const struct cadre__plan *plan;
    struct making *making = calloc(1, sizeof(*making));

    if (!making)
        return -ENOMEM;
    cadre__arena_init(&making->arena, CHUNK_BYTES);
    int r = plan_of(making, model, &plan);
    if (r == 0)
        r = finish(making);
    if (r == 0) {
        for (const struct made *made = making->all; made; made = made->next)
            __atomic_store_n(made->model->plan, made->plan, __ATOMIC_RELEASE);
        making->next = kept;
        kept = making;
        return 0;
    }
    if (r == -EINVAL) {
        memcpy(last_why, making->why, sizeof(last_why));
        *ret_why = last_why;
    }
    cadre__arena_done(&making->arena);
    free(making);
    return r;
}

int cadre__plan_make(const struct cadre_model *model, const char **ret_why)
{
    int r = 0;

    if (__atomic_load_n(model->plan, __ATOMIC_ACQUIRE))
        return 0;
    pthread_mutex_lock(&lock);
    if (!__atomic_load_n(model->plan, __ATOMIC_ACQUIRE))
        r = make(model, ret_why);
    pthread_mutex_unlock(&lock);
    return r;
}

int cadre_model_prepare(const struct cadre_model *model, const char **ret_why)
{
    *ret_why = "";
    return cadre__plan_make(model, ret_why);
}
