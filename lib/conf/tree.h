/* SPDX-License-Identifier: MIT */
/*
 * conf/tree: the resolved conf as one relocatable blob.
 *
 * The master makes it once (conf/load), seals it in a memfd and hands it to its children; they
 * map it read-only and read it through <cadre/conf.h> and conf/server_conf, without libconfig.
 * The blob has no pointers: a header, nodes in pre-order (a node's children follow it, `end`
 * says where its subtree ends) and a pool of strings. A node knows its own index, so a pointer
 * to a node (the public `struct cadre_conf`) is all that a reader needs.
 *
 * The mapper trusts nothing: every index, type and offset is checked, so that a broken blob is
 * -EPROTO and never a wild read. Names that begin with '*' are ours, not the user's: what the
 * master found out for all (`*resolved`: user ids, the number of workers and its reason).
 */
#ifndef CADRE__CONF_TREE_H
#define CADRE__CONF_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/conf.h>

enum cadre__conf_origin {
    CADRE__CONF_FILE,         /* written in a file */
    CADRE__CONF_ENVIRONMENT,  /* written in a file, with a ${NAME} that the environment filled */
    CADRE__CONF_COMMAND_LINE, /* --set */
    CADRE__CONF_INTERNAL,     /* under *resolved */
    CADRE__CONF_BROKEN,       /* refused by the loader, with an error; never in a sealed tree */
};

/* Deeper nesting of groups and lists is refused by the loader and the mapper. */
#define CADRE__CONF_DEPTH_MAX 64

/* One node of the blob; 64-bit fields first. Offsets are into the string pool. */
struct cadre_conf {
    union {
        int64_t integer;  /* CADRE_CONF_INT, CADRE_CONF_BOOL (0 or 1) */
        double real;      /* CADRE_CONF_FLOAT */
        uint32_t string;  /* CADRE_CONF_STRING: offset */
        uint32_t n_nodes; /* group, list, array: how many children */
    } value;
    uint32_t index;       /* this node's own place; 0 is the root */
    uint32_t end;         /* index after the last node of this subtree */
    uint32_t name;        /* offset; 0 ("") for elements of lists and arrays */
    uint32_t file;        /* offset; 0 for the command line */
    uint32_t environment; /* offset of the variable's name; 0 unless origin is ENVIRONMENT */
    uint32_t line;        /* from 1; 0 for the command line */
    uint8_t type;         /* enum cadre_conf_type */
    uint8_t origin;       /* enum cadre__conf_origin */
    uint8_t zero[6];
};
_Static_assert(sizeof(struct cadre_conf) == 40, "nodes are part of the blob's format");

struct cadre__conf_tree;

/* The root, a group. Borrowed; lives as long as the tree. */
const struct cadre_conf *cadre__conf_tree_root(const struct cadre__conf_tree *tree);

/* The path of the main file, as given; "" for a tree that was made without one. */
const char *cadre__conf_tree_path(const struct cadre__conf_tree *tree);

/*
 * Writes the tree into a sealed memfd (CLOEXEC). Returns the descriptor, which the caller owns,
 * or a negative errno.
 */
CADRE_MUST_CHECK int cadre__conf_tree_seal(const struct cadre__conf_tree *tree);

/*
 * Maps a sealed tree read-only. FD stays the caller's and may be closed at once. -EPROTO: not a
 * tree, of another version, or broken; -EINVAL: not a sealed memfd; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__conf_tree_map(int fd, struct cadre__conf_tree **ret);

/* Checks a blob of LEN bytes at DATA (8-aligned) as the mapper does: 0 or -EPROTO. */
CADRE_MUST_CHECK int cadre__conf_blob_check(const void *data, size_t len);

/* Frees a loaded tree or unmaps a mapped one; all nodes go with it. NULL is allowed. */
void cadre__conf_tree_free(struct cadre__conf_tree *tree);

/* The text of a string node, or NULL for any other type. */
const char *cadre__conf_text(const struct cadre_conf *node);

enum cadre__conf_origin cadre__conf_origin(const struct cadre_conf *node);

/* The variable that filled the node (origin ENVIRONMENT); "" else. */
const char *cadre__conf_environment(const struct cadre_conf *node);

/* "file:line" or "command line", for messages. Returns BUF. */
const char *cadre__conf_place(const struct cadre_conf *node, char *buf, size_t size);

/* The word for a type in messages: "a group", "a list", "an array", "a string", ... */
const char *cadre__conf_type_word(enum cadre_conf_type type);

/*
 * Walks the children: for (c = _first(node); c != NULL; c = _next(node, c)). Both take and give
 * NULL; a scalar has no children.
 */
const struct cadre_conf *cadre__conf_first(const struct cadre_conf *node);
const struct cadre_conf *cadre__conf_next(const struct cadre_conf *parent,
                                          const struct cadre_conf *child);

/*
 * Making a tree, in pre-order: _open and _close around the children of a group, list or array.
 * Errors stick and come out of _finish. The first node is the root group, made by _new.
 */
struct cadre__conf_builder;

struct cadre__conf_origin_info {
    enum cadre__conf_origin origin;
    const char *file;        /* NULL or "": command line */
    const char *environment; /* NULL or "" unless origin is ENVIRONMENT */
    unsigned line;
};

struct cadre__conf_builder *cadre__conf_builder_new(const char *path);
void cadre__conf_builder_free(struct cadre__conf_builder *b);
void cadre__conf_builder_open(struct cadre__conf_builder *b, enum cadre_conf_type type,
                              const char *name, const struct cadre__conf_origin_info *info);
void cadre__conf_builder_close(struct cadre__conf_builder *b);
void cadre__conf_builder_string(struct cadre__conf_builder *b, const char *name, const char *value,
                                const struct cadre__conf_origin_info *info);
void cadre__conf_builder_int(struct cadre__conf_builder *b, const char *name, int64_t value,
                             const struct cadre__conf_origin_info *info);
void cadre__conf_builder_bool(struct cadre__conf_builder *b, const char *name, bool value,
                              const struct cadre__conf_origin_info *info);
void cadre__conf_builder_float(struct cadre__conf_builder *b, const char *name, double value,
                               const struct cadre__conf_origin_info *info);

/* Ends the tree and frees the builder in all cases. -ENOMEM; -E2BIG: nested too deep or over
 * 64 MiB. */
CADRE_MUST_CHECK int cadre__conf_builder_finish(struct cadre__conf_builder *b,
                                                struct cadre__conf_tree **ret);

#endif
