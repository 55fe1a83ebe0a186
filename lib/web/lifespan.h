/* SPDX-License-Identifier: MIT */
/*
 * Runs the lifespans of a process's modules, of one scope, one after another.
 *
 * Life of a runner: NEW → (start) STARTING → on_ready: SERVING → (stop) STOPPING → on_stopped:
 * DONE. A startup that fails: STARTING → those that were up are shut down, in reverse → on_failed:
 * DONE. A stop while STARTING cancels the startup and goes the same way to on_stopped.
 *
 * Each lifespan is a coroutine of the loop. startup_timeout is for all startups together: past it
 * the one at hand is cancelled, and again ten times in a second; one that does not end even then is
 * left behind. shutdown_timeout is for
 * all shutdowns together; so that one that hangs does not take the time of the others, a part is
 * kept back for each that is still to come. The runner does not log: it reports through its
 * callbacks.
 *
 * Used by the worker (worker scope), the steward (server scope) and the test client. Next:
 * <cadre/lifespan.h> (what modules see), web/server_state.h (what the steward publishes).
 */
#ifndef CADRE_WEB_LIFESPAN_H
#define CADRE_WEB_LIFESPAN_H

#include <cadre/lifespan.h>
#include <stdint.h>

struct cadre__lifespan_runner;
struct cadre__loop;
struct cadre__mount;

enum cadre__lifespan_scope {
    CADRE__LIFESPAN_WORKER,
    CADRE__LIFESPAN_SERVER,
};

enum cadre__lifespan_phase {
    CADRE__LIFESPAN_NEW,
    CADRE__LIFESPAN_STARTING,
    CADRE__LIFESPAN_SERVING,
    CADRE__LIFESPAN_STOPPING,
    CADRE__LIFESPAN_DONE,
};

/* All are called on the loop's thread, outside of any lifespan's coroutine, never from within
 * cadre__lifespan_start or _stop. Each may be NULL. */
struct cadre__lifespan_callbacks {
    /* A phase of a module begins, "startup of module shop"; NULL: it has ended. For the scoreboard.
     */
    void (*on_phase)(void *arg, const char *phase);
    /* All are up. */
    void (*on_ready)(void *arg);
    /*
     * A startup failed and all is shut down again. text: "module \"shop\": lifespan startup failed:
     * no database at \"x\"".
     */
    void (*on_failed)(void *arg, const char *text);
    /* A shutdown failed; the others go on. text: "module \"shop\": lifespan shutdown failed: ...".
     */
    void (*on_shutdown_failed)(void *arg, const char *text);
    /* All are down, after cadre__lifespan_stop. The runner may be freed from here. */
    void (*on_stopped)(void *arg);
};

struct cadre__lifespan_options {
    struct cadre__loop *loop;
    enum cadre__lifespan_scope scope;
    uint64_t startup_timeout_ns;  /* 0: none */
    uint64_t shutdown_timeout_ns; /* 0: none */
    struct cadre__lifespan_callbacks callbacks;
    void *callbacks_arg;
};

/* A module's lifespan. All is borrowed for the runner's life. */
struct cadre__lifespan_entry {
    const char *name;     /* of the module in the conf */
    cadre_lifespan_fn fn; /* NULL: the module has none, nothing runs */
    const struct cadre_conf *settings;
    const void *settings_value; /* the same as the struct of the module's model; NULL: none */
    const void *server_state;   /* worker scope: what the server lifespan published */
    size_t server_state_len;
    struct cadre__mount *mount; /* worker scope: gets the state at cadre_serving; may be NULL */
};

/* 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__lifespan_runner_new(const struct cadre__lifespan_options *options,
                                                struct cadre__lifespan_runner **ret);

/* The runner must be NEW or DONE. */
void cadre__lifespan_runner_free(struct cadre__lifespan_runner *runner);

/* Adds a lifespan behind the others; while NEW. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__lifespan_add(struct cadre__lifespan_runner *runner,
                                         const struct cadre__lifespan_entry *entry);

/* Starts the startups: on_ready or on_failed follows, in a later turn of the loop. */
void cadre__lifespan_start(struct cadre__lifespan_runner *runner);

/*
 * Shuts down what is up, in reverse order; on_stopped follows in a later turn of the loop, or
 * on_failed where a startup had failed before. A second call does nothing, nor does one after
 * on_failed.
 */
void cadre__lifespan_stop(struct cadre__lifespan_runner *runner);

/* Cancels the shutdown that is at hand and all that follow: for a stop that must not wait. */
void cadre__lifespan_cancel(struct cadre__lifespan_runner *runner);

enum cadre__lifespan_phase cadre__lifespan_runner_phase(
    const struct cadre__lifespan_runner *runner);

/* What the lifespan of that module handed to cadre_serving; NULL before. */
void *cadre__lifespan_state(const struct cadre__lifespan_runner *runner, const char *name);

/* The bytes that the server lifespan of that module published; NULL and 0 without. */
const void *cadre__lifespan_published(const struct cadre__lifespan_runner *runner, const char *name,
                                      size_t *ret_len);

/*
 * Seals what all server lifespans published into a memfd, to be sent to the master and on to the
 * workers (web/server_state.h reads it); while SERVING. The descriptor (the caller's) or a negative
 * errno.
 */
CADRE_MUST_CHECK int cadre__lifespan_publish(const struct cadre__lifespan_runner *runner);

#endif
