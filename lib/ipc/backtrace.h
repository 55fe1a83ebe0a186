/* SPDX-License-Identifier: MIT */
/*
 * ipc/backtrace: where a thread was, as one process can tell another: objects (the program and
 * its libraries) and addresses within them, as addr2line and the like take them.
 *
 * A child fills it in, perhaps while it dies; the master shows it, and hands it to the symboliser
 * (ipc/symbols.h), which alone reads debug information. What comes out of another process is passed
 * through cadre__backtrace_check() before anything else is done with it.
 *
 * Plain memory: never allocates, blocks, logs or suspends; any thread, signal handlers too.
 */
#ifndef CADRE_IPC_BACKTRACE_H
#define CADRE_IPC_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

#include "ipc/module_pin.h"

#define CADRE__BACKTRACE_FRAMES   48
#define CADRE__BACKTRACE_OBJECTS  16
#define CADRE__BUILD_ID_BYTES_MAX 20 /* what linkers make by default: SHA-1 */

/* No object: the address is code that belongs to no file, or none at all. */
#define CADRE__BACKTRACE_NO_OBJECT UINT32_MAX

struct cadre__backtrace_object {
    char path[232];                              /* of its file; ends in NUL */
    uint8_t build_id_len;                        /* 0: it has none */
    uint8_t build_id[CADRE__BUILD_ID_BYTES_MAX]; /* of its .note.gnu.build-id, cut */
    struct cadre__file_id file; /* of a module, as it was loaded; all 0: not known */
};

enum cadre__backtrace_flags {
    /* The address is that of the instruction that was at work, not of the one to return to. */
    CADRE__FRAME_EXACT = 1 << 0,
};

struct cadre__backtrace_frame {
    uint64_t address; /* in the object, as its file counts; of no object: in the process */
    uint32_t object;  /* an index, or CADRE__BACKTRACE_NO_OBJECT */
    uint32_t flags;   /* enum cadre__backtrace_flags */
};

struct cadre__backtrace {
    uint32_t n_objects;
    uint32_t n_frames; /* the innermost first */
    struct cadre__backtrace_object objects[CADRE__BACKTRACE_OBJECTS];
    struct cadre__backtrace_frame frames[CADRE__BACKTRACE_FRAMES];
};

/* Makes what another process has written safe to look at: numbers within their arrays, texts that
 * end, without control bytes. */
void cadre__backtrace_check(struct cadre__backtrace *trace);

/* The file's name without its folder; "?" for a frame of no object. Borrowed. */
const char *cadre__backtrace_file(const struct cadre__backtrace *trace,
                                  const struct cadre__backtrace_frame *frame);

/* Where to look a frame up: an address of return belongs to the call before it. */
static inline uint64_t cadre__backtrace_lookup(const struct cadre__backtrace_frame *frame)
{
    return frame->address - ((frame->flags & CADRE__FRAME_EXACT) == 0 && frame->address > 0);
}

/* Replaces the control bytes of a text by '?', and ends it at `size` - 1 at the latest. */
void cadre__text_check(char *text, size_t size);

#endif
