/* SPDX-License-Identifier: MIT */
/*
 * A file as it is served: its descriptor or its bytes, what is said of it, and of its precompressed
 * variants. It is made whole, never changed, and shared by all requests that answer by it.
 *
 * Blocks as open(2), fstat(2) and read(2) do. One thread at a time.
 */
#ifndef CADRE_WEB_STATIC_FILE_H
#define CADRE_WEB_STATIC_FILE_H

#include "base/list.h"
#include "gateway/prepared.h"
#include "web/beneath.h"
#include "web/content.h"
#include <cadre/static.h>
#include <sys/stat.h>

enum cadre__static_coding {
    CADRE__STATIC_PLAIN,
    CADRE__STATIC_BROTLI,
    CADRE__STATIC_GZIP,
    CADRE__STATIC_CODINGS,
};

/* As content-encoding says it; NULL: it is not said. */
extern const char *const cadre__static_codings[CADRE__STATIC_CODINGS];

struct cadre__static_variant {
    bool is_there;
    struct stat st; /* by which a change is seen */
    int fd;         /* -1: in memory */
    char *bytes;    /* heap; NULL: not in memory */
    char etag[CADRE__CONTENT_ETAG_SIZE];
    char date[30];
    struct cadre__content content; /* points to the above */
    struct cadre__prepared head;   /* of an answer by all of it; all 0: a field is not valid */
};

struct cadre__static_file {
    struct cadre__static_variant variants[CADRE__STATIC_CODINGS];
    bool has_variants;         /* any but the plain one */
    bool is_folder;            /* nothing but that; no variant is there */
    size_t memory;             /* bytes of all contents in memory */
    const char *cache_control; /* borrowed; NULL: none */
    char *type;                /* heap */

    unsigned refs;
    /* in a cache (web/static_cache.h) */
    struct cadre__list by_hash; /* of those with the same place in the table */
    struct cadre__list by_use;  /* of all, those used last in front */
    uint64_t checked_ns;        /* when it was looked at last */
    char path[];                /* below the folder */
};

/*
 * Loads what is at that path in one of the folders, with one reference. 0; -ENOENT and what else
 * open(2) says; -EINVAL: no regular file and no folder; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__static_file_load(const struct cadre_static_options *options,
                                             const struct cadre__beneath *folders, size_t n_folders,
                                             const char *path, struct cadre__static_file **ret);

/* Whether it is as when it was loaded. */
bool cadre__static_file_is_current(const struct cadre__static_file *file,
                                   const struct cadre_static_options *options,
                                   const struct cadre__beneath *folders, size_t n_folders);

static inline struct cadre__static_file *cadre__static_file_ref(struct cadre__static_file *file)
{
    file->refs++;
    return file;
}

/* The last one frees it. */
void cadre__static_file_unref(struct cadre__static_file *file);

#endif
