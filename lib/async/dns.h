/* SPDX-License-Identifier: MIT */
/*
 * lib/async/dns.h: where the resolver of <cadre/dns.h> reads what it knows.
 */
#ifndef CADRE_ASYNC_DNS_H
#define CADRE_ASYNC_DNS_H

#include <stdbool.h>

/*
 * Has the calling thread's resolver read these in place of /etc/resolv.conf and /etc/hosts, the
 * next time it is made; NULL: those again. For tests. Both are borrowed for as long.
 */
void cadre__dns_set_files(const char *resolv_conf, const char *hosts);

/* Does the calling thread have a resolver now? */
bool cadre__dns_is_open(void);

#endif
