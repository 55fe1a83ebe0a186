/* SPDX-License-Identifier: MIT */
/* The model of the fuzz target model_json: all kinds, in one another. */
#ifndef CADRE_TESTS_FUZZ_MODEL_JSON_TREE_H
#define CADRE_TESTS_FUZZ_MODEL_JSON_TREE_H

#include <cadre/model.h>

enum shade { DARK, BRIGHT };
CADRE_ENUM_TYPE(shades, enum shade, {"dark", DARK}, {"bright", BRIGHT});

struct leaf {
    int32_t a;
    double d;
    const char *s;
};
static const struct cadre_field leaf_fields[] = {
    CADRE_FIELD(struct leaf, a, CADRE_DEFAULT(1)),
    CADRE_FIELD(struct leaf, d, CADRE_DEFAULT(0.5)),
    CADRE_FIELD(struct leaf, s, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(leaf_model, struct leaf, leaf_fields);

struct open_leaf {
    struct cadre_str t;
    struct cadre_extra extra;
};
static const struct cadre_field open_leaf_fields[] = {
    CADRE_FIELD(struct open_leaf, t, CADRE_DEFAULT("t")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(open_leaf_model, struct open_leaf, open_leaf_fields,
            CADRE_EXTRA_INTO(struct open_leaf, extra));

/* A tuple, and a variant that holds the union again. */
struct knot {
    int64_t n;
    struct cadre_opt_double d;
    struct knot *next;
};
CADRE_MODEL_DECLARE(knot_model, struct knot);
static const struct cadre_field knot_fields[] = {
    CADRE_FIELD(struct knot, n, CADRE_LT(100)),
    CADRE_FIELD(struct knot, d, .finite = true),
    CADRE_OPT_TUPLE(struct knot, next, knot_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(knot_model, struct knot, knot_fields);

struct chosen;
struct fork {
    struct chosen *x;
};
CADRE_MODEL_DECLARE(fork_model, struct fork);

enum choice { CHOICE_A = 1, CHOICE_B, CHOICE_C };
struct chosen {
    enum choice choice;
    union {
        struct leaf leaf;
        struct open_leaf open_leaf;
        struct fork fork;
    };
};
static const struct cadre_variant chosen_variants[] = {
    CADRE_VARIANT(struct chosen, "a", CHOICE_A, leaf, leaf_model),
    CADRE_VARIANT(struct chosen, "b", CHOICE_B, open_leaf, open_leaf_model),
    CADRE_VARIANT(struct chosen, "c", CHOICE_C, fork, fork_model),
    CADRE_VARIANTS_END,
};
CADRE_UNION_TYPE(choices, struct chosen, choice, "k", chosen_variants);
static const struct cadre_field fork_fields[] = {
    CADRE_OPT_UNION(struct fork, x, choices),
    CADRE_FIELDS_END,
};
CADRE_MODEL(fork_model, struct fork, fork_fields);

struct tree {
    int64_t i;
    uint64_t u;
    int8_t i8;
    double d;
    bool b;
    const char *s;
    struct cadre_str t;
    struct cadre_opt_str o;
    struct cadre_opt_double od;
    enum shade e;
    struct cadre_date date;
    struct cadre_datetime dt;
    struct cadre_time time;
    struct cadre_duration dur;
    struct cadre_uuid uuid;
    struct cadre_decimal dec;
    struct cadre_any any;
    CADRE_LIST_OF(double) l;
    CADRE_LIST_OF(struct leaf) ll;
    CADRE_LIST_OF(CADRE_LIST_OF(int)) m;
    CADRE_MAP_OF(const char *) p;
    CADRE_MAP_OF(struct leaf) pl;
    struct leaf n;
    struct tree *c;
    struct chosen *x;
    struct open_leaf *y;
    struct cadre_ip ip;
    struct cadre_uri w;
    struct knot *q;
    CADRE_LIST_OF(struct cadre_decimal) sd;
    CADRE_LIST_OF(struct open_leaf) so;
    struct cadre_fields_set set;
};
CADRE_MODEL_DECLARE(tree_model, struct tree);
static const struct cadre_field tree_fields[] = {
    CADRE_FIELD(struct tree, i, CADRE_DEFAULT(5)),
    CADRE_FIELD(struct tree, u, CADRE_DEFAULT(6)),
    CADRE_FIELD(struct tree, i8, CADRE_DEFAULT(7), CADRE_GT(-9)),
    CADRE_FIELD(struct tree, d, CADRE_DEFAULT(8.5), .finite = true),
    CADRE_FIELD(struct tree, b, CADRE_DEFAULT(false)),
    CADRE_FIELD(struct tree, s, .optional = true, .max_length = 40),
    CADRE_FIELD(struct tree, t, CADRE_DEFAULT("x")),
    CADRE_FIELD(struct tree, o),
    CADRE_FIELD(struct tree, od, .finite = true),
    CADRE_ENUM(struct tree, e, shades, CADRE_DEFAULT(DARK)),
    CADRE_FIELD(struct tree, date, CADRE_DEFAULT("2026-01-02")),
    CADRE_FIELD(struct tree, dt, CADRE_DEFAULT("2026-01-02T03:04:05Z")),
    CADRE_FIELD(struct tree, time, CADRE_DEFAULT("03:04:05")),
    CADRE_FIELD(struct tree, dur, CADRE_DEFAULT("PT1S")),
    CADRE_FIELD(struct tree, uuid, CADRE_DEFAULT("123e4567-e89b-12d3-a456-426614174000")),
    CADRE_FIELD(struct tree, dec, CADRE_DEFAULT("1.5")),
    CADRE_FIELD(struct tree, any, .optional = true),
    CADRE_LIST(struct tree, l, CADRE_DEFAULT_EMPTY, CADRE_EACH(.finite = true)),
    CADRE_LIST_NESTED(struct tree, ll, leaf_model, CADRE_DEFAULT_EMPTY, .max_items = 9),
    CADRE_LIST_LIST(struct tree, m, .optional = true),
    CADRE_MAP(struct tree, p, CADRE_DEFAULT_EMPTY),
    CADRE_MAP_NESTED(struct tree, pl, leaf_model, CADRE_DEFAULT_EMPTY),
    CADRE_NESTED(struct tree, n, leaf_model, CADRE_DEFAULT_EMPTY),
    CADRE_OPT_NESTED(struct tree, c, tree_model),
    CADRE_OPT_UNION(struct tree, x, choices),
    CADRE_OPT_NESTED(struct tree, y, open_leaf_model),
    CADRE_FIELD(struct tree, ip, CADRE_DEFAULT("::1")),
    CADRE_FIELD(struct tree, w, .optional = true),
    CADRE_OPT_TUPLE(struct tree, q, knot_model),
    CADRE_LIST(struct tree, sd, .set = true, .optional = true),
    CADRE_LIST_NESTED(struct tree, so, open_leaf_model, .unique = true, .optional = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(tree_model, struct tree, tree_fields, CADRE_SET_INTO(struct tree, set),
            .extra = CADRE_EXTRA_FORBID);

#endif
