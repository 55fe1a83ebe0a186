/* SPDX-License-Identifier: MIT */
/* Content-Disposition of a response (RFC 6266, RFC 8187). Pure; any thread. */
#ifndef CADRE_WEB_DISPOSITION_H
#define CADRE_WEB_DISPOSITION_H

#include "base/str.h"

/*
 * Writes `attachment; filename="report.pdf"`, or inline. What a name holds beyond plain ASCII goes
 * into filename*, in UTF-8, and is '_' in filename, for old clients; bytes that are not UTF-8,
 * control characters and slashes are '_' in both. 0, or the buffer's error.
 */
int cadre__disposition_format(struct cadre__buf *buf, const char *filename, bool is_inline);

#endif
