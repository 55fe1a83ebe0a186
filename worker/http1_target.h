/* SPDX-License-Identifier: MIT */
/*
 * What a request target means (RFC 9112 §3.2): its form, and the path, query and authority in it.
 *
 * Pure functions over bytes: no I/O, no allocation, no suspension. The path is decoded only by
 * http1_path_decode(), into memory of the caller, and only where it has a percent sign; the raw
 * one stays for those who must tell "%2F" from "/".
 */
#ifndef WORKER_HTTP1_TARGET_H
#define WORKER_HTTP1_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include <cadre/str.h>

struct http1_target {
    struct cadre_str path;      /* raw, begins with '/'; "*" for the asterisk form */
    struct cadre_str query;     /* raw, without '?'; empty where there is none */
    struct cadre_str authority; /* absolute form: host[:port]; empty else */
    bool path_is_encoded;       /* the path has a percent sign */
};

/* Splits a target for a method. Everything in *ret points into `target`, but for the path "/" of
 * an absolute form without one. Returns 0, or a status (400, 501) with its reason in *ret_reason:
 * one line, static. */
int http1_target_parse(struct cadre_str method, struct cadre_str target, struct http1_target *ret,
                       const char **ret_reason);

/* Decodes the percent-encoding of `path` into `out`, which has room for path.len bytes. Returns
 * the decoded length, or -EINVAL: a percent sign without two hexadecimal digits, or an encoded
 * NUL. */
int http1_path_decode(struct cadre_str path, char *out);

/* True where the authority of an absolute form and the Host field name the same place. */
bool http1_authority_is_host(struct cadre_str authority, struct cadre_str host);

#endif
