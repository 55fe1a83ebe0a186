/* SPDX-License-Identifier: MIT */
/*
 * Which process this is: web/worker_info.h and <cadre/worker.h>. Written once before modules are
 * loaded and before there are threads, read from any thread after.
 */
#include "web/worker_info.h"

#include <cadre/worker.h>

static struct {
    int index;
    uint32_t generation;
} info = {.index = -1};

void cadre__worker_info_set(int index, uint32_t generation)
{
    info.index = index;
    info.generation = generation;
}

int cadre_worker_index(void)
{
    return info.index;
}

uint32_t cadre_worker_generation(void)
{
    return info.generation;
}
