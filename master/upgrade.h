/* SPDX-License-Identifier: MIT */
/*
 * The binary upgrade: another master, of the program that is on disk now, takes the server over.
 *
 * Part of the machine (see machine.h): pure. The old master, in the state UPGRADING, starts the new
 * one with all its sockets (ACTION_UPGRADE) and goes on serving. The new one boots its first
 * generation as a reload does, none of it accepting before all of it is ready. When it serves
 * (EVENT_UPGRADE_READY) the old one makes it the service's main process (ACTION_GIVE) and drains:
 * its connections go over to the new one's workers, and it ends with code 0 when they have gone.
 * Whatever fails before that ends the new one and leaves the old as it was.
 *
 * The processes and what they say are master/successor.h and master/predecessor.h.
 */
#ifndef CADRE_MASTER_UPGRADE_H
#define CADRE_MASTER_UPGRADE_H

#include "master/machine.h"

struct signal_row;

/* A signal asks for it. */
void upgrade_by_signal(struct machine *m, const struct signal_row *row);

/* It begins, if it waits and the server is in the state for it. */
void upgrade_settle(struct machine *m);

/* EVENT_UPGRADE_READY, EVENT_UPGRADE_FAILED. */
void upgrade_ready(struct machine *m, const struct machine_event *e);
void upgrade_reports(struct machine *m, const struct machine_event *e);
void upgrade_failed(struct machine *m, const struct machine_event *e);

/* The new master took too long. */
void upgrade_deadline(struct machine *m);

/* The server stops: what goes on is called off. */
void upgrade_call_off(struct machine *m);

#endif
