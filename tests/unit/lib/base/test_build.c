/* SPDX-License-Identifier: MIT */
/*
 * Tests of base/build: the id is the hash of the sources that are there. $top_srcdir comes from
 * `make check`; without it, and without sha256sum, that case has nothing to compare.
 */
#include "config.h"

#include "base/build.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(the_version_is_that_of_configure)
{
    ck_assert_str_eq(cadre__version(), PACKAGE_VERSION);
}
END_TEST

START_TEST(the_build_id_is_64_hex_digits)
{
    ck_assert_uint_eq(strlen(cadre__build_id()), CADRE__BUILD_ID_SIZE - 1);
    ck_assert_uint_eq(strspn(cadre__build_id(), "0123456789abcdef"), CADRE__BUILD_ID_SIZE - 1);
}
END_TEST

START_TEST(the_build_id_is_the_hash_of_the_sources)
{
    if (!getenv("top_srcdir"))
        return;
    FILE *pipe = popen("cd \"$top_srcdir\" && find lib master worker -name '*.[chS]' ! -name '.*' "
                       "! -name build-id.h | LC_ALL=C sort | xargs sha256sum | sha256sum",
                       "r");
    ck_assert_ptr_nonnull(pipe);
    char id[CADRE__BUILD_ID_SIZE] = "";
    ck_assert_ptr_nonnull(fgets(id, sizeof(id), pipe));
    pclose(pipe);
    ck_assert_str_eq(id, cadre__build_id());
}
END_TEST

UNIT_MAIN("base/build", UNIT_CASE(the_version_is_that_of_configure),
          UNIT_CASE(the_build_id_is_64_hex_digits),
          UNIT_CASE(the_build_id_is_the_hash_of_the_sources))
