/* SPDX-License-Identifier: MIT */
/*
 * model/model_check: one table says which words of a row go with which kinds of members; the rest
 * looks for words that contradict each other.
 */
#include "config.h"

#include "model/model_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/model_place.h"
#include "model/regex.h"

/* ---- which words go with which kinds ---- */

#define K(kind_)   (1u << CADRE_KIND_##kind_)
#define INTEGERS   (K(INT) | K(UINT))
#define NUMBERS    (INTEGERS | K(DOUBLE) | K(DECIMAL))
#define STRINGS    (K(STRING) | K(TEXT))
#define CONTAINERS (K(LIST) | K(MAP))
#define STRUCTS    (K(MODEL) | K(TUPLE) | K(UNION))
#define SCALARS    (~(CONTAINERS | STRUCTS | K(ANY) | K(FILE) | K(OPAQUE)))

static const char *const kind_names[CADRE_KIND_END] = {
    [CADRE_KIND_NONE] = "no type",
    [CADRE_KIND_INT] = "an integer",
    [CADRE_KIND_UINT] = "an unsigned integer",
    [CADRE_KIND_DOUBLE] = "a double",
    [CADRE_KIND_BOOL] = "a bool",
    [CADRE_KIND_STRING] = "a string",
    [CADRE_KIND_TEXT] = "a string",
    [CADRE_KIND_BYTES] = "bytes",
    [CADRE_KIND_ENUM] = "an enum",
    [CADRE_KIND_DATE] = "a date",
    [CADRE_KIND_TIME] = "a time",
    [CADRE_KIND_DATETIME] = "a datetime",
    [CADRE_KIND_DURATION] = "a duration",
    [CADRE_KIND_UUID] = "a uuid",
    [CADRE_KIND_DECIMAL] = "a decimal",
    [CADRE_KIND_EMAIL] = "an email",
    [CADRE_KIND_URL] = "a url",
    [CADRE_KIND_ANY] = "any JSON",
    [CADRE_KIND_MODEL] = "a nested model",
    [CADRE_KIND_LIST] = "a list",
    [CADRE_KIND_MAP] = "a map",
    [CADRE_KIND_UNION] = "a union",
    [CADRE_KIND_FILE] = "a file",
    [CADRE_KIND_OPAQUE] = "a dependency",
    [CADRE_KIND_IP] = "an IP address",
    [CADRE_KIND_TUPLE] = "a tuple",
};

enum shape { CONSTANT, SIZE, UNSIGNED, BOOL, POINTER, FUNCTION };

static const struct word {
    const char *name;
    size_t offset;
    enum shape shape;
    unsigned kinds; /* that it goes with */
} words[] = {
    {"gt", offsetof(struct cadre_field, gt), CONSTANT, NUMBERS},
    {"ge", offsetof(struct cadre_field, ge), CONSTANT, NUMBERS},
    {"lt", offsetof(struct cadre_field, lt), CONSTANT, NUMBERS},
    {"le", offsetof(struct cadre_field, le), CONSTANT, NUMBERS},
    {"multiple_of", offsetof(struct cadre_field, multiple_of), CONSTANT, INTEGERS | K(DOUBLE)},
    {"min_length", offsetof(struct cadre_field, min_length), SIZE, STRINGS | K(BYTES) | K(EMAIL)},
    {"max_length", offsetof(struct cadre_field, max_length), SIZE,
     STRINGS | K(BYTES) | K(EMAIL) | K(URL)},
    {"pattern", offsetof(struct cadre_field, pattern), POINTER, STRINGS | K(EMAIL)},
    {"min_items", offsetof(struct cadre_field, min_items), SIZE, CONTAINERS},
    {"max_items", offsetof(struct cadre_field, max_items), SIZE, CONTAINERS},
    {"unique", offsetof(struct cadre_field, unique), BOOL, K(LIST)},
    {"set", offsetof(struct cadre_field, set), BOOL, K(LIST)},
    {"CADRE_EACH", offsetof(struct cadre_field, each), POINTER, CONTAINERS},
    {"max_digits", offsetof(struct cadre_field, max_digits), UNSIGNED, K(DECIMAL)},
    {"max_places", offsetof(struct cadre_field, max_places), UNSIGNED, K(DECIMAL)},
    {"zone", offsetof(struct cadre_field, zone), UNSIGNED, K(TIME) | K(DATETIME)},
    {"past", offsetof(struct cadre_field, past), BOOL, K(DATE) | K(DATETIME)},
    {"future", offsetof(struct cadre_field, future), BOOL, K(DATE) | K(DATETIME)},
    {"finite", offsetof(struct cadre_field, finite), BOOL, K(DOUBLE)},
    {"uuid_version", offsetof(struct cadre_field, uuid_version), UNSIGNED, K(UUID)},
    {"ip_version", offsetof(struct cadre_field, ip_version), UNSIGNED, K(IP)},
    {"json", offsetof(struct cadre_field, json), BOOL, CONTAINERS | STRUCTS | K(ANY)},
    {"schemes", offsetof(struct cadre_field, schemes), POINTER, K(URL)},
    {"strip", offsetof(struct cadre_field, strip), BOOL, STRINGS},
    {"lower", offsetof(struct cadre_field, lower), BOOL, STRINGS},
    {"upper", offsetof(struct cadre_field, upper), BOOL, STRINGS},
    {"literal", offsetof(struct cadre_field, literal), BOOL, K(ENUM)},
    {"secret", offsetof(struct cadre_field, secret), BOOL, STRINGS},
    {"convert", offsetof(struct cadre_field, convert), FUNCTION, SCALARS | K(ANY)},
    {"CADRE_DEFAULT", offsetof(struct cadre_field, initial), CONSTANT, SCALARS},
    {"CADRE_DEFAULT_EMPTY", offsetof(struct cadre_field, default_empty), BOOL,
     CONTAINERS | K(MODEL)},
    {"CADRE_DEFAULT_JSON", offsetof(struct cadre_field, default_json), POINTER,
     CONTAINERS | STRUCTS | K(ANY)},
    {"optional", offsetof(struct cadre_field, optional), BOOL,
     STRINGS | K(BYTES) | K(DECIMAL) | K(EMAIL) | K(URL) | K(ANY) | CONTAINERS | STRUCTS | K(FILE) |
         K(OPAQUE)},
};

static bool is_given(const struct cadre_field *row, const struct word *word)
{
    const char *at = (const char *)row + word->offset;

    switch (word->shape) {
    case CONSTANT:
        return ((const struct cadre_constant *)(const void *)at)->type != CADRE_CONSTANT_NONE;
    case SIZE:
        return *(const size_t *)(const void *)at != 0;
    case UNSIGNED:
        return *(const unsigned *)(const void *)at != 0;
    case BOOL:
        return *(const bool *)(const void *)at;
    case POINTER:
        return *(const void *const *)(const void *)at != NULL;
    case FUNCTION:
        return *(void (*const *)(void))(const void *)at != NULL;
    }
    return false;
}

_Static_assert(sizeof(enum cadre_zone_rule) == sizeof(unsigned), "zone is read as UNSIGNED");

static int check_words(const struct cadre__place *place, const struct cadre_field *row)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (is_given(row, &words[i]) && !(words[i].kinds & 1u << row->kind)) {
            if (strcmp(words[i].name, "optional") == 0)
                return CADRE__WHY(place,
                                  "%s cannot be none: use a cadre_opt_* or a pointer for "
                                  "`.optional`",
                                  kind_names[row->kind]);
            return CADRE__WHY(place, "%s does not go with %s", words[i].name,
                              kind_names[row->kind]);
        }
    }
    return 0;
}

/* ---- lengths, texts, times ---- */

static bool is_crossed(size_t min, size_t max)
{
    return max == CADRE_NOTHING ? min > 0 : max != 0 && min > max;
}

static int check_text(const struct cadre__place *place, const struct cadre_field *row)
{
    char why[160];

    if (is_crossed(row->min_length, row->max_length))
        return CADRE__WHY(place, "min_length %zu is above max_length", row->min_length);
    if (is_crossed(row->min_items, row->max_items))
        return CADRE__WHY(place, "min_items %zu is above max_items", row->min_items);
    if (row->lower && row->upper)
        return CADRE__WHY(place, "lower and upper are both given");
    if (row->past && row->future)
        return CADRE__WHY(place, "past and future are both given: no time is both");
    if (row->unique && row->set)
        return CADRE__WHY(place,
                          "unique and set are both given: a set has no two that are the same");
    if (row->uuid_version > 8)
        return CADRE__WHY(place, "uuid_version %u: there are 1 to 8", row->uuid_version);
    if (row->ip_version != 0 && row->ip_version != 4 && row->ip_version != 6)
        return CADRE__WHY(place, "ip_version %u: there are 4 and 6", row->ip_version);
    if (row->schemes && !row->schemes[0])
        return CADRE__WHY(place, "schemes is empty: no URL would be right");
    if (row->max_digits && row->max_places && row->max_places != CADRE_NO_PLACES &&
        row->max_places > row->max_digits)
        return CADRE__WHY(place, "max_places %u is above max_digits %u", row->max_places,
                          row->max_digits);
    if (!row->pattern)
        return 0;
    struct cadre__regex *pattern;
    int r = cadre__regex_new(row->pattern, 0, why, sizeof(why), &pattern);
    if (r == -EINVAL)
        return CADRE__WHY(place, "pattern '%s' %s", row->pattern, why);
    if (r == 0)
        cadre__regex_free(pattern);
    return r;
}

/* ---- enums ---- */

static int check_enum(const struct cadre__place *place, const struct cadre_field *row)
{
    const struct cadre_enum *enumeration = row->enumeration;

    if (!enumeration || !enumeration->values || !enumeration->values[0].name)
        return CADRE__WHY(place, "its enum has no values");
    for (const struct cadre_enum_value *value = enumeration->values; value->name; value++) {
        if (!cadre__size_holds(row->size, value->value))
            return CADRE__WHY(place, "%s does not hold the value of '%s'", enumeration->type,
                              value->name);
        for (const struct cadre_enum_value *other = enumeration->values; other < value; other++) {
            if (strcmp(other->name, value->name) == 0)
                return CADRE__WHY(place, "%s has '%s' twice", enumeration->type, value->name);
            if (other->value == value->value)
                return CADRE__WHY(place, "'%s' and '%s' of %s have the same value", other->name,
                                  value->name, enumeration->type);
        }
    }
    return 0;
}

/* ---- presence and use ---- */

static int check_presence(const struct cadre__place *place, const struct cadre_field *row)
{
    int n_defaults = (row->initial.type != CADRE_CONSTANT_NONE) + row->default_empty +
                     (row->default_json != NULL) + (row->default_fn != NULL);

    if (n_defaults > 1)
        return CADRE__WHY(place, "it has more than one default");
    if (row->required && n_defaults)
        return CADRE__WHY(place, "required, it cannot have a default");
    if (row->not_null && !cadre__row_may_be_none(row))
        return CADRE__WHY(place, "not_null says nothing: null is never taken for it");
    if (row->not_null && row->required)
        return CADRE__WHY(place,
                          "required and not_null: then let its type be one that is never none");
    if (row->read_only && row->write_only)
        return CADRE__WHY(place, "read_only and write_only: it would never be seen");
    if (row->read_only && row->required)
        return CADRE__WHY(place, "read_only, it is never given: it cannot be required");
    return 0;
}

static int check_computed(const struct cadre__place *place, const struct cadre_field *row)
{
    if (cadre__row_has_default(row) || row->required || row->write_only || row->before ||
        row->convert || row->after || row->source)
        return CADRE__WHY(place, "computed, it is never read: no default, validator, required or "
                                 "write_only");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (is_given(row, &words[i]) && strcmp(words[i].name, "secret") != 0)
            return CADRE__WHY(place, "computed, it is never checked: no %s", words[i].name);
    }
    return 0;
}

static int check_parameter(const struct cadre__place *place, const struct cadre_field *row)
{
    if (row->source)
        return 0;
    if (row->kind == CADRE_KIND_FILE || row->kind == CADRE_KIND_OPAQUE)
        return CADRE__WHY(place, "%s can only be a parameter of a route", kind_names[row->kind]);
    if (row->keep_underscores || row->embed || row->depends)
        return CADRE__WHY(place, "it is no parameter of a route, but has words of one");
    return 0;
}

/* ---- the whole ---- */

static int check_items(const struct cadre__place *place, const struct cadre_field *row,
                       size_t field_size)
{
    struct cadre_field item;
    char name[96];
    struct cadre__place inner = {place->model, name, place->why};

    if (!row->items || row->stride == 0)
        return CADRE__WHY(place, "nothing says what is in it");
    snprintf(name, sizeof(name), "%s[]", place->field);
    cadre__model_item(row, field_size, &item);
    if (item.given_offset)
        return CADRE__WHY(&inner, "an item is there or is not: it cannot be a cadre_opt_*");
    if (cadre__row_has_presence(&item))
        return CADRE__WHY(&inner, "an item has constraints alone: no default, alias or presence");
    return cadre__model_check_type(&inner, &item, field_size);
}

/* Each field of a tuple's model has its place in the array, which comes in as it goes out; those
 * that need not be given are the last ones. */
static int check_tuple(const struct cadre__place *place, const struct cadre_model *model)
{
    struct cadre_field row;
    const char *optional = NULL;

    if (model->extra != CADRE_EXTRA_IGNORE || model->before)
        return CADRE__WHY(place, "%s is no tuple: it %s", model->symbol,
                          model->before ? "has a validator of before"
                                        : "has a word on extra fields");
    for (size_t i = 0; cadre__model_row(model, i, &row); i++) {
        bool may_be_absent =
            !row.required && (cadre__row_may_be_none(&row) || cadre__row_has_default(&row));
        if (row.compute || row.read_only || row.write_only)
            return CADRE__WHY(place,
                              "%s is no tuple: its field %s has no place in both input and "
                              "output",
                              model->symbol, row.name);
        if (optional && !may_be_absent)
            return CADRE__WHY(place,
                              "%s is no tuple: field %s must be given, and %s before it need "
                              "not",
                              model->symbol, row.name, optional);
        optional = may_be_absent ? row.name : NULL;
    }
    return 0;
}

/* What an item and a member have in common. */
int cadre__model_check_type(const struct cadre__place *place, const struct cadre_field *row,
                            size_t field_size)
{
    if (row->kind <= CADRE_KIND_NONE || row->kind >= CADRE_KIND_END || row->size == 0)
        return CADRE__WHY(place, "it has no type that these models know");
    if (row->pointer && !(STRUCTS & 1u << row->kind))
        return CADRE__WHY(place, "%s cannot be behind a pointer", kind_names[row->kind]);
    if ((row->kind == CADRE_KIND_MODEL || row->kind == CADRE_KIND_TUPLE) && !row->model)
        return CADRE__WHY(place, "its nested model is not named");
    if (row->kind == CADRE_KIND_TUPLE) {
        int r = check_tuple(place, row->model);
        if (r < 0)
            return r;
    }
    int r = check_words(place, row);
    if (r == 0)
        r = cadre__model_check_bounds(place, row);
    if (r == 0)
        r = check_text(place, row);
    if (r == 0 && row->kind == CADRE_KIND_ENUM)
        r = check_enum(place, row);
    if (r == 0 && row->kind == CADRE_KIND_UNION)
        r = cadre__model_check_union(place, row, field_size);
    if (r == 0 && (CONTAINERS & 1u << row->kind))
        r = check_items(place, row, field_size);
    return r;
}

/* Its name in JSON, and its own where the model takes that too, are no other field's. */
static int check_names(const struct cadre__place *place, const struct cadre_field *row,
                       size_t index)
{
    const struct cadre_model *model = place->model;
    const char *key = row->alias ? row->alias : row->name;
    struct cadre_field other;

    if (key[0] == '\0')
        return CADRE__WHY(place, "its alias is empty");
    for (size_t i = 0; i < index; i++) {
        cadre__model_row(model, i, &other);
        const char *other_key = other.alias ? other.alias : other.name;
        if (strcmp(key, other_key) == 0 && row->source == other.source)
            return CADRE__WHY(place, "field %s has the same name '%s'", other.name, key);
        if (model->by_name && (strcmp(key, other.name) == 0 || strcmp(row->name, other_key) == 0))
            return CADRE__WHY(place, "by_name: it and field %s can be given by the same name",
                              other.name);
    }
    return 0;
}

static int check_row(const struct cadre__place *place, const struct cadre_field *row, size_t index)
{
    int r = row->compute ? check_computed(place, row) : 0;

    if (r == 0)
        r = check_names(place, row, index);
    if (r == 0)
        r = check_parameter(place, row);
    if (r == 0)
        r = check_presence(place, row);
    if (r == 0)
        r = cadre__model_check_type(place, row, place->model->field_size);
    if (r == 0 && !row->compute && row->offset >= place->model->struct_size)
        r = CADRE__WHY(place, "it lies outside of %s", place->model->type);
    return r;
}

int cadre__model_check(const struct cadre_model *model, char why[CADRE__MODEL_WHY_MAX])
{
    struct cadre_field row;
    size_t n = 0;

    if (!model->fields || model->field_size < offsetof(struct cadre_field, source))
        return cadre__model_why(why, model, NULL, "it has no table of fields");
    for (; cadre__model_row(model, n, &row); n++) {
        struct cadre__place place = {model, row.name, why};
        int r = check_row(&place, &row, n);
        if (r < 0)
            return r;
    }
    if (model->extra == CADRE_EXTRA_ALLOW && model->extra_at == 0)
        return cadre__model_why(why, model, NULL,
                                "extra fields are allowed, but there is no place for them: "
                                "CADRE_EXTRA_INTO");
    if (model->extra != CADRE_EXTRA_ALLOW && model->extra_at != 0)
        return cadre__model_why(why, model, NULL,
                                "it has a place for extra fields, but does not allow them");
    if (model->set_at != 0 && n > 128)
        return cadre__model_why(why, model, NULL, "CADRE_SET_INTO: it has more than 128 fields");
    return 0;
}
