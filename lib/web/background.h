/* SPDX-License-Identifier: MIT */
/* Work behind a response: what web/app.c does with it. <cadre/background.h>. */
#ifndef CADRE_WEB_BACKGROUND_H
#define CADRE_WEB_BACKGROUND_H

struct cadre__app_hooks;
struct cadre_request;

/*
 * Starts the tasks of a request whose response is complete: in a task of nobody's, so that the
 * request can go. hooks (may be NULL) are told when they begin and when they have ended; they live
 * as long as the loop. Never suspends.
 */
void cadre__background_start(struct cadre_request *req, const struct cadre__app_hooks *hooks,
                             void *hooks_arg);

#endif
