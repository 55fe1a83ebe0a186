/* SPDX-License-Identifier: MIT */
/*
 * conf/raw: a tree of pointers, for the loader. See the header.
 */
#include "conf/raw.h"

#include <stdio.h>
#include <string.h>

struct cadre__raw *cadre__raw_new(struct cadre__arena *arena, enum cadre_conf_type type,
                                  const char *name, const struct cadre__conf_origin_info *info)
{
    struct cadre__raw *raw = cadre__arena_calloc(arena, sizeof(*raw));

    if (raw == NULL)
        return NULL;
    raw->type = type;
    raw->name = name;
    raw->info = *info;
    return raw;
}

void cadre__raw_append(struct cadre__raw *parent, struct cadre__raw *child)
{
    child->next = NULL;
    child->parent = parent;
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
}

void cadre__raw_remove(struct cadre__raw *parent, struct cadre__raw *child)
{
    struct cadre__raw *before = NULL;

    for (struct cadre__raw *c = parent->first; c != NULL; before = c, c = c->next) {
        if (c != child)
            continue;
        if (before == NULL)
            parent->first = c->next;
        else
            before->next = c->next;
        if (parent->last == c)
            parent->last = before;
        return;
    }
}

struct cadre__raw *cadre__raw_get(const struct cadre__raw *group, const char *name)
{
    if (group == NULL || group->type != CADRE_CONF_GROUP)
        return NULL;
    for (struct cadre__raw *c = group->first; c != NULL; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

const char *cadre__raw_text(const struct cadre__raw *group, const char *name)
{
    const struct cadre__raw *node = cadre__raw_get(group, name);

    if (node == NULL || node->type != CADRE_CONF_STRING || node->info.origin == CADRE__CONF_BROKEN)
        return NULL;
    return node->value.string;
}

const char *cadre__raw_path(const struct cadre__raw *node, char *buf, size_t size)
{
    size_t len = 0;

    buf[0] = '\0';
    if (node->parent != NULL) {
        cadre__raw_path(node->parent, buf, size);
        len = strlen(buf);
    }
    if (node->name[0] != '\0')
        snprintf(buf + len, size - len, "%s%s", len > 0 ? "." : "", node->name);
    return buf;
}

static void write_node(const struct cadre__raw *raw, struct cadre__conf_builder *builder)
{
    switch (raw->type) {
    case CADRE_CONF_GROUP:
    case CADRE_CONF_LIST:
    case CADRE_CONF_ARRAY:
        cadre__conf_builder_open(builder, raw->type, raw->name, &raw->info);
        cadre__raw_write(raw, builder);
        cadre__conf_builder_close(builder);
        break;
    case CADRE_CONF_STRING:
        cadre__conf_builder_string(builder, raw->name, raw->value.string, &raw->info);
        break;
    case CADRE_CONF_INT:
        cadre__conf_builder_int(builder, raw->name, raw->value.integer, &raw->info);
        break;
    case CADRE_CONF_FLOAT:
        cadre__conf_builder_float(builder, raw->name, raw->value.real, &raw->info);
        break;
    case CADRE_CONF_BOOL:
        cadre__conf_builder_bool(builder, raw->name, raw->value.integer != 0, &raw->info);
        break;
    }
}

void cadre__raw_write(const struct cadre__raw *root, struct cadre__conf_builder *builder)
{
    for (const struct cadre__raw *c = root->first; c != NULL; c = c->next)
        write_node(c, builder);
}
