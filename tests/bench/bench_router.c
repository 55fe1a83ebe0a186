/* SPDX-License-Identifier: MIT */
/*
 * What it costs to find a route: among 1,000 at most twice of what it costs among 10, and at most
 * 150 ns. The tables are those of an API with many resources, which begin and end alike; each round
 * asks for all of them in turn.
 */
#include "config.h"

#define BENCH_CLOCK CLOCK_PROCESS_CPUTIME_ID
#include "tests/bench/bench.h"

#include <string.h>

#include "web/mount.h"

#define LIMIT_NS 150

struct table {
    struct cadre_route *rows;
    struct cadre__mount *mount;
    struct cadre_str *paths;
    size_t n;
};

static struct table literals[2], params[2]; /* of 10, of 1,000 */

static int handler(struct cadre_request *req)
{
    (void)req;
    return 0;
}

static char *text(const char *tail, size_t i)
{
    char *copy = NULL;

    if (asprintf(&copy, "/api/v1/resource-%zu%s", i, tail) < 0)
        exit(EXIT_FAILURE);
    return copy;
}

static void make(struct table *table, size_t n, const char *pattern, const char *path)
{
    struct cadre__mount_options options = {.name = "bench", .path = "/"};
    char why[500] = "";

    table->n = n;
    table->rows = calloc(n + 1, sizeof(*table->rows));
    table->paths = calloc(n, sizeof(*table->paths));
    if (!table->rows || !table->paths)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < n; i++) {
        table->rows[i].method = "GET";
        table->rows[i].pattern = text(pattern, i);
        table->rows[i].handler = handler;
        table->paths[i] = cadre_str_from(text(path, i));
    }
    options.routes = table->rows;
    if (cadre__mount_new(&options, why, sizeof(why), &table->mount) < 0) {
        fprintf(stderr, "bench_router: %s\n", why);
        exit(EXIT_FAILURE);
    }
}

/* As web/app.c asks. */
static void find(const struct table *table, uint64_t times)
{
    struct cadre__mount_query query = {.method = CADRE_STR("GET")};
    struct cadre_str found[CADRE__PATTERN_PARAMS_MAX];
    const struct cadre__mount_route *route;
    char allow[CADRE__ALLOW_SIZE];
    size_t at = 0;

    for (uint64_t i = 0; i < times; i++) {
        at = at + 7 < table->n ? at + 7 : at + 7 - table->n;
        query.path = table->paths[at];
        route = cadre__mount_find_literal(table->mount, query.method, query.path);
        if (!route &&
            cadre__mount_find(table->mount, &query, &route, found, allow) != CADRE__MOUNT_FOUND)
            abort();
    }
}

static void literals_of_10(uint64_t times)
{
    find(&literals[0], times);
}

static void literals_of_1000(uint64_t times)
{
    find(&literals[1], times);
}

static void params_of_10(uint64_t times)
{
    find(&params[0], times);
}

static void params_of_1000(uint64_t times)
{
    find(&params[1], times);
}

int main(void)
{
    static const struct bench_row rows[] = {
        {.name = "a literal path of 1,000",
         .reference = "of 10",
         .times = 2000000,
         .ours = literals_of_1000,
         .theirs = literals_of_10,
         .limit = 2},
        {.name = "the same",
         .reference = "nothing",
         .times = 2000000,
         .ours = literals_of_1000,
         .theirs_ns = 1e-9,
         .limit_ns = LIMIT_NS},
        {.name = "a path with a parameter, of 1,000",
         .reference = "of 10",
         .times = 2000000,
         .ours = params_of_1000,
         .theirs = params_of_10,
         .limit = 2},
        {.name = "the same",
         .reference = "nothing",
         .times = 2000000,
         .ours = params_of_1000,
         .theirs_ns = 1e-9,
         .limit_ns = LIMIT_NS},
    };

    make(&literals[0], 10, "/items", "/items");
    make(&literals[1], 1000, "/items", "/items");
    make(&params[0], 10, "/items/{item_id}/parts", "/items/4711/parts");
    make(&params[1], 1000, "/items/{item_id}/parts", "/items/4711/parts");
    return bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
