/* SPDX-License-Identifier: MIT */
/*
 * <cadre/signal.h>: signals, on the loop.
 *
 * Nothing here runs in signal context. Signals belong to the process: one loop of it, mostly that
 * of the main thread, may use this. In a worker the server itself uses SIGTERM and keeps the
 * others away; this is for programs of one's own.
 */
#ifndef CADRE_SIGNAL_H
#define CADRE_SIGNAL_H

#include <stddef.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_signal_receiver;

/*
 * Catches the `n` signals from now on; each arrival is kept for cadre_signal_receive(), several of
 * one signal that nobody has received yet as one. Several receivers of a signal each get it.
 * Errors: -EINVAL (no such signal, SIGKILL, SIGSTOP, n is 0), -ENOMEM, -EDEADLK (the thread has no
 * loop). Never suspends.
 */
CADRE_API CADRE_MUST_CHECK int cadre_signal_receiver_open(const int *signals, size_t n,
                                                          struct cadre_signal_receiver **ret);

/*
 * Waits for the next signal and returns its number; they come in the order of arrival. May suspend.
 * Errors: -ECANCELED (no signal is lost), -EDEADLK, -EBUSY (another coroutine waits on this
 * receiver).
 */
CADRE_API CADRE_MUST_CHECK int cadre_signal_receive(struct cadre_signal_receiver *receiver);

/*
 * Ends it; with the last receiver of a signal, that does again what it did before. No coroutine
 * may wait on it. Before the loop ends. Never suspends. NULL is taken.
 */
CADRE_API void cadre_signal_receiver_free(struct cadre_signal_receiver *receiver);

/*
 * Has fn(signo, arg) called on the loop, outside any coroutine, at each arrival of the signal; a
 * second call replaces the first. A NULL `fn` takes it back, and the signal does what it did
 * before; do so before the loop ends. fn must not suspend. Never suspends.
 * Errors: -EINVAL, -ENOMEM, -EDEADLK, as above.
 */
CADRE_API CADRE_MUST_CHECK int cadre_signal_handle(int signo, void (*fn)(int signo, void *arg),
                                                   void *arg);

CADRE_END_DECLS

#endif
