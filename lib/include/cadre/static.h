/* SPDX-License-Identifier: MIT */
/*
 * <cadre/static.h>: the files of a folder as answers.
 *
 *     static int files(struct cadre_request *req)
 *     {
 *         return cadre_static_respond(cadre_state(req), req, cadre_path_param(req, "path"));
 *     }
 *
 * The bundled module `static` is just that, with all of the options below as settings.
 *
 * What is served: regular files below the folders, by a path that names them plainly. A path with
 * ".", "..", an empty part or a name that begins with '.' (but /.well-known/, RFC 8615) is 404, as
 * is what leads out of the folder by a link, a folder, and what is no regular file. A file that
 * the worker may not read is 403. Types, validators, conditions and ranges are as of
 * cadre_respond_file.
 *
 * Open files and small contents are kept, and looked at anew at most `check_ms` later: a file that
 * was replaced, changed or removed is seen then. Put files in place by a rename, so that nobody
 * gets the half of one. Files are opened and, where the page cache does not hold them, read on the
 * loop: they belong on a local file system.
 */
#ifndef CADRE_STATIC_H
#define CADRE_STATIC_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;
struct cadre_static;

/* Which Cache-Control files have: the first rule whose pattern matches. */
struct cadre_static_rule {
    const char *match; /* as of fnmatch(3), of the path below the folder; '*' matches '/' too */
    const char *cache_control; /* "public, max-age=31536000, immutable"; "": none */
};

/* What is left out, 0, is as said. Strings and lists are borrowed for the life of what is made. */
struct cadre_static_options {
    const char *const *directories CADRE_OPTIONAL; /* ended by NULL; the first that has the file */
    bool html CADRE_OPTIONAL; /* a folder is answered by its index.html, and 404 by 404.html of the
                                 first folder that has one; a folder without '/' by 307 */
    bool follow_links CADRE_OPTIONAL;  /* out of the folder too */
    bool hidden CADRE_OPTIONAL;        /* names that begin with '.' are served */
    bool precompressed CADRE_OPTIONAL; /* FILE.br and FILE.gz stand for FILE, where accepted */
    const struct cadre_static_rule *rules CADRE_OPTIONAL; /* ended by one without match */
    size_t max_files CADRE_OPTIONAL;   /* kept open or in memory; 1024; SIZE_MAX: none are kept */
    size_t max_memory CADRE_OPTIONAL;  /* for contents; 16 MiB */
    size_t small_bytes CADRE_OPTIONAL; /* contents up to this size are kept in memory; 16 KiB */
    uint32_t check_ms CADRE_OPTIONAL;  /* 1000; UINT32_MAX: at every request */
};

/*
 * Opens the folders. 0; a negative errno, and then why says which folder and why in one line:
 * -ENOENT, -ENOTDIR, -EACCES, -ENOMEM; -EINVAL: there is none. Blocks.
 */
CADRE_API CADRE_MUST_CHECK int cadre_static_new(const struct cadre_static_options *options,
                                                char *why, size_t why_size,
                                                struct cadre_static **ret);

/* Forgets all; no request may be under way. NULL is taken. */
CADRE_API void cadre_static_free(struct cadre_static *files);

/*
 * Answers GET and HEAD by the file at that path, without '/' in front, as cadre_path_param gives
 * what {path:path} has matched. One loop's requests share what is kept; a sync handler opens its
 * file anew. May suspend while the client reads. 0; errors as of cadre_respond_fd; -EMFILE,
 * -ENFILE, -EIO: nothing was sent.
 */
CADRE_API int cadre_static_respond(struct cadre_static *files, struct cadre_request *req,
                                   const char *path);

CADRE_END_DECLS

#endif
