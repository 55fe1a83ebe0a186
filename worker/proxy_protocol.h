/* SPDX-License-Identifier: MIT */
/*
 * The header of the PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): a proxy says
 * before the first byte of a connection who its client is.
 *
 * Strict: an address that does not parse, a length that does not fit, a checksum that is wrong
 * refuse the connection. TLVs are checked for their lengths and passed over, but for the CRC32c,
 * which is verified where it is there. Bytes in, one answer out: no I/O, no memory, no suspension.
 */
#ifndef WORKER_PROXY_PROTOCOL_H
#define WORKER_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>

#include "worker/connection.h"

/* Longer ones are refused: version 1 allows 107 bytes, and TLVs of version 2 seldom take 500. */
#define PROXY_HEADER_MAX 4096

struct proxy_header {
    bool has_client;               /* not LOCAL, not UNKNOWN: the proxy speaks for a client */
    struct connection_peer client; /* where has_client; of a UNIX socket: the family alone */
    const char *reason;            /* why it was refused, for the log; static */
};

/* How long the header at data[0..len) is: its bytes; 0: more must come; -EBADMSG: it is none. */
int proxy_header_parse(const char *data, size_t len, struct proxy_header *ret);

#endif
