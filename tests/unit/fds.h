/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/fds.h: the descriptors of the process, for tests that nothing is left open.
 */
#ifndef CADRE_TESTS_UNIT_FDS_H
#define CADRE_TESTS_UNIT_FDS_H

#include <dirent.h>

#include "tests/unit/unit.h"

/* How many are open. */
static inline int unit_open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int n = -3; /* ".", ".." and the folder's own */

    ck_assert_ptr_nonnull(folder);
    while (readdir(folder) != NULL)
        n++;
    (void)closedir(folder);
    return n;
}

#endif
