/* SPDX-License-Identifier: MIT */
/*
 * Loads handler modules: from a row of the conf to a checked descriptor.
 *
 * A module's file is read as ELF first, so that what is no module, or what brings a copy of the
 * runtime along, is refused before any of its code runs. Then dlopen (RTLD_NOW | RTLD_LOCAL), the
 * ABI check, and the copy of its tables into structs of this version. Every refusal says what,
 * where, why and how to mend it.
 *
 * Runs in workers, the steward and the checker, after rights were dropped, never in the master. It
 * may block (disk) and does not log. Modules stay loaded until the process ends: their code may be
 * on a stack, in a thread or in an exit handler.
 */
#ifndef WORKER_MODULE_H
#define WORKER_MODULE_H

#include "base/arena.h"
#include "ipc/module_pin.h"
#include "web/app.h"
#include "web/lifespan.h"
#include <cadre/module.h>

struct cadre__conf_errors;
struct cadre__heritage;
struct cadre__module_conf;
struct cadre__server_conf;
struct cadre__server_state;

/* A loaded module. */
struct module {
    const struct cadre__module_conf *conf; /* name, mount, settings; borrowed */
    char *path;                            /* of the file that was loaded */
    int fd;                                /* that file, open, and what it is: to be pinned; */
    struct cadre__file_id id;              /* -1 where it was pinned already */
    const char *built_with;                /* the compiler, of its descriptor; for messages */
    uint16_t abi_major;                    /* of its headers */
    uint16_t abi_minor;
    struct cadre_module body;   /* what it exports, in this version's layout */
    struct cadre_route *routes; /* a copy in this version's layout, with its end row; never NULL;
                                   body.routes is the same */
    size_t n_routes;            /* without the end row */
    const void *settings;       /* as the struct of its model; NULL: it has none */
    const struct cadre_middleware *around; /* that the conf declares, a table; NULL: none */
    struct cadre__arena arena;             /* where that is */
};

/* All modules of a conf, in its order. */
struct module_set {
    struct module **modules;
    size_t n_modules;
};

/*
 * Loads one module. server says where its file is sought: a relative path in working_directory, a
 * bare file name in module_path as well. With `pin` (NULL: none) the file has to be what the
 * generation has loaded, by its name or, where another has that now, by the pin's descriptor; else
 * -ESTALE. 0; -ENOENT, -EACCES, -ENOEXEC (not a loadable module),
 * -ELIBACC (what it needs is missing), -EPROTO (another ABI), -ENOMEM: then why holds one line,
 * without the place in the conf and the module's name.
 */
CADRE_MUST_CHECK int module_load(const struct cadre__module_conf *conf,
                                 const struct cadre__server_conf *server,
                                 const struct cadre__module_pin *pin, char *why, size_t why_size,
                                 struct module **ret);

/* Frees the struct and keeps the code. */
void module_free(struct module *module);

/*
 * Loads all modules of the conf and checks them together: mounts, routes, names of settings. Every
 * error goes to errors with the file:line of the module in the conf, "cadre.conf:12: module
 * \"shop\": ...". on_module (may be NULL) is told the name and path before a file is loaded, for
 * the scoreboard and for messages about a module whose constructor never returns; NULL when all are
 * done. What `heritage` (NULL: nothing) has pinned is taken. 0; -EINVAL: there are errors; -ESTALE:
 * there are, and one is a pinned file that was overwritten; -ENOMEM.
 */
CADRE_MUST_CHECK int module_set_load(const struct cadre__server_conf *conf,
                                     const struct cadre__heritage *heritage,
                                     struct cadre__conf_errors *errors,
                                     void (*on_module)(void *arg, const char *name), void *arg,
                                     struct module_set **ret);
void module_set_free(struct module_set *set);

/* True when a module of the set has a server lifespan: then the steward is needed. */
bool module_set_wants_steward(const struct module_set *set);

/*
 * Mounts all modules in the app. server_state (may be NULL) is what the steward published; it must
 * live as long as the app. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int module_set_mount(const struct module_set *set,
                                      const struct cadre__server_state *server_state,
                                      struct cadre__app *app);

/*
 * Adds the lifespans of all modules, in order, to a runner of that scope. For the worker scope app
 * is where they are mounted (their state goes there) and server_state as above; for the server
 * scope both are NULL. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int module_set_add_lifespans(const struct module_set *set,
                                              enum cadre__lifespan_scope scope,
                                              const struct cadre__server_state *server_state,
                                              struct cadre__app *app,
                                              struct cadre__lifespan_runner *runner);

#endif
