/* SPDX-License-Identifier: MIT */
/*
 * <cadre/error.h>: errors and their texts.
 *
 * A function that can fail returns a negative error: a negated errno, or one of the negated
 * CADRE_E* below. These begin above the highest errno that a Linux kernel can return (4095), so
 * that the two never meet.
 */
#ifndef CADRE_ERROR_H
#define CADRE_ERROR_H

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

enum cadre_error_code {
    CADRE_E_FIRST = 4096,
    CADRE_ESTARTUP = 4096, /* a lifespan did not start up; its own text says why */
    CADRE_EHTTP,           /* cadre_fail has said with which status the request fails */
    CADRE_EVALIDATION,     /* what the client sent does not fit: <cadre/typed.h> */
    CADRE_ERESPONSE,       /* an answer is not as the model of its route says; the log has more */
    CADRE_EWEBSOCKET,      /* cadre_websocket_fail has said how the socket is closed */
    CADRE_E_END            /* one above the last */
};

/* The text for `error`: an errno or a CADRE_E*, negative or positive; 0 is "success". Lower case
 * only where the system's text is; never NULL. The text of a known error is constant; that of an
 * unknown one lives in the calling thread until its next call. Any thread, never suspends. */
CADRE_API const char *cadre_strerror(int error);

CADRE_END_DECLS

#endif
