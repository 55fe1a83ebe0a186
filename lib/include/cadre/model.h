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
 * written in C (C11 with GNU extensions), by the macros of <cadre/model_table.h>; the structs are
 * good for C++ as well.
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
    CADRE_KIND_IP,       /* struct cadre_ip */
    CADRE_KIND_TUPLE,    /* as MODEL; in JSON an array of its fields, in the order of the table */
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
    /* Of a STRING it ends in NUL and lives as long as the arena of the validation; of the others it
     * is a part of the JSON, ends where that goes on, and may go with it. */
    struct cadre_str text;
};

/*
 * Validators. Each returns 0: it is right; what cadre_invalid returned: it is wrong; another
 * negative errno: the whole validation ends with it. They may not suspend; the thread is that which
 * validates.
 */

/* Before the conversion: may change the input. The text of a STRING that it makes is copied, so it
 * may be a part of another; that of an ARRAY or OBJECT must live as long as the arena. */
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
    bool strict CADRE_OPTIONAL; /* a type of JSON is not converted to another: "1" is no int */
    bool strip CADRE_OPTIONAL;  /* of strings: white space at both ends goes, before all checks */
    bool lower CADRE_OPTIONAL;  /* of strings: ASCII letters are made small, before all checks */
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

    unsigned ip_version CADRE_OPTIONAL; /* of IP addresses: 4 or 6; 0: any */
    bool json CADRE_OPTIONAL; /* of lists, maps, tuples, models, unions, any JSON: in the input it
                                 is a string that holds the JSON; in the output it is none */
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

/* What a union without a discriminator may hold: a row of a table; a NULL tag ends it. */
struct cadre_choice {
    const char *tag CADRE_OPTIONAL;               /* in places of errors: "int" */
    int64_t value CADRE_OPTIONAL;                 /* of the tag's member */
    uint32_t whole_size CADRE_OPTIONAL;           /* of the struct */
    const struct cadre_field *row CADRE_OPTIONAL; /* its type and constraints */
};

/* A struct of a tag and a union, of which the tag says what is in it. */
struct cadre_union {
    const char *type;          /* "struct pet" */
    const char *discriminator; /* the field in JSON that tells: "pet_type"; NULL: none does */
    uint32_t size;             /* of the struct */
    uint32_t tag_offset;       /* of the member that holds the tag */
    uint32_t tag_size;         /* 1, 2, 4 or 8 */
    const struct cadre_variant *variants CADRE_OPTIONAL; /* with a discriminator */
    const struct cadre_choice *choices CADRE_OPTIONAL;   /* without one */
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

#include <cadre/model_table.h>

#endif
