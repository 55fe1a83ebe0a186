/* SPDX-License-Identifier: MIT */
/* A file as it is served: web/static_file.h. */
#include "config.h"

#include "web/static_file.h"

#include "base/clock.h"
#include "base/fd.h"
#include "gateway/field.h"
#include "web/media_type.h"
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *const cadre__static_codings[CADRE__STATIC_CODINGS] = {
    [CADRE__STATIC_BROTLI] = "br",
    [CADRE__STATIC_GZIP] = "gzip",
};

static const char *const suffixes[] = {
    [CADRE__STATIC_PLAIN] = "", [CADRE__STATIC_BROTLI] = ".br", [CADRE__STATIC_GZIP] = ".gz"};

/* --- life --- */

static struct cadre__static_file *new_file(const char *path)
{
    size_t len = strlen(path);
    struct cadre__static_file *file = calloc(1, sizeof(*file) + len + 1);

    if (file == NULL)
        return NULL;
    memcpy(file->path, path, len + 1);
    file->refs = 1;
    cadre__list_init(&file->by_hash);
    cadre__list_init(&file->by_use);
    for (int i = 0; i < CADRE__STATIC_CODINGS; i++)
        file->variants[i].fd = -1;
    return file;
}

void cadre__static_file_unref(struct cadre__static_file *file)
{
    if (file == NULL || --file->refs > 0)
        return;
    for (int i = 0; i < CADRE__STATIC_CODINGS; i++) {
        cadre__fd_close(&file->variants[i].fd);
        free(file->variants[i].bytes);
        cadre__prepared_done(&file->variants[i].head);
    }
    free(file->type);
    free(file);
}

/* --- loading --- */

/* Reads a small content into memory; where it is not as long as it was, it stays in the file. */
static int read_small(struct cadre__static_variant *v)
{
    size_t size = (size_t)v->st.st_size, done = 0;
    char *bytes = malloc(size + 1);

    if (bytes == NULL)
        return -ENOMEM;
    while (done < size) {
        ssize_t n = pread(v->fd, bytes + done, size - done, (off_t)done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int r = n < 0 ? -errno : 0;

            free(bytes);
            return r;
        }
        done += (size_t)n;
    }
    v->bytes = bytes;
    cadre__fd_close(&v->fd);
    return 0;
}

/* Whether the looks of two are those of the same state of the same file. */
static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int open_variant(struct cadre__static_variant *v, const struct cadre__beneath *folder,
                        const char *path, size_t small_bytes)
{
    int fd = -1;
    int r = cadre__beneath_look(folder, path, &v->st, &fd);

    if (r < 0)
        return r;
    if (S_ISDIR(v->st.st_mode))
        r = -EISDIR;
    else
        r = cadre__beneath_read(folder, path, &v->st, fd);
    cadre__fd_close(&fd);
    if (r < 0)
        return r;
    v->fd = r;
    v->is_there = true;
    r = (uint64_t)v->st.st_size <= small_bytes ? read_small(v) : 0;
    v->content = (struct cadre__content){.status = 200, .fd = v->fd, .bytes = v->bytes};
    cadre__content_describe(&v->content, &v->st, cadre__clock_wall_ms() / 1000, v->etag, v->date);
    return r;
}

static const struct cadre_str no_value = {NULL, 0};

static struct cadre_str value_of(const char *text)
{
    return text != NULL ? cadre_str_from(text) : no_value;
}

/* A variant stands for a plain file that is there; one that cannot be had is not missed. */
static void open_compressed(struct cadre__static_file *file, enum cadre__static_coding coding,
                            const struct cadre__beneath *folder, size_t small_bytes)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s%s", file->path, suffixes[coding]) >= (int)sizeof(path))
        return;
    if (open_variant(&file->variants[coding], folder, path, small_bytes) == 0)
        file->has_variants = true;
    else if (file->variants[coding].fd >= 0)
        cadre__fd_close(&file->variants[coding].fd);
    file->variants[coding].is_there =
        file->variants[coding].fd >= 0 || file->variants[coding].bytes != NULL;
}

/* The head of an answer by all of a variant. 0; -ENOMEM. */
static int prepare(const struct cadre__static_file *file, enum cadre__static_coding coding,
                   struct cadre__static_variant *v)
{
    const struct {
        enum cadre__field field;
        struct cadre_str value; /* absent: not said */
    } said[] = {
        {CADRE__FIELD_VARY, file->has_variants ? CADRE_STR("accept-encoding") : no_value},
        {CADRE__FIELD_CONTENT_ENCODING, value_of(cadre__static_codings[coding])},
        {CADRE__FIELD_CACHE_CONTROL, value_of(file->cache_control)},
        {CADRE__FIELD_CONTENT_TYPE, v->content.type},
        {CADRE__FIELD_ACCEPT_RANGES, CADRE_STR("bytes")},
        {CADRE__FIELD_ETAG, v->content.validators.etag},
        {CADRE__FIELD_LAST_MODIFIED, v->content.last_modified},
    };
    struct cadre__header headers[sizeof(said) / sizeof(said[0])];
    size_t n = 0;
    int r;

    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        if (said[i].value.ptr != NULL)
            headers[n++] = (struct cadre__header){cadre__field_name(said[i].field), said[i].value};
    }
    r = cadre__prepared_make(&v->head, v->content.status, headers, n);
    return r == -EINVAL ? 0 : r; /* of a rule; whoever asks is told, and so is the log */
}

static int describe(struct cadre__static_file *file, const struct cadre_static_options *options)
{
    const char *type = cadre__media_type(file->path);
    const struct cadre_static_rule *rule = options->rules;

    if (asprintf(&file->type, "%s%s", type,
                 strncmp(type, "text/", 5) == 0 ? "; charset=utf-8" : "") < 0) {
        file->type = NULL;
        return -ENOMEM;
    }
    while (rule != NULL && rule->match != NULL && fnmatch(rule->match, file->path, 0) != 0)
        rule++;
    if (rule != NULL && rule->match != NULL && rule->cache_control[0] != '\0')
        file->cache_control = rule->cache_control;
    for (int i = 0; i < CADRE__STATIC_CODINGS; i++) {
        struct cadre__static_variant *v = &file->variants[i];
        int r = 0;

        v->content.type = cadre_str_from(file->type);
        if (v->bytes != NULL)
            file->memory += (size_t)v->st.st_size;
        if (v->is_there)
            r = prepare(file, (enum cadre__static_coding)i, v);
        if (r < 0)
            return r;
    }
    return 0;
}

static int load(struct cadre__static_file *file, const struct cadre_static_options *options,
                const struct cadre__beneath *folder)
{
    struct cadre__static_variant *plain = &file->variants[CADRE__STATIC_PLAIN];
    int r = open_variant(plain, folder, file->path, options->small_bytes);

    if (r == -EISDIR) {
        file->is_folder = true;
        return 0;
    }
    if (r < 0)
        return r;
    for (int i = CADRE__STATIC_PLAIN + 1; options->precompressed && i < CADRE__STATIC_CODINGS; i++)
        open_compressed(file, (enum cadre__static_coding)i, folder, options->small_bytes);
    return describe(file, options);
}

/* The next folder is looked into where this one has nothing there. */
static bool is_absent(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -EXDEV || error == -ELOOP;
}

int cadre__static_file_load(const struct cadre_static_options *options,
                            const struct cadre__beneath *folders, size_t n_folders,
                            const char *path, struct cadre__static_file **ret)
{
    int r = -ENOENT;

    for (size_t i = 0; i < n_folders && is_absent(r); i++) {
        struct cadre__static_file *file = new_file(path);

        if (file == NULL)
            return -ENOMEM;
        r = load(file, options, &folders[i]);
        if (r == 0) {
            *ret = file;
            return 0;
        }
        cadre__static_file_unref(file);
    }
    return r;
}

/* --- looking again --- */

/* What is at that path now, by the first folder that has it. */
static int look(const struct cadre__beneath *folders, size_t n_folders, const char *path,
                struct stat *ret)
{
    int r = -ENOENT;

    for (size_t i = 0; i < n_folders && is_absent(r); i++) {
        int fd = -1;

        r = cadre__beneath_look(&folders[i], path, ret, &fd);
        cadre__fd_close(&fd);
    }
    return r;
}

bool cadre__static_file_is_current(const struct cadre__static_file *file,
                                   const struct cadre_static_options *options,
                                   const struct cadre__beneath *folders, size_t n_folders)
{
    int n = options->precompressed ? CADRE__STATIC_CODINGS : 1;
    char path[PATH_MAX];
    struct stat now;

    for (int i = 0; i < n; i++) {
        const struct cadre__static_variant *v = &file->variants[i];
        bool is_there;

        if (snprintf(path, sizeof(path), "%s%s", file->path, suffixes[i]) >= (int)sizeof(path))
            continue;
        is_there = look(folders, n_folders, path, &now) == 0;
        if (is_there != v->is_there || (is_there && !is_same(&now, &v->st)))
            return false;
    }
    return true;
}
