/* SPDX-License-Identifier: MIT */
/* Tests of the converters of lib/model: the table of scalar_cases.h, each case to the letter. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "every.h"
#include "model/convert.h"
#include "scalar_cases.h"
#include "show.h"
#include "tests/unit/unit.h"

static const struct cadre__member *member_of(const char *field)
{
    const struct cadre__plan *plan;
    const char *why;

    ck_assert_msg(cadre_model_prepare(&every_model, &why) == 0, "%s", why);
    plan = cadre__plan_of(&every_model);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (strcmp(plan->members[i].name.ptr, field) == 0)
            return &plan->members[i];
    }
    ck_abort_msg("no field %s", field);
    return NULL;
}

/* What the issues should be. */
static void print_issue(const struct scalar_case *row, const struct cadre_input *input,
                        struct cadre__buf *out)
{
    cadre__buf_printf(out, "{\"detail\":[{\"type\":\"%s\",\"loc\":[\"%s\"],\"msg\":", row->type,
                      row->field);
    cadre__json_write_string(out, cadre_str_from(row->msg));
    cadre__buf_puts(out, ",\"input\":");
    cadre__json_write_input(out, input);
    if (row->ctx)
        cadre__buf_printf(out, ",\"ctx\":%s", row->ctx);
    cadre__buf_puts(out, "}]}");
}

START_TEST(each_case_gives_its_value_or_its_issue)
{
    const struct scalar_case *row = &scalar_cases[_i];
    const struct cadre__member *member = member_of(row->field);
    struct cadre__arena arena;
    struct cadre__buf found, wanted;
    union {
        struct every every;
        char bytes[256];
    } room, before;

    cadre__arena_init(&arena, 1024);
    cadre__buf_init(&found);
    cadre__buf_init(&wanted);
    struct cadre_validation validation = {.arena = &arena, .wall_ms = EVERY_NOW_MS};
    struct cadre__loc loc = {.name = member->key, .rank = member->index};
    struct cadre_input input = input_of(&arena, row->json);
    validation.loc = &loc;
    memset(&room, 0x5a, sizeof(room));
    before = room;
    int r = cadre__convert(&validation, &member->type, &input, &room);
    if (row->value) {
        char text[512];
        cadre__issues_write(&validation.issues, &found);
        ck_assert_msg(r == 0, "%s %s: %d %s", row->field, row->json, r, cadre__buf_text(&found));
        print_value(&member->type, &room, text, sizeof(text));
        ck_assert_msg(strcmp(text, row->value) == 0, "%s %s: '%s', not '%s'", row->field, row->json,
                      text, row->value);
        for (size_t i = member->type.size; i < sizeof(room.bytes); i++)
            ck_assert_msg(room.bytes[i] == 0x5a, "%s %s writes behind its value", row->field,
                          row->json);
    } else {
        ck_assert_msg(r == CADRE__INVALID, "%s %s: %d", row->field, row->json, r);
        cadre__issues_write(&validation.issues, &found);
        print_issue(row, &input, &wanted);
        ck_assert_msg(strcmp(cadre__buf_text(&found), cadre__buf_text(&wanted)) == 0,
                      "\nfound  %s\nwanted %s", cadre__buf_text(&found), cadre__buf_text(&wanted));
        ck_assert_msg(memcmp(&room, &before, sizeof(room)) == 0, "%s %s writes a wrong value",
                      row->field, row->json);
    }
    cadre__buf_done(&found);
    cadre__buf_done(&wanted);
    cadre__arena_done(&arena);
}
END_TEST

UNIT_MAIN("model/convert", UNIT_LOOP(each_case_gives_its_value_or_its_issue, N_SCALAR_CASES))
