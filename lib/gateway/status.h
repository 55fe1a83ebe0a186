/* SPDX-License-Identifier: MIT */
/*
 * Status codes and their reason phrases (RFC 9110 §15, RFC 6585, RFC 8470 and others of the IANA
 * registry). One table; never suspends; any thread.
 */
#ifndef CADRE_GATEWAY_STATUS_H
#define CADRE_GATEWAY_STATUS_H

/* "Not Found" for 404. For a code that has none the name of its class; never NULL. */
const char *cadre__status_reason(int status);

#endif
