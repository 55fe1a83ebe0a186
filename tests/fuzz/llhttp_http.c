/* SPDX-License-Identifier: MIT */
/* A part of llhttp, from where it is installed, for tests/fuzz/fuzz_http1_llhttp.c; strict. */
#define LLHTTP_STRICT_MODE 1
#include <http.c>
