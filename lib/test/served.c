/* SPDX-License-Identifier: MIT */
/* The application of a test client: test/served.h. */
#include "config.h"

#include "test/served.h"

#include <cadre/error.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/settings.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "conf/tree.h"
#include "web/app.h"
#include "web/lifespan.h"
#include "web/module_abi.h"
#include "web/server_state.h"
#include <cadre/sync.h>

/* Of the arena that a module's settings are in, bytes. */
#define SETTINGS_CHUNK 1024

#define SHUTDOWN_NS (30 * CADRE__NSEC_PER_SEC)

/* One module. */
struct served_module {
    struct cadre_module body;
    struct cadre_route *routes; /* heap; a copy in this version's layout */
    char *name;                 /* heap */
    struct cadre__conf_tree *settings;
    const void *settings_value; /* by the module's model, in the arena; NULL: it has none */
    struct cadre__arena arena;
    struct cadre__mount *mount; /* the app's */
};

/* The lifespans of one scope. */
struct scope {
    struct cadre__lifespan_runner *runner;
    struct cadre_event changed;
    bool is_ready, is_stopped;
    bool has_started;
    int error; /* of a startup, or the first shutdown that failed */
    char text[600];
};

struct cadre__served {
    struct cadre__app *app;
    struct cadre__loop *loop;
    struct served_module *modules; /* heap */
    size_t n_modules;
    struct scope server, worker;
    struct cadre__server_state *state; /* what server lifespans have published; or NULL */
    bool with_lifespans;
    unsigned n_background; /* requests whose work behind the response goes on */
    struct cadre_event background_ended;
};

/* --- settings --- */

/* The length of the first part of "shop.open=true"; 0: no name. */
static size_t part_len(const char *text)
{
    return strcspn(text, ".=");
}

/* Is it the first one of the list whose name begins with that part? */
static bool is_first(const char *const *list, size_t index, size_t skip)
{
    size_t len = part_len(list[index] + skip);

    for (size_t i = 0; i < index; i++) {
        if (strncmp(list[i], list[index], skip + len) == 0 && part_len(list[i] + skip) == len)
            return false;
    }
    return true;
}

/* Adds those that begin with the first `skip` bytes of `prefix`: scalars, and groups of them. */
static void add_settings(struct cadre__conf_builder *builder, const char *const *list,
                         const char *prefix, size_t skip)
{
    for (size_t i = 0; list[i]; i++) {
        const char *name = list[i] + skip;
        size_t len;
        char part[200];

        if (strncmp(list[i], prefix, skip) != 0 || !is_first(list, i, skip))
            continue;
        len = part_len(name);
        snprintf(part, sizeof(part), "%.*s", (int)len, name);
        if (name[len] == '=') {
            cadre__conf_builder_string(builder, part, name + len + 1, NULL);
        } else {
            cadre__conf_builder_open(builder, CADRE_CONF_GROUP, part, NULL);
            add_settings(builder, list, list[i], skip + len + 1);
            cadre__conf_builder_close(builder);
        }
    }
}

static int make_settings(const char *const *list, char *why, size_t why_size,
                         struct cadre__conf_tree **ret)
{
    struct cadre__conf_builder *builder;

    for (size_t i = 0; list && list[i]; i++) {
        if (!strchr(list[i], '=')) {
            snprintf(why, why_size, "the setting \"%s\" is not \"name=value\"", list[i]);
            return -EINVAL;
        }
    }
    builder = cadre__conf_builder_new("");
    if (!builder)
        return -ENOMEM;
    if (list)
        add_settings(builder, list, "", 0);
    return cadre__conf_builder_finish(builder, ret);
}

static bool is_known(const char *name, const char *const *names)
{
    while (names && *names && strcmp(name, *names) != 0)
        names++;
    return names && *names;
}

static int check_settings(const struct served_module *module, char *why, size_t why_size)
{
    const struct cadre_conf *root = cadre__conf_tree_root(module->settings);

    for (const struct cadre_conf *child = cadre__conf_first(root); child;
         child = cadre__conf_next(root, child)) {
        const char *name = cadre_conf_name(child);
        const char *nearest;

        if (is_known(name, module->body.setting_names))
            continue;
        nearest = module->body.setting_names ? cadre__str_nearest(name, module->body.setting_names)
                                             : NULL;
        snprintf(why, why_size, "module \"%s\": unknown setting \"%s\"%s%s%s", module->name, name,
                 nearest ? ": did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
        return -EINVAL;
    }
    return 0;
}

/* What is wrong with a module's settings: the first thing is told. */
struct finding {
    const struct served_module *module;
    char *why;
    size_t why_size;
    bool is_told;
};

static void on_wrong_setting(void *arg, const struct cadre_conf *at, const char *text)
{
    struct finding *finding = arg;

    (void)at; /* there is no file */
    if (!finding->is_told)
        snprintf(finding->why, finding->why_size, "module \"%s\": %s", finding->module->name, text);
    finding->is_told = true;
}

/* Makes the settings by the module's model, or checks their names. */
static int take_settings(struct served_module *module, char *why, size_t why_size)
{
    struct finding finding = {.module = module, .why = why, .why_size = why_size};
    const struct cadre__settings_source source = {.model = module->body.settings,
                                                  .conf = cadre__conf_tree_root(module->settings),
                                                  .env_prefix = module->body.settings_env};

    if (source.model == NULL)
        return check_settings(module, why, why_size);
    return cadre__settings_make(&source, &module->arena, on_wrong_setting, &finding,
                                &module->settings_value);
}

/* --- modules --- */

static int load(const char *file, char *why, size_t why_size,
                const struct cadre_module_descriptor **ret)
{
    char path[4096];
    void *handle;

    /* A name without a slash is a file here, not one in the loader's path. */
    snprintf(path, sizeof(path), "%s%s", strchr(file, '/') ? "" : "./", file);
    if (access(path, F_OK) < 0) {
        int error = -errno;

        snprintf(why, why_size, "%s: %s", path, cadre_strerror(error));
        return error;
    }
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        snprintf(why, why_size, "it cannot be loaded: %s", dlerror());
        return -ELIBACC;
    }
    *ret = dlsym(handle, "cadre_module");
    if (!*ret) {
        snprintf(why, why_size, "%s is no module: it exports no \"cadre_module\"", path);
        return -EPROTO;
    }
    return 0;
}

static int take_descriptor(struct served_module *module,
                           const struct cadre_module_descriptor *descriptor, char *why,
                           size_t why_size)
{
    size_t n;
    int r = cadre__module_abi_check(descriptor, &cadre__module_abi_ours, why, why_size);

    return r < 0 ? r : cadre__module_abi_copy(descriptor, &module->body, &module->routes, &n);
}

/* Of a struct cadre_module that the test has made: of these headers, so of this version. */
static int take_module(struct served_module *module, const struct cadre_module *body, char *why,
                       size_t why_size)
{
    const struct cadre_module_descriptor descriptor = {
        .abi_major = CADRE_ABI_MAJOR,
        .abi_minor = CADRE_ABI_MINOR,
        .size = sizeof(descriptor),
        .module_size = sizeof(struct cadre_module),
        .route_size = sizeof(struct cadre_route),
        .built_with = CADRE_COMPILER,
        .module = body,
    };

    return take_descriptor(module, &descriptor, why, why_size);
}

static int make_module(struct cadre__served *served, const struct cadre_test_app *app,
                       const struct cadre_test_module *from, char *why, size_t why_size)
{
    struct served_module *module = &served->modules[served->n_modules++];
    const struct cadre_module_descriptor *descriptor = from->descriptor;
    struct cadre__mount_options options;
    int r = 0;

    cadre__arena_init(&module->arena, SETTINGS_CHUNK);
    module->name = strdup(from->name ? from->name : "test");
    if (!module->name)
        return -ENOMEM;
    if (from->file)
        r = load(from->file, why, why_size, &descriptor);
    if (r < 0)
        return r;
    if (!descriptor && !from->module) {
        snprintf(why, why_size, "module \"%s\": neither file, descriptor nor module is given",
                 module->name);
        return -EINVAL;
    }
    r = descriptor ? take_descriptor(module, descriptor, why, why_size)
                   : take_module(module, from->module, why, why_size);
    if (r == 0)
        r = make_settings(from->settings, why, why_size, &module->settings);
    if (r == 0)
        r = take_settings(module, why, why_size);
    if (r < 0)
        return r;
    options = (struct cadre__mount_options){
        .name = module->name,
        .path = from->mount ? from->mount : "/",
        .routes = module->routes,
        .settings = cadre__conf_tree_root(module->settings),
        .settings_value = module->settings_value,
        .converters = module->body.converters,
        .errors = module->body.errors,
        .middleware = module->body.middleware,
        .flags = module->body.flags,
        .dependencies = module->body.dependencies,
        .typed = &cadre__api_ops,
        .module = &module->body,
        .overrides = app->overrides,
    };
    return cadre__app_mount(served->app, &options, why, why_size, &module->mount);
}

/* --- work behind responses --- */

static void on_background(void *arg, bool begins)
{
    struct cadre__served *served = arg;

    served->n_background += begins ? 1 : -1u;
    if (served->n_background == 0)
        cadre_event_set(&served->background_ended);
}

static const struct cadre__app_hooks hooks = {.on_background = on_background};

int cadre__served_join_background(struct cadre__served *served)
{
    int r = 0;

    while (r == 0 && served->n_background > 0) {
        cadre_event_clear(&served->background_ended);
        r = cadre_event_wait(&served->background_ended);
    }
    return r;
}

int cadre__served_new(const struct cadre_test_app *app, struct cadre__loop *loop, char *why,
                      size_t why_size, struct cadre__served **ret)
{
    struct cadre__served *served = calloc(1, sizeof(*served));
    int r;

    if (!served)
        return -ENOMEM;
    served->loop = loop;
    served->with_lifespans = !app->no_lifespans;
    served->modules = calloc(app->n_modules + 1, sizeof(*served->modules));
    cadre_event_init(&served->background_ended);
    const struct cadre__app_options options = {
        .hooks = &hooks, .hooks_arg = served, .debug = app->debug};

    r = served->modules ? cadre__app_new(&options, &served->app) : -ENOMEM;
    for (size_t i = 0; r == 0 && i < app->n_modules; i++)
        r = make_module(served, app, &app->modules[i], why, why_size);
    if (r < 0) {
        cadre__served_free(served);
        return r;
    }
    *ret = served;
    return 0;
}

void cadre__served_free(struct cadre__served *served)
{
    if (!served)
        return;
    cadre__lifespan_runner_free(served->worker.runner);
    cadre__lifespan_runner_free(served->server.runner);
    cadre__app_free(served->app);
    cadre__server_state_free(served->state);
    for (size_t i = 0; i < served->n_modules; i++) {
        cadre__conf_tree_free(served->modules[i].settings);
        cadre__arena_done(&served->modules[i].arena);
        free(served->modules[i].routes);
        free(served->modules[i].name);
    }
    free(served->modules);
    free(served);
}

struct cadre__app *cadre__served_app(struct cadre__served *served)
{
    return served->app;
}

/* --- lifespans --- */

static void on_ready(void *arg)
{
    struct scope *scope = arg;

    scope->is_ready = true;
    cadre_event_set(&scope->changed);
}

static void on_failed(void *arg, const char *text)
{
    struct scope *scope = arg;

    snprintf(scope->text, sizeof(scope->text), "%s", text);
    scope->error = -CADRE_ESTARTUP;
    scope->is_stopped = true;
    cadre_event_set(&scope->changed);
}

static void on_shutdown_failed(void *arg, const char *text)
{
    struct scope *scope = arg;

    cadre__log(CADRE_LOG_ERROR, "%s", text);
    if (scope->error == 0)
        scope->error = -CADRE_ESTARTUP;
}

static void on_stopped(void *arg)
{
    struct scope *scope = arg;

    scope->is_stopped = true;
    cadre_event_set(&scope->changed);
}

static int make_runner(struct cadre__served *served, struct scope *scope,
                       enum cadre__lifespan_scope which, uint64_t timeout_ns)
{
    const struct cadre__lifespan_options options = {
        .loop = served->loop,
        .scope = which,
        .startup_timeout_ns = timeout_ns,
        .shutdown_timeout_ns = SHUTDOWN_NS,
        .callbacks = {.on_ready = on_ready,
                      .on_failed = on_failed,
                      .on_shutdown_failed = on_shutdown_failed,
                      .on_stopped = on_stopped},
        .callbacks_arg = scope,
    };
    int r = cadre__lifespan_runner_new(&options, &scope->runner);

    for (size_t i = 0; r == 0 && i < served->n_modules; i++) {
        struct served_module *module = &served->modules[i];
        bool is_worker = which == CADRE__LIFESPAN_WORKER;
        struct cadre__lifespan_entry entry = {
            .name = module->name,
            .fn = is_worker ? module->body.lifespan : module->body.server_lifespan,
            .settings = cadre__conf_tree_root(module->settings),
            .settings_value = module->settings_value,
            .mount = is_worker ? module->mount : NULL,
        };

        if (is_worker && served->state)
            entry.server_state =
                cadre__server_state_find(served->state, module->name, &entry.server_state_len);
        r = cadre__lifespan_add(scope->runner, &entry);
    }
    return r;
}

static int start_scope(struct cadre__served *served, struct scope *scope,
                       enum cadre__lifespan_scope which, uint64_t timeout_ns, char *why,
                       size_t why_size)
{
    int r = make_runner(served, scope, which, timeout_ns);

    if (r < 0)
        return r;
    scope->has_started = true;
    cadre__lifespan_start(scope->runner);
    while (r == 0 && !scope->is_ready && !scope->is_stopped) {
        cadre_event_clear(&scope->changed);
        r = cadre_event_wait(&scope->changed);
    }
    if (r == 0 && scope->error < 0) {
        snprintf(why, why_size, "%s", scope->text);
        r = scope->error;
    }
    return r;
}

static int publish(struct cadre__served *served)
{
    int fd = cadre__lifespan_publish(served->server.runner);
    int r;

    if (fd < 0)
        return fd;
    r = cadre__server_state_map(fd, &served->state);
    close(fd);
    for (size_t i = 0; r == 0 && i < served->n_modules; i++) {
        size_t len;
        const void *ptr = cadre__server_state_find(served->state, served->modules[i].name, &len);

        cadre__mount_set_server_state(served->modules[i].mount, ptr, len);
    }
    return r;
}

int cadre__served_start(struct cadre__served *served, uint64_t timeout_ms, char *why,
                        size_t why_size)
{
    uint64_t timeout_ns = timeout_ms * CADRE__NSEC_PER_MSEC;
    int r;

    if (!served->with_lifespans)
        return 0;
    r = start_scope(served, &served->server, CADRE__LIFESPAN_SERVER, timeout_ns, why, why_size);
    if (r == 0)
        r = publish(served);
    if (r == 0)
        r = start_scope(served, &served->worker, CADRE__LIFESPAN_WORKER, timeout_ns, why, why_size);
    return r;
}

static int stop_scope(struct scope *scope)
{
    if (!scope->has_started)
        return 0;
    cadre__lifespan_stop(scope->runner);
    while (!scope->is_stopped) {
        cadre_event_clear(&scope->changed);
        if (cadre_event_wait(&scope->changed) < 0)
            cadre__lifespan_cancel(scope->runner);
    }
    return scope->error;
}

int cadre__served_stop(struct cadre__served *served)
{
    int worker, server;

    do
        cadre__app_cancel_background(served->app);
    while (cadre__served_join_background(served) < 0);
    worker = stop_scope(&served->worker);
    server = stop_scope(&served->server);

    return worker < 0 ? worker : server;
}
