/* SPDX-License-Identifier: MIT */
/* Files that were served lately: web/static_cache.h. */
#include "web/static_cache.h"

#include <errno.h>
#include <stdlib.h>

static struct cadre__static_file *by_hash(struct cadre__list *link)
{
    return CADRE__CONTAINER_OF(link, struct cadre__static_file, by_hash);
}

/* FNV-1a. Only paths of files that are there come in: a client cannot choose them. */
static struct cadre__list *chain_of(const struct cadre__static_cache *cache, const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * UINT64_C(0x100000001b3);
    return &cache->table[(hash ^ hash >> 32) & cache->mask];
}

int cadre__static_cache_init(struct cadre__static_cache *cache, size_t max_files, size_t max_memory)
{
    size_t size = 16;

    while (size < max_files && size < 65536)
        size *= 2;
    *cache = (struct cadre__static_cache){
        .mask = size - 1, .max_files = max_files, .max_memory = max_memory};
    cadre__list_init(&cache->by_use);
    cache->table = calloc(size, sizeof(*cache->table));
    if (cache->table == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < size; i++)
        cadre__list_init(&cache->table[i]);
    return 0;
}

void cadre__static_cache_remove(struct cadre__static_cache *cache, struct cadre__static_file *file)
{
    cadre__list_remove(&file->by_hash);
    cadre__list_remove(&file->by_use);
    cache->n_files--;
    cache->memory -= file->memory;
    cadre__static_file_unref(file);
}

static void remove_last(struct cadre__static_cache *cache)
{
    struct cadre__list *link = cadre__list_last(&cache->by_use);

    cadre__static_cache_remove(cache, CADRE__CONTAINER_OF(link, struct cadre__static_file, by_use));
}

void cadre__static_cache_done(struct cadre__static_cache *cache)
{
    while (cache->n_files > 0)
        remove_last(cache);
    free(cache->table);
    cache->table = NULL;
}

struct cadre__static_file *cadre__static_cache_find(struct cadre__static_cache *cache,
                                                    const char *path)
{
    struct cadre__list *chain = chain_of(cache, path);

    CADRE__LIST_FOREACH(link, chain)
    {
        struct cadre__static_file *file = by_hash(link);

        if (strcmp(file->path, path) != 0)
            continue;
        if (cache->by_use.next != &file->by_use) {
            cadre__list_remove(&file->by_use);
            cadre__list_push_front(&cache->by_use, &file->by_use);
        }
        return file;
    }
    return NULL;
}

void cadre__static_cache_put(struct cadre__static_cache *cache, struct cadre__static_file *file)
{
    struct cadre__static_file *old = cadre__static_cache_find(cache, file->path);

    if (old != NULL)
        cadre__static_cache_remove(cache, old);
    if (cache->max_files == 0 || file->memory > cache->max_memory)
        return;
    while (cache->n_files > 0 &&
           (cache->n_files >= cache->max_files || cache->memory > cache->max_memory - file->memory))
        remove_last(cache);
    cadre__static_file_ref(file);
    cadre__list_push_front(chain_of(cache, file->path), &file->by_hash);
    cadre__list_push_front(&cache->by_use, &file->by_use);
    cache->n_files++;
    cache->memory += file->memory;
}
