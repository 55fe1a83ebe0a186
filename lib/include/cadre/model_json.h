/* SPDX-License-Identifier: MIT */
/*
 * <cadre/model_json.h>: structs with a model from JSON and to JSON.
 *
 *     struct item item;
 *     const char *problems;
 *     int r = cadre_model_from_json(&item_model, text, arena, &item, &problems);
 *     if (r == -EINVAL)
 *         puts(problems); // {"detail":[{"type":"missing","loc":["name"],...}]}
 *
 *     struct cadre_str json;
 *     r = cadre_model_to_json(&item_model, &item, CADRE_WRITE_EXCLUDE_NONE, arena, &json);
 *
 * What is read is strict RFC 8259 in UTF-8: no NaN, no comments, no trailing commas, no lone
 * surrogates. It may be nested 512 deep; models, lists and maps in one another 48, where a union
 * counts twice, and what a validator of before has changed, too. Of a name that is there more than
 * once the last value counts, at the place of the first.
 *
 * What is written has the fields in the order of the table, then kept unknown ones; names are
 * aliases; what is none is null. Numbers read back as the same ones; NaN and infinite ones are
 * null. Times are ISO 8601, durations too, decimals strings, secrets asterisks. Bytes and strings
 * that are not UTF-8 have U+FFFD where they are not.
 *
 * Nothing here suspends; any thread, an arena in one at a time.
 */
#ifndef CADRE_MODEL_JSON_H
#define CADRE_MODEL_JSON_H

#include <cadre/arena.h>
#include <cadre/macros.h>
#include <cadre/model.h>
#include <cadre/str.h>

CADRE_BEGIN_DECLS

/* What of a struct is written, and how. */
enum cadre_write_flags {
    CADRE_WRITE_EXCLUDE_UNSET = 1, /* no fields that were not given: of a cadre_opt_* and of models
                                      with CADRE_SET_INTO; of others it is not known */
    CADRE_WRITE_EXCLUDE_NONE = 2,  /* no fields that are none */
    CADRE_WRITE_EXCLUDE_DEFAULTS = 4, /* no fields that are what they are when not given; those with
                                         a default_fn stay */
    CADRE_WRITE_BY_NAME = 8,          /* names of members, not aliases */
};

/*
 * Which fields of a model are written: names of members, also of computed ones and of what was kept
 * unknown; of a model in it by a dot, "address.city"; of models in lists and maps, those of each
 * item. Lists end in NULL: CADRE_NAMES.
 */
struct cadre_selected {
    const char *const *include CADRE_OPTIONAL; /* only these; NULL: all */
    const char *const *exclude CADRE_OPTIONAL; /* none of these, whatever is included */
};

/* CADRE_NAMES("id", "address.city"); C only. */
#define CADRE_NAMES(...) ((const char *const[]){__VA_ARGS__, (const char *)0})

/*
 * Reads a JSON object into a struct of the model, whatever it held before. What it points to lives
 * in the arena; the text may go.
 *
 * 0; -EINVAL: the JSON or a value in it is wrong: *ret_problems is what is, all of it, as the body
 * of a 422 without "body" in its places (in the arena, ret_problems may be NULL; an empty list
 * where a validator returned it and said nothing), the struct is then not to be used; -EILSEQ: the
 * text is not UTF-8; -EMSGSIZE: lists and maps would take more than 64 times the memory of the
 * text, and 1 MiB; -ENOEXEC: it is the model that is wrong (cadre_model_prepare tells how);
 * -ENOMEM; or what a validator returned.
 */
CADRE_API CADRE_MUST_CHECK int cadre_model_from_json(const struct cadre_model *model,
                                                     struct cadre_str json,
                                                     struct cadre_arena *arena, void *object,
                                                     const char **ret_problems);

/*
 * Writes a struct of the model as JSON without spaces; `flags` of enum cadre_write_flags. The text
 * is the arena's and ends in NUL.
 *
 * 0; -EINVAL: an enum or the tag of a union has a value without a name; -ELOOP: models in models
 * more than 48 deep; -ENOEXEC as above; -ENOMEM; or what a function of a computed field returned.
 */
CADRE_API CADRE_MUST_CHECK int cadre_model_to_json(const struct cadre_model *model,
                                                   const void *object, unsigned flags,
                                                   struct cadre_arena *arena,
                                                   struct cadre_str *ret);

CADRE_END_DECLS

#endif
