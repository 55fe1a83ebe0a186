/* SPDX-License-Identifier: MIT */
/*
 * The signals that the master takes, as a table: what each asks for.
 *
 * The supervisor installs a handler for each row; the state machine looks up what a signal asks
 * for and decides. The manual page cadre(8) says the same. Master only.
 */
#ifndef CADRE_MASTER_SIGNALS_H
#define CADRE_MASTER_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>

enum signal_request {
    SIGNAL_STOP,       /* finish what is in flight, then end */
    SIGNAL_STOP_FAST,  /* cancel what is in flight, then end; on a terminal like SIGNAL_STOP */
    SIGNAL_RELOAD,     /* read the conf again, start a new generation */
    SIGNAL_REOPEN_LOG, /* open the log file again, after it was moved away */
    SIGNAL_MORE,       /* one worker more */
    SIGNAL_FEWER,      /* one worker fewer */
    SIGNAL_NONE,       /* drain all workers; the sockets stay open */
    SIGNAL_UPGRADE,    /* have the program that is on disk now take over */
};

struct signal_row {
    int signo;
    const char *name;            /* "SIGTERM" */
    enum signal_request request; /* what it asks for */
    bool job_control;            /* the terminal sends it too: ignored while we run on one */
};

/* All rows, ended by signo 0. */
extern const struct signal_row signal_rows[];

/* The row of SIGNO, or NULL. */
const struct signal_row *signal_find(int signo);

/* "SIGSEGV"; "signal 64" for what has no name. Writes to BUF when it must. */
const char *signal_name(int signo, char *buf, size_t size);

#endif
