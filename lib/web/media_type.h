/* SPDX-License-Identifier: MIT */
/* Media types of files, by their names. Pure; any thread. */
#ifndef CADRE_WEB_MEDIA_TYPE_H
#define CADRE_WEB_MEDIA_TYPE_H

/* The type of a file of that name or path, by what is behind its last '.', case ignored:
 * "text/html", without charset; "application/octet-stream" where it is not known. Static. */
const char *cadre__media_type(const char *path);

#endif
