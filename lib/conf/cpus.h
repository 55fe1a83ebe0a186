/* SPDX-License-Identifier: MIT */
/*
 * conf/cpus: how many workers `workers = "auto"` means.
 *
 * The least of the CPUs that this process may run on (affinity) and the CPU quota of its cgroup
 * and of all cgroups above it, version 2 or 1, rounded up. Reads /proc and the cgroup file
 * systems; master only. What cannot be read limits nothing.
 */
#ifndef CADRE__CONF_CPUS_H
#define CADRE__CONF_CPUS_H

#include <stddef.h>

#define CADRE__CPUS_REASON_SIZE 96

/* Where to look, so that tests can make their own world. */
struct cadre__cpus_world {
    const char *proc_self; /* "/proc/self": has `cgroup` and `mountinfo` */
    const char *root;      /* "": goes before the mount points of mountinfo */
    int affinity;          /* CPUs that the process may run on; 0: ask the kernel */
};

/*
 * The number of workers, 1 to MAX, with the reason: "CPU affinity 4", "cgroup quota 2.5 of 8
 * CPUs". WORLD NULL is the real one.
 */
int cadre__cpus_count(const struct cadre__cpus_world *world, int max,
                      char reason[static CADRE__CPUS_REASON_SIZE]);

#endif
