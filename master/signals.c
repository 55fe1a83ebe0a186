/* SPDX-License-Identifier: MIT */
/*
 * The table of signals; see signals.h.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "master/signals.h"

const struct signal_row signal_rows[] = {
    {.signo = SIGTERM, .name = "SIGTERM", .request = SIGNAL_STOP},
    {.signo = SIGQUIT, .name = "SIGQUIT", .request = SIGNAL_STOP},
    {.signo = SIGINT, .name = "SIGINT", .request = SIGNAL_STOP_FAST},
    {.signo = SIGHUP, .name = "SIGHUP", .request = SIGNAL_RELOAD},
    {.signo = SIGUSR1, .name = "SIGUSR1", .request = SIGNAL_REOPEN_LOG},
    {.signo = SIGUSR2, .name = "SIGUSR2", .request = SIGNAL_UPGRADE},
    {.signo = SIGTTIN, .name = "SIGTTIN", .request = SIGNAL_MORE, .job_control = true},
    {.signo = SIGTTOU, .name = "SIGTTOU", .request = SIGNAL_FEWER, .job_control = true},
    {.signo = SIGWINCH, .name = "SIGWINCH", .request = SIGNAL_NONE, .job_control = true},
    {.signo = 0},
};

const struct signal_row *signal_find(int signo)
{
    for (const struct signal_row *row = signal_rows; row->signo != 0; row++)
        if (row->signo == signo)
            return row;
    return NULL;
}

const char *signal_name(int signo, char *buf, size_t size)
{
    const char *name = sigabbrev_np(signo);

    if (name != NULL)
        snprintf(buf, size, "SIG%s", name);
    else
        snprintf(buf, size, "signal %d", signo);
    return buf;
}
