/* SPDX-License-Identifier: MIT */
/*
 * Incidents: children that died of something, and handlers that hold a loop. Each is looked up by
 * the symboliser (symboliser.h), then told in the log, in the order in which they came; crashes are
 * kept besides (crash_log.h).
 *
 * Decides nothing about the children: that is the state machine's, which has been told already.
 * Master only, on the loop's thread; never suspends.
 */
#ifndef CADRE_MASTER_INCIDENTS_H
#define CADRE_MASTER_INCIDENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <cadre/macros.h>

#include "ipc/channel.h"
#include "master/crash_report.h"
#include "master/symboliser.h"

struct cadre__server_conf;
struct crash_log;
struct incidents;

/* NULL: out of memory. The options are those of the symboliser. */
struct incidents *incidents_new(const struct symboliser_options *options);

/* Tells what is open without symbols. NULL is taken. */
void incidents_free(struct incidents *in);

/* Goes by a conf from now on: whose rights the symboliser gets, where reports are kept. */
void incidents_set_conf(struct incidents *in, const struct cadre__server_conf *conf);

/* A child has died. Takes the report, which was allocated; `files`, of its generation's modules, is
 * borrowed for the call. */
void incidents_crash(struct incidents *in, struct crash_report *report,
                     const struct symboliser_files *files);

/* Worker number `index` (from 0) says that its loop is held; `files` as above. */
void incidents_stall(struct incidents *in, uint32_t index, pid_t pid,
                     const struct cadre__msg_stall *stall, const struct symboliser_files *files);

/* Whether one of them is yet to be told; it takes SYMBOLISER_ANSWER_NS at most, each. */
bool incidents_are_open(const struct incidents *in);

/* A process that is none of the children was reaped. */
void incidents_reaped(struct incidents *in, pid_t pid);

/* The reports that are kept; borrowed. */
struct crash_log *incidents_crash_log(struct incidents *in);

#endif
