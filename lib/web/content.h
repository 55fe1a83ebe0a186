/* SPDX-License-Identifier: MIT */
/*
 * A representation that is all there, in a file or in memory, as an answer: its validators,
 * conditional requests, ranges. web/respond_file.c and web/static.c make one.
 */
#ifndef CADRE_WEB_CONTENT_H
#define CADRE_WEB_CONTENT_H

#include "web/precondition.h"
#include "web/request.h"

/* Room for an entity tag and its NUL. */
#define CADRE__CONTENT_ETAG_SIZE 48

struct stat;

/* All is borrowed until the response has begun, of a sync handler until that has returned. */
struct cadre__content {
    int status;            /* 200: conditions and ranges are heeded; with another they are not */
    struct cadre_str type; /* "text/html; charset=utf-8" */
    uint64_t size;
    const char *bytes; /* NULL: in the file */
    int fd;            /* -1: in memory */
    struct cadre__validators validators;
    struct cadre_str last_modified; /* as text; absent: not said */
};

/*
 * Answers by it: 200, 206, 304, 412 or 416. The response's own fields etag and last-modified, where
 * the handler has set them, are left as they are, and its etag is what counts. May suspend. Errors
 * as of cadre_respond_fd.
 */
CADRE_MUST_CHECK int cadre__content_respond(struct cadre_request *req,
                                            const struct cadre__content *content);

/* Whether the request says nothing that the answer could hang on, no condition and no range
 * (RFC 9110 §13, §14): most do not. Never suspends. */
bool cadre__content_is_asked_for_whole(const struct cadre__scope *scope);

/* The entity tag of a file: strong, of its size, the time of its last change and what file it is.
 * Returns its length. Never suspends. */
size_t cadre__content_etag(const struct stat *st, char out[CADRE__CONTENT_ETAG_SIZE]);

/* Sets size, validators and last_modified by what stat says, with room for their texts; a time that
 * is still to come is not said (RFC 9110 §8.8.2.1). Never suspends. */
void cadre__content_describe(struct cadre__content *content, const struct stat *st, uint64_t now_s,
                             char etag[CADRE__CONTENT_ETAG_SIZE], char date[30]);

#endif
