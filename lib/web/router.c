/* SPDX-License-Identifier: MIT */
/* The radix tree of patterns with parameters: web/router.h. */
#include "config.h"

#include "web/router.h"

#include "web/converter.h"
#include <errno.h>

/* An edge that matches a parameter and what is behind it in its part of the path. */
struct param_edge {
    struct param_edge *next; /* at the same node, in order of declaration */
    const struct cadre_converter *converter;
    struct cadre_str suffix;
    struct cadre__router_node *node; /* behind it */
};

struct cadre__router_node {
    struct cadre_str label; /* the literal text that leads here */
    uint32_t least;         /* of the numbers here and below */

    /* Children by the first bytes of their labels, from `low` on: NULL where there is none. So
     * digits and letters, which most tables differ in, take little room. */
    uint16_t low;
    uint16_t n_children;
    struct cadre__router_node **children;

    struct param_edge *params;

    uint32_t n_routes; /* whose patterns end here */
    uint32_t size_routes;
    uint32_t *routes; /* ascending */
};

void cadre__router_init(struct cadre__router *router)
{
    cadre__arena_init(&router->arena, 4096);
    router->root = NULL;
}

void cadre__router_done(struct cadre__router *router)
{
    cadre__arena_done(&router->arena);
    router->root = NULL;
}

/* --- building --- */

static struct cadre__router_node *new_node(struct cadre__router *router, struct cadre_str label,
                                           uint32_t least)
{
    struct cadre__router_node *node = cadre__arena_calloc(&router->arena, sizeof(*node));

    if (node) {
        node->label = label;
        node->least = least;
    }
    return node;
}

static int add_child(struct cadre__router *router, struct cadre__router_node *node,
                     struct cadre__router_node *child)
{
    unsigned byte = (unsigned char)child->label.ptr[0];
    unsigned low = node->n_children > 0 && node->low < byte ? node->low : byte;
    unsigned end = node->n_children > 0 ? node->low + node->n_children : 0u;

    end = end > byte ? end : byte + 1;
    if (end - low > node->n_children) {
        struct cadre__router_node **children =
            cadre__arena_calloc(&router->arena, (end - low) * sizeof(struct cadre__router_node *));

        if (!children)
            return -ENOMEM;
        for (unsigned i = 0; i < node->n_children; i++)
            children[node->low - low + i] = node->children[i];
        node->children = children;
        node->low = (uint16_t)low;
        node->n_children = (uint16_t)(end - low);
    }
    node->children[byte - low] = child;
    return 0;
}

/* Cuts a node's label behind `len` bytes: the rest of it becomes its only child. */
static int split(struct cadre__router *router, struct cadre__router_node *node, size_t len)
{
    struct cadre__router_node *rest = new_node(router, node->label, node->least);

    if (!rest)
        return -ENOMEM;
    *rest = *node;
    rest->label.ptr += len;
    rest->label.len -= len;
    *node = (struct cadre__router_node){.label = {node->label.ptr, len}, .least = node->least};
    return add_child(router, node, rest);
}

static inline struct cadre__router_node *child_of(const struct cadre__router_node *node, char first)
{
    unsigned index = (unsigned char)first - (unsigned)node->low;

    return index < node->n_children ? node->children[index] : NULL;
}

/* Goes on along literal text, and makes the nodes that are not there. NULL: ENOMEM. */
static struct cadre__router_node *walk_text(struct cadre__router *router,
                                            struct cadre__router_node *node, struct cadre_str text,
                                            uint32_t number)
{
    while (text.len > 0) {
        struct cadre__router_node *child = child_of(node, text.ptr[0]);
        size_t common = 0;

        if (!child) {
            child = new_node(router, text, number);
            return child && add_child(router, node, child) == 0 ? child : NULL;
        }
        while (common < text.len && common < child->label.len &&
               text.ptr[common] == child->label.ptr[common])
            common++;
        if (common < child->label.len && split(router, child, common) < 0)
            return NULL;
        text.ptr += common;
        text.len -= common;
        node = child;
    }
    return node;
}

/* The same by a parameter. */
static struct cadre__router_node *walk_param(struct cadre__router *router,
                                             struct cadre__router_node *node,
                                             const struct cadre__pattern_segment *segment,
                                             uint32_t number)
{
    struct param_edge **at = &node->params;

    for (; *at; at = &(*at)->next) {
        if ((*at)->converter == segment->converter && cadre_str_eq((*at)->suffix, segment->suffix))
            return (*at)->node;
    }
    *at = cadre__arena_calloc(&router->arena, sizeof(**at));
    if (!*at)
        return NULL;
    (*at)->converter = segment->converter;
    (*at)->suffix = segment->suffix;
    (*at)->node = new_node(router, CADRE_STR(""), number);
    return (*at)->node;
}

static int add_route(struct cadre__router *router, struct cadre__router_node *node, uint32_t number)
{
    if (node->n_routes == node->size_routes) {
        uint32_t size = node->size_routes ? 2 * node->size_routes : 2;
        uint32_t *routes = cadre__arena_alloc(&router->arena, size * sizeof(*routes));

        if (!routes)
            return -ENOMEM;
        if (node->n_routes > 0)
            memcpy(routes, node->routes, node->n_routes * sizeof(*routes));
        node->routes = routes;
        node->size_routes = size;
    }
    node->routes[node->n_routes++] = number;
    return 0;
}

/* Literal text between two parameters is one piece of the pattern's text, slashes included. */
int cadre__router_add(struct cadre__router *router, const struct cadre__pattern *pattern,
                      uint32_t number)
{
    const char *begin = pattern->segments[0].prefix.ptr - 1; /* the first '/' */
    const char *end = begin;
    struct cadre__router_node *node;

    if (!router->root)
        router->root = new_node(router, CADRE_STR(""), number);
    node = router->root;
    for (size_t i = 0; node && i < pattern->n_segments; i++) {
        const struct cadre__pattern_segment *segment = &pattern->segments[i];

        end = segment->prefix.ptr + segment->prefix.len;
        if (!segment->name)
            continue;
        node = walk_text(router, node, (struct cadre_str){begin, (size_t)(end - begin)}, number);
        if (node)
            node = walk_param(router, node, segment, number);
        begin = end = segment->suffix.ptr + segment->suffix.len;
    }
    if (node)
        node = walk_text(router, node, (struct cadre_str){begin, (size_t)(end - begin)}, number);
    return node ? add_route(router, node, number) : -ENOMEM;
}

/* --- finding --- */

struct search {
    const char *end; /* of the path */
    uint32_t best;   /* the least that was found; what is not less is not looked at */
    cadre__router_accept_fn accept;
    void *arg;
    struct cadre_str *ret;
    struct cadre_str params[CADRE__PATTERN_PARAMS_MAX];
};

/* The path ends at the node: do its routes take it? */
static void end_at(struct search *s, const struct cadre__router_node *node, unsigned n_params)
{
    for (uint32_t i = 0; i < node->n_routes && node->routes[i] < s->best; i++) {
        if (!s->accept(s->arg, node->routes[i]))
            continue;
        s->best = node->routes[i];
        for (unsigned k = 0; k < n_params; k++)
            s->ret[k] = s->params[k];
        return;
    }
}

static bool ends_in(const char *at, const char *end, struct cadre_str suffix)
{
    return suffix.len == 0 || ((size_t)(end - at) >= suffix.len &&
                               memcmp(end - suffix.len, suffix.ptr, suffix.len) == 0);
}

static void search_from(struct search *s, const struct cadre__router_node *node, const char *at,
                        unsigned depth);

/* The parameters that begin at `at`. */
static void search_params(struct search *s, const struct cadre__router_node *node, const char *at,
                          unsigned depth)
{
    const char *slash = at < s->end ? memchr(at, '/', (size_t)(s->end - at)) : NULL;
    const char *part_end = slash ? slash : s->end;

    for (const struct param_edge *edge = node->params; edge; edge = edge->next) {
        bool spans = edge->converter == &cadre__converter_path;
        const char *end = spans ? s->end : part_end;
        size_t len;

        if (edge->node->least >= s->best || !ends_in(at, end, edge->suffix))
            continue;
        len = (size_t)(end - at) - edge->suffix.len;
        s->params[depth] = (struct cadre_str){at, len};
        if (spans)
            end_at(s, edge->node, depth + 1);
        else if (len > 0 && (!edge->converter->match || edge->converter->match(at, len)))
            search_from(s, edge->node, end, depth + 1);
    }
}

/* Recursion goes by parameters only, of which a pattern has few; literal text is a loop. */
static void search_from(struct search *s, const struct cadre__router_node *node, const char *at,
                        unsigned depth)
{
    for (;;) {
        const struct cadre__router_node *child;

        if (at == s->end)
            end_at(s, node, depth);
        if (node->params)
            search_params(s, node, at, depth);
        child = at < s->end ? child_of(node, *at) : NULL;
        if (!child || child->least >= s->best || (size_t)(s->end - at) < child->label.len ||
            (child->label.len > 1 &&
             memcmp(at + 1, child->label.ptr + 1, child->label.len - 1) != 0))
            return;
        at += child->label.len;
        node = child;
    }
}

uint32_t cadre__router_find(const struct cadre__router *router, struct cadre_str path,
                            uint32_t below, cadre__router_accept_fn accept, void *arg,
                            struct cadre_str params[CADRE__PATTERN_PARAMS_MAX])
{
    struct search s;

    if (!router->root || router->root->least >= below)
        return 0;
    s.end = path.ptr + path.len;
    s.best = below;
    s.accept = accept;
    s.arg = arg;
    s.ret = params;
    search_from(&s, router->root, path.ptr, 0);
    return s.best < below ? s.best : 0;
}
