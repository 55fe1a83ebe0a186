/* SPDX-License-Identifier: MIT */
/*
 * The table of the kinds of children; see kinds.h.
 */
#include "config.h"

#include <stdio.h>

#include "master/kinds.h"

static const struct kind kinds[CADRE__CHILD_KINDS] = {
    [CADRE__CHILD_WORKER] = {.kind = CADRE__CHILD_WORKER,
                             .title = "cadre: worker",
                             .numbered = true,
                             .listeners = true,
                             .modules = true,
                             .areas = true},
    [CADRE__CHILD_STEWARD] = {.kind = CADRE__CHILD_STEWARD,
                              .title = "cadre: steward",
                              .modules = true,
                              .areas = true},
    [CADRE__CHILD_CHECKER] = {.kind = CADRE__CHILD_CHECKER,
                              .title = "cadre: checker",
                              .areas = true},
    [CADRE__CHILD_REPORTER] = {.kind = CADRE__CHILD_REPORTER,
                               .title = "cadre: reporter",
                               .listeners = true,
                               .areas = true,
                               .status = true},
};

const struct kind *kind_find(enum cadre__child_kind kind)
{
    return (unsigned)kind < CADRE__CHILD_KINDS ? &kinds[kind] : NULL;
}

const char *kind_title(const struct kind *kind, uint32_t index, char *buf, size_t size)
{
    if (kind->numbered)
        snprintf(buf, size, "%s %u", kind->title, index + 1);
    else
        snprintf(buf, size, "%s", kind->title);
    return buf;
}
