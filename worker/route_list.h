/* SPDX-License-Identifier: MIT */
/*
 * The routes of all modules of a conf, told to the master for `cadre routes`: one message each, in
 * the order of the conf and of the modules' tables. Runs in the checker; may block.
 */
#ifndef WORKER_ROUTE_LIST_H
#define WORKER_ROUTE_LIST_H

#include <cadre/macros.h>

struct module_set;

/* Sends them. The modules were found to be good. 0; -ENOMEM; -EPIPE: the master has gone; -EAGAIN:
 * it does not read. */
CADRE_MUST_CHECK int route_list_send(const struct module_set *modules, int channel_fd);

#endif
