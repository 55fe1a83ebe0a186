/* SPDX-License-Identifier: MIT */
/*
 * Where limits count (<cadre/rate_limit.h>): in the area of the server, or in memory of this
 * process as long as there are layers that need it.
 */
#ifndef CADRE_MIDDLEWARE_RATE_LIMIT_H
#define CADRE_MIDDLEWARE_RATE_LIMIT_H

#include "base/rates.h"

/* Layers that are set up from now on count in `rates`, which is copied; its memory is borrowed for
 * the life of the process. NULL: in memory of this process. Before other threads run. */
void cadre__rate_limit_use(const struct cadre__rates *rates);

#endif
