/* SPDX-License-Identifier: MIT */
/*
 * How much memory a process holds. Reads /proc, which takes no part of that process's time. Master
 * only; never suspends.
 */
#ifndef CADRE_MASTER_RSS_H
#define CADRE_MASTER_RSS_H

#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

/* The resident set of a process in bytes, shared pages included (proc(5), statm). 0, or a negative
 * errno: -ENOENT (it has gone), -EPROTO (that is no /proc of ours). */
CADRE_MUST_CHECK int rss_read(pid_t pid, uint64_t *ret_bytes);

#endif
