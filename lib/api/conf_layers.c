/* SPDX-License-Identifier: MIT */
/* Middleware by conf: api/conf_layers.h. */
#include "api/conf_layers.h"

#include "base/str.h"
#include "conf/tree.h"
#include "middleware/bundled.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct maker {
    const struct cadre__conf_layers_source *source;
    struct cadre__arena *arena;
    struct cadre__settings_judge judge;
    const char *layer;             /* whose options are read */
    const struct cadre_conf *node; /* its group */
    struct cadre_middleware *rows;
    size_t n;
};

/* --- what is wrong --- */

static void complain_unknown(struct maker *maker, const struct cadre_conf *node)
{
    const char *name = cadre_conf_name(node);
    const char *nearest = cadre__str_nearest(name, cadre__bundled_names);
    struct cadre__buf known;

    if (nearest != NULL) {
        cadre__settings_complain(&maker->judge, node,
                                 "unknown middleware \"%s\": did you mean \"%s\"?", name, nearest);
        return;
    }
    cadre__buf_init(&known);
    for (size_t i = 0; cadre__bundled_names[i] != NULL; i++)
        cadre__buf_printf(&known, "%s%s", i > 0 ? ", " : "", cadre__bundled_names[i]);
    cadre__settings_complain(&maker->judge, node, "unknown middleware \"%s\": there are %s", name,
                             cadre__buf_text(&known));
    cadre__buf_done(&known);
}

/* A cadre__settings_wrong_fn. */
static void on_wrong_option(void *arg, const struct cadre_conf *at, const char *text)
{
    struct maker *maker = arg;

    cadre__settings_complain(&maker->judge, at != NULL ? at : maker->node, "middleware \"%s\": %s",
                             maker->layer, text);
}

/* What a setup says begins with the option that it is about, mostly: that is where it stands. */
static const struct cadre_conf *find_option(const struct cadre_conf *node, const char *why)
{
    char name[64];
    size_t len = strcspn(why, ":");
    const struct cadre_conf *option;

    if (len >= sizeof(name))
        return node;
    memcpy(name, why, len);
    name[len] = '\0';
    option = cadre_conf_get(node, name);
    return option != NULL ? option : node;
}

/* --- one layer --- */

/* The options as the struct of the type; NULL where it has none. 0; -EINVAL, told; -ENOMEM. */
static int read_options(struct maker *maker, const struct cadre__bundled *bundled,
                        const struct cadre_conf *node, const void **ret)
{
    const struct cadre__settings_source source = {.model = bundled->options->model, .conf = node};

    *ret = NULL;
    if (cadre_conf_type(node) != CADRE_CONF_GROUP) {
        cadre__settings_complain(&maker->judge, node,
                                 "middleware \"%s\": write its options as a group, %s: { %s }",
                                 maker->layer, maker->layer, bundled->options->example);
        return -EINVAL;
    }
    if (source.model != NULL)
        return cadre__settings_make(&source, maker->arena, on_wrong_option, maker, ret);
    if (cadre_conf_count(node) == 0)
        return 0;
    cadre__settings_complain(&maker->judge, cadre__conf_first(node),
                             "middleware \"%s\": it takes no options", maker->layer);
    return -EINVAL;
}

/* Whether the type takes them. */
static int try_options(struct maker *maker, const struct cadre_middleware_type *type,
                       const void *options, const struct cadre_conf *node)
{
    char why[512] = "its options are refused";
    const struct cadre_middleware_setup setup = {.module = maker->source->module,
                                                 .mount = maker->source->mount,
                                                 .why = why,
                                                 .why_size = sizeof(why)};
    void *self = NULL;
    int r = type->setup != NULL ? type->setup(&setup, options, &self) : 0;

    if (r == 0 && self != NULL && type->done != NULL)
        type->done(self);
    if (r == -EINVAL)
        cadre__settings_complain(&maker->judge, find_option(node, why), "middleware \"%s\": %s",
                                 maker->layer, why);
    return r;
}

static int add_layer(struct maker *maker, const struct cadre_conf *node)
{
    struct cadre__bundled bundled;
    const void *options;
    int r;

    maker->layer = cadre_conf_name(node);
    maker->node = node;
    if (cadre__bundled_find(maker->layer, &bundled) < 0) {
        complain_unknown(maker, node);
        return 0;
    }
    r = read_options(maker, &bundled, node, &options);
    if (r == 0)
        r = try_options(maker, bundled.type, options, node);
    if (r < 0)
        return r == -EINVAL ? 0 : r;
    maker->rows[maker->n++] = (struct cadre_middleware){
        .name = bundled.type->name,
        .type = bundled.type,
        .options = options,
        .file = cadre_conf_file(node),
        .line = cadre_conf_line(node),
    };
    return 0;
}

/* --- all --- */

static size_t count_layers(const struct cadre_conf *conf)
{
    size_t n = cadre_conf_count(conf);

    if (cadre_conf_type(conf) != CADRE_CONF_LIST)
        return n;
    n = 0;
    for (const struct cadre_conf *c = cadre__conf_first(conf); c; c = cadre__conf_next(conf, c))
        n += cadre_conf_count(c);
    return n;
}

static int add_group(struct maker *maker, const struct cadre_conf *group)
{
    int r = 0;

    for (const struct cadre_conf *c = cadre__conf_first(group); r == 0 && c != NULL;
         c = cadre__conf_next(group, c))
        r = add_layer(maker, c);
    return r;
}

static int add_list(struct maker *maker, const struct cadre_conf *list)
{
    int r = 0;

    for (const struct cadre_conf *c = cadre__conf_first(list); r == 0 && c != NULL;
         c = cadre__conf_next(list, c))
        r = add_group(maker, c);
    return r;
}

int cadre__conf_layers_make(const struct cadre__conf_layers_source *source,
                            struct cadre__arena *arena, cadre__settings_wrong_fn on_wrong,
                            void *arg, const struct cadre_middleware **ret)
{
    struct maker maker = {.source = source, .arena = arena, .judge = {on_wrong, arg, false}};
    size_t n = source->conf != NULL ? count_layers(source->conf) : 0;
    int r;

    *ret = NULL;
    if (n == 0)
        return 0;
    maker.rows = cadre__arena_calloc(arena, (n + 1) * sizeof(*maker.rows));
    if (maker.rows == NULL)
        return -ENOMEM;
    r = cadre_conf_type(source->conf) == CADRE_CONF_LIST ? add_list(&maker, source->conf)
                                                         : add_group(&maker, source->conf);
    if (r < 0)
        return r;
    if (maker.judge.is_wrong)
        return -EINVAL;
    *ret = maker.rows;
    return 0;
}
