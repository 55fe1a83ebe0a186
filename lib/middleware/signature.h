/* SPDX-License-Identifier: MIT */
/*
 * Texts that are signed: "TEXT.TIME.MAC", each part in base64url (RFC 4648 §5) without padding, by
 * HMAC-SHA256 of OpenSSL. Its library is loaded by the first one that has a key, so that a server
 * without is as small as before. Never suspends; any thread, but for _load.
 */
#ifndef CADRE_MIDDLEWARE_SIGNATURE_H
#define CADRE_MIDDLEWARE_SIGNATURE_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdint.h>

struct cadre__arena;

/* Loads the library. 0; -ENOSYS with a line in why. Once while the process starts. */
CADRE_MUST_CHECK int cadre__signature_load(char *why, size_t why_size);

/* Signs: a string of the arena. `salt` keeps signatures of one use from another. NULL: ENOMEM. */
CADRE_MUST_CHECK char *cadre__sign(struct cadre__arena *arena, struct cadre_str key,
                                   const char *salt, struct cadre_str text, int64_t now_s);

/*
 * What was signed, by any of the keys, not before `oldest_s` and not after now, into *ret: memory
 * of the arena, which ends in NUL. 0; -EBADMSG: it was not, or is too old; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__unsign(struct cadre__arena *arena, const struct cadre_strings *keys,
                                   const char *salt, struct cadre_str signed_text, int64_t oldest_s,
                                   int64_t now_s, struct cadre_str *ret);

#endif
