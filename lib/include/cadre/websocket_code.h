/* SPDX-License-Identifier: MIT */
/*
 * <cadre/websocket_code.h>: how a WebSocket ends, for <cadre/websocket.h> and for protocols.
 */
#ifndef CADRE_WEBSOCKET_CODE_H
#define CADRE_WEBSOCKET_CODE_H

/*
 * Close codes (RFC 6455 §7.4.1, the registry of IANA). Said in a close frame are 1000 to 1003, 1007
 * to 1014, those of libraries and frameworks, 3000 to 3999, and own ones, 4000 to 4999.
 */
enum cadre_websocket_code {
    CADRE_WS_NORMAL = 1000,
    CADRE_WS_GOING_AWAY = 1001,
    CADRE_WS_PROTOCOL_ERROR = 1002,
    CADRE_WS_UNSUPPORTED_DATA = 1003, /* a message of a kind that is not taken */
    CADRE_WS_NO_STATUS = 1005,        /* told, not said: the client has closed without one */
    CADRE_WS_ABNORMAL = 1006,         /* told, not said: the connection broke */
    CADRE_WS_INVALID_DATA = 1007,     /* a text that is not UTF-8, for one */
    CADRE_WS_POLICY_VIOLATION = 1008,
    CADRE_WS_TOO_BIG = 1009,
    CADRE_WS_NO_EXTENSION = 1010, /* a client's: it wants an extension that the server lacks */
    CADRE_WS_INTERNAL_ERROR = 1011,
    CADRE_WS_RESTART = 1012, /* come back: the server restarts */
    CADRE_WS_TRY_LATER = 1013,
    CADRE_WS_BAD_GATEWAY = 1014,
};

#endif
