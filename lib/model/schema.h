/* SPDX-License-Identifier: MIT */
/*
 * model/schema: models as JSON Schema 2020-12, the dialect of OpenAPI 3.1.
 *
 * A document has a set of schemas with a name: one for each model, enum and variant of a union that
 * it refers to. First all that is described is added, each in the form in which it is used; then
 * names are given, and only then anything is written:
 *
 *     cadre__schemas_new("#/components/schemas/", &set);
 *     cadre__schemas_add(set, type, CADRE__SCHEMA_INPUT);
 *     cadre__schemas_settle(set);
 *     cadre__schema_put_type(set, type, CADRE__SCHEMA_INPUT, &out);
 *     cadre__schemas_put_all(set, &out);
 *
 * What a model takes and what it writes can differ (read-only, write-only and computed fields,
 * decimals). One that is used in both forms and differs is there twice, as "item-Input" and
 * "item-Output"; any other one by its name, that of its struct.
 *
 * Plans are constant and borrowed for the set's life. Allocates, never blocks, never suspends; one
 * thread at a time.
 */
#ifndef CADRE_MODEL_SCHEMA_H
#define CADRE_MODEL_SCHEMA_H

#include "base/json_out.h"
#include "model/plan.h"

enum cadre__schema_form {
    CADRE__SCHEMA_INPUT,
    CADRE__SCHEMA_OUTPUT,
    CADRE__SCHEMA_FORMS,
};

struct cadre__schemas;

/* `prefix` stands before names in "$ref"; borrowed. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__schemas_new(const char *prefix, struct cadre__schemas **ret);
void cadre__schemas_free(struct cadre__schemas *set);

/* Adds what a type refers to, and what that refers to. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__schemas_add(struct cadre__schemas *set, const struct cadre__type *type,
                                        enum cadre__schema_form form);
/* The same for a model. */
CADRE_MUST_CHECK int cadre__schemas_add_model(struct cadre__schemas *set,
                                              const struct cadre__plan *plan,
                                              enum cadre__schema_form form);

/* Gives each schema a name of its own, of letters, digits, '.', '_' and '-'. Nothing is added
 * behind it but texts. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__schemas_settle(struct cadre__schemas *set);

/* Whether a schema has that name by now. */
bool cadre__schemas_has(const struct cadre__schemas *set, const char *name);

/* Adds a schema that is there as JSON; name and text are copied. One whose name is taken is
 * dropped. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__schemas_add_text(struct cadre__schemas *set, const char *name,
                                             struct cadre_str json);

/* Writes the schema of a value: without title and default. */
void cadre__schema_put_type(const struct cadre__schemas *set, const struct cadre__type *type,
                            enum cadre__schema_form form, struct cadre__json_out *out);
/* A key with the place of the schema of that name: its prefix and the name. */
void cadre__schema_put_place(const struct cadre__schemas *set, const char *key, const char *name,
                             struct cadre__json_out *out);
/* A reference to a model. */
void cadre__schema_put_model(const struct cadre__schemas *set, const struct cadre__plan *plan,
                             enum cadre__schema_form form, struct cadre__json_out *out);

/* What is written of a member besides its type. */
enum cadre__schema_words {
    CADRE__SCHEMA_ALL_WORDS,
    CADRE__SCHEMA_PARAMETER, /* no description, examples, deprecated: a parameter has them itself */
};

/* Writes the schema of a member, with its title (by `name`, where the table gives none), default
 * and words. */
void cadre__schema_put_member(const struct cadre__schemas *set, const struct cadre__member *member,
                              const char *name, enum cadre__schema_form form,
                              enum cadre__schema_words words, struct cadre__json_out *out);

/* Appends a text as a part of a name among the components of a document: what is no letter, digit,
 * '.', '_' or '-' is '_' there. */
void cadre__schema_name_part(struct cadre_str text, struct cadre__buf *buf);

/* "x_token-id" as a title: "X Token-Id". Appended to buf. */
void cadre__schema_title(const char *name, struct cadre__buf *buf);

/* Writes all schemas that have a name as the members of an object, in order of their names. */
void cadre__schemas_put_all(struct cadre__schemas *set, struct cadre__json_out *out);

/* Whether there are any. */
bool cadre__schemas_has_any(const struct cadre__schemas *set);

#endif
