/* SPDX-License-Identifier: MIT */
/* The bundled middleware by name, and the models of its options (middleware/bundled.c,
 * middleware/options.c). */
#include "tests/unit/unit.h"

#include "middleware/bundled.h"
#include <cadre.h>
#include <errno.h>

/* The tables of types, of names and of options are of the same middleware. */
START_TEST(each_bundled_one_has_types_names_and_options)
{
    size_t n = 0;

    for (; cadre__bundled_names[n] != NULL; n++) {
        struct cadre__bundled bundled;
        const char *why = "";

        ck_assert_msg(cadre__bundled_find(cadre__bundled_names[n], &bundled) == 0, "%s",
                      cadre__bundled_names[n]);
        ck_assert_str_eq(bundled.type->name, cadre__bundled_names[n]);
        ck_assert_ptr_nonnull(bundled.type->call);
        ck_assert_ptr_nonnull(bundled.options->doc);
        ck_assert_ptr_nonnull(bundled.options->example);
        if (bundled.options->model == NULL)
            continue;
        ck_assert_msg(cadre_model_prepare(bundled.options->model, &why) == 0, "%s", why);
        for (const struct cadre_field *f = bundled.options->model->fields; f->name != NULL; f++)
            ck_assert_msg(f->description != NULL, "%s.%s", bundled.type->name, f->name);
    }
    for (size_t i = 0; i < n; i++)
        ck_assert_ptr_nonnull(cadre__layer_options[i].name);
    ck_assert_ptr_null(cadre__layer_options[n].name);
}
END_TEST

START_TEST(what_is_not_bundled_is_not_found)
{
    struct cadre__bundled bundled;

    ck_assert_int_eq(cadre__bundled_find("cor", &bundled), -ENOENT);
    ck_assert_int_eq(cadre__bundled_find("", &bundled), -ENOENT);
    ck_assert_int_eq(cadre__bundled_find("cors", &bundled), 0);
    ck_assert_ptr_eq(bundled.type, &cadre_cors);
    ck_assert_str_eq(bundled.options->name, "cors");
}
END_TEST

UNIT_MAIN("middleware/bundled", UNIT_CASE(each_bundled_one_has_types_names_and_options),
          UNIT_CASE(what_is_not_bundled_is_not_found))
