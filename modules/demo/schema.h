/* SPDX-License-Identifier: MIT */
/*
 * The tables of the demo's SQLite file: whose file it is, and how the tables came to be. Both
 * block; errors are SQLite's codes, which are above 0, or -EPROTO: the file is not this demo's, as
 * `why` says.
 */
#ifndef MODULES_DEMO_SCHEMA_H
#define MODULES_DEMO_SCHEMA_H

#include <cadre.h>
#include <sqlite3.h>

/* What the file's header bears (https://www.sqlite.org/fileformat.html#application_id): "CDem". */
#define SCHEMA_APPLICATION_ID 0x4344656d

/*
 * Looks at a file that was opened but not yet read by SQLite: 0 where it is empty, or the demo's. A
 * file of another program is left as it is to the last byte, its journals included.
 */
CADRE_MUST_CHECK int schema_check(sqlite3 *db, char *why, size_t why_size);

/* Makes the tables, or brings those of an older demo up to date; of several that do so at once one
 * does it all. */
CADRE_MUST_CHECK int schema_update(sqlite3 *db, char *why, size_t why_size);

#endif
