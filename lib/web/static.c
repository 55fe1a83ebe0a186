/* SPDX-License-Identifier: MIT */
/*
 * The files of a folder as answers: <cadre/static.h>. Which path may be asked for, and how what is
 * there is answered; finding it is web/static_file.h, keeping it web/static_cache.h.
 */
#include "config.h"

#include "web/static_cache.h"

#include "async/loop.h"
#include "base/clock.h"
#include "gateway/field.h"
#include "web/accept.h"
#include <cadre/error.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_FILES   1024
#define MAX_MEMORY  (16 << 20)
#define SMALL_BYTES (16 << 10)
#define CHECK_MS    1000

struct cadre_static {
    struct cadre_static_options options; /* all is set */
    uint64_t check_ns;
    struct cadre__beneath *folders; /* heap */
    size_t n_folders;
    struct cadre__static_cache cache;
};

/* --- life --- */

void cadre_static_free(struct cadre_static *files)
{
    if (files == NULL)
        return;
    if (files->cache.table != NULL)
        cadre__static_cache_done(&files->cache);
    for (size_t i = 0; i < files->n_folders; i++)
        cadre__beneath_close(&files->folders[i]);
    free(files->folders);
    free(files);
}

static void set_defaults(struct cadre_static_options *o)
{
    if (o->max_files == 0)
        o->max_files = MAX_FILES;
    else if (o->max_files == SIZE_MAX)
        o->max_files = 0;
    if (o->max_memory == 0)
        o->max_memory = MAX_MEMORY;
    if (o->small_bytes == 0)
        o->small_bytes = SMALL_BYTES;
    if (o->check_ms == 0)
        o->check_ms = CHECK_MS;
    else if (o->check_ms == UINT32_MAX)
        o->check_ms = 0;
}

static int open_folders(struct cadre_static *files, char *why, size_t why_size)
{
    const char *const *directories = files->options.directories;
    size_t n = 0;

    while (directories != NULL && directories[n] != NULL)
        n++;
    if (n == 0) {
        snprintf(why, why_size, "no directory is given");
        return -EINVAL;
    }
    files->folders = calloc(n, sizeof(*files->folders));
    if (files->folders == NULL)
        return -ENOMEM;
    for (; files->n_folders < n; files->n_folders++) {
        int r = cadre__beneath_open(&files->folders[files->n_folders],
                                    directories[files->n_folders], files->options.follow_links);

        if (r < 0) {
            snprintf(why, why_size, "cannot open the directory \"%s\": %s",
                     directories[files->n_folders], cadre_strerror(r));
            return r;
        }
    }
    return 0;
}

int cadre_static_new(const struct cadre_static_options *options, char *why, size_t why_size,
                     struct cadre_static **ret)
{
    struct cadre_static *files = calloc(1, sizeof(*files));
    int r;

    snprintf(why, why_size, "out of memory");
    if (files == NULL)
        return -ENOMEM;
    files->options = *options;
    set_defaults(&files->options);
    files->check_ns = files->options.check_ms * CADRE__NSEC_PER_MSEC;
    r = open_folders(files, why, why_size);
    if (r == 0)
        r = cadre__static_cache_init(&files->cache, files->options.max_files,
                                     files->options.max_memory);
    if (r < 0) {
        cadre_static_free(files);
        return r;
    }
    *ret = files;
    return 0;
}

/* --- paths --- */

/* A part between slashes that may be asked for. */
static bool is_part(const char *part, size_t len, bool is_first, bool hidden)
{
    if (len == 0 || (part[0] == '.' && (len == 1 || (len == 2 && part[1] == '.'))))
        return false;
    return part[0] != '.' || hidden ||
           (is_first && len == strlen(".well-known") && memcmp(part, ".well-known", len) == 0);
}

/* Every part of it, but that a '/' may stand at its end. */
static bool is_plain_path(const char *path, bool hidden)
{
    const char *part = path;

    if (strlen(path) >= PATH_MAX / 2)
        return false;
    while (*part != '\0') {
        size_t len = strcspn(part, "/");

        if (!is_part(part, len, part == path, hidden))
            return false;
        part += len;
        part += *part == '/';
    }
    return true;
}

/* --- finding --- */

static int load(struct cadre_static *files, const char *path, struct cadre__static_file **ret)
{
    return cadre__static_file_load(&files->options, files->folders, files->n_folders, path, ret);
}

/* Whether what is kept is of use still. */
static bool check(struct cadre_static *files, struct cadre__static_file *file, uint64_t now_ns)
{
    if (files->check_ns > 0 && now_ns - file->checked_ns < files->check_ns)
        return true;
    if (!cadre__static_file_is_current(file, &files->options, files->folders, files->n_folders))
        return false;
    file->checked_ns = now_ns;
    return true;
}

/* The file with a reference for the caller. 0, or as cadre__static_file_load. */
static int find(struct cadre_static *files, struct cadre_request *req, const char *path,
                struct cadre__static_file **ret)
{
    struct cadre__static_file *file;
    uint64_t now_ns;
    int r;

    if (req->is_sync)
        return load(files, path, ret); /* another thread's are none of its business */
    now_ns = cadre__loop_now(cadre__loop_current());
    file = cadre__static_cache_find(&files->cache, path);
    if (file != NULL && check(files, file, now_ns)) {
        *ret = cadre__static_file_ref(file);
        return 0;
    }
    if (file != NULL)
        cadre__static_cache_remove(&files->cache, file);
    r = load(files, path, &file);
    if (r < 0)
        return r;
    file->checked_ns = now_ns;
    if (!file->is_folder)
        cadre__static_cache_put(&files->cache, file);
    *ret = file;
    return 0;
}

/* --- answering --- */

/* The variant with the largest weight, of equal ones the smallest content. */
static const struct cadre__static_variant *choose(const struct cadre__static_file *file,
                                                  const struct cadre__scope *scope)
{
    const struct cadre__header *accept =
        cadre__scope_header(scope, cadre__field_name(CADRE__FIELD_ACCEPT_ENCODING));
    const struct cadre__static_variant *best = &file->variants[CADRE__STATIC_PLAIN];
    unsigned best_weight;

    if (accept == NULL)
        return best;
    best_weight = cadre__accept_encoding(accept->value, "identity");
    for (int i = CADRE__STATIC_PLAIN + 1; i < CADRE__STATIC_CODINGS; i++) {
        const struct cadre__static_variant *v = &file->variants[i];
        unsigned weight =
            v->is_there ? cadre__accept_encoding(accept->value, cadre__static_codings[i]) : 0;

        if (weight > best_weight ||
            (weight > 0 && weight == best_weight && v->st.st_size < best->st.st_size)) {
            best = v;
            best_weight = weight;
        }
    }
    return best;
}

static int add_coding(struct cadre_request *req, const struct cadre__static_file *file,
                      const struct cadre__static_variant *variant)
{
    const char *coding = cadre__static_codings[variant - file->variants];
    int r = cadre_vary(req, "accept-encoding");

    if (r < 0 || coding == NULL)
        return r;
    return cadre__request_push_header(req, cadre__field_name(CADRE__FIELD_CONTENT_ENCODING),
                                      cadre_str_from(coding));
}

/* What mostly is asked for: all of it, and nobody has anything to add. */
static int respond_whole(struct cadre_request *req, const struct cadre__static_variant *variant)
{
    const struct cadre__content *c = &variant->content;
    const struct cadre__file_part part = {.fd = c->fd, .len = c->size};

    return cadre__request_respond_prepared(
        req, &variant->head, (struct cadre_str){c->bytes, c->bytes != NULL ? c->size : 0}, &part);
}

static int respond_by(struct cadre_request *req, const struct cadre__static_file *file, int status)
{
    const struct cadre__static_variant *variant =
        file->has_variants ? choose(file, req->scope) : &file->variants[CADRE__STATIC_PLAIN];
    int r = 0;

    if (status == 200 && variant->head.n_headers > 0 && cadre__request_takes_prepared(req) &&
        cadre__content_is_asked_for_whole(req->scope))
        return respond_whole(req, variant);
    if (file->has_variants)
        r = add_coding(req, file, variant);
    if (r == 0 && file->cache_control != NULL && status == 200)
        r = cadre__request_push_header(req, cadre__field_name(CADRE__FIELD_CACHE_CONTROL),
                                       cadre_str_from(file->cache_control));
    if (r < 0)
        return r;
    if (status == 200)
        return cadre__content_respond(req, &variant->content);

    struct cadre__content content = variant->content;

    content.status = status;
    return cadre__content_respond(req, &content);
}

static void forget(void *file)
{
    cadre__static_file_unref(file);
}

/* Answers by the file at that path, which is there as long as the request: the response's fields
 * are its own. -ENOENT and its kin: there is none. */
static int respond_file(struct cadre_static *files, struct cadre_request *req, const char *path,
                        int status)
{
    struct cadre__static_file *file = NULL;
    int r = find(files, req, path, &file);

    if (r < 0 || file == NULL)
        return r;
    r = cadre__arena_defer(req->arena, forget, file);
    if (r < 0) {
        cadre__static_file_unref(file);
        return r;
    }
    return file->is_folder ? -EISDIR : respond_by(req, file, status);
}

/* "docs" is a folder: to "docs/", where its index is, and relative links are right. */
static int redirect_to_folder(struct cadre_static *files, struct cadre_request *req,
                              const char *path)
{
    const struct cadre__scope *scope = req->scope;
    struct cadre__static_file *index = NULL;
    const char *text = cadre_printf(req, "%s/index.html", path);
    int r = text == NULL ? -ENOMEM : find(files, req, text, &index);
    bool has_index = r == 0 && index != NULL && !index->is_folder;

    if (r == 0)
        cadre__static_file_unref(index);
    if (!has_index)
        return r < 0 ? r : -ENOENT;
    text = cadre_printf(req, "%.*s%.*s/%s%.*s", CADRE_STR_ARGS(scope->root_path),
                        CADRE_STR_ARGS(scope->raw_path), scope->query.len > 0 ? "?" : "",
                        CADRE_STR_ARGS(scope->query));
    return text == NULL ? -ENOMEM : cadre_redirect(req, 307, text);
}

static int respond_path(struct cadre_static *files, struct cadre_request *req, const char *path)
{
    size_t len = strlen(path);
    bool is_folder = len == 0 || path[len - 1] == '/';
    int r;

    if (!is_plain_path(path, files->options.hidden) || (is_folder && !files->options.html))
        return -ENOENT;
    if (is_folder) {
        path = cadre_printf(req, "%sindex.html", path);
        return path == NULL ? -ENOMEM : respond_file(files, req, path, 200);
    }
    r = respond_file(files, req, path, 200);
    return r == -EISDIR && files->options.html ? redirect_to_folder(files, req, path) : r;
}

/* What is not there, as far as a client is to know. */
static bool is_not_found(int error)
{
    switch (error) {
    case -ENOENT:
    case -ENOTDIR:
    case -EISDIR:
    case -ELOOP:
    case -EXDEV:
    case -EINVAL:
    case -ENAMETOOLONG:
    case -ENXIO:
        return true;
    default:
        return false;
    }
}

int cadre_static_respond(struct cadre_static *files, struct cadre_request *req, const char *path)
{
    int r;

    cadre__request_check(req);
    if (!cadre_str_eq(req->scope->method, CADRE_STR("GET")) &&
        !cadre_str_eq(req->scope->method, CADRE_STR("HEAD"))) {
        r = cadre_header_set(req, "allow", "GET, HEAD");
        return r < 0 ? r : cadre__request_respond_status(req, 405);
    }
    r = respond_path(files, req, path);
    if (req->phase != CADRE__REQUEST_OPEN)
        return r; /* it has begun: what is wrong now is not with the path */
    if (is_not_found(r) && files->options.html) {
        r = respond_file(files, req, "404.html", 404);
        if (req->phase != CADRE__REQUEST_OPEN)
            return r;
    }
    if (is_not_found(r))
        return cadre__request_respond_status(req, 404);
    if (r == -EACCES || r == -EPERM)
        return cadre__request_respond_status(req, 403);
    return r;
}
