/* SPDX-License-Identifier: MIT */
/*
 * base/build: version and build id, from configure and from the rule in local.mk.
 */
#include "config.h"

#include "base/build.h"

#include "lib/base/build-id.h" /* made in the build tree */

_Static_assert(sizeof(CADRE__BUILD_ID) == CADRE__BUILD_ID_SIZE, "a build id is 64 digits");

const char *cadre__version(void)
{
    return PACKAGE_VERSION;
}

const char *cadre__build_id(void)
{
    return CADRE__BUILD_ID;
}
