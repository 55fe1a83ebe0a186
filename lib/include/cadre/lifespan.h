/* SPDX-License-Identifier: MIT */
/*
 * <cadre/lifespan.h>: what a module does once, around the time in which it serves.
 *
 * A lifespan is one function, a coroutine with a yield. What is before the yield is the startup,
 * what is behind it the shutdown; the local variables live on in between.
 *
 *     static int lifespan(struct cadre_lifespan *ls)
 *     {
 *         struct shop *shop = shop_open();
 *         if (shop == NULL)
 *             return cadre_lifespan_fail(ls, "cannot open the shop: %s", cadre_strerror(errno));
 *         int r = cadre_serving(ls, shop);     // handlers run from here, cadre_state() is shop
 *         shop_close(shop);                    // no handler runs any more
 *         return r;
 *     }
 *
 * Two scopes, two fields of the module:
 *  .lifespan         runs once in every worker. The state that it hands to cadre_serving is what
 *                    handlers of that worker reach by cadre_state(req).
 *  .server_lifespan  runs once per generation (at start and at each reload), in a process of its
 *                    own: it ends its startup before the first worker starts and shuts down after
 *                    the last one has gone. The bytes that it hands to cadre_serving_with are what
 *                    handlers of all workers read by cadre_server_state(req, &len).
 *
 * Startup and shutdown may suspend; each phase has a time limit (startup_timeout, shutdown_timeout
 * of the conf): past it the suspended call returns -ECANCELED. Modules start in the order of the
 * conf and shut down in reverse. When one fails to start, those that were up are shut down.
 */
#ifndef CADRE_LIFESPAN_H
#define CADRE_LIFESPAN_H

#include <cadre/macros.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_conf;
struct cadre_lifespan;

/* A lifespan. 0; a negative errno: the phase that it was in has failed. */
typedef int (*cadre_lifespan_fn)(struct cadre_lifespan *ls);

/*
 * Ends the startup of a worker lifespan: the module serves, with that state (borrowed until this
 * returns; may be NULL). May suspend; returns when the module is to shut down, and no handler of it
 * runs any more then. 0; -EINVAL: called twice, or by a server lifespan; -EDEADLK: not called from
 * the lifespan's coroutine.
 */
CADRE_API CADRE_MUST_CHECK int cadre_serving(struct cadre_lifespan *ls, void *state);

/*
 * Ends the startup of a server lifespan: the bytes (copied; no pointers in them) are mapped
 * read-only by all workers of this generation. May suspend and returns like cadre_serving.
 * -EINVAL also for a worker lifespan; -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_serving_with(struct cadre_lifespan *ls, const void *buf,
                                                  size_t len);

/*
 * Says why the phase fails: `return cadre_lifespan_fail(ls, "no database at \"%s\"", url);`.
 * The text becomes part of the server's error message; the last one said counts. Returns
 * -CADRE_ESTARTUP. Never suspends.
 */
CADRE_API CADRE_PRINTF(2, 3) int cadre_lifespan_fail(struct cadre_lifespan *ls, const char *fmt,
                                                     ...);

/* The `settings` of the module in the conf; an empty group when it has none (<cadre/conf.h>). */
CADRE_API const struct cadre_conf *cadre_lifespan_settings(const struct cadre_lifespan *ls);

/* The same as the struct of the module's `.settings`, read-only, as long as the process lives;
 * NULL: it has no such model. */
CADRE_API const void *cadre_lifespan_settings_value(const struct cadre_lifespan *ls);

/* The name of the module in the conf. */
CADRE_API const char *cadre_lifespan_module(const struct cadre_lifespan *ls);

/*
 * In a worker lifespan: the bytes that the module's server lifespan published, read-only, 16-byte
 * aligned, as long as the worker lives. NULL and 0 when it has none.
 */
CADRE_API const void *cadre_lifespan_server_state(const struct cadre_lifespan *ls, size_t *ret_len);

CADRE_END_DECLS

#endif
