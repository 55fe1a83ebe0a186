/* SPDX-License-Identifier: MIT */
/*
 * Backtraces as text; see trace_text.h.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "master/trace_text.h"

#define PLACE_SIZE 512

bool trace_check_answer(struct cadre__symbols_answer *answer, size_t size)
{
    if (size < CADRE__SYMBOLS_ANSWER_SIZE(0) || answer->magic != CADRE__SYMBOLS_MAGIC ||
        answer->n > CADRE__SYMBOLS_MAX || size != CADRE__SYMBOLS_ANSWER_SIZE(answer->n))
        return false;
    for (uint32_t i = 0; i < answer->n; i++) {
        cadre__text_check(answer->symbols[i].function, sizeof(answer->symbols[i].function));
        cadre__text_check(answer->symbols[i].file, sizeof(answer->symbols[i].file));
    }
    return true;
}

const struct cadre__symbol *trace_symbols(const struct cadre__symbols_answer *answer,
                                          uint32_t frame, uint32_t *ret_n)
{
    const struct cadre__symbol *first = NULL;

    *ret_n = 0;
    for (uint32_t i = 0; answer != NULL && i < answer->n; i++) {
        if (answer->symbols[i].frame != frame)
            continue;
        if (first == NULL)
            first = &answer->symbols[i];
        else if (&answer->symbols[i] != first + *ret_n)
            break;
        (*ret_n)++;
    }
    return first;
}

/* "hold at probe.c:107", "clock_nanosleep in libc.so.6", "libc.so.6+0xd5a17". */
static void put_place(const struct cadre__backtrace *trace,
                      const struct cadre__backtrace_frame *frame,
                      const struct cadre__symbol *symbol, char buf[static PLACE_SIZE])
{
    const char *file = cadre__backtrace_file(trace, frame);

    if (symbol != NULL && symbol->line > 0)
        snprintf(buf, PLACE_SIZE, "%s%s%s:%" PRIu32, symbol->function,
                 symbol->function[0] != '\0' ? " at " : "", symbol->file, symbol->line);
    else if (symbol != NULL && symbol->function[0] != '\0')
        snprintf(buf, PLACE_SIZE, "%s in %s", symbol->function, file);
    else if (frame->object == CADRE__BACKTRACE_NO_OBJECT)
        snprintf(buf, PLACE_SIZE, "0x%" PRIx64, frame->address);
    else
        snprintf(buf, PLACE_SIZE, "%s+0x%" PRIx64, file, frame->address);
}

size_t trace_text(const struct cadre__backtrace *trace, const struct cadre__symbols_answer *answer,
                  char *buf, size_t size)
{
    size_t len = 0;

    if (size > 0)
        buf[0] = '\0';
    for (uint32_t i = 0; i < trace->n_frames; i++) {
        uint32_t n;
        const struct cadre__symbol *symbol = trace_symbols(answer, i, &n);

        for (uint32_t k = 0; k < (n > 0 ? n : 1); k++) {
            char place[PLACE_SIZE];
            size_t place_len;

            put_place(trace, &trace->frames[i], symbol != NULL ? symbol + k : NULL, place);
            place_len = strlen(place);
            if (len + 2 + place_len >= size)
                return len;
            len += (size_t)snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "", place);
        }
    }
    return len;
}

/* What nobody blames, since it was called with something wrong; and what calls all the others. */
enum blame { BLAME_LIBRARY, BLAME_PROGRAM, BLAME_OTHER };

static enum blame judge(const struct cadre__backtrace *trace,
                        const struct cadre__backtrace_frame *frame)
{
    static const char *const libraries[] = {"libc.so",    "libc-",   "ld-linux",
                                            "libpthread", "libm.so", "linux-vdso"};
    const char *file = cadre__backtrace_file(trace, frame);

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
        if (strncmp(file, libraries[i], strlen(libraries[i])) == 0)
            return BLAME_LIBRARY;
    if (frame->object == CADRE__BACKTRACE_NO_OBJECT)
        return BLAME_LIBRARY;
    return strcmp(file, "cadre-worker") == 0 ? BLAME_PROGRAM : BLAME_OTHER;
}

/* The innermost frame that is at least so much to blame, and has a line if it must. */
static bool find_blame(const struct cadre__backtrace *trace,
                       const struct cadre__symbols_answer *answer, enum blame least, bool line,
                       char place[static PLACE_SIZE])
{
    for (uint32_t i = 0; i < trace->n_frames; i++) {
        uint32_t n;
        const struct cadre__symbol *symbol = trace_symbols(answer, i, &n);

        if (judge(trace, &trace->frames[i]) < least ||
            (line && (symbol == NULL || symbol->line == 0)))
            continue;
        put_place(trace, &trace->frames[i], symbol, place);
        return true;
    }
    return false;
}

bool trace_blame(const struct cadre__backtrace *trace, const struct cadre__symbols_answer *answer,
                 char *buf, size_t size)
{
    char place[PLACE_SIZE];

    if (!find_blame(trace, answer, BLAME_OTHER, true, place) &&
        !find_blame(trace, answer, BLAME_OTHER, false, place) &&
        !find_blame(trace, answer, BLAME_PROGRAM, false, place))
        return false;
    snprintf(buf, size, "%s", place);
    return true;
}
