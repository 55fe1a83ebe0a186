/* SPDX-License-Identifier: MIT */
/*
 * cadre-worker: the program of all children of the master. It is started by the master alone, as
 * `cadre-worker --heritage FD`, where FD is a sealed memfd with all that the child inherits
 * (ipc/heritage.h); what kind of child it is stands in there.
 *
 * Next: worker/child.h (the common beginning), worker/worker.h, worker/steward.h, worker/checker.h.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/build.h"
#include "worker/checker.h"
#include "worker/child.h"
#include "worker/reporter.h"
#include "worker/steward.h"
#include "worker/worker.h"

static int (*const run_kind[CADRE__CHILD_KINDS])(struct child *) = {
    [CADRE__CHILD_WORKER] = worker_run,
    [CADRE__CHILD_STEWARD] = steward_run,
    [CADRE__CHILD_CHECKER] = checker_run,
    [CADRE__CHILD_REPORTER] = reporter_run,
};

static int usage(FILE *out, int exit_code)
{
    fprintf(out, "cadre-worker %s is started by cadre, not by hand: see cadre(8)\n",
            cadre__version());
    return exit_code;
}

/* A descriptor in decimal; -1 where it is none. */
static int parse_fd(const char *text)
{
    char *end;
    long fd = strtol(text, &end, 10);

    return end == text || *end != '\0' || fd < 0 || fd > INT_MAX ? -1 : (int)fd;
}

int main(int argc, char **argv)
{
    static struct child child;

    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0))
        return usage(stdout, CHILD_EXIT_OK);
    if (argc != 3 || strcmp(argv[1], "--heritage") != 0 || parse_fd(argv[2]) < 0)
        return usage(stderr, CHILD_EXIT_USAGE);
    if (child_open(&child, parse_fd(argv[2])) < 0)
        return CHILD_EXIT_STARTUP;
    if (child.heritage.kind >= CADRE__CHILD_KINDS)
        return usage(stderr, CHILD_EXIT_USAGE);

    int exit_code = run_kind[child.heritage.kind](&child);
    child_close(&child);
    return exit_code;
}
