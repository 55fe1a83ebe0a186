/* SPDX-License-Identifier: MIT */
/*
 * Loads handler modules: worker/module.h. The file is looked at by worker/module_file.c first;
 * here are the search for it, dlopen, the ABI and the checks of all modules together. What is said
 * here is what `cadre -t` and a failed start show: what, why, how to mend; the place in the conf is
 * put in front by module_set_load.
 */
#include "config.h"

#include "worker/module.h"

#include "api/api.h"
#include "api/settings.h"
#include "base/build.h"
#include "base/fd.h"
#include "base/str.h"
#include "conf/server_conf.h"
#include "ipc/heritage.h"
#include "web/module_abi.h"
#include "web/server_state.h"
#include "worker/locate.h"
#include "worker/module_file.h"
#include "worker/module_layers.h"
#include <cadre/error.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHY_SIZE 4096

/* Of the arena that settings are in, bytes. */
#define SETTINGS_CHUNK 1024

/* --- where the file is --- */

static char *join(const char *folder, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int say_missing(const struct cadre__module_conf *conf,
                       const struct cadre__server_conf *server, bool is_bare, char *why,
                       size_t why_size)
{
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    cadre__buf_printf(&buf, "there is no file \"%s\"", conf->file);
    if (conf->file[0] != '/')
        cadre__buf_printf(&buf, " in %s", server->working_directory);
    for (size_t i = 0; is_bare && i < server->module_path.n; i++)
        cadre__buf_printf(&buf, "%s %s", i + 1 < server->module_path.n ? "," : " or",
                          server->module_path.list[i]);
    cadre__buf_puts(&buf, ": build and install it, or mend `file`");
    snprintf(why, why_size, "%s", cadre__buf_text(&buf));
    cadre__buf_done(&buf);
    return -ENOENT;
}

/* Finds the file: heap path, or why. A file that is there but not readable counts as found. */
static int find_file(const struct cadre__module_conf *conf, const struct cadre__server_conf *server,
                     char *why, size_t why_size, char **ret)
{
    bool is_bare = strchr(conf->file, '/') == NULL;
    char *path =
        conf->file[0] == '/' ? strdup(conf->file) : join(server->working_directory, conf->file);

    for (size_t i = 0; path != NULL; i++) {
        if (access(path, F_OK) == 0 || errno != ENOENT) {
            *ret = path;
            return 0;
        }
        free(path);
        if (!is_bare || i == server->module_path.n)
            return say_missing(conf, server, is_bare, why, why_size);
        path = join(server->module_path.list[i], conf->file);
    }
    return -ENOMEM;
}

/* --- dlopen --- */

static void say_second_runtime(char *why, size_t why_size)
{
    snprintf(why, why_size,
             "a library that it needs is linked to libcadre.so, a second copy of the runtime: "
             "link that library without -lcadre");
}

/* dlopen's own words, made to say what to do. */
static void explain_dlerror(const char *path, const char *text, char *why, size_t why_size)
{
    static const char undefined[] = "undefined symbol: ";
    static const char no_library[] = ": cannot open shared object file";
    const char *symbol = strstr(text, undefined);
    const char *library = strstr(text, no_library);
    size_t path_len = strlen(path);

    if (symbol != NULL) {
        int len;

        symbol += sizeof(undefined) - 1;
        len = (int)strcspn(symbol, ", \t");
        if (strncmp(symbol, "cadre_", 6) == 0)
            snprintf(why, why_size,
                     "it calls %.*s, which Cadre %s does not have: rebuild it against this "
                     "server's headers, or upgrade the server",
                     len, symbol, cadre__version());
        else
            snprintf(why, why_size,
                     "it needs the symbol %.*s, which nothing defines: link the library that has "
                     "it, cc -shared ... -lNAME",
                     len, symbol);
        return;
    }
    if (strstr(text, "libcadre.so") != NULL) {
        say_second_runtime(why, why_size);
        return;
    }
    if (library != NULL) {
        snprintf(why, why_size,
                 "it needs the library %.*s, which is not found: install it, or link the module "
                 "with -Wl,-rpath,FOLDER",
                 (int)(library - text), text);
        return;
    }
    if (strncmp(text, path, path_len) == 0 && text[path_len] == ':')
        text += path_len + 1 + strspn(text + path_len + 1, " ");
    snprintf(why, why_size, "it cannot be loaded: %s", text);
}

/* Whether a shared libcadre is in this process. */
static bool has_second_runtime(void)
{
    void *handle = dlopen("libcadre.so.0", RTLD_LAZY | RTLD_NOLOAD);

    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

static int open_module(const char *path, char *why, size_t why_size,
                       const struct cadre_module_descriptor **ret)
{
    bool had_runtime = has_second_runtime();
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const char *error;

    if (handle == NULL) {
        error = dlerror();
        explain_dlerror(path, error != NULL ? error : "unknown error", why, why_size);
        return -ELIBACC;
    }
    if (!had_runtime && has_second_runtime()) {
        say_second_runtime(why, why_size);
        return -ENOEXEC;
    }
    *ret = dlsym(handle, "cadre_module");
    if (*ret == NULL) {
        snprintf(why, why_size, "its \"cadre_module\" cannot be reached");
        return -ENOEXEC;
    }
    return 0;
}

/* --- one module --- */

/* The conf goes before what the module says; "off" there is "" here. */
static void place(const char **url, const char *by_conf)
{
    if (by_conf != NULL)
        *url = strcmp(by_conf, "off") == 0 ? "" : by_conf;
}

static void place_docs(struct module *module)
{
    const struct cadre__module_conf *conf = module->conf;

    place(&module->body.openapi_url, conf->openapi_url);
    place(&module->body.docs_url, conf->docs_url);
    place(&module->body.redoc_url, conf->redoc_url);
}

static int take_descriptor(struct module *module, const struct cadre_module_descriptor *descriptor,
                           char *why, size_t why_size)
{
    int r = cadre__module_abi_check(descriptor, &cadre__module_abi_ours, why, why_size);

    if (r < 0)
        return r;
    module->built_with = descriptor->built_with;
    module->abi_major = descriptor->abi_major;
    module->abi_minor = descriptor->abi_minor;
    r = cadre__module_abi_copy(descriptor, &module->body, &module->routes, &module->n_routes);
    if (r == 0)
        place_docs(module);
    return r;
}

/* Whether the file that is at its name is the pinned one. */
static bool is_at(const char *path, const struct cadre__module_pin *pin)
{
    struct cadre__file_id id;

    return cadre__file_id_at(path, &id) == 0 && cadre__file_id_is(&id, &pin->id);
}

/*
 * Where a pinned file is loaded from: its name while that names it, else its descriptor, as long as
 * nobody has written to it; then `*ret_name`, heap, is its name. Heap, or NULL with `*ret_error`
 * and why.
 */
static char *find_pinned(const struct module *module, const struct cadre__server_conf *server,
                         const struct cadre__module_pin *pin, char *why, size_t why_size,
                         char **ret_name, int *ret_error)
{
    struct cadre__file_id id;
    char *path = NULL;

    *ret_error = find_file(module->conf, server, why, why_size, &path);
    if (*ret_error == -ENOMEM || (*ret_error == 0 && is_at(path, pin)))
        return path;
    *ret_name = path != NULL ? path : strdup(module->conf->file);
    *ret_error = cadre__file_id_of(pin->fd, &id);
    if (*ret_error == 0 && !cadre__file_id_is(&id, &pin->id))
        *ret_error = -ESTALE;
    if (*ret_error < 0) {
        snprintf(why, why_size,
                 "\"%s\" was overwritten since this generation has loaded it: run `cadre reload` "
                 "to take what is there now, and replace files by install(1) or mv(1), which leave "
                 "the old one to those that use it",
                 module->conf->file);
        return NULL;
    }
    return asprintf(&path, "/proc/self/fd/%d", (int)pin->fd) < 0 ? NULL : path;
}

/* `name`: what people call it. */
static int load_file(struct module *module, const struct cadre__module_pin *pin, int fd,
                     const char *name, char *why, size_t why_size)
{
    const struct cadre_module_descriptor *descriptor = NULL;
    struct cadre__file_id id;
    int r = cadre__file_id_of(fd, &module->id);

    if (r == 0)
        r = module_file_check(fd, why, why_size);
    if (r == 0)
        r = open_module(module->path, why, why_size, &descriptor);
    if (r == 0)
        r = locate_remember(descriptor, name, &module->id);
    if (r == 0)
        r = take_descriptor(module, descriptor, why, why_size);
    if (r < 0)
        return r;
    if (pin != NULL && !cadre__file_id_is(&module->id, &pin->id))
        r = -ESTALE;
    if (r < 0 || cadre__file_id_at(module->path, &id) < 0 || !cadre__file_id_is(&id, &module->id)) {
        snprintf(why, why_size, "it was replaced while it was loaded: try again when that is over");
        return -ESTALE;
    }
    return 0;
}

static int load(struct module *module, const struct cadre__server_conf *server,
                const struct cadre__module_pin *pin, char *why, size_t why_size)
{
    char *reason = NULL, *name = NULL;
    int r = 0, fd = -1;

    if (pin != NULL)
        module->path = find_pinned(module, server, pin, why, why_size, &name, &r);
    else
        r = find_file(module->conf, server, why, why_size, &module->path);
    if (module->path != NULL)
        reason = calloc(1, WHY_SIZE);
    if (reason == NULL) {
        free(name);
        return r < 0 ? r : -ENOMEM;
    }
    r = fd = module_file_open(module->path, reason, WHY_SIZE);
    if (r >= 0)
        r = load_file(module, pin, fd, name != NULL ? name : module->path, reason, WHY_SIZE);
    if (r < 0 && r != -ENOMEM)
        snprintf(why, why_size, "%s: %s", pin != NULL ? module->conf->file : module->path,
                 reason[0] != '\0' ? reason : cadre_strerror(r));
    free(reason);
    free(name);
    if (r == 0 && pin == NULL)
        module->fd = cadre__fd_take(&fd);
    cadre__fd_close(&fd);
    return r;
}

int module_load(const struct cadre__module_conf *conf, const struct cadre__server_conf *server,
                const struct cadre__module_pin *pin, char *why, size_t why_size,
                struct module **ret)
{
    struct module *module = calloc(1, sizeof(*module));
    int r;

    if (module == NULL)
        return -ENOMEM;
    module->conf = conf;
    module->fd = -1;
    cadre__arena_init(&module->arena, SETTINGS_CHUNK);
    r = load(module, server, pin, why, why_size);
    if (r < 0) {
        module_free(module);
        return r;
    }
    *ret = module;
    return 0;
}

void module_free(struct module *module)
{
    if (module == NULL)
        return;
    cadre__fd_close(&module->fd);
    cadre__arena_done(&module->arena);
    free(module->routes);
    free(module->path);
    free(module);
}

/* --- all modules --- */

/* Adds each line of why as an error at the module's place in the conf. */
static void add_errors(struct cadre__conf_errors *errors, const struct cadre__module_conf *conf,
                       const char *why)
{
    while (*why != '\0') {
        size_t len = strcspn(why, "\n");

        cadre__conf_errors_add(errors, conf->conf_file, conf->conf_line, "module \"%s\": %.*s",
                               conf->name, (int)len, why);
        why += len + (why[len] == '\n');
    }
}

static bool is_known(const char *name, const char *const *names)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* What to write instead of a setting that the module does not know. */
static void say_known(struct cadre__buf *buf, const char *name, const char *const *names)
{
    const char *nearest;

    if (names == NULL || names[0] == NULL) {
        cadre__buf_puts(buf, "it takes no settings");
        return;
    }
    nearest = cadre__str_nearest(name, names);
    if (nearest != NULL) {
        cadre__buf_printf(buf, "did you mean \"%s\"?", nearest);
        return;
    }
    cadre__buf_puts(buf, "it knows ");
    for (size_t i = 0; names[i] != NULL; i++)
        cadre__buf_printf(buf, "%s%s", i > 0 ? ", " : "", names[i]);
}

static void check_settings(struct cadre__conf_errors *errors, const struct module *module)
{
    const struct cadre__module_conf *conf = module->conf;
    const struct cadre_conf *child;

    for (child = cadre__conf_first(conf->settings); child != NULL;
         child = cadre__conf_next(conf->settings, child)) {
        const char *name = cadre_conf_name(child);
        struct cadre__buf buf;

        if (is_known(name, module->body.setting_names))
            continue;
        cadre__buf_init(&buf);
        say_known(&buf, name, module->body.setting_names);
        cadre__conf_errors_add(errors, cadre_conf_file(child), cadre_conf_line(child),
                               "module \"%s\": unknown setting \"%s\": %s", conf->name, name,
                               cadre__buf_text(&buf));
        cadre__buf_done(&buf);
    }
}

/* Where on_wrong_setting() puts what it is told. */
struct finding {
    struct cadre__conf_errors *errors;
    const struct cadre__module_conf *conf;
};

static void on_wrong_setting(void *arg, const struct cadre_conf *at, const char *text)
{
    const struct finding *finding = arg;
    const struct cadre__module_conf *conf = finding->conf;

    cadre__conf_errors_add(finding->errors, at != NULL ? cadre_conf_file(at) : conf->conf_file,
                           at != NULL ? cadre_conf_line(at) : conf->conf_line, "module \"%s\": %s",
                           conf->name, text);
}

/* Makes the settings by the module's model, or checks their names. 0; -ENOMEM. */
static int take_settings(struct cadre__conf_errors *errors, struct module *module)
{
    struct finding finding = {.errors = errors, .conf = module->conf};
    const struct cadre__settings_source source = {.model = module->body.settings,
                                                  .conf = module->conf->settings,
                                                  .env_prefix = module->body.settings_env};
    int r;

    if (source.model == NULL) {
        check_settings(errors, module);
        return 0;
    }
    r = cadre__settings_make(&source, &module->arena, on_wrong_setting, &finding,
                             &module->settings);
    return r == -EINVAL ? 0 : r;
}

static struct cadre__mount_options mount_options(const struct module *module)
{
    return (struct cadre__mount_options){
        .name = module->conf->name,
        .path = module->conf->mount,
        .routes = module->routes,
        .settings = module->conf->settings,
        .settings_value = module->settings,
        .converters = module->body.converters,
        .errors = module->body.errors,
        .around = module->around,
        .middleware = module->body.middleware,
        .flags = module->body.flags,
        .dependencies = module->body.dependencies,
        .typed = &cadre__api_ops,
        .module = &module->body,
    };
}

/* Loads one and checks it; `trial` is an app for no other purpose. */
static int load_checked(const struct cadre__module_conf *conf,
                        const struct cadre__server_conf *server,
                        const struct cadre__module_pin *pin, struct cadre__app *trial,
                        struct cadre__conf_errors *errors, struct module **ret)
{
    char *why = malloc(WHY_SIZE);
    struct module *module = NULL;
    struct cadre__mount_options options;
    int r;

    if (why == NULL)
        return -ENOMEM;
    r = module_load(conf, server, pin, why, WHY_SIZE, &module);
    if (r < 0) {
        if (r != -ENOMEM)
            add_errors(errors, conf, why);
        if (r != -ENOMEM && module_layers_check(conf, errors) < 0)
            r = -ENOMEM;
        goto out;
    }
    r = take_settings(errors, module);
    if (r == 0)
        r = module_layers_make(conf, errors, &module->arena, &module->around);
    if (r < 0) {
        module_free(module);
        goto out;
    }
    *ret = module;
    options = mount_options(module);
    r = cadre__app_mount(trial, &options, why, WHY_SIZE, NULL);
    if (r == -EINVAL || r == -EEXIST)
        add_errors(errors, conf, why);
out:
    free(why);
    return r == -ENOMEM || (r == -ESTALE && pin != NULL) ? r : 0;
}

/* The pinned file of the module in that place of the conf; NULL: none. */
static const struct cadre__module_pin *find_pin(const struct cadre__heritage *heritage,
                                                size_t module)
{
    for (uint32_t i = 0; heritage != NULL && i < heritage->n_pins; i++) {
        if (heritage->pin[i].module == module)
            return &heritage->pin[i];
    }
    return NULL;
}

static int load_all(const struct cadre__server_conf *conf, const struct cadre__heritage *heritage,
                    struct cadre__conf_errors *errors, struct module_set *set,
                    struct cadre__app *trial, void (*on_module)(void *arg, const char *name),
                    void *arg)
{
    for (size_t i = 0; i < conf->n_module; i++) {
        struct module *module = NULL;
        int r;

        if (on_module != NULL)
            on_module(arg, conf->module[i].name);
        r = load_checked(&conf->module[i], conf, find_pin(heritage, i), trial, errors, &module);
        if (r < 0)
            return r;
        if (module != NULL)
            set->modules[set->n_modules++] = module;
    }
    if (on_module != NULL)
        on_module(arg, NULL);
    return 0;
}

int module_set_load(const struct cadre__server_conf *conf, const struct cadre__heritage *heritage,
                    struct cadre__conf_errors *errors,
                    void (*on_module)(void *arg, const char *name), void *arg,
                    struct module_set **ret)
{
    size_t n_before = cadre__conf_errors_count(errors);
    struct module_set *set = calloc(1, sizeof(*set));
    struct cadre__app *trial = NULL;
    int r = set == NULL ? -ENOMEM : cadre__app_new(NULL, &trial);

    if (r == 0) {
        set->modules = calloc(conf->n_module + 1, sizeof(*set->modules));
        r = set->modules == NULL ? -ENOMEM : 0;
    }
    if (r == 0)
        r = load_all(conf, heritage, errors, set, trial, on_module, arg);
    cadre__app_free(trial);
    if (r == 0 && cadre__conf_errors_count(errors) > n_before)
        r = -EINVAL;
    if (r < 0) {
        module_set_free(set);
        return r;
    }
    *ret = set;
    return 0;
}

void module_set_free(struct module_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->n_modules; i++)
        module_free(set->modules[i]);
    free(set->modules);
    free(set);
}

bool module_set_wants_steward(const struct module_set *set)
{
    for (size_t i = 0; i < set->n_modules; i++) {
        if (set->modules[i]->body.server_lifespan != NULL)
            return true;
    }
    return false;
}

int module_set_mount(const struct module_set *set, const struct cadre__server_state *server_state,
                     struct cadre__app *app)
{
    for (size_t i = 0; i < set->n_modules; i++) {
        struct cadre__mount_options options = mount_options(set->modules[i]);
        struct cadre__mount *mount;
        char why[256];
        int r = cadre__app_mount(app, &options, why, sizeof(why), &mount);

        if (r < 0)
            return r;
        if (server_state != NULL) {
            size_t len;
            const void *ptr = cadre__server_state_find(server_state, options.name, &len);

            cadre__mount_set_server_state(mount, ptr, len);
        }
    }
    return 0;
}

int module_set_add_lifespans(const struct module_set *set, enum cadre__lifespan_scope scope,
                             const struct cadre__server_state *server_state, struct cadre__app *app,
                             struct cadre__lifespan_runner *runner)
{
    bool is_server = scope == CADRE__LIFESPAN_SERVER;

    for (size_t i = 0; i < set->n_modules; i++) {
        const struct module *module = set->modules[i];
        struct cadre__lifespan_entry entry = {
            .name = module->conf->name,
            .fn = is_server ? module->body.server_lifespan : module->body.lifespan,
            .settings = module->conf->settings,
            .settings_value = module->settings,
            .mount = app != NULL ? cadre__app_find_mount(app, module->conf->name) : NULL,
        };
        int r;

        if (server_state != NULL)
            entry.server_state =
                cadre__server_state_find(server_state, entry.name, &entry.server_state_len);
        r = cadre__lifespan_add(runner, &entry);
        if (r < 0)
            return r;
    }
    return 0;
}
