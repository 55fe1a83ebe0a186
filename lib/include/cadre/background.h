/* SPDX-License-Identifier: MIT */
/*
 * <cadre/background.h>: work that is done when the response is out.
 *
 *     struct mail *mail = mail_to(address);
 *     int r = cadre_background_add(req, CADRE_BACKGROUND(send_mail, mail, mail_free));
 *     if (r < 0)
 *         return r;
 *     return cadre_respond_text(req, 202, "on its way\n");
 *
 * The client does not wait for it: its connection goes on with the next request meanwhile. A stop
 * or a reload of the server waits for it, as for a request (graceful_timeout). Then, and by a fast
 * stop, it is cancelled: its suspended call returns -ECANCELED, and of the tasks behind it none
 * runs any more, also not one that always runs. It has ended before the module's lifespan shuts
 * down, unless it does not return.
 *
 * Tasks of a request run one after another, in the order in which they were added, when its
 * response was complete. What its dependencies have made is released when the last of them has
 * ended, and is there so long: a task may be given a connection to the database that is released so
 * (CADRE_SCOPE_REQUEST). All else that it is given is its own: the memory of the request may have
 * gone. Where the handler failed, or the response broke off, none of them runs.
 * One that fails is logged, and those behind it do not run but for those that run always; one that
 * returns -ECANCELED and was not cancelled has failed, too.
 */
#ifndef CADRE_BACKGROUND_H
#define CADRE_BACKGROUND_H

#include <cadre/macros.h>
#include <stdbool.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/* A task: what it is given is its own, since the request is gone when it runs. */
struct cadre_background {
    int (*fn)(void *arg) CADRE_OPTIONAL; /* 0 or more: it is done; a negative errno: it failed */
    void *arg CADRE_OPTIONAL;
    /* called with arg once, whether it ran or not, on the loop; may not suspend; NULL: nothing is
     * to be freed */
    void (*free_arg)(void *arg) CADRE_OPTIONAL;
    const char *name CADRE_OPTIONAL; /* for the log; static */
    bool sync CADRE_OPTIONAL;   /* in a thread of the pool, where it may block; else on the loop,
                                   in a coroutine */
    bool always CADRE_OPTIONAL; /* also behind one that has failed */
};

/* Such a task in place, named as its function; further fields are given behind. C only. */
#define CADRE_BACKGROUND(fn_, arg_, ...)                                                           \
    (&(const struct cadre_background){                                                             \
        .fn = (fn_), .arg = (arg_), .name = #fn_, .free_arg = __VA_ARGS__})

/*
 * Adds a task, which is copied; arg is taken, also on an error. Never suspends. 0; -ENOMEM;
 * -EINVAL: it has no function.
 */
CADRE_API CADRE_MUST_CHECK int cadre_background_add(struct cadre_request *req,
                                                    const struct cadre_background *task);

CADRE_END_DECLS

#endif
