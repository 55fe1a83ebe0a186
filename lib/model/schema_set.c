/* SPDX-License-Identifier: MIT */
/* model/schema_set: which schemas a document has, and how they are called. */
#include "model/schema_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/unique.h"

/* --- life --- */

int cadre__schemas_new(const char *prefix, struct cadre__schemas **ret)
{
    struct cadre__schemas *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return -ENOMEM;
    set->prefix = prefix;
    *ret = set;
    return 0;
}

void cadre__schemas_free(struct cadre__schemas *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->n; i++) {
        free(set->all[i].text);
        for (int form = 0; form < CADRE__SCHEMA_FORMS; form++)
            free(set->all[i].name[form]);
    }
    free(set->all);
    free(set);
}

/* --- what is in it --- */

static struct cadre__schema *add(struct cadre__schemas *set, struct cadre__schema schema)
{
    size_t size = set->size == 0 ? 16 : 2 * set->size;
    struct cadre__schema *grown;

    if (set->n == set->size) {
        grown = reallocarray(set->all, size, sizeof(*grown));
        if (grown == NULL)
            return NULL;
        set->all = grown;
        set->size = size;
    }
    set->all[set->n] = schema;
    return &set->all[set->n++];
}

struct cadre__schema *cadre__schema_of_enum(const struct cadre__schemas *set,
                                            const struct cadre_enum *enumeration)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->all[i].enumeration == enumeration)
            return &set->all[i];
    }
    return NULL;
}

static bool is_tagged(const struct cadre__schema *schema, const char *discriminator,
                      struct cadre_str tag)
{
    if (discriminator == NULL || schema->discriminator == NULL)
        return discriminator == schema->discriminator;
    return strcmp(discriminator, schema->discriminator) == 0 && cadre_str_eq(tag, schema->tag);
}

struct cadre__schema *cadre__schema_of_model(const struct cadre__schemas *set,
                                             const struct cadre__plan *plan,
                                             const char *discriminator, struct cadre_str tag)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->all[i].plan == plan && !set->all[i].is_tuple &&
            is_tagged(&set->all[i], discriminator, tag))
            return &set->all[i];
    }
    return NULL;
}

struct cadre__schema *cadre__schema_of_tuple(const struct cadre__schemas *set,
                                             const struct cadre__plan *plan)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->all[i].plan == plan && set->all[i].is_tuple)
            return &set->all[i];
    }
    return NULL;
}

bool cadre__schema_has_member(const struct cadre__member *member, enum cadre__schema_form form)
{
    if (member->type.rules->hidden)
        return false;
    return form == CADRE__SCHEMA_INPUT ? member->in_input : member->in_output;
}

/* `schema` is what is there, or NULL: then what is wanted is added. */
static int add_model(struct cadre__schemas *set, struct cadre__schema *schema,
                     struct cadre__schema wanted, enum cadre__schema_form form)
{
    const struct cadre__plan *plan = wanted.plan;
    int r = 0;

    if (schema == NULL)
        schema = add(set, wanted);
    if (schema == NULL)
        return -ENOMEM;
    if (schema->is_used[form])
        return 0;
    schema->is_used[form] = true;
    for (uint32_t i = 0; r == 0 && i < plan->n_members; i++) {
        if (cadre__schema_has_member(&plan->members[i], form))
            r = cadre__schemas_add(set, &plan->members[i].type, form);
    }
    return r;
}

int cadre__schemas_add_model(struct cadre__schemas *set, const struct cadre__plan *plan,
                             enum cadre__schema_form form)
{
    return add_model(set, cadre__schema_of_model(set, plan, NULL, CADRE_STR("")),
                     (struct cadre__schema){.plan = plan}, form);
}

static int add_variants(struct cadre__schemas *set, const struct cadre__type *type,
                        enum cadre__schema_form form)
{
    const char *discriminator = type->variants->discriminator;
    int r = 0;

    for (size_t i = 0; r == 0 && i < type->n_variants; i++) {
        const struct cadre__variant_plan *variant = &type->variant[i];

        r = add_model(set, cadre__schema_of_model(set, variant->plan, discriminator, variant->tag),
                      (struct cadre__schema){.plan = variant->plan,
                                             .discriminator = discriminator,
                                             .tag = variant->tag},
                      form);
    }
    return r;
}

static int add_choices(struct cadre__schemas *set, const struct cadre__type *type,
                       enum cadre__schema_form form)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < type->n_choices; i++)
        r = cadre__schemas_add(set, &type->choice[i].type, form);
    return r;
}

static int add_enum(struct cadre__schemas *set, const struct cadre__type *type)
{
    struct cadre__schema *schema;

    if (type->rules->literal)
        return 0; /* it stands where it is used */
    schema = cadre__schema_of_enum(set, type->enumeration);
    if (schema == NULL)
        schema = add(set, (struct cadre__schema){.enumeration = type->enumeration});
    if (schema == NULL)
        return -ENOMEM;
    schema->is_used[CADRE__SCHEMA_INPUT] = true;
    return 0;
}

int cadre__schemas_add(struct cadre__schemas *set, const struct cadre__type *type,
                       enum cadre__schema_form form)
{
    switch (type->kind) {
    case CADRE_KIND_ENUM:
        return add_enum(set, type);
    case CADRE_KIND_MODEL:
        return cadre__schemas_add_model(set, type->model, form);
    case CADRE_KIND_LIST:
    case CADRE_KIND_MAP:
        return cadre__schemas_add(set, type->items, form);
    case CADRE_KIND_UNION:
        return type->n_choices > 0 ? add_choices(set, type, form) : add_variants(set, type, form);
    case CADRE_KIND_TUPLE:
        return add_model(set, cadre__schema_of_tuple(set, type->model),
                         (struct cadre__schema){.plan = type->model, .is_tuple = true}, form);
    default:
        return 0;
    }
}

bool cadre__schemas_has(const struct cadre__schemas *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++) {
        for (int form = 0; form < CADRE__SCHEMA_FORMS; form++) {
            if (set->all[i].name[form] != NULL && strcmp(set->all[i].name[form], name) == 0)
                return true;
        }
    }
    return false;
}

int cadre__schemas_add_text(struct cadre__schemas *set, const char *name, struct cadre_str json)
{
    struct cadre__schema *schema;
    char *text, *copy;

    if (cadre__schemas_has(set, name))
        return 0;
    text = strndup(json.ptr, json.len);
    copy = strdup(name);
    schema = text == NULL || copy == NULL ? NULL : add(set, (struct cadre__schema){.text = text});
    if (schema == NULL) {
        free(text);
        free(copy);
        return -ENOMEM;
    }
    schema->is_used[CADRE__SCHEMA_INPUT] = true;
    schema->name[CADRE__SCHEMA_INPUT] = copy;
    return 0;
}

/* --- the two forms --- */

static bool type_differs(const struct cadre__schemas *set, const struct cadre__type *type)
{
    const struct cadre__schema *other;

    if (type->inside != NULL)
        return true; /* a text is taken, what it holds is written */
    switch (type->kind) {
    case CADRE_KIND_DECIMAL:
        return true; /* a number or a text is taken, a text is written */
    case CADRE_KIND_LIST:
    case CADRE_KIND_MAP:
        return type_differs(set, type->items);
    case CADRE_KIND_MODEL:
        other = cadre__schema_of_model(set, type->model, NULL, CADRE_STR(""));
        return other != NULL && other->differs;
    case CADRE_KIND_TUPLE:
        other = cadre__schema_of_tuple(set, type->model);
        return other != NULL && other->differs;
    case CADRE_KIND_UNION:
        for (size_t i = 0; i < type->n_choices; i++) {
            if (type_differs(set, &type->choice[i].type))
                return true;
        }
        for (size_t i = 0; i < type->n_variants; i++) {
            other = cadre__schema_of_model(set, type->variant[i].plan,
                                           type->variants->discriminator, type->variant[i].tag);
            if (other != NULL && other->differs)
                return true;
        }
        return false;
    default:
        return false;
    }
}

static bool model_differs(const struct cadre__schemas *set, const struct cadre__plan *plan)
{
    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        bool in = cadre__schema_has_member(member, CADRE__SCHEMA_INPUT);

        if (in != cadre__schema_has_member(member, CADRE__SCHEMA_OUTPUT))
            return true;
        if (in && type_differs(set, &member->type))
            return true;
    }
    return false;
}

/* One that refers to one that differs does so, too: until there is no other. */
static void find_differences(struct cadre__schemas *set)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < set->n; i++) {
            struct cadre__schema *schema = &set->all[i];

            if (schema->plan == NULL || schema->differs || !schema->is_used[CADRE__SCHEMA_INPUT] ||
                !schema->is_used[CADRE__SCHEMA_OUTPUT])
                continue;
            schema->differs = model_differs(set, schema->plan);
            again |= schema->differs;
        }
    }
}

/* --- names --- */

void cadre__schema_name_part(struct cadre_str text, struct cadre__buf *buf)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';

        cadre__buf_putc(buf, is_part ? c : '_');
    }
}

static bool is_taken(const void *set, const char *name)
{
    return cadre__schemas_has(set, name);
}

/* A name that no other schema has: that of its type; of a variant with its tag; with a number.
 * NULL: no memory. */
static char *choose_name(const struct cadre__schemas *set, const struct cadre__schema *schema)
{
    const char *own = schema->plan != NULL ? schema->plan->name : schema->enumeration->type;
    struct cadre__buf buf;

    if (schema->plan == NULL && strncmp(own, "enum ", 5) == 0)
        own += 5;
    cadre__buf_init(&buf);
    cadre__schema_name_part(cadre_str_from(own), &buf);
    if (schema->discriminator != NULL && cadre__schemas_has(set, cadre__buf_text(&buf))) {
        cadre__buf_putc(&buf, '_');
        cadre__schema_name_part(schema->tag, &buf);
    }
    cadre__unique_name(&buf, is_taken, set);
    return cadre__buf_take(&buf);
}

/* A variant of a union, or a tuple: a plain model of the same name has it first. */
static bool is_special(const struct cadre__schema *schema)
{
    return schema->discriminator != NULL || schema->is_tuple;
}

static int name_all(struct cadre__schemas *set, bool special)
{
    for (size_t i = 0; i < set->n; i++) {
        struct cadre__schema *schema = &set->all[i];

        if (schema->text != NULL || is_special(schema) != special)
            continue;
        schema->name[CADRE__SCHEMA_INPUT] = choose_name(set, schema);
        if (schema->name[CADRE__SCHEMA_INPUT] == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* "item" becomes "item-Input" and "item-Output". */
static int split_name(struct cadre__schema *schema)
{
    static const char *const ends[CADRE__SCHEMA_FORMS] = {
        [CADRE__SCHEMA_INPUT] = "-Input",
        [CADRE__SCHEMA_OUTPUT] = "-Output",
    };
    char *own = schema->name[CADRE__SCHEMA_INPUT];
    int r = 0;

    for (int form = 0; form < CADRE__SCHEMA_FORMS; form++) {
        struct cadre__buf buf;

        cadre__buf_init(&buf);
        cadre__buf_printf(&buf, "%s%s", own, ends[form]);
        schema->name[form] = cadre__buf_take(&buf);
        r = schema->name[form] == NULL ? -ENOMEM : r;
    }
    free(own);
    return r;
}

int cadre__schemas_settle(struct cadre__schemas *set)
{
    int r;

    find_differences(set);
    r = name_all(set, false);
    if (r == 0)
        r = name_all(set, true);
    for (size_t i = 0; r == 0 && i < set->n; i++) {
        if (set->all[i].differs)
            r = split_name(&set->all[i]);
    }
    return r;
}

const char *cadre__schema_name(const struct cadre__schema *schema, enum cadre__schema_form form)
{
    return schema->name[schema->differs ? form : CADRE__SCHEMA_INPUT];
}

/* --- all of them --- */

struct named {
    const char *name;
    const struct cadre__schema *schema;
    enum cadre__schema_form form;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

bool cadre__schemas_has_any(const struct cadre__schemas *set)
{
    return set->n > 0;
}

void cadre__schemas_put_all(struct cadre__schemas *set, struct cadre__json_out *out)
{
    struct named *all = calloc(2 * set->n + 1, sizeof(*all));
    size_t n = 0;

    if (all == NULL) {
        out->buf->error = -ENOMEM;
        return;
    }
    for (size_t i = 0; i < set->n; i++) {
        const struct cadre__schema *schema = &set->all[i];

        for (int form = 0; form < CADRE__SCHEMA_FORMS; form++) {
            if (schema->name[form] == NULL)
                continue;
            all[n++] = (struct named){
                .name = schema->name[form],
                .schema = schema,
                .form = schema->differs || schema->is_used[CADRE__SCHEMA_INPUT]
                            ? (enum cadre__schema_form)form
                            : CADRE__SCHEMA_OUTPUT,
            };
        }
    }
    qsort(all, n, sizeof(*all), compare);
    for (size_t i = 0; i < n; i++) {
        cadre__json_key(out, all[i].name);
        cadre__schema_put(set, all[i].schema, all[i].form, out);
    }
    free(all);
}
