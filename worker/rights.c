/* SPDX-License-Identifier: MIT */
/*
 * Dropping rights step by step. worker/rights.h has the contract.
 */
#include "config.h"

#include "worker/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conf/server_conf.h"
#include <cadre/error.h>

static int fail(int error, const char *what, const char *name, char *why, size_t why_size)
{
    snprintf(why, why_size, "cannot %s%s%s%s: %s", what, name ? " \"" : "", name ? name : "",
             name ? "\"" : "", cadre_strerror(error));
    return -error;
}

/* What execve could give back later goes first, while we may. */
static void drop_bounding_set(void)
{
    for (int cap = 0; cap <= 63; cap++) {
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
            break;
    }
}

static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

    memset(none, 0, sizeof(none));
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return (int)syscall(SYS_capset, &header, none);
}

static int drop_group(const struct cadre__conf_owner *owner, char *why, size_t why_size)
{
    int r = owner->have_uid && owner->user ? initgroups(owner->user, owner->gid)
                                           : setgroups(1, &owner->gid);

    if (r < 0)
        return fail(errno, "set the groups of", owner->user ? owner->user : owner->group, why,
                    why_size);
    if (setresgid(owner->gid, owner->gid, owner->gid) < 0)
        return fail(errno, "become group", owner->group, why, why_size);
    return 0;
}

static int drop_user(const struct cadre__conf_owner *owner, char *why, size_t why_size)
{
    if (setresuid(owner->uid, owner->uid, owner->uid) < 0)
        return fail(errno, "become user", owner->user, why, why_size);
    if (owner->uid != 0 && (setuid(0) == 0 || drop_capabilities() < 0))
        return fail(EPERM, "give up the rights of root for", owner->user, why, why_size);
    return 0;
}

static bool is_already(const struct cadre__conf_owner *owner)
{
    return (!owner->have_uid || owner->uid == geteuid()) &&
           (!owner->have_gid || owner->gid == getegid()) && geteuid() != 0;
}

int rights_drop(const struct cadre__conf_owner *owner, char *why, size_t why_size)
{
    int r = 0;

    if ((owner->have_uid || owner->have_gid) && !is_already(owner)) {
        if (owner->have_uid && owner->uid != 0)
            drop_bounding_set();
        if (owner->have_gid)
            r = drop_group(owner, why, why_size);
        if (r == 0 && owner->have_uid)
            r = drop_user(owner, why, why_size);
        if (r < 0)
            return r;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(errno, "renounce new privileges", NULL, why, why_size);
    (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    return 0;
}
