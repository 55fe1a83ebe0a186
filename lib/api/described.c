/* SPDX-License-Identifier: MIT */
/* Webhooks and callbacks: rows that are described and never called (api/described.h). */
#include "config.h"

#include "api/described.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/plan.h"
#include "model/json_merge.h"

/* Adds a line about a row. */
static void complain(struct cadre__buf *errors, enum cadre__described_kind kind,
                     const struct cadre_route *row, const char *text)
{
    const char *what = kind == CADRE__DESCRIBED_WEBHOOKS ? "webhook" : "callback";
    const char *pattern = row->pattern != NULL ? row->pattern : "";

    if (row->file != NULL)
        cadre__buf_line(errors, "%s:%u: %s \"%s %s\": %s", row->file, row->line, what, row->method,
                        pattern, text);
    else
        cadre__buf_line(errors, "%s \"%s %s\": %s", what, row->method, pattern, text);
}

/* What a row that is never called cannot have; NULL: all is well. */
static const char *misfit(const struct cadre_route *row)
{
    if (row->routes != NULL)
        return "a table of what is only described has no mounts: write its rows here";
    if (cadre__mount_method_index(cadre_str_from(row->method)) < 0)
        return "its method is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    if (row->pattern == NULL || row->pattern[0] == '\0')
        return "it has neither name nor URL";
    if (*cadre__described_name(row) == '\0')
        return "it is called nothing: write it by CADRE_WEBHOOK or CADRE_CALLBACK";
    if (row->handler != NULL || row->sync || row->cancel_on_disconnect)
        return "it is described and never called: remove its handler, `.sync` and "
               "`.cancel_on_disconnect`";
    if (row->host != NULL || row->callbacks != NULL || row->not_in_schema)
        return "`.host`, `.callbacks` and `.not_in_schema` mean nothing here: remove them";
    return NULL;
}

/* An earlier row of the same place in the document. */
static bool is_there(const struct cadre_route *rows, const struct cadre_route *row,
                     enum cadre__described_kind kind)
{
    for (; rows < row; rows++) {
        if (rows->pattern != NULL && strcmp(rows->method, row->method) == 0 &&
            strcmp(rows->pattern, row->pattern) == 0 &&
            (kind == CADRE__DESCRIBED_WEBHOOKS ||
             strcmp(cadre__described_name(rows), cadre__described_name(row)) == 0))
            return true;
    }
    return false;
}

/* Makes the plan of a row. 0, also where something is wrong, which was said; -ENOMEM. */
static int make_plan(struct cadre__mount_route *route, enum cadre__described_kind kind,
                     struct cadre__buf *errors)
{
    static const struct cadre__mount_options options = {.name = NULL};
    const struct cadre__typed_route typed = {
        .row = route->row, .pattern = &route->pattern, .options = &options};
    struct cadre__buf lines;
    char *rest, *line;
    int r;

    cadre__buf_init(&lines);
    r = cadre__api_ops.plan(&typed, &lines, &route->plan);
    if (r == -EINVAL) {
        rest = lines.data;
        while ((line = strsep(&rest, "\n")) != NULL)
            complain(errors, kind, route->row, line);
        r = 0;
    }
    cadre__buf_done(&lines);
    return r;
}

static int add_row(struct cadre__described *described, const struct cadre_route *rows,
                   const struct cadre_route *row, enum cadre__described_kind kind,
                   struct cadre__buf *errors)
{
    const char *wrong = misfit(row);
    struct cadre__mount_route *route = &described->routes[described->n++];

    *route = (struct cadre__mount_route){
        .row = row, .text = row->pattern, .is_deprecated = row->deprecated};
    if (wrong == NULL && is_there(rows, row, kind))
        wrong = "it is there already";
    if (wrong == NULL)
        return make_plan(route, kind, errors);
    complain(errors, kind, row, wrong);
    return 0;
}

int cadre__described_new(const struct cadre_route *rows, enum cadre__described_kind kind,
                         struct cadre__buf *errors, struct cadre__described *ret)
{
    struct cadre__described described = {0};
    size_t len = errors->len, n = 0;
    int r = 0;

    while (rows != NULL && rows[n].method != NULL)
        n++;
    described.routes = calloc(n + 1, sizeof(*described.routes));
    if (described.routes == NULL)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_row(&described, rows, &rows[i], kind, errors);
    if (r == 0 && errors->error < 0)
        r = errors->error;
    if (r == 0 && errors->len > len)
        r = -EINVAL;
    if (r == 0)
        *ret = described;
    else
        cadre__described_done(&described);
    return r;
}

void cadre__described_done(struct cadre__described *described)
{
    for (size_t i = 0; i < described->n; i++) {
        if (described->routes[i].plan != NULL)
            cadre__api_ops.plan_free(described->routes[i].plan);
    }
    free(described->routes);
    *described = (struct cadre__described){0};
}

int cadre__described_check_row(struct cadre__api_maker *maker)
{
    const struct cadre_route *row = maker->route->row;
    char why[CADRE__JSON_MERGE_WHY];
    struct cadre__described callbacks;
    int r = 0;

    if (row->openapi_extra != NULL)
        r = cadre__json_merge_check(row->openapi_extra, why);
    if (r == -EINVAL)
        cadre__api_complain(maker, "its openapi_extra cannot be merged into its operation: %s",
                            why);
    if (r == -ENOMEM || row->callbacks == NULL)
        return r == -ENOMEM ? r : 0;
    r = cadre__described_new(row->callbacks, CADRE__DESCRIBED_CALLBACKS, maker->errors, &callbacks);
    if (r == 0)
        cadre__described_done(&callbacks);
    return r == -EINVAL ? 0 : r;
}
