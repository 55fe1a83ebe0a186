/* SPDX-License-Identifier: MIT */
/* Which choice of a union a text is, as parameters have it (model/convert_choice.c). */
#include "config.h"

#include "model/convert_choice.h"
#include "model/converters.h"

#include "json_check.h"

#include "choice_models.h"

static const struct cadre__type *type_of(const struct cadre_model *model)
{
    const char *why = "";

    ck_assert_msg(cadre_model_prepare(model, &why) == 0, "%s", why);
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 1024);
    validation = (struct cadre_validation){.arena = &arena, .wall_ms = EVERY_NOW_MS};
    return &cadre__plan_of(model)->members[0].type;
}

static int convert(const struct cadre_model *model, const char *text, struct pick *pick)
{
    struct cadre_input input = {CADRE_INPUT_STRING, cadre_str_from(text)};

    memset(pick, 0, sizeof(*pick));
    return cadre__convert(&validation, type_of(model), &input, pick);
}

static const struct {
    const struct cadre_model *model;
    const char *text;
    int kind;
} texts[] = {
    {&int_str, "5", A_STR},
    {&str_int, "5", A_STR},
    {&int_float, "5", AN_INT},
    {&int_float, "5.5", A_FLOAT},
    {&bool_int, "on", A_BOOL},
    {&bool_int, "5", AN_INT},
    {&date_datetime, "2026-01-01", A_DATE},
    {&date_datetime, "2026-01-01T10:00", A_DATETIME},
    {&color_int, "red", A_COLOR},
    {&color_int, "7", AN_INT},
    {&literal_str, "red", A_LITERAL},
    {&literal_str, "reddish", A_STR},
    {&int_any, "5", ANYTHING},
};

START_TEST(a_text_is_the_choice_that_it_fits_best)
{
    struct pick pick;

    ck_assert_int_eq(convert(texts[_i].model, texts[_i].text, &pick), 0);
    ck_assert_int_eq(pick.kind, texts[_i].kind);
    ck_assert(!validation.is_quiet && !validation.match);
}
END_TEST

START_TEST(a_text_that_is_none_is_told_by_each)
{
    struct pick pick;

    ck_assert_int_eq(convert(&int_float, "x", &pick), CADRE__INVALID);
    check_issues("x", "{\"type\":\"int_parsing\",\"loc\":[\"int\"],\"msg\":\"Input should be a "
                      "valid integer, unable to parse string as an integer\",\"input\":\"x\"},"
                      "{\"type\":\"float_parsing\",\"loc\":[\"float\"],\"msg\":\"Input should be a "
                      "valid number, unable to parse string as a number\",\"input\":\"x\"}");
    /* Containers are no texts. */
    ck_assert_int_eq(convert(&int_ints, "x", &pick), CADRE__INVALID);
    ck_assert_uint_eq(validation.issues.n, 2);
    ck_assert_str_eq(validation.issues.last->type, "list_type");
}
END_TEST

/* Tries that do as they are told: `r` of each choice, and how well it fits. */
struct script {
    int r[3];
    enum cadre__exactness exactness[3];
    size_t fields[3]; /* 0: it has none */
    int n_calls;
};

static int play(struct cadre_validation *v, const struct cadre__choice *choice, void *arg,
                void *place)
{
    struct script *script = arg;
    int i = choice->value == AN_INT ? 0 : choice->value == A_STR ? 1 : 2;

    (void)place;
    script->n_calls++;
    if (script->r[i] == CADRE__INVALID)
        return cadre__issue_text(v, "wrong", NULL, NULL, "wrong");
    cadre__match_floor(v, script->exactness[i]);
    if (script->fields[i] > 0)
        cadre__match_fields(v, script->fields[i]);
    return script->r[i];
}

static const struct {
    struct script script;
    int kind, r, n_calls;
} scripts[] = {
    {{{0}, {CADRE__EXACT}, {0}, 0}, AN_INT, 0, 1},
    {{{0}, {CADRE__LAX, CADRE__EXACT}, {0}, 0}, A_STR, 0, 2},
    {{{0}, {CADRE__LAX, CADRE__STRICT}, {0}, 0}, A_STR, 0, 3},
    {{{0}, {CADRE__STRICT, CADRE__STRICT, CADRE__STRICT}, {0}, 0}, AN_INT, 0, 3},
    {{{0}, {CADRE__STRICT, CADRE__LAX, CADRE__LAX}, {2, 4, 4}, 0}, A_STR, 0, 3},
    {{{0}, {CADRE__LAX, CADRE__LAX, CADRE__STRICT}, {4, 0, 0}, 0}, A_KITTEN, 0, 3},
    {{{0}, {CADRE__EXACT, CADRE__EXACT}, {2, 0, 0}, 0}, AN_INT, 0, 3},
    {{{CADRE__INVALID, 0, 0}, {CADRE__LAX, CADRE__LAX}, {0}, 0}, A_STR, 0, 3},
    {{{CADRE__INVALID, CADRE__INVALID, CADRE__INVALID}, {0}, {0}, 0}, 0, CADRE__INVALID, 6},
    {{{0, -ENOMEM, 0}, {0}, {0}, 0}, 0, -ENOMEM, 2},
};

START_TEST(the_best_is_by_fields_then_by_types_then_the_first)
{
    const struct cadre__type *type = type_of(&bounded);
    struct script script = scripts[_i].script;
    int known = CADRE__CHOICE_UNKNOWN;
    struct pick pick = {0};

    ck_assert_int_eq(cadre__choose(&validation, type, play, &script, &known, &pick), scripts[_i].r);
    ck_assert_int_eq(script.n_calls, scripts[_i].n_calls);
    ck_assert_uint_eq(validation.issues.n, scripts[_i].r > 0 ? 3 : 0);
    ck_assert_uint_eq(validation.issues.dropped, 0);
    ck_assert(!validation.is_quiet && !validation.match && !validation.loc);
    if (scripts[_i].r != 0)
        return;
    ck_assert_int_eq(pick.kind, scripts[_i].kind);
    /* What is known is not searched. */
    script.n_calls = 0;
    ck_assert_int_eq(cadre__choose(&validation, type, play, &script, &known, &pick), 0);
    ck_assert_int_eq(script.n_calls, 1);
    ck_assert_int_eq(pick.kind, scripts[_i].kind);
}
END_TEST

START_TEST(what_fits_is_told_to_the_union_around)
{
    const struct cadre__type *type = type_of(&bounded);
    struct script script = {{0}, {CADRE__LAX, CADRE__LAX, CADRE__LAX}, {2, 4, 2}, 0};
    struct cadre__match outer = {.exactness = CADRE__EXACT};
    int known = CADRE__CHOICE_UNKNOWN;
    struct pick pick = {0};

    validation.match = &outer;
    ck_assert_int_eq(cadre__choose(&validation, type, play, &script, &known, &pick), 0);
    ck_assert_int_eq(known, 1);
    ck_assert_ptr_eq(validation.match, &outer);
    ck_assert_int_eq(outer.exactness, CADRE__LAX);
    ck_assert_uint_eq(outer.fields, 4);
}
END_TEST

START_TEST(issues_above_the_limit_are_not_looked_for)
{
    const struct cadre__type *type = type_of(&bounded);
    struct script script = {{CADRE__INVALID, CADRE__INVALID, CADRE__INVALID}, {0}, {0}, 0};
    int known = CADRE__CHOICE_NONE;
    struct pick pick = {0};

    validation.max_issues = 2;
    ck_assert_int_eq(cadre__choose(&validation, type, play, &script, &known, &pick),
                     CADRE__INVALID);
    ck_assert_int_eq(script.n_calls, 2);
    ck_assert_uint_eq(validation.issues.n, 2);
    ck_assert_uint_eq(validation.issues.dropped, 1);
}
END_TEST

UNIT_MAIN("model/convert_choice",
          UNIT_LOOP(a_text_is_the_choice_that_it_fits_best, sizeof(texts) / sizeof(texts[0])),
          UNIT_CASE(a_text_that_is_none_is_told_by_each),
          UNIT_LOOP(the_best_is_by_fields_then_by_types_then_the_first,
                    sizeof(scripts) / sizeof(scripts[0])),
          UNIT_CASE(what_fits_is_told_to_the_union_around),
          UNIT_CASE(issues_above_the_limit_are_not_looked_for))
