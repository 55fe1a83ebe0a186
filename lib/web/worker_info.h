/* SPDX-License-Identifier: MIT */
/*
 * Which process this is, for <cadre/worker.h>. Set once by the process's main, before modules are
 * loaded; without that the process is no worker.
 */
#ifndef CADRE_WEB_WORKER_INFO_H
#define CADRE_WEB_WORKER_INFO_H

#include <stdint.h>

/* index: the worker's number from 0, or -1 (steward, checker); generation from 1. */
void cadre__worker_info_set(int index, uint32_t generation);

#endif
