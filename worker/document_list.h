/* SPDX-License-Identifier: MIT */
/*
 * The OpenAPI documents of all modules of a conf, told to the master for `cadre openapi` in pieces,
 * in the order of the conf. Runs in the checker; may block.
 */
#ifndef WORKER_DOCUMENT_LIST_H
#define WORKER_DOCUMENT_LIST_H

#include <cadre/macros.h>

struct cadre__server_conf;
struct module_set;

/* Sends them. The modules were found to be good. 0; -ENOMEM; -EPIPE: the master has gone; -EAGAIN:
 * it does not read. */
CADRE_MUST_CHECK int document_list_send(const struct module_set *modules,
                                        const struct cadre__server_conf *conf, int channel_fd);

#endif
