/* SPDX-License-Identifier: MIT */
/*
 * base/error: the texts of errors.
 *
 * The C library's descriptions for errno, a table for ours. Both are constant, so any thread may
 * ask; only an unknown number needs a buffer, one a thread.
 */
#include "config.h"

#include <cadre/error.h>

#include <stdio.h>
#include <string.h>

static const char *const own_texts[] = {
    [CADRE_ESTARTUP - CADRE_E_FIRST] = "startup failed",
    [CADRE_EHTTP - CADRE_E_FIRST] = "the request fails",
    [CADRE_EVALIDATION - CADRE_E_FIRST] = "the request is not valid",
    [CADRE_ERESPONSE - CADRE_E_FIRST] = "the response is not as its model says",
    [CADRE_EWEBSOCKET - CADRE_E_FIRST] = "the WebSocket fails",
};

_Static_assert(sizeof(own_texts) / sizeof(own_texts[0]) == CADRE_E_END - CADRE_E_FIRST,
               "every CADRE_E* has a text");

const char *cadre_strerror(int error)
{
    static _Thread_local char unknown[32];
    /* The one int whose negative is none. */
    unsigned code = error < 0 ? 0u - (unsigned)error : (unsigned)error;
    if (code == 0)
        return "success";
    if (code >= CADRE_E_FIRST && code < CADRE_E_END)
        return own_texts[code - CADRE_E_FIRST];
    const char *text = code < CADRE_E_FIRST ? strerrordesc_np((int)code) : NULL;
    if (text)
        return text;
    snprintf(unknown, sizeof(unknown), "unknown error %u", code);
    return unknown;
}
