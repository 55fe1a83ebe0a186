/* SPDX-License-Identifier: MIT */
/*
 * <cadre/path.h>: parameters of a route as values, and links to routes.
 *
 *     CADRE_GET("/items/{item_id:int}", read_item),
 *     ...
 *     int64_t id;
 *     int r = cadre_path_int(req, "item_id", &id);
 *     const char *link = cadre_url_for(req, "read_item", "item_id", "7", (char *)NULL);
 *
 * Nothing here suspends.
 */
#ifndef CADRE_PATH_H
#define CADRE_PATH_H

#include <cadre/macros.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/*
 * The value of a parameter. 0, and *ret is set; -ENOENT: the route has no such name; -EINVAL: it is
 * of another type in the route's pattern; -ERANGE: it does not fit in 64 bits: answer 404, as for
 * any other item that is not there.
 */
CADRE_API CADRE_MUST_CHECK int cadre_path_int(const struct cadre_request *req, const char *name,
                                              int64_t *ret);
CADRE_API CADRE_MUST_CHECK int cadre_path_double(const struct cadre_request *req, const char *name,
                                                 double *ret);
CADRE_API CADRE_MUST_CHECK int cadre_path_uuid(const struct cadre_request *req, const char *name,
                                               uint8_t ret[16]);

/* The same by a type of the module's own: what its `parse` makes of it. -EINVAL also where it has
 * none; else what `parse` says. */
CADRE_API CADRE_MUST_CHECK int cadre_path_value(const struct cadre_request *req, const char *name,
                                                void *ret);

/*
 * The path to the route of that name, with the mount and what a proxy has cut off, in memory of the
 * request. The name is as <cadre/route.h> says, of the request's own module; with the name of
 * another in front, "shop:read_item", of that. What follows are the route's parameters, each a name
 * and its text, all of them and no others, ended by (char *)NULL; they are percent-encoded, a
 * path's slashes stay.
 *
 * NULL, by errno: ENOENT: there is no such route; EINVAL: the parameters are not its own, or a text
 * is not of its parameter's type; ENOMEM. The reason of the first two is logged at debug level.
 */
CADRE_API const char *cadre_url_path_for(struct cadre_request *req, const char *name, ...)
    __attribute__((__sentinel__));

/* The same with scheme and host: those of the request, or the host of the route. */
CADRE_API const char *cadre_url_for(struct cadre_request *req, const char *name, ...)
    __attribute__((__sentinel__));

CADRE_END_DECLS

#endif
