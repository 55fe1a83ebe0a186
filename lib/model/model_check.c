/* SPDX-License-Identifier: MIT */
/*
 * model/model_check: one table says which words of a row go with which kinds of members; the rest
 * looks for words that contradict each other.
 */
#include "config.h"

#include "model/model_check.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/number.h"
#include "model/regex.h"

/* ---- rows ---- */

bool cadre__model_row(const struct cadre_model *model, size_t i, struct cadre_field *ret)
{
    size_t size = model->field_size < sizeof(*ret) ? model->field_size : sizeof(*ret);

    memset(ret, 0, sizeof(*ret));
    memcpy(ret, (const char *)model->fields + i * model->field_size, size);
    return ret->name != NULL;
}

void cadre__model_item(const struct cadre_field *row, size_t field_size, struct cadre_field *ret)
{
    size_t size = field_size < sizeof(*ret) ? field_size : sizeof(*ret);
    struct cadre_field type;

    memset(&type, 0, sizeof(type));
    memcpy(&type, row->items, size);
    memset(ret, 0, sizeof(*ret));
    if (row->each)
        memcpy(ret, row->each, size);
    ret->name = row->name;
    ret->kind = type.kind;
    ret->size = type.size;
    ret->items = type.items;
    ret->stride = type.stride;
    ret->item_offset = type.item_offset;
    ret->model = type.model;
    ret->enumeration = type.enumeration;
    ret->variants = type.variants;
    ret->source = row->source;
}

bool cadre__row_may_be_none(const struct cadre_field *row)
{
    return row->given_offset != 0 || row->optional;
}

bool cadre__row_has_default(const struct cadre_field *row)
{
    return row->initial.type != CADRE_CONSTANT_NONE || row->default_empty || row->default_json ||
           row->default_fn;
}

int cadre__model_why(char why[CADRE__MODEL_WHY_MAX], const struct cadre_model *model,
                     const char *field, const char *fmt, ...)
{
    int n = snprintf(why, CADRE__MODEL_WHY_MAX, "%s:%u: model %s%s%s: ", model->file, model->line,
                     model->symbol, field ? ", field " : "", field ? field : "");
    if (n < 0 || n >= CADRE__MODEL_WHY_MAX)
        return -EINVAL;
    va_list args;
    va_start(args, fmt);
    vsnprintf(why + n, CADRE__MODEL_WHY_MAX - (size_t)n, fmt, args);
    va_end(args);
    return -EINVAL;
}

/* ---- which words go with which kinds ---- */

#define K(kind_)   (1u << CADRE_KIND_##kind_)
#define INTEGERS   (K(INT) | K(UINT))
#define NUMBERS    (INTEGERS | K(DOUBLE) | K(DECIMAL))
#define STRINGS    (K(STRING) | K(TEXT))
#define CONTAINERS (K(LIST) | K(MAP))
#define STRUCTS    (K(MODEL) | K(UNION))
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

/* One row, and where a message about it goes. */
struct place {
    const struct cadre_model *model;
    const char *field; /* "tags", or "tags[]" for an item */
    char *why;
};

#define WHY(place_, ...)                                                                           \
    cadre__model_why((place_)->why, (place_)->model, (place_)->field, __VA_ARGS__)

static int check_words(const struct place *place, const struct cadre_field *row)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (is_given(row, &words[i]) && !(words[i].kinds & 1u << row->kind)) {
            if (strcmp(words[i].name, "optional") == 0)
                return WHY(place,
                           "%s cannot be none: use a cadre_opt_* or a pointer for "
                           "`.optional`",
                           kind_names[row->kind]);
            return WHY(place, "%s does not go with %s", words[i].name, kind_names[row->kind]);
        }
    }
    return 0;
}

/* ---- bounds ---- */

/* The order of two constants that are numbers. */
static int compare(const struct cadre_constant *a, const struct cadre_constant *b)
{
    if (a->type == CADRE_CONSTANT_DOUBLE)
        return cadre__real_compare(a->real, b);
    bool negative = a->type == CADRE_CONSTANT_INT && (int64_t)a->integer < 0;
    return cadre__integer_compare(
        (struct cadre__integer){negative, negative ? 0 - a->integer : a->integer}, b);
}

static int check_numbers(const struct place *place, const struct cadre_field *row)
{
    const struct {
        const char *name;
        const struct cadre_constant *constant;
    } all[] = {{"gt", &row->gt},
               {"ge", &row->ge},
               {"lt", &row->lt},
               {"le", &row->le},
               {"multiple_of", &row->multiple_of}};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].constant->type == CADRE_CONSTANT_TEXT)
            return WHY(place, "%s must be a number, not a text", all[i].name);
        if (all[i].constant->type == CADRE_CONSTANT_DOUBLE && isnan(all[i].constant->real))
            return WHY(place, "%s is not a number", all[i].name);
    }
    struct cadre_constant zero = {.type = CADRE_CONSTANT_INT};
    if (row->multiple_of.type != CADRE_CONSTANT_NONE && compare(&row->multiple_of, &zero) <= 0)
        return WHY(place, "multiple_of must be above 0");
    return 0;
}

/* What the type of the member itself allows. */
static void range_of(const struct cadre_field *row, struct cadre_constant *low,
                     struct cadre_constant *high)
{
    unsigned bits = row->size * 8;

    *low = *high = (struct cadre_constant){.type = CADRE_CONSTANT_NONE};
    if (row->kind == CADRE_KIND_INT) {
        *low = (struct cadre_constant){.type = CADRE_CONSTANT_INT,
                                       .integer = 0 - (UINT64_C(1) << (bits - 1))};
        *high = (struct cadre_constant){.type = CADRE_CONSTANT_INT,
                                        .integer = (UINT64_C(1) << (bits - 1)) - 1};
    } else if (row->kind == CADRE_KIND_UINT) {
        *low = (struct cadre_constant){.type = CADRE_CONSTANT_INT};
        *high =
            (struct cadre_constant){.type = CADRE_CONSTANT_UINT,
                                    .integer = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1};
    }
}

/* Whether no whole number lies between, ends excluded as said. */
static bool is_empty_of_integers(const struct cadre_constant *low, bool low_open,
                                 const struct cadre_constant *high, bool high_open)
{
    if (low->type == CADRE_CONSTANT_DOUBLE || high->type == CADRE_CONSTANT_DOUBLE) {
        double first = low_open ? floor(low->real) + 1 : ceil(low->real);
        double last = high_open ? ceil(high->real) - 1 : floor(high->real);
        return first > last;
    }
    if (!low_open || !high_open)
        return false;
    /* Both open and low below high: they are neighbours. */
    return high->integer - low->integer == 1;
}

static int check_bounds(const struct place *place, const struct cadre_field *row)
{
    const struct cadre_constant *low = row->gt.type ? &row->gt : row->ge.type ? &row->ge : NULL;
    const struct cadre_constant *high = row->lt.type ? &row->lt : row->le.type ? &row->le : NULL;
    struct cadre_constant lowest, highest;
    int r = check_numbers(place, row);

    if (r < 0)
        return r;
    if (row->gt.type && row->ge.type)
        return WHY(place, "gt and ge are both given: one of them says all");
    if (row->lt.type && row->le.type)
        return WHY(place, "lt and le are both given: one of them says all");
    bool low_open = row->gt.type != CADRE_CONSTANT_NONE;
    bool high_open = row->lt.type != CADRE_CONSTANT_NONE;
    range_of(row, &lowest, &highest);
    bool is_integer = lowest.type != CADRE_CONSTANT_NONE;
    if (is_integer && low &&
        (compare(low, &highest) > 0 || (low_open && compare(low, &highest) == 0)))
        return WHY(place, "%s is above all that the member can hold", low_open ? "gt" : "ge");
    if (is_integer && high &&
        (compare(high, &lowest) < 0 || (high_open && compare(high, &lowest) == 0)))
        return WHY(place, "%s is below all that the member can hold", high_open ? "lt" : "le");
    if (!low || !high)
        return 0;
    int order = compare(low, high);
    if (order > 0 || (order == 0 && (low_open || high_open)) ||
        (is_integer && order < 0 && is_empty_of_integers(low, low_open, high, high_open)))
        return WHY(place, "no value lies between %s and %s", low_open ? "gt" : "ge",
                   high_open ? "lt" : "le");
    return 0;
}

/* ---- lengths, texts, times ---- */

static bool is_crossed(size_t min, size_t max)
{
    return max == CADRE_NOTHING ? min > 0 : max != 0 && min > max;
}

static int check_text(const struct place *place, const struct cadre_field *row)
{
    char why[160];

    if (is_crossed(row->min_length, row->max_length))
        return WHY(place, "min_length %zu is above max_length", row->min_length);
    if (is_crossed(row->min_items, row->max_items))
        return WHY(place, "min_items %zu is above max_items", row->min_items);
    if (row->lower && row->upper)
        return WHY(place, "lower and upper are both given");
    if (row->past && row->future)
        return WHY(place, "past and future are both given: no time is both");
    if (row->unique && row->set)
        return WHY(place, "unique and set are both given: a set has no two that are the same");
    if (row->uuid_version > 8)
        return WHY(place, "uuid_version %u: there are 1 to 8", row->uuid_version);
    if (row->schemes && !row->schemes[0])
        return WHY(place, "schemes is empty: no URL would be right");
    if (row->max_digits && row->max_places && row->max_places != CADRE_NO_PLACES &&
        row->max_places > row->max_digits)
        return WHY(place, "max_places %u is above max_digits %u", row->max_places, row->max_digits);
    if (!row->pattern)
        return 0;
    struct cadre__regex *pattern;
    int r = cadre__regex_new(row->pattern, 0, why, sizeof(why), &pattern);
    if (r == -EINVAL)
        return WHY(place, "pattern '%s' %s", row->pattern, why);
    if (r == 0)
        cadre__regex_free(pattern);
    return r;
}

/* ---- enums and unions ---- */

static bool holds(uint32_t size, int64_t value)
{
    unsigned bits = size * 8;

    if (bits >= 64)
        return true;
    /* The compiler chooses the sign of an enum: either will do. */
    return value >= -(INT64_C(1) << (bits - 1)) && value < (INT64_C(1) << bits);
}

static int check_enum(const struct place *place, const struct cadre_field *row)
{
    const struct cadre_enum *enumeration = row->enumeration;

    if (!enumeration || !enumeration->values || !enumeration->values[0].name)
        return WHY(place, "its enum has no values");
    for (const struct cadre_enum_value *value = enumeration->values; value->name; value++) {
        if (!holds(row->size, value->value))
            return WHY(place, "%s does not hold the value of '%s'", enumeration->type, value->name);
        for (const struct cadre_enum_value *other = enumeration->values; other < value; other++) {
            if (strcmp(other->name, value->name) == 0)
                return WHY(place, "%s has '%s' twice", enumeration->type, value->name);
            if (other->value == value->value)
                return WHY(place, "'%s' and '%s' of %s have the same value", other->name,
                           value->name, enumeration->type);
        }
    }
    return 0;
}

static int check_variant(const struct place *place, const struct cadre_union *variants,
                         const struct cadre_variant *variant)
{
    struct cadre_field field;

    if (variant->whole_size != variants->size)
        return WHY(place, "variant '%s' is one of another struct than %s", variant->tag,
                   variants->type);
    if (!variant->model)
        return WHY(place, "variant '%s' has no model", variant->tag);
    if (!holds(variants->tag_size, variant->value))
        return WHY(place, "the tag of %s does not hold the value of '%s'", variants->type,
                   variant->tag);
    for (size_t i = 0; cadre__model_row(variant->model, i, &field); i++) {
        if (strcmp(field.alias ? field.alias : field.name, variants->discriminator) == 0)
            return WHY(place, "variant '%s': %s has a field '%s', which is the discriminator",
                       variant->tag, variant->model->symbol, field.name);
    }
    for (const struct cadre_variant *other = variants->variants; other < variant; other++) {
        if (strcmp(other->tag, variant->tag) == 0)
            return WHY(place, "%s has the tag '%s' twice", variants->type, variant->tag);
        if (other->value == variant->value)
            return WHY(place, "the tags '%s' and '%s' of %s have the same value", other->tag,
                       variant->tag, variants->type);
    }
    return 0;
}

static int check_union(const struct place *place, const struct cadre_field *row)
{
    const struct cadre_union *variants = row->variants;

    if (!variants || !variants->variants || !variants->variants[0].tag)
        return WHY(place, "its union has no variants");
    if (!variants->discriminator || !variants->discriminator[0])
        return WHY(place, "its union has no discriminator");
    if (variants->tag_size != 1 && variants->tag_size != 2 && variants->tag_size != 4 &&
        variants->tag_size != 8)
        return WHY(place, "the tag of %s is no integer", variants->type);
    for (const struct cadre_variant *variant = variants->variants; variant->tag; variant++) {
        int r = check_variant(place, variants, variant);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- presence and use ---- */

static int check_presence(const struct place *place, const struct cadre_field *row)
{
    int n_defaults = (row->initial.type != CADRE_CONSTANT_NONE) + row->default_empty +
                     (row->default_json != NULL) + (row->default_fn != NULL);

    if (n_defaults > 1)
        return WHY(place, "it has more than one default");
    if (row->required && n_defaults)
        return WHY(place, "required, it cannot have a default");
    if (row->not_null && !cadre__row_may_be_none(row))
        return WHY(place, "not_null says nothing: null is never taken for it");
    if (row->not_null && row->required)
        return WHY(place, "required and not_null: then let its type be one that is never none");
    if (row->read_only && row->write_only)
        return WHY(place, "read_only and write_only: it would never be seen");
    if (row->read_only && row->required)
        return WHY(place, "read_only, it is never given: it cannot be required");
    return 0;
}

static int check_computed(const struct place *place, const struct cadre_field *row)
{
    if (cadre__row_has_default(row) || row->required || row->write_only || row->before ||
        row->convert || row->after || row->source)
        return WHY(place, "computed, it is never read: no default, validator, required or "
                          "write_only");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (is_given(row, &words[i]) && strcmp(words[i].name, "secret") != 0)
            return WHY(place, "computed, it is never checked: no %s", words[i].name);
    }
    return 0;
}

static int check_parameter(const struct place *place, const struct cadre_field *row)
{
    if (row->source)
        return 0;
    if (row->kind == CADRE_KIND_FILE || row->kind == CADRE_KIND_OPAQUE)
        return WHY(place, "%s can only be a parameter of a route", kind_names[row->kind]);
    if (row->keep_underscores || row->embed || row->depends)
        return WHY(place, "it is no parameter of a route, but has words of one");
    return 0;
}

/* ---- the whole ---- */

static int check_type(const struct place *place, const struct cadre_field *row, size_t field_size);

static int check_items(const struct place *place, const struct cadre_field *row, size_t field_size)
{
    struct cadre_field item;
    char name[96];
    struct place inner = {place->model, name, place->why};

    if (!row->items || row->stride == 0)
        return WHY(place, "nothing says what is in it");
    snprintf(name, sizeof(name), "%s[]", place->field);
    cadre__model_item(row, field_size, &item);
    if (cadre__row_may_be_none(&item) || cadre__row_has_default(&item) || item.required ||
        item.not_null || item.alias || item.read_only || item.write_only)
        return WHY(&inner, "an item has constraints alone: no default, alias or presence");
    return check_type(&inner, &item, field_size);
}

/* What an item and a member have in common. */
static int check_type(const struct place *place, const struct cadre_field *row, size_t field_size)
{
    if (row->kind <= CADRE_KIND_NONE || row->kind >= CADRE_KIND_END || row->size == 0)
        return WHY(place, "it has no type that these models know");
    if (row->pointer && !(STRUCTS & 1u << row->kind))
        return WHY(place, "%s cannot be behind a pointer", kind_names[row->kind]);
    if (row->kind == CADRE_KIND_MODEL && !row->model)
        return WHY(place, "its nested model is not named");
    int r = check_words(place, row);
    if (r == 0)
        r = check_bounds(place, row);
    if (r == 0)
        r = check_text(place, row);
    if (r == 0 && row->kind == CADRE_KIND_ENUM)
        r = check_enum(place, row);
    if (r == 0 && row->kind == CADRE_KIND_UNION)
        r = check_union(place, row);
    if (r == 0 && (CONTAINERS & 1u << row->kind))
        r = check_items(place, row, field_size);
    return r;
}

/* Its name in JSON, and its own where the model takes that too, are no other field's. */
static int check_names(const struct place *place, const struct cadre_field *row, size_t index)
{
    const struct cadre_model *model = place->model;
    const char *key = row->alias ? row->alias : row->name;
    struct cadre_field other;

    if (key[0] == '\0')
        return WHY(place, "its alias is empty");
    for (size_t i = 0; i < index; i++) {
        cadre__model_row(model, i, &other);
        const char *other_key = other.alias ? other.alias : other.name;
        if (strcmp(key, other_key) == 0 && row->source == other.source)
            return WHY(place, "field %s has the same name '%s'", other.name, key);
        if (model->by_name && (strcmp(key, other.name) == 0 || strcmp(row->name, other_key) == 0))
            return WHY(place, "by_name: it and field %s can be given by the same name", other.name);
    }
    return 0;
}

static int check_row(const struct place *place, const struct cadre_field *row, size_t index)
{
    int r = row->compute ? check_computed(place, row) : 0;

    if (r == 0)
        r = check_names(place, row, index);
    if (r == 0)
        r = check_parameter(place, row);
    if (r == 0)
        r = check_presence(place, row);
    if (r == 0)
        r = check_type(place, row, place->model->field_size);
    if (r == 0 && !row->compute && row->offset >= place->model->struct_size)
        r = WHY(place, "it lies outside of %s", place->model->type);
    return r;
}

int cadre__model_check(const struct cadre_model *model, char why[CADRE__MODEL_WHY_MAX])
{
    struct cadre_field row;
    size_t n = 0;

    if (!model->fields || model->field_size < offsetof(struct cadre_field, source))
        return cadre__model_why(why, model, NULL, "it has no table of fields");
    for (; cadre__model_row(model, n, &row); n++) {
        struct place place = {model, row.name, why};
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
