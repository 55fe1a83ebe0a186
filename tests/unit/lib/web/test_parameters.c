/* SPDX-License-Identifier: MIT */
/* Values with parameters (web/parameters.c). */
#include "config.h"

#include "tests/unit/unit.h"
#include "web/parameters.h"

static const struct {
    const char *field, *value, *name; /* name: the parameter "name"; NULL: there is none */
} rows[] = {
    {"", "", NULL},
    {"form-data", "form-data", NULL},
    {" form-data ;name=a", "form-data", "a"},
    {"form-data; name=\"a b\"; filename=c", "form-data", "a b"},
    {"form-data; NAME = a ; x", "form-data", "a"},
    {"form-data; filename=\"x; name=y\"; name=z", "form-data", "z"},
    {"form-data; filename=\"\\\"; name=y\"; name=z", "form-data", "z"},
    {"form-data; name=\"a\\\"b\\\\c\"", "form-data", "a\"b\\c"},
    {"form-data; name=\"C:\\dir\\file\"", "form-data", "C:\\dir\\file"},
    {"form-data; name=\"unended", "form-data", "unended"},
    {"form-data; name=\"a\" trailing; name=b", "form-data", "a"},
    {"form-data; name; name=b", "form-data", "b"},
    {"form-data; name=", "form-data", ""},
    {"form-data; name=a=b", "form-data", "a=b"},
    {";;;name=a", "", "a"},
    {"form-data; filename*=UTF-8''x", "form-data", NULL},
    {"\\", "\\", NULL},
    {"a; name=\"\\", "a", "\\"},
};

START_TEST(parameters_are_found)
{
    const struct cadre_str field = cadre_str_from(rows[_i].field);
    const struct cadre_str value = cadre__parameters_value(field);
    char out[200];
    size_t len = 4711;
    bool found = cadre__parameters_find(field, "name", out, &len);

    ck_assert(cadre_str_eq(value, cadre_str_from(rows[_i].value)));
    ck_assert_int_eq(found, rows[_i].name != NULL);
    if (!found)
        return;
    ck_assert_str_eq(out, rows[_i].name);
    ck_assert_uint_eq(len, strlen(out));
}
END_TEST

UNIT_MAIN("web/parameters", UNIT_LOOP(parameters_are_found, sizeof(rows) / sizeof(rows[0])))
