/* SPDX-License-Identifier: MIT */
/*
 * tests/tidy.h: what clang's analyzer is told before each source, in `make tidy` alone.
 *
 * A function that returns -errno returns less than 0, because errno is positive after a failure.
 * The analyzer does not know that and finds paths on which a failure looks like success; so errno
 * is a place that holds a positive number.
 */
#ifndef CADRE_TESTS_TIDY_H
#define CADRE_TESTS_TIDY_H

/* As config.h has it, which sources include behind this. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>

static inline __attribute__((unused)) int *tidy_errno(void)
{
    int *place = __errno_location();

    if (*place <= 0)
        __builtin_unreachable();
    return place;
}

#undef errno
#define errno (*tidy_errno())

#endif
