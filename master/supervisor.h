/* SPDX-License-Identifier: MIT */
/*
 * The supervisor: the master process once its conf is read.
 *
 * It binds the sockets, starts the children, feeds what happens to them into the state machine
 * (master/machine.h) and carries out what the machine decides. It is a thin loop on libevent and
 * holds no rule of its own. It never runs code of a module and never reads a byte of a client.
 *
 * Runs in the master only, in one thread. Never suspends; the only calls that may block are the
 * reading of conf files at a reload and bind(2) with its probes.
 */
#ifndef CADRE_MASTER_SUPERVISOR_H
#define CADRE_MASTER_SUPERVISOR_H

#include <stddef.h>

#include <cadre/macros.h>

struct cadre__conf_set;
struct cadre__conf_tree;
struct cadre__server_conf;
struct predecessor;

struct supervisor_options {
    const char *conf_path;              /* conf file, read again at each reload; borrowed */
    const struct cadre__conf_set *sets; /* --set values, applied at each reload too; borrowed */
    struct cadre__conf_tree *tree;      /* resolved conf of the first generation; taken */
    struct cadre__server_conf *conf;    /* the same, bound; taken */
    struct predecessor *predecessor;    /* opened; closed when the server has ended; borrowed */
    const char *program;                /* absolute path, for a binary upgrade; borrowed */
    char *const *argv;                  /* the same */
    int worker_fd;                      /* cadre-worker, opened O_PATH | O_CLOEXEC; borrowed */
    int symboliser_fd;                  /* cadre-symboliser, likewise; -1: there is none */
};

/*
 * Runs the server until it is told to stop. Returns the exit code of the program: 0 after a stop
 * by signal, 3 when the first generation cannot start (the reason is the last line of the log),
 * 4 after giving up on a crash loop (directive restart_limit).
 *
 * Takes `tree` and `conf` in any case; everything else is borrowed until it returns.
 */
int supervisor_run(struct supervisor_options *options);

#endif
