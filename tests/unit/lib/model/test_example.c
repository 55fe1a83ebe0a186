/* SPDX-License-Identifier: MIT */
/* Examples that are no JSON are refused when the model is loaded. */
#include "config.h"

#include "model/example.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

struct thing {
    const char *name;
};
static const struct cadre_field thing_fields[] = {
    CADRE_FIELD(struct thing, name, CADRE_EXAMPLES("\"good\"", "bad")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(thing_model, struct thing, thing_fields);

static const struct cadre_field good_fields[] = {
    CADRE_FIELD(struct thing, name),
    CADRE_FIELDS_END,
};
CADRE_MODEL(good_model, struct thing, good_fields,
            .examples = (const char *const[]){"{\"name\": \"x\",}", NULL});

static const struct {
    const char *text;
    int r;
} examples[] = {
    {"\"text\"", 0}, {"-1.5e3", 0},      {" {\"a\": [null, true]} ", 0}, {"text", -EINVAL},
    {"", -EINVAL},   {"{} {}", -EINVAL}, {"\"\xff\"", -EINVAL},
};

START_TEST(an_example_is_json)
{
    const char *const list[] = {"1", examples[_i].text, NULL};
    char why[CADRE__MODEL_WHY_MAX] = "";

    ck_assert_int_eq(cadre__examples_check(list, &thing_model, "name", why), examples[_i].r);
    ck_assert_int_eq(why[0] != '\0', examples[_i].r < 0);
}
END_TEST

START_TEST(no_examples_are_right)
{
    char why[CADRE__MODEL_WHY_MAX];

    ck_assert_int_eq(cadre__examples_check(NULL, &thing_model, "name", why), 0);
}
END_TEST

START_TEST(a_model_with_another_is_refused)
{
    const char *why = "";

    ck_assert_int_eq(cadre_model_prepare(&thing_model, &why), -EINVAL);
    ck_assert_msg(strstr(why, "field name: its example bad is not JSON: a text is written with its "
                              "quotes") != NULL,
                  "%s", why);
    ck_assert_int_eq(cadre_model_prepare(&good_model, &why), -EINVAL);
    ck_assert_msg(strstr(why, "its example {\"name\": \"x\",} is not JSON") != NULL, "%s", why);
}
END_TEST

UNIT_MAIN("model/example", UNIT_LOOP(an_example_is_json, sizeof(examples) / sizeof(examples[0])),
          UNIT_CASE(no_examples_are_right), UNIT_CASE(a_model_with_another_is_refused))
