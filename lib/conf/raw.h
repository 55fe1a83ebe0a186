/* SPDX-License-Identifier: MIT */
/*
 * conf/raw: the conf while it is being put together: a tree of pointers that can still change.
 *
 * The loader fills it from libconfig, merges files into it and sets what --set says; then it is
 * written out as the blob of conf/tree.h. Lives in the loader's arena; master only.
 */
#ifndef CADRE__CONF_RAW_H
#define CADRE__CONF_RAW_H

#include <stdint.h>

#include "base/arena.h"
#include "conf/tree.h"

struct cadre__raw {
    struct cadre__raw *next;         /* sibling */
    struct cadre__raw *parent;       /* NULL for the root */
    struct cadre__raw *first, *last; /* children of a group, list or array */
    const char *name;                /* "" for elements of lists and arrays */
    struct cadre__conf_origin_info info;
    enum cadre_conf_type type;
    union {
        const char *string;
        int64_t integer; /* CADRE_CONF_BOOL too */
        double real;
    } value;
};

/* A node without children, value 0; NULL: out of memory. NAME is borrowed from the arena. */
CADRE_MUST_CHECK struct cadre__raw *cadre__raw_new(struct cadre__arena *arena,
                                                   enum cadre_conf_type type, const char *name,
                                                   const struct cadre__conf_origin_info *info);

void cadre__raw_append(struct cadre__raw *parent, struct cadre__raw *child);

/* Takes CHILD out of PARENT. */
void cadre__raw_remove(struct cadre__raw *parent, struct cadre__raw *child);

/* The child NAME, or NULL; NULL for a NULL or a node that is no group. */
struct cadre__raw *cadre__raw_get(const struct cadre__raw *group, const char *name);

/* The text of the string NAME in GROUP; NULL where there is none, or a broken one. */
const char *cadre__raw_text(const struct cadre__raw *group, const char *name);

/* The names from the root to NODE, joined by dots: "listen.web.address". Cut to SIZE. Returns BUF.
 */
const char *cadre__raw_path(const struct cadre__raw *node, char *buf, size_t size);

/* Writes NODE with all below it to the builder; the root's children only. */
void cadre__raw_write(const struct cadre__raw *root, struct cadre__conf_builder *builder);

#endif
