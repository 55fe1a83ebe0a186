/* SPDX-License-Identifier: MIT */
/*
 * The module ABI: web/module_abi.h. A new minor version adds a row to the table of sizes; the
 * assertions below fail until that is done, so that a struct cannot grow by accident.
 */
#include "web/module_abi.h"

#include "base/build.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes, on 64-bit machines; a pointer and an alignment are the same there. */
static const struct cadre__module_abi_minor sizes[] = {
    {.module_size = 56, .route_size = 48},   /* 0.1 */
    {.module_size = 80, .route_size = 72},   /* 0.2 */
    {.module_size = 112, .route_size = 160}, /* 0.3 */
    {.module_size = 152, .route_size = 200}, /* 0.4 */
};

_Static_assert(CADRE_ABI_MAJOR == 0 && CADRE_ABI_MINOR == 4, "add a row to the table of sizes");
_Static_assert(sizeof(void *) != 8 || sizeof(struct cadre_module) == 152,
               "struct cadre_module has grown: a new minor version");
_Static_assert(sizeof(void *) != 8 || sizeof(struct cadre_route) == 200,
               "struct cadre_route has grown: a new minor version");
_Static_assert(sizeof(void *) != 8 || sizeof(struct cadre_module_descriptor) == 32,
               "the descriptor is the same for all versions");

const struct cadre__module_abi cadre__module_abi_ours = {
    .major = CADRE_ABI_MAJOR, .first_minor = 1, .minor = CADRE_ABI_MINOR, .sizes = sizes};

static const char *compiler(const struct cadre_module_descriptor *descriptor)
{
    return descriptor->built_with != NULL ? descriptor->built_with : "an unknown compiler";
}

static int refuse_version(const struct cadre_module_descriptor *descriptor,
                          const struct cadre__module_abi *abi, const char *mend, char *why,
                          size_t why_size)
{
    snprintf(why, why_size, "it has module ABI %u.%u, this server (Cadre %s) has %u.%u: %s",
             descriptor->abi_major, descriptor->abi_minor, cadre__version(), abi->major, abi->minor,
             mend);
    return -EPROTO;
}

static int refuse_size(const struct cadre_module_descriptor *descriptor, const char *what,
                       unsigned has, unsigned expected, char *why, size_t why_size)
{
    snprintf(why, why_size,
             "its %s has %u bytes, in module ABI %u.%u it has %u: build it with the headers as "
             "they are installed and without flags that change the layout of structs "
             "(-fpack-struct)",
             what, has, descriptor->abi_major, descriptor->abi_minor, expected);
    return -EPROTO;
}

int cadre__module_abi_check(const struct cadre_module_descriptor *descriptor,
                            const struct cadre__module_abi *abi, char *why, size_t why_size)
{
    const struct cadre__module_abi_minor *expected;

    if (descriptor->abi_major != abi->major)
        return refuse_version(descriptor, abi, "rebuild it against this server's headers", why,
                              why_size);
    if (descriptor->abi_minor > abi->minor)
        return refuse_version(descriptor, abi,
                              "upgrade the server, or rebuild it against this server's headers",
                              why, why_size);
    if (descriptor->abi_minor < abi->first_minor)
        return refuse_version(descriptor, abi, "rebuild it against this server's headers", why,
                              why_size);
    expected = &abi->sizes[descriptor->abi_minor - abi->first_minor];
    if (descriptor->size != sizeof(*descriptor))
        return refuse_size(descriptor, "descriptor", descriptor->size, sizeof(*descriptor), why,
                           why_size);
    if (descriptor->module_size != expected->module_size)
        return refuse_size(descriptor, "struct cadre_module", descriptor->module_size,
                           expected->module_size, why, why_size);
    if (descriptor->route_size != expected->route_size)
        return refuse_size(descriptor, "struct cadre_route", descriptor->route_size,
                           expected->route_size, why, why_size);
    if (descriptor->module == NULL) {
        snprintf(why, why_size, "its descriptor points nowhere: write CADRE_MODULE = {...}; (%s)",
                 compiler(descriptor));
        return -EPROTO;
    }
    return 0;
}

/* The row at that index of a table whose rows have that size. */
static const char *const *row_at(const struct cadre_route *rows, size_t index, size_t row_size)
{
    return (const char *const *)(const void *)((const char *)rows + index * row_size);
}

/* Tables that are mounted more deeply in one another are not copied: they are refused anyway
 * (web/mount.c), since one that holds itself has no end. */
#define DEPTH_MAX 9

/* The row at that index as it is here: fields that its version did not have are zero. */
static struct cadre_route read_row(const struct cadre_route *rows, size_t index, size_t row_size)
{
    size_t kept = row_size < sizeof(struct cadre_route) ? row_size : sizeof(struct cadre_route);
    struct cadre_route row = {0};

    memcpy(&row, row_at(rows, index, row_size), kept);
    return row;
}

/* How many rows a table has, its end row and the tables of its rows with theirs: of mounts, and of
 * callbacks. */
static size_t count_rows(const struct cadre_route *rows, size_t row_size, unsigned depth)
{
    size_t total = 1;

    if (rows == NULL || depth > DEPTH_MAX)
        return 0;
    /* The method is the first field of a row in all versions, and NULL in the last row. */
    for (size_t n = 0; *row_at(rows, n, row_size) != NULL; n++) {
        struct cadre_route row = read_row(rows, n, row_size);

        total += 1 + count_rows(row.routes, row_size, depth + 1) +
                 count_rows(row.callbacks, row_size, depth + 1);
    }
    return total;
}

/* Where copies go. */
struct copies {
    struct cadre_route *at; /* the next one; those behind it are zero */
    size_t row_size;        /* of the rows that are copied */
};

/* The copy of a table, and behind it those of its rows, which the copy refers to. NULL: there is
 * none, or it is too deep. */
static struct cadre_route *copy_rows(struct copies *copies, const struct cadre_route *rows,
                                     unsigned depth, size_t *ret_n)
{
    struct cadre_route *to = copies->at;
    size_t n = 0, ignored;

    if (rows == NULL || depth > DEPTH_MAX)
        return NULL;
    for (; *row_at(rows, n, copies->row_size) != NULL; n++)
        *copies->at++ = read_row(rows, n, copies->row_size);
    copies->at++; /* the end row is zero */
    for (size_t i = 0; i < n; i++) {
        to[i].routes = copy_rows(copies, to[i].routes, depth + 1, &ignored);
        to[i].callbacks = copy_rows(copies, to[i].callbacks, depth + 1, &ignored);
    }
    *ret_n = n;
    return to;
}

int cadre__module_abi_copy(const struct cadre_module_descriptor *descriptor,
                           struct cadre_module *ret_module, struct cadre_route **ret_routes,
                           size_t *ret_n_routes)
{
    size_t module_size = descriptor->module_size < sizeof(*ret_module) ? descriptor->module_size
                                                                       : sizeof(*ret_module);
    struct copies copies = {.row_size = descriptor->route_size};
    struct cadre_module module = {0};
    struct cadre_route *routes;
    size_t ignored;

    memcpy(&module, descriptor->module, module_size);
    /* One more: a module without routes has an end row. */
    routes = calloc(1 + count_rows(module.routes, copies.row_size, 0) +
                        count_rows(module.webhooks, copies.row_size, 0),
                    sizeof(*routes));
    if (routes == NULL)
        return -ENOMEM;
    copies.at = routes;
    *ret_n_routes = 0;
    if (module.routes == NULL)
        copies.at++;
    else
        (void)copy_rows(&copies, module.routes, 0, ret_n_routes);
    module.webhooks = copy_rows(&copies, module.webhooks, 0, &ignored);
    module.routes = routes;
    *ret_module = module;
    *ret_routes = routes;
    return 0;
}
