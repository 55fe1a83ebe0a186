/* SPDX-License-Identifier: MIT */
/*
 * Tests of lib/model/convert.c: validators, lists, unions. (Conversions themselves are in
 * test_scalars.c.)
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/convert.h"
#include "tests/unit/unit.h"

static int euro(struct cadre_validation *validation, struct cadre_input *input)
{
    (void)validation;
    if (input->type == CADRE_INPUT_STRING && input->text.len > 0 && input->text.ptr[0] == '$') {
        input->text.ptr++;
        input->text.len--;
    }
    return 0;
}

/* Takes a number for a string, and a '!' from its end. */
static int words(struct cadre_validation *validation, struct cadre_input *input)
{
    (void)validation;
    if (input->type == CADRE_INPUT_NUMBER)
        input->type = CADRE_INPUT_STRING;
    if (input->text.len > 0 && input->text.ptr[input->text.len - 1] == '!')
        input->text.len--;
    return 0;
}

static int even(struct cadre_validation *validation, void *value)
{
    int *n = value;

    if (*n % 2 != 0)
        return cadre_invalid(validation, "%d is odd", *n);
    *n += 100;
    return 0;
}

static int angry(struct cadre_validation *validation, void *value)
{
    (void)value;
    cadre_invalid_assertion(validation, "never");
    return 0; /* what it said counts all the same */
}

static int own(struct cadre_validation *validation, const struct cadre_input *input, void *value)
{
    if (input->type != CADRE_INPUT_NULL && input->text.len == 3) {
        *(int *)value = 3;
        return 0;
    }
    return cadre_invalid_type(validation, "three_wanted", "{\"wanted\":3}", "Give %s", "three");
}

static int broken(struct cadre_validation *validation, void *value)
{
    (void)validation, (void)value;
    return -EIO;
}

enum kind { CAT, DOG };
struct cat {
    int lives;
};
struct dog {
    bool good;
};
struct pet {
    uint8_t kind;
    union {
        struct cat cat;
        struct dog dog;
    };
};
static const struct cadre_field cat_fields[] = {CADRE_FIELD(struct cat, lives), CADRE_FIELDS_END};
static const struct cadre_field dog_fields[] = {CADRE_FIELD(struct dog, good), CADRE_FIELDS_END};
CADRE_MODEL(cat_model, struct cat, cat_fields);
CADRE_MODEL(dog_model, struct dog, dog_fields);
static const struct cadre_variant variants[] = {
    CADRE_VARIANT(struct pet, "cat", 200, cat, cat_model),
    CADRE_VARIANT(struct pet, "dog", DOG, dog, dog_model), CADRE_VARIANTS_END};
CADRE_UNION_TYPE(pets, struct pet, kind, "type", variants);

struct thing {
    int before, after, assertion, converted, fails;
    const char *words;
    CADRE_LIST_OF(int) list, set;
    CADRE_LIST_OF(const char *) unique;
    CADRE_MAP_OF(int) map;
    struct pet pet;
    struct cat cat;
};
static const struct cadre_field thing_fields[] = {
    CADRE_FIELD(struct thing, before, .before = euro),
    CADRE_FIELD(struct thing, words, .before = words),
    CADRE_FIELD(struct thing, after, .after = even),
    CADRE_FIELD(struct thing, assertion, .after = angry),
    CADRE_FIELD(struct thing, converted, .convert = own),
    CADRE_FIELD(struct thing, fails, .after = broken),
    CADRE_LIST(struct thing, list, .min_items = 1, .max_items = 2),
    CADRE_LIST(struct thing, set, .set = true, .min_items = 2),
    CADRE_LIST(struct thing, unique, .unique = true),
    CADRE_MAP(struct thing, map, .max_items = CADRE_NOTHING),
    CADRE_UNION(struct thing, pet, pets),
    CADRE_NESTED(struct thing, cat, cat_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(thing_model, struct thing, thing_fields);

static struct cadre__arena arena;
static struct cadre_validation validation;
static struct thing thing;

static const struct cadre__member *member(const char *name)
{
    const char *why;

    ck_assert_msg(cadre_model_prepare(&thing_model, &why) == 0, "%s", why);
    const struct cadre__plan *plan = cadre__plan_of(&thing_model);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (strcmp(plan->members[i].name.ptr, name) == 0)
            return &plan->members[i];
    }
    return NULL;
}

static struct cadre_input string(const char *text)
{
    return (struct cadre_input){CADRE_INPUT_STRING, cadre_str_from(text)};
}

static void begin(void)
{
    if (validation.arena)
        return;
    cadre__arena_init(&arena, 1024);
    validation.arena = &arena;
}

static int convert(const char *name, const char *text)
{
    const struct cadre__member *at = member(name);
    struct cadre_input input = string(text);

    begin();
    return cadre__convert(&validation, &at->type, &input, (char *)&thing + at->offset);
}

static int done(const char *name)
{
    const struct cadre__member *at = member(name);
    struct cadre_input input = {CADRE_INPUT_ARRAY, CADRE_STR_INIT("[]")};

    begin();
    return cadre__convert_done(&validation, &at->type, &input, (char *)&thing + at->offset);
}

/* The issues so far, but for their places; they are forgotten. */
static void said(const char *wanted)
{
    struct cadre__buf out;

    cadre__buf_init(&out);
    cadre__issues_write(&validation.issues, &out);
    ck_assert_str_eq(cadre__buf_text(&out), wanted);
    cadre__buf_done(&out);
    cadre__arena_done(&arena);
    validation = (struct cadre_validation){.arena = NULL};
}

#define ISSUE(type_, msg_, input_, ctx_)                                                           \
    "{\"detail\":[{\"type\":\"" type_ "\",\"loc\":[],\"msg\":\"" msg_ "\",\"input\":" input_       \
    ",\"ctx\":" ctx_ "}]}"

/* What validators make of a text: a number, or an issue. */
static const struct {
    const char *member, *text;
    int wanted;
    const char *said; /* NULL: nothing */
} rows[] = {
    {"before", "$42", 42, NULL},
    {"before", "42", 42, NULL},
    {"before", "$$", 0,
     "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[],\"msg\":\"Input should be a valid integer, "
     "unable to parse string as an integer\",\"input\":\"$\"}]}"},
    {"after", "4", 104, NULL},
    {"after", "3", 0, ISSUE("value_error", "Value error, 3 is odd", "\"3\"", "{\"error\":{}}")},
    {"assertion", "1", 0, /* whatever it returned */
     ISSUE("assertion_error", "Assertion failed, never", "\"1\"", "{\"error\":{}}")},
    {"assertion", "x", 0, /* it is not called */
     "{\"detail\":[{\"type\":\"int_parsing\",\"loc\":[],\"msg\":\"Input should be a valid integer, "
     "unable to parse string as an integer\",\"input\":\"x\"}]}"},
    {"converted", "abc", 3, NULL},
    {"converted", "ab", 0, ISSUE("three_wanted", "Give three", "\"ab\"", "{\"wanted\":3}")},
};

START_TEST(validators_have_their_say)
{
    int r = convert(rows[_i].member, rows[_i].text), n;

    ck_assert_int_eq(r, rows[_i].said ? CADRE__INVALID : 0);
    memcpy(&n, (char *)&thing + member(rows[_i].member)->offset, sizeof(n));
    if (!rows[_i].said)
        ck_assert_int_eq(n, rows[_i].wanted);
    said(rows[_i].said ? rows[_i].said : "{\"detail\":[]}");
}
END_TEST

START_TEST(a_string_that_before_made_is_one)
{
    char json[] = "[1,2]";
    struct cadre_input number = {CADRE_INPUT_NUMBER, {json + 1, 1}};

    ck_assert_int_eq(convert("words", "hey!"), 0);
    ck_assert_str_eq(thing.words, "hey");
    ck_assert_int_eq(cadre__convert(&validation, &member("words")->type, &number, &thing.words), 0);
    json[1] = 'x';
    ck_assert_str_eq(thing.words, "1");
    said("{\"detail\":[]}");
}
END_TEST

START_TEST(another_error_of_a_validator_ends_the_validation)
{
    ck_assert_int_eq(convert("fails", "1"), -EIO);
    ck_assert_uint_eq(validation.issues.n, 0);
}
END_TEST

/* A list or map of so many items. */
static const struct {
    const char *member;
    size_t n;
    const char *said; /* NULL: nothing */
} counts[] = {
    {"list", 1, NULL},
    {"list", 2, NULL},
    {"list", 3,
     ISSUE("too_long", "List should have at most 2 items after validation, not 3", "[]",
           "{\"field_type\":\"List\",\"max_length\":2,\"actual_length\":3}")},
    {"list", 0,
     ISSUE("too_short", "List should have at least 1 item after validation, not 0", "[]",
           "{\"field_type\":\"List\",\"min_length\":1,\"actual_length\":0}")},
    {"map", 0, NULL},
    {"map", 1,
     ISSUE("too_long", "Dictionary should have at most 0 items after validation, not 1", "[]",
           "{\"field_type\":\"Dictionary\",\"max_length\":0,\"actual_length\":1}")},
};

START_TEST(the_number_of_items_is_checked)
{
    int items[3] = {1, 2, 3};
    struct {
        void *items;
        size_t len;
    } many = {items, counts[_i].n};

    memcpy((char *)&thing + member(counts[_i].member)->offset, &many, sizeof(many));
    ck_assert_int_eq(done(counts[_i].member), counts[_i].said ? CADRE__INVALID : 0);
    said(counts[_i].said ? counts[_i].said : "{\"detail\":[]}");
}
END_TEST

START_TEST(a_set_keeps_the_first_of_its_kind_and_counts_then)
{
    int items[6] = {3, 1, 3, 2, 1, 3}, same[3] = {7, 7, 7};

    thing.set.items = items;
    thing.set.len = 6;
    ck_assert_int_eq(done("set"), 0);
    ck_assert_uint_eq(thing.set.len, 3);
    ck_assert(items[0] == 3 && items[1] == 1 && items[2] == 2);
    thing.set.items = same;
    thing.set.len = 3;
    ck_assert_int_eq(done("set"), CADRE__INVALID);
    said("{\"detail\":[{\"type\":\"too_short\",\"loc\":[],\"msg\":\"Set should have at least 2 "
         "items after validation, not 1\",\"input\":[],\"ctx\":{\"field_type\":\"Set\","
         "\"min_length\":2,\"actual_length\":1}}]}");
}
END_TEST

START_TEST(unique_refuses_what_is_there_twice)
{
    const char *names[3] = {"a", "b", "a"};

    thing.unique.items = names;
    thing.unique.len = 2;
    ck_assert_int_eq(done("unique"), 0);
    thing.unique.len = 3;
    ck_assert_int_eq(done("unique"), CADRE__INVALID);
    said("{\"detail\":[{\"type\":\"unique_items\",\"loc\":[],\"msg\":\"List items should be "
         "unique\",\"input\":[]}]}");
}
END_TEST

START_TEST(a_scalar_in_the_place_of_a_container_is_of_the_wrong_type)
{
    static const struct {
        const char *member, *type;
    } containers[] = {
        {"list", "list_type"},
        {"set", "set_type"},
        {"map", "dict_type"},
        {"cat", "model_attributes_type"},
        {"pet", "model_attributes_type"},
    };

    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
        ck_assert_int_eq(convert(containers[i].member, "x"), CADRE__INVALID);
        ck_assert_str_eq(validation.issues.last->type, containers[i].type);
    }
}
END_TEST

START_TEST(a_union_finds_its_variant_by_the_tag)
{
    const struct cadre__type *type = &member("pet")->type;
    struct cadre_input object = {CADRE_INPUT_OBJECT, CADRE_STR_INIT("{}")}, tag = string("cow");

    const struct cadre__variant_plan *cat = cadre__variant_find(type, CADRE_STR("cat"));
    ck_assert_ptr_nonnull(cat);
    cadre__variant_set(type, cat, &thing.pet);
    ck_assert_uint_eq(thing.pet.kind, 200);
    ck_assert_ptr_eq(cadre__variant_of(type, &thing.pet), cat);
    thing.pet.kind = 9;
    ck_assert_ptr_null(cadre__variant_of(type, &thing.pet));
    ck_assert_ptr_null(cadre__variant_find(type, CADRE_STR("cow")));
    begin();
    ck_assert_int_eq(cadre__issue_no_tag(&validation, type, &object), CADRE__INVALID);
    ck_assert_int_eq(cadre__issue_wrong_tag(&validation, type, &object, &tag), CADRE__INVALID);
    said(
        "{\"detail\":[{\"type\":\"union_tag_not_found\",\"loc\":[],\"msg\":\"Unable to extract tag "
        "using discriminator 'type'\",\"input\":{},\"ctx\":{\"discriminator\":\"'type'\"}},"
        "{\"type\":\"union_tag_invalid\",\"loc\":[],\"msg\":\"Input tag 'cow' found using 'type' "
        "does not match any of the expected tags: 'cat', 'dog'\",\"input\":{},\"ctx\":{"
        "\"discriminator\":\"'type'\",\"tag\":\"cow\",\"expected_tags\":\"'cat', 'dog'\"}}]}");
}
END_TEST

#define ROWS(table_) (sizeof(table_) / sizeof((table_)[0]))

UNIT_MAIN("model/convert", UNIT_LOOP(validators_have_their_say, ROWS(rows)),
          UNIT_CASE(a_string_that_before_made_is_one),
          UNIT_CASE(another_error_of_a_validator_ends_the_validation),
          UNIT_LOOP(the_number_of_items_is_checked, ROWS(counts)),
          UNIT_CASE(a_set_keeps_the_first_of_its_kind_and_counts_then),
          UNIT_CASE(unique_refuses_what_is_there_twice),
          UNIT_CASE(a_scalar_in_the_place_of_a_container_is_of_the_wrong_type),
          UNIT_CASE(a_union_finds_its_variant_by_the_tag))
