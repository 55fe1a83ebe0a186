/* SPDX-License-Identifier: MIT */
/* A folder of a test's own with the path of a database in it. */
#ifndef CADRE_TESTS_UNIT_DATABASE_FILE_H
#define CADRE_TESTS_UNIT_DATABASE_FILE_H

#include "tests/unit/unit.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char database_folder[PATH_MAX];
static char database_path[PATH_MAX + 20];

static inline void database_file_make(void)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(database_folder, sizeof(database_folder), "%s/cadre-test-XXXXXX",
             tmp != NULL ? tmp : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(database_folder));
    snprintf(database_path, sizeof(database_path), "%s/demo.db", database_folder);
}

/* Removes the folder and what is in it. */
static inline void database_file_remove(void)
{
    DIR *folder = opendir(database_folder);
    const struct dirent *entry;

    ck_assert_ptr_nonnull(folder);
    while ((entry = readdir(folder)) != NULL)
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    ck_assert_int_eq(rmdir(database_folder), 0);
}

#endif
