/* SPDX-License-Identifier: MIT */
/*
 * model/regex: regular expressions of models (PCRE2, by its JIT; where memory may not be made
 * executable by its interpreter).
 *
 * A pattern is compiled when its model is loaded and is constant then: all threads match with it.
 * Matching is limited in steps, memory, time and in the length of the text, so that no text of a
 * client can hold a worker: one that meets a limit counts as no match. Nothing here suspends or
 * logs.
 */
#ifndef CADRE_MODEL_REGEX_H
#define CADRE_MODEL_REGEX_H

#include <cadre/macros.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stddef.h>

/* Compiled. Never freed: a plan lives as long as the process. */
struct cadre__regex;

/* How many steps a match may take at each place of the text; of long texts fewer. */
#define CADRE__REGEX_STEPS 200000
/* Texts of more bytes match no pattern. (A pattern like "a+b" takes a time of the square of the
 * length, and says nothing while it does.) */
#define CADRE__REGEX_TEXT_MAX 16384
/* After so long, as the thread computes, no further place of the text is tried. */
#define CADRE__REGEX_TIME_MS 50
/* How much memory of the heap the interpreter may take, in KiB. */
#define CADRE__REGEX_HEAP_KIB 1024

/* The whole text must match, not only a part of it. */
#define CADRE__REGEX_WHOLE 1u

/* Compiles a pattern in UTF-8, with CADRE__REGEX_* as flags. 0; -EINVAL with a line in `why`, "at
 * offset 3: missing ..."; -ENOMEM. */
CADRE_MUST_CHECK int cadre__regex_new(const char *text, unsigned flags, char *why, size_t why_size,
                                      struct cadre__regex **ret);

/* Frees what was compiled. NULL is allowed. */
void cadre__regex_free(struct cadre__regex *pattern);

/* Whether the pattern is found in the text; what is no UTF-8 never matches. 1, 0, or -ENOMEM. Any
 * thread. */
CADRE_MUST_CHECK int cadre__regex_matches(const struct cadre__regex *pattern,
                                          struct cadre_str text);

#endif
