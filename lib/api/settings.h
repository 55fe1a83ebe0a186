/* SPDX-License-Identifier: MIT */
/*
 * The settings of a module as a struct of its model: from the conf, and environment variables that
 * go before it. Made once in each process that loads the module, when it is loaded.
 */
#ifndef CADRE_API_SETTINGS_H
#define CADRE_API_SETTINGS_H

#include "base/arena.h"
#include <cadre/conf.h>
#include <cadre/model.h>

struct cadre__settings_source {
    const struct cadre_model *model;
    const struct cadre_conf *conf;           /* the group; never NULL */
    const char *env_prefix;                  /* "SHOP_"; NULL: no variables are looked at */
    const char *(*getenv)(const char *name); /* NULL: of the process */
};

/* Is told what is wrong: one line without the place; at is the node of the conf where it is, NULL:
 * the settings as a whole, or a variable that the text names. */
typedef void (*cadre__settings_wrong_fn)(void *arg, const struct cadre_conf *at, const char *text);

/* Who is told, and whether anything was. */
struct cadre__settings_judge {
    cadre__settings_wrong_fn on_wrong;
    void *arg;
    bool is_wrong;
};

/* Tells that something is wrong, as above; the text is cut where memory ends. */
void cadre__settings_complain(struct cadre__settings_judge *judge, const struct cadre_conf *at,
                              const char *fmt, ...) CADRE_PRINTF(3, 4);

/*
 * 0, and *ret is the struct, in the arena; -EINVAL: something is wrong, all of which `on_wrong` was
 * told; -ENOMEM. Never suspends.
 */
CADRE_MUST_CHECK int cadre__settings_make(const struct cadre__settings_source *source,
                                          struct cadre__arena *arena,
                                          cadre__settings_wrong_fn on_wrong, void *arg,
                                          const void **ret);

#endif
