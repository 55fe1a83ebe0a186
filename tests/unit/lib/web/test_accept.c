/* SPDX-License-Identifier: MIT */
/* What clients accept (lib/web/accept.c). */
#include "config.h"

#include "tests/unit/unit.h"

#include "web/accept.h"

static const struct {
    const char *field, *coding;
    unsigned weight;
} codings[] = {
    {"", "gzip", 0},
    {"gzip", "gzip", 1000},
    {"GZip", "gzip", 1000},
    {"gzip, br", "br", 1000},
    {" br ; q=0.5 , gzip", "br", 500},
    {"gzip;q=0", "gzip", 0},
    {"gzip;q=0.001", "gzip", 1},
    {"gzip;q=1.000", "gzip", 1000},
    {"gzip;q=1.001", "gzip", 0},
    {"gzip;q=0.0001", "gzip", 0},
    {"gzip;q=", "gzip", 0},
    {"gzip;q=2", "gzip", 0},
    {"gzip;x=1;q=0.3", "gzip", 300},
    {"*", "gzip", 1000},
    {"*;q=0.2, br", "gzip", 200},
    {"gzip;q=0, *", "gzip", 0},
    {"*, gzip;q=0", "gzip", 0},
    {"xgzip", "gzip", 0},
    {"gzip x", "gzip", 0},
    {",,gzip,,", "gzip", 1000},
    {";;;", "gzip", 0},
};

START_TEST(weights_of_codings_are_read)
{
    ck_assert_msg(cadre__accept_encoding(cadre_str_from(codings[_i].field), codings[_i].coding) ==
                      codings[_i].weight,
                  "%s in \"%s\"", codings[_i].coding, codings[_i].field);
}
END_TEST

static const struct {
    const char *field;
    bool json;
} types[] = {
    {"", false},
    {"*/*", false},
    {"application/*", false},
    {"application/json", true},
    {"Application/JSON; charset=utf-8", true},
    {"application/problem+json", true},
    {"+json", false},
    {"application/json;q=0", false},
    {"application/json, text/plain, */*", true},
    {"text/html, application/json", true},
    {"text/html, application/json;q=0.9", false},
    {"text/plain;q=0.5, application/json;q=0.6", true},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false},
    {"application/json;q=0.1, */*", true},
    {"application/jsonx", false},
};

START_TEST(json_is_asked_for_by_name)
{
    ck_assert_msg(cadre__accept_asks_for_json(cadre_str_from(types[_i].field)) == types[_i].json,
                  "\"%s\"", types[_i].field);
}
END_TEST

UNIT_MAIN("web/accept",
          UNIT_LOOP(weights_of_codings_are_read, sizeof(codings) / sizeof(codings[0])),
          UNIT_LOOP(json_is_asked_for_by_name, sizeof(types) / sizeof(types[0])))
