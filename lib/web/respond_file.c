/* SPDX-License-Identifier: MIT */
/*
 * Whole files as answers (<cadre/response.h>): opened in a thread, or at once in a sync handler,
 * then answered by web/content.h.
 */
#include "config.h"

#include "web/content.h"

#include "async/coroutine.h"
#include "base/clock.h"
#include "base/fd.h"
#include "web/disposition.h"
#include "web/media_type.h"
#include <cadre/thread.h>
#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>

struct opening {
    const char *path;
    struct stat st;
    int fd;
};

static int open_regular(void *arg)
{
    struct opening *o = arg;

    /* A pipe must not hold anybody up. */
    o->fd = open(o->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (o->fd < 0)
        return -errno;
    if (fstat(o->fd, &o->st) < 0)
        return -errno;
    if (S_ISDIR(o->st.st_mode))
        return -EISDIR;
    return S_ISREG(o->st.st_mode) ? 0 : -EINVAL;
}

/* "text/html; charset=utf-8" of "text/html". NULL: ENOMEM. */
static const char *complete_type(struct cadre_request *req, const char *type)
{
    if (strncasecmp(type, "text/", 5) != 0 || strcasestr(type, "charset=") != NULL)
        return type;
    return cadre__arena_printf(req->arena, "%s; charset=utf-8", type);
}

static int set_disposition(struct cadre_request *req, const struct cadre_file_options *options)
{
    struct cadre__buf buf;
    int r;

    cadre__buf_init(&buf);
    r = cadre__disposition_format(&buf, options->filename, options->show);
    if (r == 0)
        r = cadre_header_set(req, "content-disposition", cadre__buf_text(&buf));
    cadre__buf_done(&buf);
    return r;
}

/* What lives until the answer is sent, also that of a sync handler. */
struct texts {
    char etag[CADRE__CONTENT_ETAG_SIZE];
    char date[30];
};

static int respond(struct cadre_request *req, const struct opening *o,
                   const struct cadre_file_options *options)
{
    struct texts *texts = cadre__arena_alloc(req->arena, sizeof(*texts));
    struct cadre__content content = {.fd = o->fd,
                                     .status = options->status != 0 ? options->status : 200};
    const char *type = options->type;

    if (type == NULL)
        type = cadre__media_type(options->filename != NULL ? options->filename : o->path);
    type = complete_type(req, type);
    if (texts == NULL || type == NULL)
        return -ENOMEM;
    /* A path or a type may be gone before a sync handler's answer is sent. */
    type = cadre__arena_strndup(req->arena, type, strlen(type));
    if (type == NULL)
        return -ENOMEM;
    content.type = cadre_str_from(type);
    cadre__content_describe(&content, &o->st, cadre__clock_wall_ms() / 1000, texts->etag,
                            texts->date);
    return cadre__content_respond(req, &content);
}

int cadre_respond_file(struct cadre_request *req, const char *path,
                       const struct cadre_file_options *options)
{
    static const struct cadre_file_options none = {0};
    struct opening o = {.path = path, .fd = -1};
    int r;

    cadre__request_check(req);
    if (req->phase != CADRE__REQUEST_OPEN)
        return -EALREADY;
    if (options == NULL)
        options = &none;
    if (options->status != 0 && (options->status < 200 || options->status > 599))
        return -EINVAL;
    r = cadre__coroutine_current() != NULL ? cadre_to_thread(open_regular, &o) : open_regular(&o);
    if (r == 0 && options->filename != NULL)
        r = set_disposition(req, options);
    if (r == 0)
        r = respond(req, &o, options);
    cadre__fd_close(&o.fd);
    return r;
}
