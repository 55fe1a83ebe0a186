/* SPDX-License-Identifier: MIT */
/*
 * Files that were served lately, by their paths: open, or small ones in memory. Bounded by number
 * and by memory; the one that was not used for longest goes first. Who holds a reference keeps a
 * file that has gone. Never blocks; one thread.
 */
#ifndef CADRE_WEB_STATIC_CACHE_H
#define CADRE_WEB_STATIC_CACHE_H

#include "web/static_file.h"

struct cadre__static_cache {
    struct cadre__list *table; /* heap; by the hash of the path */
    size_t mask;               /* its size, a power of two, less 1 */
    struct cadre__list by_use; /* used last in front */
    size_t n_files;
    size_t memory; /* of their contents */
    size_t max_files;
    size_t max_memory;
};

/* 0; -ENOMEM. max_files 0: it keeps none. */
CADRE_MUST_CHECK int cadre__static_cache_init(struct cadre__static_cache *cache, size_t max_files,
                                              size_t max_memory);
void cadre__static_cache_done(struct cadre__static_cache *cache);

/* The file of that path, which counts as used now; borrowed. NULL: there is none. */
struct cadre__static_file *cadre__static_cache_find(struct cadre__static_cache *cache,
                                                    const char *path);

/* Keeps the file, with a reference of its own, in place of the one of its path; one that is larger
 * than all of max_memory is not kept. */
void cadre__static_cache_put(struct cadre__static_cache *cache, struct cadre__static_file *file);

/* Forgets a file that is in it. */
void cadre__static_cache_remove(struct cadre__static_cache *cache, struct cadre__static_file *file);

#endif
