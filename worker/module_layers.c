/* SPDX-License-Identifier: MIT */
/* Middleware by conf: worker/module_layers.h. */
#include "config.h"

#include "worker/module_layers.h"

#include "api/conf_layers.h"
#include <errno.h>

#define CHECK_CHUNK 1024

/* Where on_wrong() puts what it is told. */
struct finding {
    struct cadre__conf_errors *errors;
    const char *module;
};

/* A cadre__settings_wrong_fn; what is wrong here always has a place. */
static void on_wrong(void *arg, const struct cadre_conf *at, const char *text)
{
    const struct finding *finding = arg;

    cadre__conf_errors_add(finding->errors, cadre_conf_file(at), cadre_conf_line(at),
                           "module \"%s\": %s", finding->module, text);
}

int module_layers_make(const struct cadre__module_conf *conf, struct cadre__conf_errors *errors,
                       struct cadre__arena *arena, const struct cadre_middleware **ret)
{
    struct finding finding = {.errors = errors, .module = conf->name};
    const struct cadre__conf_layers_source source = {
        .conf = conf->middleware, .module = conf->name, .mount = conf->mount};
    int r = cadre__conf_layers_make(&source, arena, on_wrong, &finding, ret);

    return r == -EINVAL ? 0 : r;
}

int module_layers_check(const struct cadre__module_conf *conf, struct cadre__conf_errors *errors)
{
    const struct cadre_middleware *rows;
    struct cadre__arena arena;
    int r;

    cadre__arena_init(&arena, CHECK_CHUNK);
    r = module_layers_make(conf, errors, &arena, &rows);
    cadre__arena_done(&arena);
    return r;
}
