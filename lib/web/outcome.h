/* SPDX-License-Identifier: MIT */
/*
 * What comes of a request when its handler, or middleware, has returned: the response ends, or an
 * error is answered and logged. Called by web/app.c, on the loop.
 */
#ifndef CADRE_WEB_OUTCOME_H
#define CADRE_WEB_OUTCOME_H

#include "web/request.h"

struct cadre__passage;

/* Who has returned, for the log. */
struct cadre__culprit {
    const char *kind; /* "handler", "middleware" */
    const char *name;
};

static inline struct cadre__culprit cadre__culprit_handler(const struct cadre_request *req)
{
    return (struct cadre__culprit){"handler", cadre__request_handler_name(req)};
}

/*
 * Ends the response of a request whose culprit returned `result`; answers and logs what went wrong.
 * May suspend. What the protocol is to know: 0, or a negative errno (gateway/gateway.h).
 */
CADRE_MUST_CHECK int cadre__outcome(struct cadre_request *req, struct cadre__culprit culprit,
                                    int result);

/* Its parts, for web/websocket_call.c: whether an error is nobody's fault here (the client left or
 * reads too slowly, or the server ends the request), and the line of the log for one that is. */
bool cadre__outcome_is_nobodys_fault(const struct cadre_request *req, int error);
void cadre__outcome_log(const struct cadre_request *req, struct cadre__culprit culprit, int error);

/* The same for a request that has come back from its middleware. */
CADRE_MUST_CHECK int cadre__passage_outcome(const struct cadre__passage *passage,
                                            struct cadre_request *req, int result);

#endif
