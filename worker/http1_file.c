/* SPDX-License-Identifier: MIT */
/*
 * Sending parts of files; worker/http1_file.h has the contract. On the worker's loop;
 * http1_file_send runs in the coroutine of the application and suspends.
 */
#include "worker/http1_file.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "worker/http1.h"
#include "worker/server.h"
#include <cadre/file.h>

/* What one sendfile() is asked for at most: so a disk holds the loop up for a slice only. The
 * kernel's own steps are of this size, so larger ones save little. */
#define SLICE 65536

ssize_t http1_file_write(struct http1 *h)
{
    struct http1_file *f = h->file;
    size_t len = h->lent.len < SLICE ? h->lent.len : SLICE;
    off_t offset = (off_t)f->offset;

    /* The file follows at once: both share a segment. */
    if (buffer_len(&h->out) > 0)
        return cadre__fd_send(h->conn->fd, h->out.data + h->out.start, buffer_len(&h->out),
                              MSG_NOSIGNAL | MSG_MORE);

    ssize_t n = sendfile(h->conn->fd, f->fd, &offset, len);
    if (n > 0) {
        f->offset += (uint64_t)n;
        f->left -= (uint64_t)n;
        return n;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return n;
    /* The end of the file, an error of it or of the socket, or a file that cannot be sent so: each
     * shows again when it is read and written. */
    f->by_bytes = true;
    h->lent = (struct cadre_str){NULL, 0};
    return 0;
}

/* Lends the file to the output until it is sent, or by_bytes. */
static int send_by_kernel(struct http1 *h, struct http1_file *f)
{
    uint64_t before = f->left;

    h->file = f;
    h->lent = (struct cadre_str){NULL, f->left < SIZE_MAX / 2 ? (size_t)f->left : SIZE_MAX / 2};
    http1_flush(h);

    int r = h->gone ? -EPIPE : 0;
    if (r == 0 && h->lent.len > 0)
        r = http1_wait_until_read(h);
    else if (r == 0 && before - f->left > HTTP1_OUT_HIGH)
        r = http1_let_others_run(h);
    h->lent = (struct cadre_str){NULL, 0};
    h->file = NULL;
    return r;
}

static int send_by_bytes(struct http1 *h, struct http1_file *f)
{
    struct buffer block = {0};
    int r = buffer_take(&block, &h->server->buffers, BUFFER_LARGE);

    while (r == 0 && f->left > 0) {
        size_t wanted = f->left < block.size ? (size_t)f->left : block.size;
        ssize_t n = cadre_file_pread(f->fd, block.data, wanted, f->offset);

        if (n <= 0) {
            r = n < 0 ? (int)n : -EIO;
            break;
        }
        f->offset += (uint64_t)n;
        f->left -= (uint64_t)n;
        r = h->gone ? -EPIPE : http1_put_piece(h, (struct cadre_str){block.data, (size_t)n});
    }
    buffer_release(&block, &h->server->buffers);
    return r;
}

int http1_file_send(struct http1 *h, const struct cadre__file_part *part)
{
    struct http1_file f = {.fd = part->fd, .offset = part->offset, .left = part->len};
    int r = 0;

    while (r == 0 && f.left > 0 && !f.by_bytes)
        r = send_by_kernel(h, &f);
    return r == 0 && f.left > 0 ? send_by_bytes(h, &f) : r;
}
