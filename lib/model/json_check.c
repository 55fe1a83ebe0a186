/* SPDX-License-Identifier: MIT */
/* model/json_check: the value is passed over. */
#include "config.h"

#include "model/json_check.h"

#include <errno.h>
#include <stdlib.h>

#include "model/json_scan.h"

int cadre__json_check(struct cadre_str text, unsigned max_depth, struct cadre__json_problem *ret)
{
    const char *begin = text.ptr ? text.ptr : "";
    struct cadre__json json = {
        .at = begin, .end = begin + text.len, .begin = begin, .max_depth = max_depth};

    if (!cadre__json_is_utf8(begin, text.len))
        return -EILSEQ;
    char *strings = malloc(text.len + 1 + CADRE__JSON_SLACK);
    if (!strings)
        return -ENOMEM;
    json.strings = strings;
    cadre__json_space(&json);
    int r = cadre__json_skip(&json);
    if (r == 0) {
        cadre__json_space(&json);
        if (json.at < json.end)
            r = cadre__json_fail(&json, json.at, "Extra data");
    }
    free(strings);
    if (r < 0)
        *ret = (struct cadre__json_problem){json.error, cadre__json_error_offset(&json)};
    return r;
}
