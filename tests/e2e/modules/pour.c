/* SPDX-License-Identifier: MIT */
/*
 * The module that the tests of large bodies serve: bodies of any length, of known bytes, streamed
 * in both directions; nothing of them is kept. Byte n of a body is n modulo 251.
 */
#include <cadre.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD 251
#define PIECE  65536

static char the_bytes[PIECE + PERIOD];

static const char *bytes_at(uint64_t offset)
{
    return the_bytes + offset % PERIOD;
}

/* Takes a body, answers how long it was. What a handler keeps on its stack counts as memory of the
 * server: a small piece. */
static int swallow(struct cadre_request *req)
{
    char piece[8192];
    uint64_t len = 0;
    ssize_t n;

    while ((n = cadre_read(req, piece, sizeof(piece))) > 0) {
        if (memcmp(piece, bytes_at(len), (size_t)n) != 0)
            return cadre_respondf(req, 422, "text/plain", "wrong behind byte %" PRIu64, len);
        len += (uint64_t)n;
    }
    return n < 0 ? (int)n : cadre_respondf(req, 200, "text/plain", "%" PRIu64, len);
}

/* Pours {n} bytes; `?length` says so in front, else they come in chunks. */
static int pour(struct cadre_request *req)
{
    const char *number = cadre_path_param(req, "n");
    uint64_t left = strtoull(number, NULL, 10), done = 0;
    int r = 0;

    if (cadre_query_param(req, "length") != NULL)
        r = cadre_header_set(req, "content-length", number);
    if (r >= 0)
        r = cadre_start(req, 200);
    while (r >= 0 && left > 0) {
        size_t n = left < PIECE ? (size_t)left : PIECE;

        r = cadre_write(req, bytes_at(done), n);
        done += n;
        left -= n;
    }
    return r < 0 ? r : cadre_end(req);
}

/* Gives back what it takes, while it takes it. */
static int mirror(struct cadre_request *req)
{
    char piece[8192];
    ssize_t n = 0;
    int r = cadre_start(req, 200);

    while (r >= 0 && (n = cadre_read(req, piece, sizeof(piece))) > 0)
        r = cadre_write(req, piece, (size_t)n);
    if (r < 0 || n < 0)
        return r < 0 ? r : (int)n;
    return cadre_end(req);
}

static int lifespan(struct cadre_lifespan *ls)
{
    for (size_t i = 0; i < sizeof(the_bytes); i++)
        the_bytes[i] = (char)(i % PERIOD);
    return cadre_serving(ls, NULL);
}

static const struct cadre_route routes[] = {
    CADRE_POST("/swallow", swallow),
    CADRE_GET("/pour/{n}", pour),
    CADRE_POST("/mirror", mirror),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Pour",
    .version = "1.0.0",
    .lifespan = lifespan,
    .routes = routes,
};
