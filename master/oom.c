/* SPDX-License-Identifier: MIT */
/*
 * Kills for memory in our cgroup; see oom.h.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "master/oom.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

static uint64_t count_kills(const struct oom *oom)
{
    FILE *file = oom->path[0] != '\0' ? fopen(oom->path, "re") : NULL;
    uint64_t kills = 0;
    char line[128];

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "oom_kill %" SCNu64, &kills) == 1)
            break;
    fclose(file);
    return kills;
}

void oom_init(struct oom *oom)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[sizeof(oom->path) - sizeof(CGROUP_ROOT "/memory.events")];

    oom->path[0] = '\0';
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) == 0)
            snprintf(oom->path, sizeof(oom->path), CGROUP_ROOT "%s/memory.events", line + 3);
    }
    if (file != NULL)
        fclose(file);
    oom->kills = count_kills(oom);
}

uint64_t oom_new_kills(struct oom *oom)
{
    uint64_t before = oom->kills;

    oom->kills = count_kills(oom);
    return oom->kills > before ? oom->kills - before : 0;
}
