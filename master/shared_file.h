/* SPDX-License-Identifier: MIT */
/*
 * Copies of the descriptors of modules' files, one a file, shared by all who need it at a time.
 *
 * When many workers die at once, each of their backtraces waits for the symboliser with the same
 * files: a copy for each would be a thousand descriptors of the master. Master only, one thread;
 * never suspends, never logs.
 */
#ifndef CADRE_MASTER_SHARED_FILE_H
#define CADRE_MASTER_SHARED_FILE_H

#include "base/list.h"
#include "ipc/module_pin.h"

struct shared_file {
    struct cadre__list link;
    struct cadre__file_id id;
    int fd;          /* ours; CLOEXEC */
    unsigned n_refs; /* closed with the last */
};

/* The copy of a pinned file in `files`, a list of those that are shared, made where there is none;
 * the pin's own descriptor may be closed then. Ends by shared_file_unref. NULL: no memory, or no
 * descriptor is free. */
struct shared_file *shared_file_ref(struct cadre__list *files, const struct cadre__module_pin *pin);

/* NULL is taken. */
void shared_file_unref(struct shared_file *file);

#endif
