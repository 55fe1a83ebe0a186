/* SPDX-License-Identifier: MIT */
/* workers = "auto": affinity and cgroup quotas, in worlds made of files. */
#include "conf/cpus.h"

#include "tests/unit/lib/conf/world.h"

#define V2   "30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1   "31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
#define ROOT "24 1 0:2 / / rw - ext4 /dev/sda1 rw\n"

/* One world; files are pairs of a name and a text. */
static const struct world_row {
    const char *about;
    int affinity;
    const char *cgroup;
    const char *mountinfo;
    const char *files[8];
    int count;
    const char *reason;
} worlds[] = {
    {"no cgroups at all", 4, NULL, NULL, {NULL}, 4, "CPU affinity 4"},
    {"no quota in the only group",
     8,
     "0::/a\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/cpu.max", "max 100000\n"},
     8,
     "CPU affinity 8"},
    {"a quota of its own",
     8,
     "0::/a\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/cpu.max", "200000 100000\n"},
     2,
     "cgroup quota 2.0 of 8 CPUs"},
    {"a quota of the parent is the least",
     8,
     "0::/a/b/c\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n", "/sys/fs/cgroup/a/cpu.max",
      "150000 100000\n"},
     2,
     "cgroup quota 1.5 of 8 CPUs"},
    {"a quota below one CPU",
     8,
     "0::/a\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/cpu.max", "50000 100000\n"},
     1,
     "cgroup quota 0.5 of 8 CPUs"},
    {"a quota above the affinity",
     2,
     "0::/a\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/cpu.max", "800000 100000\n"},
     2,
     "CPU affinity 2"},
    {"a quota that rounds up to the affinity",
     2,
     "0::/a\n",
     ROOT V2,
     {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"},
     2,
     "CPU affinity 2"},
    {"a container that sees only its own part",
     8,
     "0::/docker/x\n",
     ROOT "30 24 0:26 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
     {"/sys/fs/cgroup/cpu.max", "300000 100000\n"},
     3,
     "cgroup quota 3.0 of 8 CPUs"},
    {"a container whose group is hidden",
     8,
     "0::/../../elsewhere\n",
     ROOT V2,
     {"/sys/fs/cgroup/cpu.max", "300000 100000\n"},
     3,
     "cgroup quota 3.0 of 8 CPUs"},
    {"version 1",
     8,
     "5:memory:/a\n4:cpu,cpuacct:/a\n0::/\n",
     ROOT V1,
     {"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "250000\n",
      "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"},
     3,
     "cgroup quota 2.5 of 8 CPUs"},
    {"version 1 without a quota",
     8,
     "4:cpu,cpuacct:/a\n",
     ROOT V1,
     {"/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1\n",
      "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"},
     8,
     "CPU affinity 8"},
    {"a controller that only begins like cpu",
     8,
     "4:cpuset:/a\n",
     ROOT "31 24 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n",
     {"/sys/fs/cgroup/cpuset/a/cpu.cfs_quota_us", "100000\n",
      "/sys/fs/cgroup/cpuset/a/cpu.cfs_period_us", "100000\n"},
     8,
     "CPU affinity 8"},
    {"more CPUs than there may be workers",
     100,
     NULL,
     NULL,
     {NULL},
     16,
     "the most that there may be, of 100 CPUs"},
    {"files of nonsense",
     8,
     "0\n::\n0::\n",
     "30 24\n - \n" V2,
     {"/sys/fs/cgroup/cpu.max", "\n"},
     8,
     "CPU affinity 8"},
    {"a period of nought",
     8,
     "0::/\n",
     ROOT V2,
     {"/sys/fs/cgroup/cpu.max", "100000 0\n"},
     8,
     "CPU affinity 8"},
};

START_TEST(the_least_limit_decides)
{
    const struct world_row *row = &worlds[_i];
    const struct cadre__cpus_world files = {
        .proc_self = world_path("proc"), .root = world(), .affinity = row->affinity};
    char reason[CADRE__CPUS_REASON_SIZE] = "";

    if (row->cgroup != NULL)
        world_write("proc/cgroup", row->cgroup);
    if (row->mountinfo != NULL)
        world_write("proc/mountinfo", row->mountinfo);
    for (int i = 0; row->files[i] != NULL; i += 2)
        world_write(row->files[i] + 1, row->files[i + 1]);
    ck_assert_msg(cadre__cpus_count(&files, 16, reason) == row->count, "%s: %s", row->about,
                  reason);
    ck_assert_str_eq(reason, row->reason);
}
END_TEST

START_TEST(this_machine_has_at_least_one_cpu)
{
    char reason[CADRE__CPUS_REASON_SIZE] = "";
    int n = cadre__cpus_count(NULL, 500, reason);

    ck_assert_int_ge(n, 1);
    ck_assert_int_le(n, 500);
    ck_assert_str_ne(reason, "");
}
END_TEST

UNIT_MAIN("conf/cpus", UNIT_LOOP(the_least_limit_decides, sizeof(worlds) / sizeof(worlds[0])),
          UNIT_CASE(this_machine_has_at_least_one_cpu))
