/* SPDX-License-Identifier: MIT */
/*
 * conf/blob: the bytes of a tree, shared by its maker (conf/builder.c) and its reader
 * (conf/tree.c) and by nobody else.
 */
#ifndef CADRE__CONF_BLOB_H
#define CADRE__CONF_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/tree.h"

#define CADRE__CONF_BLOB_MAGIC   UINT64_C(0x464e4f4345524443) /* "CDRECONF" */
#define CADRE__CONF_BLOB_VERSION 1u
#define CADRE__CONF_BLOB_MAX     (64 << 20)

/* Followed by n_nodes nodes, then strings_len bytes of strings, the first and last of them NUL. */
struct cadre__conf_blob {
    uint64_t magic;
    uint32_t version;
    uint32_t n_nodes;
    uint32_t strings_len;
    uint32_t path; /* offset: the main file */
};
_Static_assert(sizeof(struct cadre__conf_blob) % 8 == 0, "nodes follow and must be aligned");

struct cadre__conf_tree {
    const struct cadre__conf_blob *blob;
    void *heap;  /* the blob where it was made here; NULL where it is mapped */
    size_t len;  /* of the blob, bytes */
    bool mapped; /* the blob is a mapped memfd */
};

#endif
