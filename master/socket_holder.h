/* SPDX-License-Identifier: MIT */
/*
 * Who listens on an address already: found in /proc, for a message only.
 *
 * Without the right to look into other users' processes the answer is often "nobody that we may
 * see". Master only; reads files, never fails.
 */
#ifndef CADRE_MASTER_SOCKET_HOLDER_H
#define CADRE_MASTER_SOCKET_HOLDER_H

#include <stddef.h>
#include <sys/socket.h>

/*
 * Writes who listens on the TCP port or UNIX path of `sockaddr`, "nginx (pid 1234)", and returns
 * BUF; NULL when that cannot be seen.
 */
const char *socket_holder(const struct sockaddr *sockaddr, char *buf, size_t size);

#endif
