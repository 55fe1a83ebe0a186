/* SPDX-License-Identifier: MIT */
/*
 * A document of 1 MiB, a list of models, into structs and back. Reading: at most a fifth of what
 * jansson takes for a tree, and at most twice of what simdjson takes for its tree and a walk over
 * it, where it is installed. Writing: at most a fifth of what jansson takes to write the tree. Each
 * reads the same bytes; memory is given back each time.
 */
#include "config.h"

#define BENCH_CLOCK CLOCK_PROCESS_CPUTIME_ID
#include "tests/bench/bench.h"

#include <jansson.h>
#include <string.h>

#include "model/json_read.h"
#include "model/json_write.h"
#include "tests/bench/simdjson_walk.h"

#define DOCUMENT_BYTES (1024 * 1024)

struct account {
    int64_t id;
    const char *name, *email;
    unsigned age;
    double balance, score;
    bool is_active;
    struct cadre_opt_str note;
    CADRE_LIST_OF(const char *) tags;
    struct {
        const char *street, *city;
    } address;
};

static const struct cadre_field account_fields[] = {
    CADRE_FIELD(struct account, id),
    CADRE_FIELD(struct account, name),
    CADRE_FIELD(struct account, email),
    CADRE_FIELD(struct account, age),
    CADRE_FIELD(struct account, balance),
    CADRE_FIELD(struct account, score),
    CADRE_FIELD(struct account, is_active),
    CADRE_FIELD(struct account, note),
    CADRE_LIST(struct account, tags),
    CADRE_FIELD(struct account, address.street, .alias = "street"),
    CADRE_FIELD(struct account, address.city, .alias = "city"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(account_model, struct account, account_fields);

struct accounts {
    CADRE_LIST_OF(struct account) items;
};
static const struct cadre_field accounts_fields[] = {
    CADRE_LIST_NESTED(struct accounts, items, account_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(accounts_model, struct accounts, accounts_fields);

static struct cadre__buf document, written;
static const struct cadre__plan *plan;
static struct cadre__arena arena;
static json_t *tree;
static struct accounts structs;

static void fail(const char *what)
{
    fprintf(stderr, "bench_json: %s\n", what);
    exit(EXIT_FAILURE);
}

/* The same document at each run. */
static void make_document(void)
{
    static const char *const cities[] = {"K\xc3\xb6ln", "Berlin", "San Francisco", "Paris"};
    uint64_t state = 88172645463325252;

    cadre__buf_puts(&document, "{\"items\":[");
    for (unsigned i = 0; document.len < DOCUMENT_BYTES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        cadre__buf_printf(
            &document,
            "%s{\"id\":%u,\"name\":\"Account number %u\",\"email\":\"user%u@example.com\","
            "\"age\":%u,\"balance\":%u.%02u,\"score\":%.17g,\"is_active\":%s,\"note\":%s,"
            "\"tags\":[\"red\",\"of-two-words\",\"x%u\"],\"street\":\"%u Long Street\","
            "\"city\":\"%s\"}",
            i ? "," : "", 1000000 + i, i, i, (unsigned)(state % 90), (unsigned)(state % 100000),
            (unsigned)(state >> 32) % 100, (double)(state >> 11) / 9007199254740992.0,
            state & 4 ? "true" : "false", state & 8 ? "null" : "\"a note, \\\"quoted\\\"\"", i % 7,
            (unsigned)(state % 999), cities[state / 16 % 4]);
    }
    if (cadre__buf_puts(&document, "]}") < 0)
        fail("out of memory");
}

static void read_structs(uint64_t n)
{
    for (; n > 0; n--) {
        struct cadre_validation validation = {.arena = &arena};
        cadre__arena_reset(&arena);
        memset(&structs, 0, sizeof(structs));
        if (cadre__json_read_model(&validation, plan, cadre__buf_str(&document), NULL, &structs))
            fail("the document is not read");
    }
}

static void read_tree(uint64_t n)
{
    for (; n > 0; n--) {
        json_decref(tree);
        tree = json_loadb(document.data, document.len, 0, NULL);
        if (!tree)
            fail("jansson does not read the document");
    }
}

static void walk(uint64_t n)
{
    for (; n > 0; n--) {
        if (simdjson_walk(document.data, document.len) == 0)
            fail("simdjson does not read the document");
    }
}

static void write_structs(uint64_t n)
{
    for (; n > 0; n--) {
        cadre__buf_clear(&written);
        if (cadre__json_write(plan, &structs, 0, &arena, &written) < 0)
            fail("the structs are not written");
    }
}

static void write_tree(uint64_t n)
{
    for (; n > 0; n--) {
        char *text = json_dumps(tree, JSON_COMPACT);
        if (!text)
            fail("jansson does not write the tree");
        free(text);
    }
}

int main(void)
{
    const char *why = "out of memory";
    struct bench_row rows[] = {
        {.name = "1 MiB into structs",
         .reference = "jansson: json_loadb",
         .times = 20,
         .ours = read_structs,
         .theirs = read_tree,
         .limit = 0.2},
        {.name = "1 MiB into structs",
         .reference = "simdjson: DOM and a walk",
         .times = 40,
         .ours = read_structs,
         .theirs = simdjson_walk ? walk : NULL,
         .limit = simdjson_walk ? 2 : 0},
        {.name = "1 MiB from structs",
         .reference = "jansson: json_dumps",
         .times = 20,
         .ours = write_structs,
         .theirs = write_tree,
         .limit = 0.2},
    };

    if (cadre_model_prepare(&accounts_model, &why) < 0)
        fail(why);
    plan = cadre__plan_of(&accounts_model);
    cadre__arena_init(&arena, 64 * 1024);
    make_document();
    read_structs(1);
    read_tree(1);
    write_structs(1);
    printf("%zu bytes, %zu models; written %zu bytes\n", document.len, structs.items.len,
           written.len);
    return bench_run(rows, sizeof(rows) / sizeof(rows[0]));
}
