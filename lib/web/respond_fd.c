/* SPDX-License-Identifier: MIT */
/*
 * Parts of files as answers (<cadre/response.h>). On the loop they go to the channel as what they
 * are; those of a sync handler are noted, with a copy of the descriptor, and go out between its
 * bytes when it has returned.
 */
#include "web/request.h"

#include "base/fd.h"
#include <errno.h>
#include <sys/stat.h>

/*
 * Makes a part of what was asked for, which the file must have: so what is wrong is known before
 * anything is sent.
 */
static int make_part(int fd, uint64_t offset, uint64_t len, struct cadre__file_part *ret)
{
    struct stat st;
    uint64_t size;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (S_ISREG(st.st_mode)) {
        size = (uint64_t)st.st_size;
        if (offset > size || (len != CADRE_TO_END && len > size - offset))
            return -ENODATA;
        if (len == CADRE_TO_END)
            len = size - offset;
    } else if (len == CADRE_TO_END) {
        return -ESPIPE; /* who knows where it ends? */
    }
    *ret = (struct cadre__file_part){.fd = fd, .offset = offset, .len = len};
    return 0;
}

/* --- sync handlers --- */

static void close_copy(void *arg)
{
    struct cadre__sync_file *file = arg;

    cadre__fd_close(&file->part.fd);
}

/* Notes a part behind the bytes that were written so far. */
static int note_file(struct cadre_request *req, const struct cadre__file_part *part)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);
    struct cadre__sync_file *file = cadre__arena_calloc(req->arena, sizeof(*file));
    int r;

    if (extras == NULL || file == NULL)
        return -ENOMEM;
    file->part = *part;
    file->part.fd = cadre__fd_dup(part->fd);
    if (file->part.fd < 0)
        return file->part.fd;
    r = cadre__arena_defer(req->arena, close_copy, file);
    if (r < 0) {
        cadre__fd_close(&file->part.fd);
        return r;
    }
    file->at = req->sync_body.len;
    *extras->files_end = file;
    extras->files_end = &file->next;
    return 0;
}

int cadre__request_flush_files(struct cadre_request *req)
{
    const char *body = cadre__buf_text(&req->sync_body);
    size_t len = req->sync_body.len, at = 0;
    int r = cadre__request_send_start(req, req->status);

    for (const struct cadre__sync_file *file = req->extras->files; r == 0 && file != NULL;
         file = file->next) {
        if (file->at > at)
            r = cadre__request_send_body(req, body + at, file->at - at, true);
        at = file->at;
        if (r == 0)
            r = cadre__request_send_file(req, &file->part, file->next != NULL || at < len);
    }
    return r == 0 && at < len ? cadre__request_send_body(req, body + at, len - at, false) : r;
}

/* --- the calls --- */

int cadre__request_respond_part(struct cadre_request *req, int status, const char *type,
                                const struct cadre__file_part *part)
{
    int r = cadre__request_set_type(req, status, type);

    if (r == 0 && req->is_sync)
        r = note_file(req, part);
    if (r == 0)
        r = cadre__request_send_start(req, status);
    if (r < 0)
        return r;
    return req->is_sync ? cadre__request_send_body(req, "", 0, false)
                        : cadre__request_send_file(req, part, false);
}

int cadre_respond_fd(struct cadre_request *req, int status, const char *type, int fd,
                     uint64_t offset, uint64_t len)
{
    struct cadre__file_part part = {.fd = -1};
    int r;

    cadre__request_check(req);
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    if (status < 200 || status > 599)
        return -EINVAL;
    r = make_part(fd, offset, len, &part);
    return r < 0 ? r : cadre__request_respond_part(req, status, type, &part);
}

int cadre_write_fd(struct cadre_request *req, int fd, uint64_t offset, uint64_t len)
{
    struct cadre__file_part part = {.fd = -1};
    int r;

    cadre__request_check(req);
    if (req->phase == CADRE__REQUEST_OPEN)
        return -EINVAL;
    if (req->phase == CADRE__REQUEST_COMPLETE)
        return -EALREADY;
    r = make_part(fd, offset, len, &part);
    if (r < 0 || part.len == 0)
        return r;
    return req->is_sync ? note_file(req, &part) : cadre__request_send_file(req, &part, true);
}
