/* SPDX-License-Identifier: MIT */
/*
 * conf/tree: reading, sealing, mapping and checking the blob of the conf.
 *
 * Layout: header, nodes, strings. The strings end with a NUL, so that any offset inside the
 * pool is a string. Nodes are in pre-order and nest by their `end`, so that a walk always goes
 * forward and ends. Runs in the master and in children; see conf/builder.c for the making.
 */
#include "conf/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shm.h"
#include "conf/blob.h"

static const struct cadre__conf_blob *blob_of(const struct cadre_conf *node)
{
    const struct cadre_conf *root = node - node->index;

    return (const struct cadre__conf_blob *)((const char *)root - sizeof(struct cadre__conf_blob));
}

static const struct cadre_conf *blob_nodes(const struct cadre__conf_blob *blob)
{
    return (const struct cadre_conf *)(blob + 1);
}

static const char *string_at(const struct cadre_conf *node, uint32_t offset)
{
    const struct cadre__conf_blob *blob = blob_of(node);

    return (const char *)(blob_nodes(blob) + blob->n_nodes) + offset;
}

static bool is_aggregate(const struct cadre_conf *node)
{
    return node->type <= CADRE_CONF_ARRAY;
}

/* --- checking --- */

static bool node_fits(const struct cadre__conf_blob *blob, const struct cadre_conf *node,
                      uint32_t index)
{
    if (node->index != index || node->end <= index || node->end > blob->n_nodes)
        return false;
    if (node->type > CADRE_CONF_BOOL || node->origin > CADRE__CONF_INTERNAL)
        return false;
    if (node->name >= blob->strings_len || node->file >= blob->strings_len ||
        node->environment >= blob->strings_len)
        return false;
    if (!is_aggregate(node) && node->end != index + 1)
        return false;
    if (node->type == CADRE_CONF_STRING && node->value.string >= blob->strings_len)
        return false;
    return node->type != CADRE_CONF_BOOL || node->value.integer == 0 || node->value.integer == 1;
}

/* Every node must lie inside its parent, and every parent have as many children as it says. */
static bool nodes_nest(const struct cadre_conf *nodes, uint32_t n)
{
    uint32_t open[CADRE__CONF_DEPTH_MAX];
    uint32_t left[CADRE__CONF_DEPTH_MAX];
    int depth = 0;

    for (uint32_t i = 0; i < n; i++) {
        while (depth > 0 && nodes[open[depth - 1]].end == i)
            if (left[--depth] != 0)
                return false;
        if (depth > 0) {
            if (nodes[i].end > nodes[open[depth - 1]].end || left[depth - 1] == 0)
                return false;
            left[depth - 1]--;
        } else if (i != 0) {
            return false;
        }
        if (is_aggregate(&nodes[i])) {
            if (depth == CADRE__CONF_DEPTH_MAX)
                return false;
            open[depth] = i;
            left[depth++] = nodes[i].value.n_nodes;
        }
    }
    while (depth > 0)
        if (left[--depth] != 0)
            return false;
    return true;
}

int cadre__conf_blob_check(const void *data, size_t len)
{
    const struct cadre__conf_blob *blob = data;
    const struct cadre_conf *nodes;
    const char *strings;

    if (len < sizeof(*blob) || len > CADRE__CONF_BLOB_MAX)
        return -EPROTO;
    if (blob->magic != CADRE__CONF_BLOB_MAGIC || blob->version != CADRE__CONF_BLOB_VERSION)
        return -EPROTO;
    if (blob->n_nodes == 0 || blob->strings_len == 0)
        return -EPROTO;
    if (len != sizeof(*blob) + (size_t)blob->n_nodes * sizeof(*nodes) + blob->strings_len)
        return -EPROTO;
    nodes = blob_nodes(blob);
    strings = (const char *)(nodes + blob->n_nodes);
    if (strings[0] != '\0' || strings[blob->strings_len - 1] != '\0' ||
        blob->path >= blob->strings_len)
        return -EPROTO;
    for (uint32_t i = 0; i < blob->n_nodes; i++)
        if (!node_fits(blob, &nodes[i], i))
            return -EPROTO;
    if (nodes[0].type != CADRE_CONF_GROUP || nodes[0].end != blob->n_nodes)
        return -EPROTO;
    return nodes_nest(nodes, blob->n_nodes) ? 0 : -EPROTO;
}

/* --- whole trees --- */

const struct cadre_conf *cadre__conf_tree_root(const struct cadre__conf_tree *tree)
{
    return blob_nodes(tree->blob);
}

const char *cadre__conf_tree_path(const struct cadre__conf_tree *tree)
{
    return string_at(cadre__conf_tree_root(tree), tree->blob->path);
}

int cadre__conf_tree_seal(const struct cadre__conf_tree *tree)
{
    return cadre__memfd_sealed("cadre-conf", tree->blob, tree->len);
}

int cadre__conf_tree_map(int fd, struct cadre__conf_tree **ret)
{
    struct cadre__conf_tree *tree;
    const void *data;
    size_t len;
    int r = cadre__memfd_map(fd, &data, &len);

    if (r < 0)
        return r;
    r = cadre__conf_blob_check(data, len);
    tree = r < 0 ? NULL : malloc(sizeof(*tree));
    if (tree == NULL) {
        cadre__memfd_unmap(data, len);
        return r < 0 ? r : -ENOMEM;
    }
    *tree = (struct cadre__conf_tree){.blob = data, .len = len, .mapped = true};
    *ret = tree;
    return 0;
}

void cadre__conf_tree_free(struct cadre__conf_tree *tree)
{
    if (tree == NULL)
        return;
    if (tree->mapped)
        cadre__memfd_unmap(tree->blob, tree->len);
    free(tree->heap);
    free(tree);
}

/* --- nodes --- */

const struct cadre_conf *cadre__conf_first(const struct cadre_conf *node)
{
    if (node == NULL || !is_aggregate(node) || node->end == node->index + 1)
        return NULL;
    return node + 1;
}

const struct cadre_conf *cadre__conf_next(const struct cadre_conf *parent,
                                          const struct cadre_conf *child)
{
    if (parent == NULL || child == NULL || child->end >= parent->end)
        return NULL;
    return child + (child->end - child->index);
}

const struct cadre_conf *cadre_conf_get(const struct cadre_conf *node, const char *name)
{
    if (node == NULL || node->type != CADRE_CONF_GROUP)
        return NULL;
    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c))
        if (strcmp(cadre_conf_name(c), name) == 0)
            return c;
    return NULL;
}

const struct cadre_conf *cadre_conf_at(const struct cadre_conf *node, size_t index)
{
    const struct cadre_conf *c = cadre__conf_first(node);

    while (c != NULL && index-- > 0)
        c = cadre__conf_next(node, c);
    return c;
}

size_t cadre_conf_count(const struct cadre_conf *node)
{
    return node != NULL && is_aggregate(node) ? node->value.n_nodes : 0;
}

const char *cadre_conf_name(const struct cadre_conf *node)
{
    return string_at(node, node->name);
}

enum cadre_conf_type cadre_conf_type(const struct cadre_conf *node)
{
    return (enum cadre_conf_type)node->type;
}

const char *cadre_conf_file(const struct cadre_conf *node)
{
    return string_at(node, node->file);
}

unsigned cadre_conf_line(const struct cadre_conf *node)
{
    return node->line;
}

const char *cadre__conf_text(const struct cadre_conf *node)
{
    if (node == NULL || node->type != CADRE_CONF_STRING)
        return NULL;
    return string_at(node, node->value.string);
}

enum cadre__conf_origin cadre__conf_origin(const struct cadre_conf *node)
{
    return (enum cadre__conf_origin)node->origin;
}

const char *cadre__conf_environment(const struct cadre_conf *node)
{
    return string_at(node, node->environment);
}

const char *cadre__conf_place(const struct cadre_conf *node, char *buf, size_t size)
{
    const char *file = cadre_conf_file(node);

    if (file[0] == '\0')
        snprintf(buf, size, "command line");
    else
        snprintf(buf, size, "%s:%u", file, node->line);
    return buf;
}

const char *cadre__conf_type_word(enum cadre_conf_type type)
{
    switch (type) {
    case CADRE_CONF_GROUP:
        return "a group";
    case CADRE_CONF_LIST:
        return "a list";
    case CADRE_CONF_ARRAY:
        return "an array";
    case CADRE_CONF_STRING:
        return "a string";
    case CADRE_CONF_INT:
        return "a whole number";
    case CADRE_CONF_FLOAT:
        return "a number with a point";
    case CADRE_CONF_BOOL:
        return "true or false";
    }
    return "something else";
}
