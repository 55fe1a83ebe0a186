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

#include "config.h"

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
