/* SPDX-License-Identifier: MIT */
/*
 * <cadre/worker.h>: which of the server's processes a handler runs in, set before the module is
 * loaded and constant from then on; and whether it is about to end. Any thread; never suspends.
 */
#ifndef CADRE_WORKER_H
#define CADRE_WORKER_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/* The worker's number, from 0; it is kept by the replacement of a worker that died or is recycled,
 * for a while beside it. With spare_workers it may be as high as all of them. -1 elsewhere. */
CADRE_API int cadre_worker_index(void);

/* The generation, from 1; each reload makes the next one. 0 outside a server. */
CADRE_API uint32_t cadre_worker_generation(void);

/* Whether the worker is about to end (a reload, a stop): it finishes what it has in hand. What
 * would go on for ever ends now. */
CADRE_API bool cadre_worker_is_draining(void);

CADRE_END_DECLS

#endif
