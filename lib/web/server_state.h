/* SPDX-License-Identifier: MIT */
/*
 * What server lifespans publish: one read-only block for all modules of a generation, made by the
 * steward, handed through the master as a sealed memfd, mapped by each worker.
 *
 * Layout: header, a directory of (module name, offset, length), then the bytes of each module at an
 * offset that is a multiple of 16. All offsets are checked when it is mapped. Never suspends.
 */
#ifndef CADRE_WEB_SERVER_STATE_H
#define CADRE_WEB_SERVER_STATE_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>

struct cadre__server_state;

/* One module's bytes, to be packed. */
struct cadre__server_state_part {
    const char *name;
    const void *ptr;
    size_t len;
};

/* Packs the parts into a sealed memfd. The descriptor (the caller's); -ENOMEM, -EOVERFLOW or what
 * memfd_create says. */
CADRE_MUST_CHECK int cadre__server_state_seal(const struct cadre__server_state_part *parts,
                                              size_t n_parts);

/* Maps a block and checks it; fd stays the caller's. 0; -EPROTO: not such a block; -ENOMEM; of
 * mmap. */
CADRE_MUST_CHECK int cadre__server_state_map(int fd, struct cadre__server_state **ret);
void cadre__server_state_free(struct cadre__server_state *state);

/* A module's bytes, as long as the state lives; NULL and 0 when there are none. */
const void *cadre__server_state_find(const struct cadre__server_state *state, const char *name,
                                     size_t *ret_len);

#endif
