/* SPDX-License-Identifier: MIT */
/*
 * model/url: absolute URLs as browsers read them, in the one form in which browsers write them (the
 * URL Standard, https://url.spec.whatwg.org/, §4.4 without a base; url.c is the URL, url_host.c its
 * host).
 *
 * Of the schemes of the web (http, https, ws, wss, ftp) and of file a backslash is a slash, and
 * names beyond ASCII become what is looked up (model/idna.h). Pure; any thread.
 */
#ifndef CADRE_MODEL_URL_H
#define CADRE_MODEL_URL_H

#include <cadre/str.h>
#include <stdbool.h>

#include "base/str.h"

/* Writes the URL into the buffer, which is empty: scheme and host in small letters, no port that is
 * the scheme's own, no "." and ".." in the path, what is not to stand there percent-encoded. NULL;
 * or why it is none, "empty host", and the buffer has a part of it. The text is borrowed;
 * out->error is for the caller to look at. */
const char *cadre__url_parse(struct cadre_str text, struct cadre__buf *out);

/* The same for a host (§3.5) that is not empty, of one of the schemes above or of another one,
 * behind what is in the buffer. */
const char *cadre__url_host_parse(struct cadre_str text, bool is_special, struct cadre__buf *out);

/* Writes the text with controls, what is beyond ASCII, and what is in `besides` percent-encoded
 * (§1.3). */
void cadre__url_encode(struct cadre__buf *out, struct cadre_str text, const char *besides);

#endif
