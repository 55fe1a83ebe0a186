/* SPDX-License-Identifier: MIT */
/*
 * conf/cpus: affinity and cgroup quotas. See the header.
 *
 * /proc/self/cgroup says where in the hierarchies we are, mountinfo where these are mounted. In a
 * container the mount may show only a part of the hierarchy (its root field says which) or hide
 * our own folder: then the mount point itself is what limits us.
 */
#include "config.h"

#include "conf/cpus.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define LINE_SIZE 8192

/* A hierarchy that can limit CPU time: where it is mounted, where we are in it. */
struct hierarchy {
    bool v2;
    char mount[PATH_SIZE];
    char shown[PATH_SIZE]; /* what part of the hierarchy the mount shows: "/" or a path in it */
    char group[PATH_SIZE]; /* our cgroup, from the root of the hierarchy */
};

/* Whether the list "a,b,c" has WORD. */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return true;
    }
    return false;
}

static FILE *open_proc(const struct cadre__cpus_world *world, const char *name)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/%s", world->proc_self, name);
    return fopen(path, "re");
}

/* Our cgroup in the hierarchy: a line "0::/path" (v2) or "4:cpu,cpuacct:/path" (v1). */
static bool find_group(const struct cadre__cpus_world *world, struct hierarchy *h)
{
    FILE *file = open_proc(world, "cgroup");
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');

        if (path == NULL)
            continue;
        *controllers++ = '\0';
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        found =
            h->v2 ? strcmp(line, "0") == 0 && controllers[0] == '\0' : has_word(controllers, "cpu");
        if (found)
            snprintf(h->group, sizeof(h->group), "%s", path);
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* The mount: "36 35 0:30 ROOT MOUNT OPTIONS ... - TYPE SOURCE SUPER-OPTIONS". */
static bool find_mount(const struct cadre__cpus_world *world, struct hierarchy *h)
{
    FILE *file = open_proc(world, "mountinfo");
    char line[LINE_SIZE];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        char root[PATH_SIZE], mount[PATH_SIZE], type[32], super[PATH_SIZE];
        const char *dash = strstr(line, " - ");

        if (dash == NULL || sscanf(line, "%*s %*s %*s %4095s %4095s", root, mount) != 2 ||
            sscanf(dash, " - %31s %*s %4095s", type, super) != 2)
            continue;
        found = h->v2 ? strcmp(type, "cgroup2") == 0
                      : strcmp(type, "cgroup") == 0 && has_word(super, "cpu");
        if (found) {
            snprintf(h->mount, sizeof(h->mount), "%.2000s%.2000s", world->root, mount);
            snprintf(h->shown, sizeof(h->shown), "%s", root);
        }
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* The first line of FOLDER/NAME as up to two words. How many were read. */
static int read_words(const char *folder, const char *name, char a[32], char b[32])
{
    char path[PATH_SIZE + 64];
    FILE *file;
    int n = 0;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    n = fscanf(file, "%31s %31s", a, b);
    fclose(file);
    return n < 0 ? 0 : n;
}

/* The quota of one cgroup in CPUs; 0: none. */
static double quota_of(const struct hierarchy *h, const char *folder)
{
    char quota[32] = "", period[32] = "", unused[32];

    if (h->v2) {
        if (read_words(folder, "cpu.max", quota, period) != 2)
            return 0;
    } else if (read_words(folder, "cpu.cfs_quota_us", quota, unused) < 1 ||
               read_words(folder, "cpu.cfs_period_us", period, unused) < 1) {
        return 0;
    }
    if (strtod(quota, NULL) <= 0 || strtod(period, NULL) <= 0) /* "max", "-1" */
        return 0;
    return strtod(quota, NULL) / strtod(period, NULL);
}

/* The least quota of our cgroup and of those above it; 0: none. */
static double least_quota(const struct cadre__cpus_world *world, bool v2)
{
    struct hierarchy h = {.v2 = v2};
    char folder[2 * PATH_SIZE];
    size_t mount_len, shown_len;
    double least = 0;
    const char *group;

    if (!find_group(world, &h) || !find_mount(world, &h))
        return 0;
    group = h.group;
    shown_len = strcmp(h.shown, "/") == 0 ? 0 : strlen(h.shown);
    if (strncmp(group, h.shown, shown_len) == 0 &&
        (group[shown_len] == '/' || group[shown_len] == '\0'))
        group += shown_len;
    else
        group = "";
    mount_len = strlen(h.mount);
    snprintf(folder, sizeof(folder), "%s%s", h.mount, group);
    for (;;) {
        double quota = quota_of(&h, folder);
        char *slash = strrchr(folder, '/');

        if (quota > 0 && (least <= 0 || quota < least))
            least = quota;
        if (strlen(folder) <= mount_len || slash == NULL || (size_t)(slash - folder) < mount_len)
            return least;
        *slash = '\0';
    }
}

static int affinity_count(void)
{
    for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        size_t size = CPU_ALLOC_SIZE((size_t)cpus);
        int n = 0;

        if (set == NULL)
            break;
        if (sched_getaffinity(0, size, set) == 0)
            n = CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (n > 0)
            return n;
    }
    return 1;
}

int cadre__cpus_count(const struct cadre__cpus_world *world, int max,
                      char reason[static CADRE__CPUS_REASON_SIZE])
{
    static const struct cadre__cpus_world real = {"/proc/self", "", 0};
    double v1, v2, quota;
    int cpus, count;

    if (world == NULL)
        world = &real;
    cpus = world->affinity > 0 ? world->affinity : affinity_count();
    v2 = least_quota(world, true);
    v1 = least_quota(world, false);
    quota = v1 > 0 && (v2 <= 0 || v1 < v2) ? v1 : v2;
    count = cpus;
    snprintf(reason, CADRE__CPUS_REASON_SIZE, "CPU affinity %d", cpus);
    if (quota > 0 && quota <= cpus - 1) {
        count = (int)quota;
        count += count < quota;
        snprintf(reason, CADRE__CPUS_REASON_SIZE, "cgroup quota %.1f of %d CPUs", quota, cpus);
    }
    if (count > max) {
        count = max;
        snprintf(reason, CADRE__CPUS_REASON_SIZE, "the most that there may be, of %d CPUs", cpus);
    }
    return count;
}
