/* SPDX-License-Identifier: MIT */
/*
 * model/schema_set: what a set of schemas is made of; shared by schema.c and schema_model.c, which
 * write, and schema_set.c, which collects and names.
 */
#ifndef CADRE_MODEL_SCHEMA_SET_H
#define CADRE_MODEL_SCHEMA_SET_H

#include "model/schema.h"

/* What has a name: an enum; a model; or a model as a variant of a union, which has a field more:
 * the discriminator, which is always `tag`; or one as a tuple. Or a text. */
struct cadre__schema {
    const struct cadre_enum *enumeration; /* NULL: it is none */
    const struct cadre__plan *plan;       /* NULL: it is no model */
    const char *discriminator;            /* of a variant; NULL: it is none */
    struct cadre_str tag;
    bool is_tuple;
    char *text; /* heap; NULL: it is none */
    bool is_used[CADRE__SCHEMA_FORMS];
    bool differs;                    /* input and output are not the same */
    char *name[CADRE__SCHEMA_FORMS]; /* heap; set by settle; of those that do not differ the first
                                        alone */
};

struct cadre__schemas {
    const char *prefix;
    struct cadre__schema *all; /* heap */
    size_t n, size;
};

/* The schema of that; NULL: it was not added. */
struct cadre__schema *cadre__schema_of_enum(const struct cadre__schemas *set,
                                            const struct cadre_enum *enumeration);
struct cadre__schema *cadre__schema_of_model(const struct cadre__schemas *set,
                                             const struct cadre__plan *plan,
                                             const char *discriminator, struct cadre_str tag);

struct cadre__schema *cadre__schema_of_tuple(const struct cadre__schemas *set,
                                             const struct cadre__plan *plan);

/* Its name in that form. */
const char *cadre__schema_name(const struct cadre__schema *schema, enum cadre__schema_form form);

/* Whether a member is in that form of its model. */
bool cadre__schema_has_member(const struct cadre__member *member, enum cadre__schema_form form);

/* schema.c: the keywords of a value, and of an enum, without the braces. */
void cadre__schema_put_inside(const struct cadre__schemas *set, const struct cadre__type *type,
                              enum cadre__schema_form form, struct cadre__json_out *out);
/* "anyOf" with the choices of a union, or else with the type itself, and with null if asked. */
void cadre__schema_put_any_of(const struct cadre__schemas *set, const struct cadre__type *type,
                              enum cadre__schema_form form, bool or_null,
                              struct cadre__json_out *out);
void cadre__schema_put_enum(const struct cadre_enum *enumeration, struct cadre__json_out *out);

/* schema_model.c: writes the schema itself. */
void cadre__schema_put(const struct cadre__schemas *set, const struct cadre__schema *schema,
                       enum cadre__schema_form form, struct cadre__json_out *out);

#endif
