/* SPDX-License-Identifier: MIT */
/* Members with their words, and what a model requires (model/schema_model.c). Types are the subject
 * of test_schema.c. */
#include "config.h"

#include "model/schema_set.h"

#include "tests/unit/unit.h"

#include "every.h"
#include "json_models.h"

struct wordy {
    struct cadre_opt_int maybe, must;
    int plain, given;
    const char *secret, *hushed;
    struct cat cat;
    struct cat *pointer;
    enum color color;
    struct cadre_any any;
    CADRE_LIST_OF(int) list;
    CADRE_MAP_OF(int) map;
};
static const struct cadre_field wordy_fields[] = {
    CADRE_FIELD(struct wordy, maybe),
    CADRE_FIELD(struct wordy, must, .required = true),
    CADRE_FIELD(struct wordy, plain, .description = "Words", .deprecated = true,
                CADRE_EXAMPLES("1", "2")),
    CADRE_FIELD(struct wordy, given, CADRE_DEFAULT(5), .read_only = true),
    CADRE_FIELD(struct wordy, secret, .secret = true, CADRE_DEFAULT("x"), .write_only = true),
    CADRE_FIELD(struct wordy, hushed, .write_only = true),
    CADRE_NESTED(struct wordy, cat, cat_model),
    CADRE_OPT_NESTED(struct wordy, pointer, cat_model),
    CADRE_ENUM(struct wordy, color, colors, .title = "Which", CADRE_DEFAULT(GREEN)),
    CADRE_FIELD(struct wordy, any, .optional = true),
    CADRE_LIST(struct wordy, list, CADRE_DEFAULT_EMPTY),
    CADRE_MAP(struct wordy, map, CADRE_DEFAULT_JSON("{\"a\":1}")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(wordy_model, struct wordy, wordy_fields);

static struct cadre__buf buf;

static struct cadre__schemas *set_of(const struct cadre_model *model)
{
    struct cadre__schemas *set;
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(model, &why) == 0, "%s", why);
    ck_assert_int_eq(cadre__schemas_new("#/", &set), 0);
    ck_assert_int_eq(cadre__schemas_add_model(set, cadre__plan_of(model), CADRE__SCHEMA_INPUT), 0);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    return set;
}

static const struct {
    const char *member, *all, *parameter; /* parameter NULL: the same */
} members[] = {
    {"maybe",
     "{\"anyOf\":[{\"type\":\"integer\",\"format\":\"int32\"},{\"type\":\"null\"}],\"title\":"
     "\"Maybe\"}",
     NULL},
    {"plain",
     "{\"type\":\"integer\",\"format\":\"int32\",\"title\":\"Plain\",\"description\":\"Words\","
     "\"deprecated\":true,\"examples\":[1,2]}",
     "{\"type\":\"integer\",\"format\":\"int32\",\"title\":\"Plain\"}"},
    {"given",
     "{\"type\":\"integer\",\"format\":\"int32\",\"title\":\"Given\",\"default\":5,\"readOnly\":"
     "true}",
     "{\"type\":\"integer\",\"format\":\"int32\",\"title\":\"Given\",\"default\":5}"},
    {"secret",
     "{\"type\":\"string\",\"format\":\"password\",\"writeOnly\":true,\"title\":\"Secret\"}", NULL},
    {"hushed", "{\"type\":\"string\",\"title\":\"Hushed\",\"writeOnly\":true}",
     "{\"type\":\"string\",\"title\":\"Hushed\"}"},
    {"cat", "{\"$ref\":\"#/cat\"}", NULL},
    {"pointer", "{\"anyOf\":[{\"$ref\":\"#/cat\"},{\"type\":\"null\"}]}", NULL},
    {"color", "{\"$ref\":\"#/color\",\"title\":\"Which\",\"default\":\"green\"}", NULL},
    {"any", "{\"title\":\"Any\"}", NULL},
    {"list",
     "{\"items\":{\"type\":\"integer\",\"format\":\"int32\"},\"type\":\"array\",\"title\":\"List\","
     "\"default\":[]}",
     NULL},
    {"map",
     "{\"additionalProperties\":{\"type\":\"integer\",\"format\":\"int32\"},\"type\":\"object\","
     "\"title\":\"Map\",\"default\":{\"a\":1}}",
     NULL},
};

static void check(const char *name, enum cadre__schema_words words, const char *wanted)
{
    struct cadre__schemas *set = set_of(&wordy_model);
    const struct cadre__plan *plan = cadre__plan_of(&wordy_model);
    struct cadre__json_out out = {.buf = &buf};
    uint32_t i = 0;

    while (strcmp(plan->members[i].name.ptr, name) != 0)
        i++;
    cadre__buf_clear(&buf);
    cadre__schema_put_member(set, &plan->members[i], name, CADRE__SCHEMA_INPUT, words, &out);
    ck_assert_str_eq(cadre__buf_text(&buf), wanted);
    cadre__schemas_free(set);
}

START_TEST(a_member_has_its_words_and_a_parameter_its_type)
{
    check(members[_i].member, CADRE__SCHEMA_ALL_WORDS, members[_i].all);
    check(members[_i].member, CADRE__SCHEMA_PARAMETER,
          members[_i].parameter ? members[_i].parameter : members[_i].all);
}
END_TEST

START_TEST(what_must_be_given_is_required)
{
    struct cadre__schemas *set = set_of(&wordy_model);
    const struct cadre__plan *plan = cadre__plan_of(&wordy_model);
    struct cadre__json_out out = {.buf = &buf};

    cadre__buf_clear(&buf);
    cadre__schema_put(set, cadre__schema_of_model(set, plan, NULL, CADRE_STR("")),
                      CADRE__SCHEMA_INPUT, &out);
    ck_assert_ptr_nonnull(
        strstr(cadre__buf_text(&buf), "\"required\":[\"must\",\"plain\",\"hushed\",\"cat\"]"));
    ck_assert_ptr_null(strstr(cadre__buf_text(&buf), "\"given\":"));
    cadre__buf_clear(&buf);
    cadre__schema_put(set, cadre__schema_of_model(set, plan, NULL, CADRE_STR("")),
                      CADRE__SCHEMA_OUTPUT, &out);
    ck_assert_ptr_nonnull(
        strstr(cadre__buf_text(&buf), "\"required\":[\"must\",\"plain\",\"cat\"]"));
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&buf), "\"given\":"));
    ck_assert_ptr_null(strstr(cadre__buf_text(&buf), "\"hushed\":"));
    cadre__schemas_free(set);
}
END_TEST

static const struct {
    const char *name, *title;
} titles[] = {
    {"limit", "Limit"},     {"item_id", "Item Id"},
    {"x-token", "X-Token"}, {"HTTPCode", "Httpcode"},
    {"a1b", "A1B"},         {"", ""},
    {"_x", " X"},
};

START_TEST(a_name_becomes_a_title)
{
    cadre__buf_clear(&buf);
    cadre__schema_title(titles[_i].name, &buf);
    ck_assert_str_eq(cadre__buf_text(&buf), titles[_i].title);
}
END_TEST

UNIT_MAIN("model/schema_model",
          UNIT_LOOP(a_member_has_its_words_and_a_parameter_its_type,
                    sizeof(members) / sizeof(members[0])),
          UNIT_CASE(what_must_be_given_is_required),
          UNIT_LOOP(a_name_becomes_a_title, sizeof(titles) / sizeof(titles[0])))
