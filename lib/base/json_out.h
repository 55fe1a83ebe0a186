/* SPDX-License-Identifier: MIT */
/*
 * base/json_out: JSON documents of any shape, written piece by piece; commas come by themselves.
 *
 *     struct cadre__json_out out = {.buf = &buf};
 *     cadre__json_open(&out, '{');
 *     cadre__json_key(&out, "openapi");
 *     cadre__json_text(&out, "3.1.0");
 *     cadre__json_close(&out, '}');
 *
 * The buffer keeps its first error (base/str.h); one look at it at the end is enough. Whether keys
 * and values stand where they may is the caller's business. Texts are UTF-8; a byte that is not
 * becomes U+FFFD (RFC 8259 §8.1). Never blocks, never suspends; one thread at a time. Structs with
 * a model are written by model/json_write.h.
 */
#ifndef CADRE_BASE_JSON_OUT_H
#define CADRE_BASE_JSON_OUT_H

#include "base/str.h"
#include <stdint.h>

struct cadre__json_out {
    struct cadre__buf *buf; /* borrowed */
    bool wants_comma;       /* before the next key or value */
};

/* Opens an object or array ('{', '['), and closes it ('}', ']'). */
void cadre__json_open(struct cadre__json_out *out, char bracket);
void cadre__json_close(struct cadre__json_out *out, char bracket);

/* The name of what comes next. */
void cadre__json_key(struct cadre__json_out *out, const char *name);

/* Values. */
void cadre__json_str(struct cadre__json_out *out, struct cadre_str text);
void cadre__json_text(struct cadre__json_out *out, const char *text);
void cadre__json_bool(struct cadre__json_out *out, bool value);
void cadre__json_int(struct cadre__json_out *out, int64_t value);
void cadre__json_uint(struct cadre__json_out *out, uint64_t value);
/* JSON as it is. */
void cadre__json_raw(struct cadre__json_out *out, struct cadre_str json);

/* A key and its value, in one. A text that is NULL is not written, nor its key; nor is a false. */
void cadre__json_put_text(struct cadre__json_out *out, const char *name, const char *text);
void cadre__json_put_true(struct cadre__json_out *out, const char *name, bool value);
void cadre__json_put_uint(struct cadre__json_out *out, const char *name, uint64_t value);
/* A key and the text of a buffer, which is done with; its error is the output's too. */
void cadre__json_put_buf(struct cadre__json_out *out, const char *name, struct cadre__buf *text);

#endif
