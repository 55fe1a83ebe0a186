/* SPDX-License-Identifier: MIT */
/* base64url without padding (RFC 4648 §5). Pure; any thread. */
#ifndef CADRE_MIDDLEWARE_BASE64URL_H
#define CADRE_MIDDLEWARE_BASE64URL_H

#include <cadre/str.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes of the text, without a NUL. */
#define CADRE__BASE64URL_LEN(bytes) (((bytes)*4 + 2) / 3)

/* Writes the text, without a NUL. Returns its end. */
char *cadre__base64url_encode(char *out, const void *bytes, size_t len);

/* Decodes at most `size` bytes; their number, or -EBADMSG: other characters, a length that cannot
 * be, bits that are left, more bytes. */
ssize_t cadre__base64url_decode(struct cadre_str text, void *out, size_t size);

#endif
