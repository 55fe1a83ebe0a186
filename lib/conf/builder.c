/* SPDX-License-Identifier: MIT */
/*
 * conf/builder: makes the blob of a tree, node by node, in pre-order.
 *
 * Two growing arrays, nodes and strings, that _finish lays end to end. The first error sticks
 * and the calls after it do nothing, so that the loader need not check each one. Runs in the
 * master (and in tests) only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/blob.h"
#include "conf/tree.h"

struct cadre__conf_builder {
    struct cadre_conf *nodes;
    char *strings;
    size_t n_nodes, nodes_size;
    size_t strings_len, strings_size;
    uint32_t open[CADRE__CONF_DEPTH_MAX]; /* the groups around the next node */
    int depth;
    int error;          /* 0 or the first negative errno */
    uint32_t path;      /* offset */
    uint32_t last_file; /* offset of the string added last for a file: they come in runs */
};

static void *grown(void *list, size_t *size, size_t need, size_t element)
{
    size_t n = *size == 0 ? 64 : *size;

    while (n < need)
        n *= 2;
    list = n == *size ? list : realloc(list, n * element);
    if (list != NULL)
        *size = n;
    return list;
}

/* Adds a string to the pool; offset 0 is "". */
static uint32_t add_string(struct cadre__conf_builder *b, const char *text)
{
    size_t len = text == NULL ? 0 : strlen(text);
    size_t at = b->strings_len;
    char *strings;

    if (len == 0 || b->error < 0)
        return 0;
    if (len >= CADRE__CONF_BLOB_MAX || at + len + 1 > CADRE__CONF_BLOB_MAX) {
        b->error = -E2BIG;
        return 0;
    }
    strings = grown(b->strings, &b->strings_size, at + len + 1, 1);
    if (strings == NULL) {
        b->error = -ENOMEM;
        return 0;
    }
    b->strings = strings;
    memcpy(strings + at, text, len + 1);
    b->strings_len += len + 1;
    return (uint32_t)at;
}

static uint32_t add_file(struct cadre__conf_builder *b, const char *file)
{
    if (file == NULL || file[0] == '\0')
        return 0;
    if (b->last_file == 0 || strcmp(b->strings + b->last_file, file) != 0)
        b->last_file = add_string(b, file);
    return b->last_file;
}

static struct cadre_conf *add_node(struct cadre__conf_builder *b, enum cadre_conf_type type,
                                   const char *name, const struct cadre__conf_origin_info *info)
{
    static const struct cadre__conf_origin_info internal = {.origin = CADRE__CONF_INTERNAL};
    struct cadre_conf *nodes;
    struct cadre_conf *node;

    if (info == NULL)
        info = &internal;
    if (b->error == 0 && b->n_nodes * sizeof(*node) > CADRE__CONF_BLOB_MAX)
        b->error = -E2BIG;
    if (b->error < 0)
        return NULL;
    nodes = grown(b->nodes, &b->nodes_size, b->n_nodes + 1, sizeof(*nodes));
    if (nodes == NULL) {
        b->error = -ENOMEM;
        return NULL;
    }
    b->nodes = nodes;
    node = &nodes[b->n_nodes];
    *node = (struct cadre_conf){
        .index = (uint32_t)b->n_nodes,
        .end = (uint32_t)b->n_nodes + 1,
        .name = add_string(b, name),
        .file = add_file(b, info->file),
        .environment = add_string(b, info->environment),
        .line = info->line,
        .type = (uint8_t)type,
        .origin = (uint8_t)info->origin,
    };
    if (b->error < 0)
        return NULL;
    b->n_nodes++;
    if (b->depth > 0)
        b->nodes[b->open[b->depth - 1]].value.n_nodes++;
    return node;
}

struct cadre__conf_builder *cadre__conf_builder_new(const char *path)
{
    const struct cadre__conf_origin_info root = {.origin = CADRE__CONF_FILE, .file = path};
    struct cadre__conf_builder *b = calloc(1, sizeof(*b));

    if (b == NULL)
        return NULL;
    b->strings = grown(NULL, &b->strings_size, 1, 1);
    if (b->strings == NULL) {
        free(b);
        return NULL;
    }
    b->strings[0] = '\0';
    b->strings_len = 1;
    b->path = add_string(b, path);
    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "", &root);
    return b;
}

void cadre__conf_builder_free(struct cadre__conf_builder *b)
{
    if (b == NULL)
        return;
    free(b->nodes);
    free(b->strings);
    free(b);
}

void cadre__conf_builder_open(struct cadre__conf_builder *b, enum cadre_conf_type type,
                              const char *name, const struct cadre__conf_origin_info *info)
{
    struct cadre_conf *node;

    if (b->error == 0 && b->depth == CADRE__CONF_DEPTH_MAX)
        b->error = -E2BIG;
    node = add_node(b, type, name, info);
    if (node != NULL)
        b->open[b->depth++] = node->index;
}

void cadre__conf_builder_close(struct cadre__conf_builder *b)
{
    if (b->error < 0 || b->depth == 0)
        return;
    b->nodes[b->open[--b->depth]].end = (uint32_t)b->n_nodes;
}

void cadre__conf_builder_string(struct cadre__conf_builder *b, const char *name, const char *value,
                                const struct cadre__conf_origin_info *info)
{
    uint32_t string = add_string(b, value);
    struct cadre_conf *node = add_node(b, CADRE_CONF_STRING, name, info);

    if (node != NULL)
        node->value.string = string;
}

void cadre__conf_builder_int(struct cadre__conf_builder *b, const char *name, int64_t value,
                             const struct cadre__conf_origin_info *info)
{
    struct cadre_conf *node = add_node(b, CADRE_CONF_INT, name, info);

    if (node != NULL)
        node->value.integer = value;
}

void cadre__conf_builder_bool(struct cadre__conf_builder *b, const char *name, bool value,
                              const struct cadre__conf_origin_info *info)
{
    struct cadre_conf *node = add_node(b, CADRE_CONF_BOOL, name, info);

    if (node != NULL)
        node->value.integer = value;
}

void cadre__conf_builder_float(struct cadre__conf_builder *b, const char *name, double value,
                               const struct cadre__conf_origin_info *info)
{
    struct cadre_conf *node = add_node(b, CADRE_CONF_FLOAT, name, info);

    if (node != NULL)
        node->value.real = value;
}

/* Lays header, nodes and strings end to end. */
static int lay_out(const struct cadre__conf_builder *b, struct cadre__conf_tree **ret)
{
    size_t nodes_len = b->n_nodes * sizeof(*b->nodes);
    size_t len = sizeof(struct cadre__conf_blob) + nodes_len + b->strings_len;
    const struct cadre__conf_blob head = {
        .magic = CADRE__CONF_BLOB_MAGIC,
        .version = CADRE__CONF_BLOB_VERSION,
        .n_nodes = (uint32_t)b->n_nodes,
        .strings_len = (uint32_t)b->strings_len,
        .path = b->path,
    };
    struct cadre__conf_tree *tree;
    char *data;

    if (len > CADRE__CONF_BLOB_MAX)
        return -E2BIG;
    tree = malloc(sizeof(*tree));
    data = malloc(len);
    if (tree == NULL || data == NULL) {
        free(tree);
        free(data);
        return -ENOMEM;
    }
    *tree = (struct cadre__conf_tree){.blob = (void *)data, .heap = data, .len = len};
    memcpy(data, &head, sizeof(head));
    data += sizeof(head);
    memcpy(data, b->nodes, nodes_len);
    memcpy(data + nodes_len, b->strings, b->strings_len);
    *ret = tree;
    return 0;
}

int cadre__conf_builder_finish(struct cadre__conf_builder *b, struct cadre__conf_tree **ret)
{
    int r;

    while (b->error == 0 && b->depth > 0)
        cadre__conf_builder_close(b);
    r = b->error < 0 ? b->error : lay_out(b, ret);
    cadre__conf_builder_free(b);
    return r;
}
