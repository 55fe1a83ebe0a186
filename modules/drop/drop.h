/* SPDX-License-Identifier: MIT */
/*
 * A file drop: whoever opens its page sends files, sees those of others come, and takes what they
 * want. All of its state is one folder (folder.c), so that all workers show the same and a reload
 * loses nothing; drop.c has the handlers and the module.
 */
#ifndef MODULES_DROP_H
#define MODULES_DROP_H

#include <cadre.h>

/* A file. Its name in the folder says all of it: "ID-OWNER-SIZE-NAME", the first three of 16
 * hexadecimal digits, and a '.' in front while it arrives. */
struct drop_file {
    const char *path;       /* of all of it */
    const char *id, *name;  /* parts of that name */
    const char *owner;      /* the session that sent it; not told to others */
    int64_t size, received; /* in bytes; a size of 0: not known yet */
    int64_t added;          /* seconds since 1970 */
    bool arriving, mine;
};

struct drop_settings {
    const char *directory;
    int64_t max_file_mib, max_total_mib, max_files, keep_days;
};

/* What is in the folder. */
struct drop_list {
    const struct drop_settings *settings; /* where that is */
    CADRE_LIST_OF(struct drop_file) files;
    uint64_t version;          /* differs where the lists do */
    struct cadre_arena *arena; /* the caller's; all of it lives there */
};

/* A file on its way: where it is written, and where it will be. */
struct drop_arrival {
    const struct drop_settings *settings;
    struct drop_file file;
    const char *from, *to;
    int fd; /* -1: there is none of it */
};

/* The state of a worker. */
struct drop {
    const struct drop_settings *settings;
    struct cadre_stream *watch; /* tells when the folder has changed: inotify(7) */
    struct drop_list list;      /* as it was a moment ago */
    struct cadre_event changed; /* the list was replaced */
};

/* Reads the folder of the list's settings into its arena, and takes away what is too old. Blocks.
 * 0, or a negative errno. */
int drop_read(void *list);

/*
 * The life of an arrival, for threads: all three block. Claimed it has a place in the folder, an
 * empty file; -ENOSPC: there are max_files. Settled it is on the disk under its name, for all to
 * see, whatever happens then. Left it is closed, and nothing of what was not settled remains. 0, or
 * a negative errno; of drop_leave nothing is to be known.
 */
int drop_claim(void *arrival);
int drop_settle(void *arrival);
int drop_leave(void *arrival);

/* Makes the folder where it is not there, reads it and watches it; a negative errno. May suspend.
 */
CADRE_MUST_CHECK int drop_open(struct drop *drop);

/* Keeps `list` as the folder is, until it is cancelled: a task. */
int drop_watch(void *drop);

#endif
