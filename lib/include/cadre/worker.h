/* SPDX-License-Identifier: MIT */
/*
 * <cadre/worker.h>: which of the server's processes a handler runs in. Set before the module is
 * loaded and constant from then on. Any thread; never suspends.
 */
#ifndef CADRE_WORKER_H
#define CADRE_WORKER_H

#include <cadre/macros.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

/* The worker's number, from 0; it is kept by the replacement of a worker that died or is recycled,
 * for a while beside it. With spare_workers it may be as high as all of them. -1 elsewhere. */
CADRE_API int cadre_worker_index(void);

/* The generation, from 1; each reload makes the next one. 0 outside a server. */
CADRE_API uint32_t cadre_worker_generation(void);

CADRE_END_DECLS

#endif
