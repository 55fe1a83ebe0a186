/* SPDX-License-Identifier: MIT */
/* simdjson's side of bench_json; NULL where it is not installed. */
#ifndef CADRE_TESTS_BENCH_SIMDJSON_WALK_H
#define CADRE_TESTS_BENCH_SIMDJSON_WALK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
#endif
    /* Builds the tree of a document and looks at all values in it. Returns a sum of them; 0: it is
     * no JSON. */
    uint64_t
    simdjson_walk(const char *text, size_t len) __attribute__((__weak__));

#endif
