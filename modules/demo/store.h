/* SPDX-License-Identifier: MIT */
/*
 * Where the demo keeps its data: an SQLite file that all workers share.
 *
 * SQLite blocks, so it is for threads: each thread that asks has a connection of its own, with its
 * prepared statements, until it ends or the store is closed. Readers do not wait (journal mode
 * WAL); those who write wait for each other, in a worker by a lock, between workers by SQLite's,
 * for 5 seconds at most, both together. What was written is on disk when the call returns
 * (synchronous = FULL), so what was answered outlives a killed worker, and the loss of power as far
 * as the disk keeps its word.
 *
 * Errors: a negative errno. -EBUSY: others write for too long; -ENOSPC; -ENOMEM; -EIO: all else,
 * logged with SQLite's words.
 */
#ifndef MODULES_DEMO_STORE_H
#define MODULES_DEMO_STORE_H

#include <cadre.h>
#include <sqlite3.h>

struct store;

/*
 * Opens it, makes the file where there is none, and brings its tables up to date. *ret is for
 * store_close. On failure `why` says what is in the way and how to mend it; a file that is not this
 * demo's (-EPROTO, schema.h) is not written. Blocks.
 */
CADRE_MUST_CHECK int store_open(const char *path, char *why, size_t why_size, struct store **ret);

/* Closes it and all connections, when nobody uses it any more. NULL is fine. Blocks. */
void store_close(struct store *store);

/*
 * The statement of the calling thread, prepared at the first call with that index, without
 * bindings. It is given back by store_done. The text is static; indices are below
 * STORE_STATEMENTS_MAX, one for each text.
 */
#define STORE_STATEMENTS_MAX 32
CADRE_MUST_CHECK int store_prepare(struct store *store, unsigned index, const char *sql,
                                   sqlite3_stmt **ret);

/* Steps it. 1: there is a row; 0: it is done, and what it wrote is on disk. */
CADRE_MUST_CHECK int store_step(sqlite3_stmt *statement);

/* Gives it back: ends what it was at. */
void store_done(sqlite3_stmt *statement);

/* Around what writes: one at a time in a worker. Blocks; on failure (-EBUSY, and as of
 * store_prepare) there is nothing to unlock. */
CADRE_MUST_CHECK int store_lock(struct store *store);
void store_unlock(struct store *store);

#endif
