/* SPDX-License-Identifier: MIT */
/*
 * <cadre/model.h>: a struct described once, for parsing, validation, JSON, schema, settings.
 *
 *     enum size { SMALL, LARGE };
 *     CADRE_ENUM_TYPE(sizes, enum size, {"small", SMALL}, {"large", LARGE});
 *
 *     struct item {
 *         const char *name;
 *         double price;
 *         enum size size;
 *         struct cadre_opt_str note;
 *         CADRE_LIST_OF(const char *) tags;
 *     };
 *     static const struct cadre_field item_fields[] = {
 *         CADRE_FIELD(struct item, name, .min_length = 1, .max_length = 80),
 *         CADRE_FIELD(struct item, price, CADRE_GT(0), .description = "In euro"),
 *         CADRE_ENUM(struct item, size, sizes, CADRE_DEFAULT(SMALL)),
 *         CADRE_FIELD(struct item, note),
 *         CADRE_LIST(struct item, tags, CADRE_EACH(.max_length = 20), .max_items = 10),
 *         CADRE_FIELDS_END
 *     };
 *     CADRE_MODEL(item_model, struct item, item_fields);
 *
 * CADRE_FIELD takes the type from the member: integers of all widths (range-checked), double, bool,
 * `const char *`, struct cadre_str, the struct types of <cadre/value.h> and their cadre_opt_*. The
 * others have a macro each, which does not compile where the table and the struct disagree. What
 * contradicts itself within a row or between rows is refused when the module is loaded, with the
 * names of model and field.
 *
 * Three things that are not the same:
 *   required   the field must be given. A field is, unless it has a default or may be none.
 *   optional   the field need not be given: it has a default, or it may be none: its type is a
 *              cadre_opt_*, or it is a pointer, a list or a map with `.optional = true`.
 *   nullable   null is taken for it. What may be none is; `.not_null = true` forbids it.
 * `.required = true` on what may be none asks for a value or a null.
 *
 * Conversion is lax, as in Pydantic: "1" is an int for one; `.strict = true` ends that. Tables are
 * written in C (C11 with GNU extensions); the structs are good for C++ as well.
 *
 * Tables are constant and live as long as the module. Nothing here suspends.
 */
#ifndef CADRE_MODEL_H
#define CADRE_MODEL_H

#include <cadre/arena.h>
#include <cadre/macros.h>
#include <cadre/str.h>
#include <cadre/value.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_field;
struct cadre_model;
struct cadre_upload;     /* <cadre/form.h> */
struct cadre_validation; /* a validation that goes on */

/* What a member is. The macros below set it. */
enum cadre_kind {
    CADRE_KIND_NONE,     /* none that a model may have */
    CADRE_KIND_INT,      /* signed, of `size` bytes */
    CADRE_KIND_UINT,     /* unsigned, of `size` bytes */
    CADRE_KIND_DOUBLE,   /* double */
    CADRE_KIND_BOOL,     /* bool */
    CADRE_KIND_STRING,   /* const char *; a string that holds a NUL character is refused */
    CADRE_KIND_TEXT,     /* struct cadre_str; any string; ends in NUL all the same */
    CADRE_KIND_BYTES,    /* struct cadre_bytes */
    CADRE_KIND_ENUM,     /* an enum, or an integer, of `size` bytes */
    CADRE_KIND_DATE,     /* the structs of <cadre/value.h> */
    CADRE_KIND_TIME,     /* */
    CADRE_KIND_DATETIME, /* */
    CADRE_KIND_DURATION, /* */
    CADRE_KIND_UUID,     /* */
    CADRE_KIND_DECIMAL,  /* */
    CADRE_KIND_EMAIL,    /* */
    CADRE_KIND_URL,      /* */
    CADRE_KIND_ANY,      /* struct cadre_any */
    CADRE_KIND_MODEL,    /* a struct with a model; or a pointer to it (.pointer) */
    CADRE_KIND_LIST,     /* CADRE_LIST_OF */
    CADRE_KIND_MAP,      /* CADRE_MAP_OF */
    CADRE_KIND_UNION,    /* a struct of a tag and a union */
    CADRE_KIND_FILE,     /* const struct cadre_upload *; in parameters of routes only */
    CADRE_KIND_OPAQUE,   /* a pointer that nothing here looks at; in parameters of routes only */
    CADRE_KIND_END
};

/* What happens to fields of the input that the model does not have. */
enum cadre_extra_rule {
    CADRE_EXTRA_IGNORE, /* skipped */
    CADRE_EXTRA_FORBID, /* an error each: extra_forbidden */
    CADRE_EXTRA_ALLOW,  /* kept in a struct cadre_extra, and written again: CADRE_EXTRA_INTO */
};

/* Whether a time must come with an offset. */
enum cadre_zone_rule {
    CADRE_ZONE_ANY,
    CADRE_ZONE_AWARE, /* it must */
    CADRE_ZONE_NAIVE, /* it must not */
};

/* The raw value that a validator of "before" sees, and may change. */
enum cadre_input_type {
    CADRE_INPUT_NULL,
    CADRE_INPUT_BOOL,   /* text is "true" or "false" */
    CADRE_INPUT_NUMBER, /* text is the number as it was sent, by the grammar of JSON */
    CADRE_INPUT_STRING, /* text is what the string holds, decoded; parameters are strings, too */
    CADRE_INPUT_ARRAY,  /* text is the JSON as it was sent */
    CADRE_INPUT_OBJECT, /* the same */
};

struct cadre_input {
    enum cadre_input_type type;
    struct cadre_str text; /* lives as long as the arena of the validation */
};

/*
 * Validators. Each returns 0: it is right; what cadre_invalid returned: it is wrong; another
 * negative errno: the whole validation ends with it. They may not suspend; the thread is that which
 * validates.
 */

/* Before the conversion: may change the input (text must live as long as the arena). */
typedef int (*cadre_before_fn)(struct cadre_validation *validation, struct cadre_input *input);
/* In the place of the conversion and its constraints; `value` is the member. */
typedef int (*cadre_convert_fn)(struct cadre_validation *validation,
                                const struct cadre_input *input, void *value);
/* After conversion and constraints, where these found nothing: `value` is the member, or the struct
 * of a model of which all fields are right. May change it. Not called for what was not given, for
 * null and for defaults. */
typedef int (*cadre_after_fn)(struct cadre_validation *validation, void *value);
/* Makes the default of a member anew for each struct: 0, or a negative errno. */
typedef int (*cadre_default_fn)(struct cadre_arena *arena, void *value);
/* Computes what a computed field holds: `object` is the struct; sets *value. 0, or an errno. */
typedef int (*cadre_compute_fn)(struct cadre_arena *arena, const void *object, void *value);

/* Says what is wrong with the value: type "value_error", "Value error, " and the text. Returns
 * what the validator is to return, also when memory is short. */
CADRE_API CADRE_PRINTF(2, 3) int cadre_invalid(struct cadre_validation *validation, const char *fmt,
                                               ...);
/* The same as "assertion_error", "Assertion failed, " and the text. */
CADRE_API CADRE_PRINTF(2, 3) int cadre_invalid_assertion(struct cadre_validation *validation,
                                                         const char *fmt, ...);
/* The same with a type and a text of one's own; ctx is a JSON object as text, or NULL. `type` must
 * live as long as the module. */
CADRE_API CADRE_PRINTF(4, 5) int cadre_invalid_type(struct cadre_validation *validation,
                                                    const char *type, const char *ctx,
                                                    const char *fmt, ...);
/* The arena of what is read. */
CADRE_API struct cadre_arena *cadre_validation_arena(struct cadre_validation *validation);

/* A number or a text in a table, exact for all 64-bit integers; made by CADRE_GT and its kin. */
struct cadre_constant {
    enum cadre_constant_type {
        CADRE_CONSTANT_NONE, /* not given */
        CADRE_CONSTANT_INT,
        CADRE_CONSTANT_UINT,
        CADRE_CONSTANT_DOUBLE,
        CADRE_CONSTANT_TEXT,
    } type CADRE_OPTIONAL;
    uint64_t integer CADRE_OPTIONAL; /* INT: to be cast to int64_t */
    double real CADRE_OPTIONAL;
    const char *text CADRE_OPTIONAL;
};

/* `.max_length` and `.max_items` of 0 are none; this one allows nothing but the empty. */
#define CADRE_NOTHING SIZE_MAX

/* One field. Macros fill the first group; a row gives what it wants of the others. */
struct cadre_field {
    /* filled by the macros */
    const char *name CADRE_OPTIONAL;      /* of the member; NULL ends the table */
    enum cadre_kind kind CADRE_OPTIONAL;  /* of the member; of a cadre_opt_*, of its value */
    uint32_t size CADRE_OPTIONAL;         /* of the value, in bytes */
    uint32_t offset CADRE_OPTIONAL;       /* of the member in the struct */
    uint32_t given_offset CADRE_OPTIONAL; /* of `given` in the member; 0: no cadre_opt_* */
    bool pointer CADRE_OPTIONAL;          /* the member is a pointer to the value */
    const struct cadre_field *items CADRE_OPTIONAL;      /* of a list or map: what is in it */
    uint32_t stride CADRE_OPTIONAL;                      /* of a list or map: of each item */
    uint32_t item_offset CADRE_OPTIONAL;                 /* of a map: of the value in an item */
    const struct cadre_model *model CADRE_OPTIONAL;      /* of a nested model */
    const struct cadre_enum *enumeration CADRE_OPTIONAL; /* of an enum */
    const struct cadre_union *variants CADRE_OPTIONAL;   /* of a union */
    cadre_compute_fn compute CADRE_OPTIONAL;             /* of a computed field; it has no member */

    /* presence */
    bool required CADRE_OPTIONAL; /* must be given, though it may be none */
    bool optional
        CADRE_OPTIONAL; /* of a pointer, string, list, map: may be none, and is NULL then */
    bool not_null CADRE_OPTIONAL;                 /* may be none, but not null */
    struct cadre_constant initial CADRE_OPTIONAL; /* CADRE_DEFAULT */
    bool default_empty CADRE_OPTIONAL;            /* of a list, map, model: what {} or [] gives */
    const char *default_json CADRE_OPTIONAL; /* of a list, map, model, union, any: what this JSON
                                                gives; shared by all, so not to be changed */
    cadre_default_fn default_fn CADRE_OPTIONAL;

    /* constraints; of a list or map those of its items are in `each` */
    struct cadre_constant gt CADRE_OPTIONAL, ge CADRE_OPTIONAL; /* of numbers: CADRE_GT, CADRE_GE */
    struct cadre_constant lt CADRE_OPTIONAL, le CADRE_OPTIONAL; /* CADRE_LT, CADRE_LE */
    struct cadre_constant multiple_of CADRE_OPTIONAL;           /* CADRE_MULTIPLE_OF */
    size_t min_length CADRE_OPTIONAL; /* of strings, in characters; of bytes, in bytes */
    size_t max_length CADRE_OPTIONAL; /* 0: none */
    const char *pattern
        CADRE_OPTIONAL;              /* of strings: PCRE2, found anywhere unless it has ^ and $ */
    size_t min_items CADRE_OPTIONAL; /* of lists and maps */
    size_t max_items CADRE_OPTIONAL; /* 0: none */
    bool unique CADRE_OPTIONAL;      /* of lists: no two items are the same */
    bool set CADRE_OPTIONAL;         /* of lists: of items that are the same the first is kept */
    unsigned max_digits CADRE_OPTIONAL; /* of decimals; 0: none */
    unsigned max_places CADRE_OPTIONAL; /* of decimals, behind the point; CADRE_NO_PLACES: whole */
    enum cadre_zone_rule zone CADRE_OPTIONAL; /* of times and datetimes */
    bool past CADRE_OPTIONAL;                 /* of dates and datetimes */
    bool future CADRE_OPTIONAL;
    bool finite CADRE_OPTIONAL;                    /* of doubles: neither NaN nor infinite */
    unsigned uuid_version CADRE_OPTIONAL;          /* of UUIDs: 1..8; 0: any */
    const char *const *schemes CADRE_OPTIONAL;     /* of URLs: ended by NULL; NULL: any */
    const struct cadre_field *each CADRE_OPTIONAL; /* CADRE_EACH */

    /* conversion */
    bool strict
        CADRE_OPTIONAL;        /* no other type of JSON is converted; of parameters, only text is */
    bool strip CADRE_OPTIONAL; /* of strings: white space at both ends goes, before all checks */
    bool lower CADRE_OPTIONAL; /* of strings: ASCII letters are made small, before all checks */
    bool upper CADRE_OPTIONAL;
    bool literal CADRE_OPTIONAL; /* of enums: as Literal: nothing is converted, literal_error */
    cadre_before_fn before CADRE_OPTIONAL;
    cadre_convert_fn convert CADRE_OPTIONAL;
    cadre_after_fn after CADRE_OPTIONAL;

    /* names and words */
    const char *alias CADRE_OPTIONAL; /* its name in input, output and messages, for `name` */
    const char *title CADRE_OPTIONAL;
    const char *description CADRE_OPTIONAL;
    const char *const *examples CADRE_OPTIONAL; /* JSON texts, ended by NULL: CADRE_EXAMPLES */
    bool deprecated CADRE_OPTIONAL;
    bool hidden CADRE_OPTIONAL; /* not in the documentation */

    /* output */
    bool read_only CADRE_OPTIONAL;  /* in output only; in input it is an unknown field */
    bool write_only CADRE_OPTIONAL; /* in input only */
    bool secret CADRE_OPTIONAL;     /* of strings: written as ten asterisks, "" as "" */

    /* parameters of routes: the macros of the typed API set it; nothing in other models */
    unsigned char source CADRE_OPTIONAL;  /* where it comes from; 0: no parameter */
    bool keep_underscores CADRE_OPTIONAL; /* of a header: '_' in its name stays, else it is '-' */
    bool embed CADRE_OPTIONAL;            /* of a body: below its name, though it is the only one */
    const void *depends CADRE_OPTIONAL;   /* what makes the value of an OPAQUE one */
};

/* `.max_places` of 0 is none; this one allows no digit behind the point. */
#define CADRE_NO_PLACES (~0u)

/* A row of CADRE_ENUM_TYPE; NULL ends the table. */
struct cadre_enum_value {
    const char *name;
    int64_t value;
};

/* The names of an enum's values. */
struct cadre_enum {
    const char *type;                      /* "enum size" */
    uint32_t size;                         /* of the type */
    bool numbers;                          /* in JSON they are the numbers, not the names */
    const struct cadre_enum_value *values; /* ended by a NULL name */
};

/* What a tagged union may hold: a row of a table; a NULL tag ends it. */
struct cadre_variant {
    const char *tag CADRE_OPTIONAL;     /* in JSON: "cat" */
    int64_t value CADRE_OPTIONAL;       /* of the tag's member: PET_CAT */
    uint32_t offset CADRE_OPTIONAL;     /* of the member that holds it */
    uint32_t whole_size CADRE_OPTIONAL; /* of the struct */
    const struct cadre_model *model CADRE_OPTIONAL;
};

/* A struct of a tag and a union, of which the tag says what is in it. */
struct cadre_union {
    const char *type;          /* "struct pet" */
    const char *discriminator; /* the field in JSON that tells: "pet_type" */
    uint32_t size;             /* of the struct */
    uint32_t tag_offset;       /* of the member that holds the tag */
    uint32_t tag_size;         /* 1, 2, 4 or 8 */
    const struct cadre_variant *variants;
};

struct cadre__plan; /* what the runtime made of a model when it was loaded */

struct cadre_model {
    uint32_t size CADRE_OPTIONAL;       /* of this struct */
    uint32_t field_size CADRE_OPTIONAL; /* of struct cadre_field */
    const char *type CADRE_OPTIONAL;    /* "struct item" */
    const char *symbol CADRE_OPTIONAL;  /* "item_model" */
    const char *file CADRE_OPTIONAL;    /* where it is written */
    unsigned line CADRE_OPTIONAL;
    uint32_t struct_size CADRE_OPTIONAL;             /* sizeof(struct item) */
    const struct cadre_field *fields CADRE_OPTIONAL; /* CADRE_FIELDS_END ends them */
    const struct cadre__plan **plan CADRE_OPTIONAL;  /* the runtime's */

    const char *name CADRE_OPTIONAL; /* in the documentation; NULL: the struct's, "item" */
    const char *title CADRE_OPTIONAL;
    const char *description CADRE_OPTIONAL;
    const char *const *examples CADRE_OPTIONAL;
    enum cadre_extra_rule extra CADRE_OPTIONAL;
    uint32_t extra_at CADRE_OPTIONAL; /* CADRE_EXTRA_INTO: 1 + offset of a struct cadre_extra */
    uint32_t set_at CADRE_OPTIONAL;   /* CADRE_SET_INTO: 1 + offset of a struct cadre_fields_set */
    bool strict CADRE_OPTIONAL;       /* all of its fields are */
    bool by_name CADRE_OPTIONAL;      /* input may use the name of a field that has an alias */
    bool strip CADRE_OPTIONAL;        /* all of its strings are stripped */
    cadre_before_fn before CADRE_OPTIONAL; /* sees the object as it was sent */
    cadre_after_fn after CADRE_OPTIONAL;   /* sees the struct, when all of its fields are right */
};

/*
 * Checks a model and all that it refers to, and makes the runtime ready for it. Models of routes
 * and settings are prepared when their module is loaded; another one at its first use. 0; -EINVAL:
 * *ret_why is what is wrong with it, with the names of model and field, which lives as long as the
 * process; -ENOMEM. Any thread.
 */
CADRE_API CADRE_MUST_CHECK int cadre_model_prepare(const struct cadre_model *model,
                                                   const char **ret_why);

CADRE_END_DECLS

#ifndef __cplusplus

/* --- tables; all that follows names takes further members of struct cadre_field --- */

/* Declares a model before its table, for a header or for a model that holds itself. */
#define CADRE_MODEL_DECLARE(symbol_, type_)                                                        \
    typedef __typeof__(type_) cadre__struct_of_##symbol_;                                          \
    extern __attribute__((visibility("hidden"))) const struct cadre_model symbol_

/* Defines a model; further members of struct cadre_model may follow. */
#define CADRE_MODEL(symbol_, type_, ...) CADRE__MODEL(symbol_, type_, __VA_ARGS__, )
#define CADRE__MODEL(symbol_, type_, fields_, ...)                                                 \
    CADRE_MODEL_DECLARE(symbol_, type_);                                                           \
    static const struct cadre__plan *cadre__plan_of_##symbol_;                                     \
    const struct cadre_model symbol_ = {.size = sizeof(struct cadre_model),                        \
                                        .field_size = sizeof(struct cadre_field),                  \
                                        .type = #type_,                                            \
                                        .symbol = #symbol_,                                        \
                                        .file = __FILE__,                                          \
                                        .line = __LINE__,                                          \
                                        .struct_size = sizeof(type_),                              \
                                        .fields = (fields_),                                       \
                                        .plan = &cadre__plan_of_##symbol_,                         \
                                        __VA_ARGS__}

/* Members of a model's struct for what was unknown, and for what was given. */
#define CADRE_EXTRA_INTO(type_, member_)                                                           \
    .extra = CADRE_EXTRA_ALLOW,                                                                    \
    .extra_at = 1 + CADRE__OFFSET(type_, member_, struct cadre_extra,                              \
                                  "must be a struct cadre_extra to keep unknown fields")
#define CADRE_SET_INTO(type_, member_)                                                             \
    .set_at = 1 + CADRE__OFFSET(type_, member_, struct cadre_fields_set,                           \
                                "must be a struct cadre_fields_set to tell what was given")

/* The last row. */
#define CADRE_FIELDS_END                                                                           \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* A member whose type says all. */
#define CADRE_FIELD(type_, ...) CADRE__ROW_FIELD(type_, __VA_ARGS__, )
#define CADRE__ROW_FIELD(type_, member_, ...)                                                      \
    {                                                                                              \
        CADRE__SCALAR(type_, member_, CADRE__MEMBER(type_, member_)), __VA_ARGS__                  \
    }

/* A CADRE_OPT_OF(...) of what CADRE_FIELD takes. */
#define CADRE_OPT(type_, ...) CADRE__ROW_OPT(type_, __VA_ARGS__, )
#define CADRE__ROW_OPT(type_, member_, ...)                                                        \
    {                                                                                              \
        CADRE__BASE(type_, member_), CADRE__GIVEN_AT(type_, member_),                              \
            .kind = CADRE__KIND_FOR(type_, member_, CADRE__MEMBER(type_, member_).value),          \
            .size = sizeof(CADRE__MEMBER(type_, member_).value), __VA_ARGS__                       \
    }

/* An enum with its names, and a CADRE_OPT_OF(enum ...). */
#define CADRE_ENUM(type_, member_, ...) CADRE__ROW_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_ENUM(type_, member_, enum_, ...)                                                \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__ENUM(type_, member_, CADRE__MEMBER(type_, member_), enum_), __VA_ARGS__         \
    }
#define CADRE_OPT_ENUM(type_, member_, ...) CADRE__ROW_OPT_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_ENUM(type_, member_, enum_, ...)                                            \
    {                                                                                              \
        CADRE__BASE(type_, member_), CADRE__GIVEN_AT(type_, member_),                              \
            CADRE__ENUM(type_, member_, CADRE__MEMBER(type_, member_).value, enum_), __VA_ARGS__   \
    }

/* A struct with a model; and a pointer to one, which is NULL where nothing or null was given. */
#define CADRE_NESTED(type_, member_, ...) CADRE__ROW_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_NESTED(type_, member_, model_, ...)                                             \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__NESTED(type_, member_, CADRE__MEMBER(type_, member_), model_), __VA_ARGS__      \
    }
#define CADRE_OPT_NESTED(type_, member_, ...) CADRE__ROW_OPT_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_NESTED(type_, member_, model_, ...)                                         \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .pointer = true, .optional = true,                                                     \
            CADRE__NESTED(type_, member_, *CADRE__MEMBER(type_, member_), model_), __VA_ARGS__     \
    }

/* A struct of a tag and a union, by CADRE_UNION_TYPE; and a pointer to one. */
#define CADRE_UNION(type_, member_, ...) CADRE__ROW_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_UNION(type_, member_, union_, ...)                                              \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__UNION(type_, member_, CADRE__MEMBER(type_, member_), union_), __VA_ARGS__       \
    }
#define CADRE_OPT_UNION(type_, member_, ...) CADRE__ROW_OPT_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_OPT_UNION(type_, member_, union_, ...)                                          \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .pointer = true, .optional = true,                                                     \
            CADRE__UNION(type_, member_, *CADRE__MEMBER(type_, member_), union_), __VA_ARGS__      \
    }

/* CADRE_LIST_OF: what CADRE_FIELD takes, enums, models, unions, lists of what CADRE_FIELD takes. */
#define CADRE_LIST(type_, ...) CADRE__ROW_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_LIST(type_, member_, ...)                                                       \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                               \
                type_, member_, *CADRE__MEMBER(type_, member_).items)},                            \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_ENUM(type_, member_, ...) CADRE__ROW_LIST_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_ENUM(type_, member_, enum_, ...)                                           \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__ENUM(                                      \
                type_, member_, *CADRE__MEMBER(type_, member_).items, enum_)},                     \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_NESTED(type_, member_, ...) CADRE__ROW_LIST_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_NESTED(type_, member_, model_, ...)                                        \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__NESTED(                                    \
                type_, member_, *CADRE__MEMBER(type_, member_).items, model_)},                    \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_UNION(type_, member_, ...) CADRE__ROW_LIST_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_LIST_UNION(type_, member_, union_, ...)                                         \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items = &(const struct cadre_field){CADRE__UNION(                                     \
                type_, member_, *CADRE__MEMBER(type_, member_).items, union_)},                    \
            __VA_ARGS__                                                                            \
    }
#define CADRE_LIST_LIST(type_, ...) CADRE__ROW_LIST_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_LIST_LIST(type_, member_, ...)                                                  \
    {                                                                                              \
        CADRE__LIST_HEAD(type_, member_),                                                          \
            .items =                                                                               \
                &(const struct cadre_field){                                                       \
                    CADRE__LIST(type_, member_, *CADRE__MEMBER(type_, member_).items),             \
                    .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                       \
                        type_, member_, *CADRE__MEMBER(type_, member_).items->items)}},            \
            __VA_ARGS__                                                                            \
    }

/* CADRE_MAP_OF, of the same. */
#define CADRE_MAP(type_, ...) CADRE__ROW_MAP(type_, __VA_ARGS__, )
#define CADRE__ROW_MAP(type_, member_, ...)                                                        \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                               \
                type_, member_, CADRE__MEMBER(type_, member_).items->value)},                      \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_ENUM(type_, member_, ...) CADRE__ROW_MAP_ENUM(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_ENUM(type_, member_, enum_, ...)                                            \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__ENUM(                                      \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, enum_)},               \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_NESTED(type_, member_, ...) CADRE__ROW_MAP_NESTED(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_NESTED(type_, member_, model_, ...)                                         \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__NESTED(                                    \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, model_)},              \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_UNION(type_, member_, ...) CADRE__ROW_MAP_UNION(type_, member_, __VA_ARGS__, )
#define CADRE__ROW_MAP_UNION(type_, member_, union_, ...)                                          \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items = &(const struct cadre_field){CADRE__UNION(                                     \
                type_, member_, CADRE__MEMBER(type_, member_).items->value, union_)},              \
            __VA_ARGS__                                                                            \
    }
#define CADRE_MAP_LIST(type_, ...) CADRE__ROW_MAP_LIST(type_, __VA_ARGS__, )
#define CADRE__ROW_MAP_LIST(type_, member_, ...)                                                   \
    {                                                                                              \
        CADRE__MAP_HEAD(type_, member_),                                                           \
            .items =                                                                               \
                &(const struct cadre_field){                                                       \
                    CADRE__LIST(type_, member_, CADRE__MEMBER(type_, member_).items->value),       \
                    .items = &(const struct cadre_field){CADRE__SCALAR_ITEM(                       \
                        type_, member_, *CADRE__MEMBER(type_, member_).items->value.items)}},      \
            __VA_ARGS__                                                                            \
    }

/* Constraints of the items of a list or map: CADRE_EACH(.max_length = 20); for lists of lists
 * CADRE_EACH(.max_items = 3, CADRE_EACH(CADRE_GE(0))). */
#define CADRE_EACH(...)                                                                            \
    .each = &(const struct cadre_field)                                                            \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* A field of the output alone, of a type that CADRE_FIELD takes; fn is a cadre_compute_fn. */
#define CADRE_COMPUTED(name_, type_, ...) CADRE__ROW_COMPUTED(name_, type_, __VA_ARGS__, )
#define CADRE__ROW_COMPUTED(name_, type_, fn_, ...)                                                \
    {                                                                                              \
        .name = #name_, .kind = CADRE__KIND(*(__typeof__(type_) *)0),                              \
        .size = CADRE__SIZE(*(__typeof__(type_) *)0),                                              \
        .given_offset = CADRE__GIVEN(*(__typeof__(type_) *)0),                                     \
        .offset =                                                                                  \
            CADRE__CHECK(CADRE__KIND(*(__typeof__(type_) *)0) != CADRE_KIND_NONE,                  \
                         "computed field " #name_ ": its type is not among those of CADRE_FIELD"), \
        .compute = (fn_), __VA_ARGS__                                                              \
    }

/* The names of an enum, for CADRE_ENUM: rows of {"name", VALUE}. By _NUMBERS JSON has the values
 * themselves, and the names are for the documentation. */
#define CADRE_ENUM_TYPE(symbol_, type_, ...)    CADRE__ENUM_TYPE(symbol_, type_, false, __VA_ARGS__)
#define CADRE_ENUM_NUMBERS(symbol_, type_, ...) CADRE__ENUM_TYPE(symbol_, type_, true, __VA_ARGS__)
#define CADRE__ENUM_TYPE(symbol_, type_, numbers_, ...)                                            \
    typedef __typeof__(type_) cadre__type_of_##symbol_;                                            \
    static const struct cadre_enum symbol_                                                         \
        __attribute__((unused)) = {#type_, sizeof(type_), numbers_,                                \
                                   (const struct cadre_enum_value[]){__VA_ARGS__, {NULL, 0}}}

/*
 * A union that a tag tells apart:
 *
 *     struct pet { enum pet_kind kind; union { struct cat cat; struct dog dog; }; };
 *     static const struct cadre_variant pet_variants[] = {
 *         CADRE_VARIANT(struct pet, "cat", PET_CAT, cat, cat_model),
 *         CADRE_VARIANT(struct pet, "dog", PET_DOG, dog, dog_model),
 *         CADRE_VARIANTS_END
 *     };
 *     CADRE_UNION_TYPE(pets, struct pet, kind, "pet_type", pet_variants);
 *
 * In JSON {"pet_type": "cat", ...}: the models of the variants do not have that field themselves.
 */
#define CADRE_VARIANT(type_, tag_, value_, member_, model_)                                        \
    {                                                                                              \
        .tag = (tag_), .value = (value_),                                                          \
        .offset = CADRE__OFFSET(type_, member_, cadre__struct_of_##model_,                         \
                                "is not the struct of " #model_),                                  \
        .whole_size = sizeof(type_), .model = &(model_)                                            \
    }
#define CADRE_VARIANTS_END                                                                         \
    {                                                                                              \
        .tag = NULL                                                                                \
    }
#define CADRE_UNION_TYPE(symbol_, type_, tag_, discriminator_, variants_)                          \
    typedef __typeof__(type_) cadre__type_of_##symbol_;                                            \
    static const struct cadre_union symbol_                                                        \
        __attribute__((unused)) = {#type_,                                                         \
                                   (discriminator_),                                               \
                                   sizeof(type_),                                                  \
                                   offsetof(type_, tag_),                                          \
                                   sizeof(CADRE__MEMBER(type_, tag_)),                             \
                                   (variants_)}

/* --- constraints and defaults, as members of a row --- */

#define CADRE_GT(x)          .gt = CADRE__CONSTANT(x)
#define CADRE_GE(x)          .ge = CADRE__CONSTANT(x)
#define CADRE_LT(x)          .lt = CADRE__CONSTANT(x)
#define CADRE_LE(x)          .le = CADRE__CONSTANT(x)
#define CADRE_MULTIPLE_OF(x) .multiple_of = CADRE__CONSTANT(x)

/* A number, a truth value, an enum's value; or a text: of a string, or "2026-02-28" of a date. It
 * is checked when the module is loaded. */
#define CADRE_DEFAULT(x) .initial = CADRE__CONSTANT(x)
/* What {} or [] would give. */
#define CADRE_DEFAULT_EMPTY .default_empty = true
/* What this JSON gives. */
#define CADRE_DEFAULT_JSON(text) .default_json = (text)

/* JSON texts: CADRE_EXAMPLES("\"small\"", "3"). */
#define CADRE_EXAMPLES(...)                                                                        \
    .examples = (const char *const[])                                                              \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
/* URLs of the web alone. */
#define CADRE_HTTP_ONLY                                                                            \
    .schemes = (const char *const[])                                                               \
    {                                                                                              \
        "http", "https", NULL                                                                      \
    }

/* --- what the above is made of --- */

#define CADRE__MEMBER(type_, member_) (((__typeof__(type_) *)0)->member_)

/* 0, or an error of the compiler with the text. */
#define CADRE__CHECK(holds_, text_)                                                                \
    (0 * (int)sizeof(struct {                                                                      \
         _Static_assert(holds_, text_);                                                            \
         char cadre__unused;                                                                       \
     }))
#define CADRE__SAME(a_, b_) __builtin_types_compatible_p(__typeof__(a_), __typeof__(b_))

#define CADRE__OFFSET(type_, member_, wanted_, text_)                                              \
    (offsetof(type_, member_) + CADRE__CHECK(CADRE__SAME(CADRE__MEMBER(type_, member_), wanted_),  \
                                             #type_ "." #member_ " " text_))

#define CADRE__BASE(type_, member_) .name = #member_, .offset = (uint32_t)offsetof(type_, member_)
#define CADRE__GIVEN_AT(type_, member_)                                                            \
    .given_offset =                                                                                \
        (uint32_t)(offsetof(__typeof__(CADRE__MEMBER(type_, member_)), given) +                    \
                   CADRE__CHECK(                                                                   \
                       offsetof(__typeof__(CADRE__MEMBER(type_, member_)), value) == 0 &&          \
                           CADRE__SAME(CADRE__MEMBER(type_, member_).given, enum cadre_given),     \
                       #type_ "." #member_ " must be a CADRE_OPT_OF(...)"))

#define CADRE__KIND_FOR(type_, member_, lvalue_)                                                   \
    (enum cadre_kind)(CADRE__KIND(lvalue_) +                                                       \
                      CADRE__CHECK(CADRE__KIND(lvalue_) != CADRE_KIND_NONE,                        \
                                   #type_ "." #member_                                             \
                                          ": its type is not among those of CADRE_FIELD; see "     \
                                          "CADRE_ENUM, CADRE_NESTED, CADRE_LIST, CADRE_MAP, "      \
                                          "CADRE_UNION"))
#define CADRE__SCALAR(type_, member_, lvalue_)                                                     \
    CADRE__BASE(type_, member_), CADRE__SCALAR_ITEM(type_, member_, lvalue_),                      \
        .given_offset = CADRE__GIVEN(lvalue_)
#define CADRE__SCALAR_ITEM(type_, member_, lvalue_)                                                \
    .kind = CADRE__KIND_FOR(type_, member_, lvalue_), .size = CADRE__SIZE(lvalue_)

#define CADRE__ENUM(type_, member_, lvalue_, enum_)                                                \
    .kind = (enum cadre_kind)(CADRE_KIND_ENUM +                                                    \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__type_of_##enum_),           \
                                           #type_ "." #member_ " is not of the type of " #enum_)), \
    .size = sizeof(lvalue_), .enumeration = &(enum_)
#define CADRE__NESTED(type_, member_, lvalue_, model_)                                             \
    .kind = (enum cadre_kind)(CADRE_KIND_MODEL +                                                   \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__struct_of_##model_), #type_ \
                                           "." #member_ " is not of the struct of " #model_)),     \
    .size = sizeof(lvalue_), .model = &(model_)
#define CADRE__UNION(type_, member_, lvalue_, union_)                                              \
    .kind = (enum cadre_kind)(CADRE_KIND_UNION +                                                   \
                              CADRE__CHECK(CADRE__SAME(lvalue_, cadre__type_of_##union_), #type_   \
                                           "." #member_ " is not of the struct of " #union_)),     \
    .size = sizeof(lvalue_), .variants = &(union_)

#define CADRE__LIST(type_, member_, lvalue_)                                                       \
    .kind = (enum cadre_kind)(                                                                     \
        CADRE_KIND_LIST + CADRE__CHECK(offsetof(__typeof__(lvalue_), items) == 0 &&                \
                                           offsetof(__typeof__(lvalue_), len) == sizeof(void *) && \
                                           sizeof(lvalue_) == 2 * sizeof(void *) &&                \
                                           CADRE__SAME((lvalue_).len, size_t),                     \
                                       #type_ "." #member_ " must be a CADRE_LIST_OF(...)")),      \
    .size = sizeof(lvalue_), .stride = sizeof(*(lvalue_).items)
#define CADRE__LIST_HEAD(type_, member_)                                                           \
    CADRE__BASE(type_, member_), CADRE__LIST(type_, member_, CADRE__MEMBER(type_, member_))

#define CADRE__MAP(type_, member_, lvalue_)                                                        \
    .kind = (enum cadre_kind)(                                                                     \
        CADRE_KIND_MAP + CADRE__CHECK(offsetof(__typeof__(lvalue_), items) == 0 &&                 \
                                          offsetof(__typeof__(lvalue_), len) == sizeof(void *) &&  \
                                          sizeof(lvalue_) == 2 * sizeof(void *) &&                 \
                                          CADRE__SAME((lvalue_).len, size_t) &&                    \
                                          CADRE__SAME((lvalue_).items->key, const char *) &&       \
                                          offsetof(__typeof__(*(lvalue_).items), key) == 0,        \
                                      #type_ "." #member_ " must be a CADRE_MAP_OF(...)")),        \
    .size = sizeof(lvalue_), .stride = sizeof(*(lvalue_).items),                                   \
    .item_offset = offsetof(__typeof__(*(lvalue_).items), value)
#define CADRE__MAP_HEAD(type_, member_)                                                            \
    CADRE__BASE(type_, member_), CADRE__MAP(type_, member_, CADRE__MEMBER(type_, member_))

#define CADRE__CONSTANT(x)                                                                           \
    {                                                                                                \
        .type = _Generic((x), char *                                                               \
                         : CADRE_CONSTANT_TEXT, const char *                                       \
                         : CADRE_CONSTANT_TEXT, float                                              \
                         : CADRE_CONSTANT_DOUBLE, double                                           \
                         : CADRE_CONSTANT_DOUBLE, unsigned long                                    \
                         : CADRE_CONSTANT_UINT, unsigned long long                                 \
                         : CADRE_CONSTANT_UINT, default                                            \
                         : CADRE_CONSTANT_INT),                                                    \
        .integer = (uint64_t)_Generic((x), char * : 0, const char * : 0, float : 0, double : 0,    \
                                      default : (x)),                                              \
        .real = (double)_Generic((x), char * : 0, const char * : 0, default : (x)),                \
        .text = _Generic((x), char * : (x), const char * : (x), default : (const char *)0) \
    }

#define CADRE__OPT_TYPES(X)                                                                        \
    X(bool, BOOL)                                                                                  \
    X(int, INT)                                                                                    \
    X(uint, UINT)                                                                                  \
    X(int64, INT)                                                                                  \
    X(uint64, UINT)                                                                                \
    X(double, DOUBLE)                                                                              \
    X(str, STRING)                                                                                 \
    X(bytes, BYTES)                                                                                \
    X(date, DATE)                                                                                  \
    X(time, TIME)                                                                                  \
    X(datetime, DATETIME)                                                                          \
    X(duration, DURATION)                                                                          \
    X(uuid, UUID)                                                                                  \
    X(decimal, DECIMAL)                                                                            \
    X(email, EMAIL)                                                                                \
    X(uri, URL)                                                                                    \
    X(any, ANY)

#define CADRE__OPT_KIND(name_, kind_) struct cadre_opt_##name_ * : CADRE_KIND_##kind_,
#define CADRE__OPT_SIZE(name_, kind_)                                                              \
    struct cadre_opt_##name_ * : sizeof(((struct cadre_opt_##name_ *)0)->value),
#define CADRE__OPT_GIVEN(name_, kind_)                                                             \
    struct cadre_opt_##name_ * : offsetof(struct cadre_opt_##name_, given),

/* By the address, so that an array is not taken for a pointer. */
/* clang-format off */
#define CADRE__KIND(lvalue_)                                                                       \
    _Generic(&(lvalue_),                                                                           \
        signed char *: CADRE_KIND_INT, short *: CADRE_KIND_INT, int *: CADRE_KIND_INT,             \
        long *: CADRE_KIND_INT, long long *: CADRE_KIND_INT, unsigned char *: CADRE_KIND_UINT,     \
        unsigned short *: CADRE_KIND_UINT, unsigned *: CADRE_KIND_UINT,                            \
        unsigned long *: CADRE_KIND_UINT, unsigned long long *: CADRE_KIND_UINT,                   \
        double *: CADRE_KIND_DOUBLE, bool *: CADRE_KIND_BOOL, const char **: CADRE_KIND_STRING,    \
        struct cadre_str *: CADRE_KIND_TEXT, struct cadre_bytes *: CADRE_KIND_BYTES,               \
        struct cadre_date *: CADRE_KIND_DATE, struct cadre_time *: CADRE_KIND_TIME,                \
        struct cadre_datetime *: CADRE_KIND_DATETIME,                                              \
        struct cadre_duration *: CADRE_KIND_DURATION, struct cadre_uuid *: CADRE_KIND_UUID,        \
        struct cadre_decimal *: CADRE_KIND_DECIMAL, struct cadre_email *: CADRE_KIND_EMAIL,        \
        struct cadre_uri *: CADRE_KIND_URL, struct cadre_any *: CADRE_KIND_ANY,                    \
        const struct cadre_upload **: CADRE_KIND_FILE,                                             \
        CADRE__OPT_TYPES(CADRE__OPT_KIND)                                                          \
        default: CADRE_KIND_NONE)
#define CADRE__SIZE(lvalue_)                                                                       \
    _Generic(&(lvalue_), CADRE__OPT_TYPES(CADRE__OPT_SIZE) default: sizeof(lvalue_))
#define CADRE__GIVEN(lvalue_)                                                                      \
    _Generic(&(lvalue_), CADRE__OPT_TYPES(CADRE__OPT_GIVEN) default: 0)
/* clang-format on */

#endif /* __cplusplus */

#endif
