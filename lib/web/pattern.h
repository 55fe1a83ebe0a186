/* SPDX-License-Identifier: MIT */
/*
 * Route patterns: "/items/{item_id}", parsed once when a module is mounted, matched for each
 * request. A pattern is a list of segments, the parts between slashes; each is literal, or has one
 * {name:type} with literal text around it. It matches one or more bytes but '/' of that type
 * (web/converter.h); one of the type path matches slashes and nothing at all too, so it is in the
 * last segment, whose suffix is all literal text behind it. So a match costs one pass over the path
 * and never backtracks.
 *
 * A host is a pattern too, whose parts are between dots: "{shop}.example.com"; literal text of it
 * is lower-case.
 *
 * Parsing allocates from the heap, matching allocates nothing. Never suspends, does not log.
 */
#ifndef CADRE_WEB_PATTERN_H
#define CADRE_WEB_PATTERN_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>

struct cadre_converter;

/* More parameters in one pattern are refused. */
#define CADRE__PATTERN_PARAMS_MAX 16

/* Longer hosts match none (a name has 253 bytes at most, RFC 1035 §2.3.4). */
#define CADRE__PATTERN_HOST_MAX 256

/* A part between two slashes. */
struct cadre__pattern_segment {
    struct cadre_str prefix; /* literal text; all of a literal segment */
    struct cadre_str suffix; /* literal text behind the parameter */
    char *name;              /* of the parameter, heap; NULL: the segment is literal */
    const struct cadre_converter *converter; /* its type; borrowed */
};

/* Caller's memory. The texts are borrowed from what was parsed, which must outlive it. */
struct cadre__pattern {
    struct cadre__pattern_segment *segments; /* heap */
    size_t n_segments;
    size_t n_params;
    char separator; /* '/', or '.' of a host */
};

/*
 * Parses a pattern; `own` are types besides the built-in ones (may be NULL; borrowed). 0; -EINVAL:
 * why says what is wrong and how to mend it, without the pattern itself; -ENOMEM. On an error there
 * is nothing to free.
 */
CADRE_MUST_CHECK int cadre__pattern_parse(const char *text, const struct cadre_converter *own,
                                          char *why, size_t why_size, struct cadre__pattern *ret);

/* The same of a host. */
CADRE_MUST_CHECK int cadre__pattern_parse_host(const char *text, const struct cadre_converter *own,
                                               char *why, size_t why_size,
                                               struct cadre__pattern *ret);
void cadre__pattern_done(struct cadre__pattern *pattern);

/*
 * Whether the whole path (it begins with '/') matches; then params holds what each parameter
 * matched, in order, borrowed from path.
 */
bool cadre__pattern_match(const struct cadre__pattern *pattern, struct cadre_str path,
                          struct cadre_str params[CADRE__PATTERN_PARAMS_MAX]);

/* Whether the pattern of a host matches that of a Host field: without its port and a dot at its
 * end, case ignored. */
bool cadre__pattern_match_host(const struct cadre__pattern *pattern, struct cadre_str host,
                               struct cadre_str params[CADRE__PATTERN_PARAMS_MAX]);

/* Whether a part between two separators matches the segment; then *ret_param, of one with a
 * parameter. Not for one of the type path. */
bool cadre__segment_match(const struct cadre__pattern_segment *segment, struct cadre_str part,
                          struct cadre_str *ret_param);

/* The name of the parameter at that index, from 0; NULL behind the last one. Its segment. */
const char *cadre__pattern_param_name(const struct cadre__pattern *pattern, size_t index);
const struct cadre__pattern_segment *cadre__pattern_param(const struct cadre__pattern *pattern,
                                                          size_t index);

/* Whether both match the same paths: they differ in the names of parameters at most. */
bool cadre__pattern_is_same(const struct cadre__pattern *a, const struct cadre__pattern *b);

#endif
