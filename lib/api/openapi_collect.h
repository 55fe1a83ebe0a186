/* SPDX-License-Identifier: MIT */
/*
 * Which operations a document has, with their ids, paths and schemas; openapi.c writes them.
 * Allocates, never suspends; one thread at a time.
 */
#ifndef CADRE_API_OPENAPI_COLLECT_H
#define CADRE_API_OPENAPI_COLLECT_H

#include "api/described.h"
#include "api/openapi.h"

struct cadre__document {
    struct cadre__operation *operations; /* heap; those of a parent stand behind it */
    size_t n, size;
    struct cadre__described *described; /* heap; the rows of webhooks and callbacks */
    size_t n_described;
    struct cadre__components components;
};

/* Fills a document, which is zero, from the routes of a mount and the webhooks of its module. 0;
 * -ENOMEM. In any case it is done with by _done. */
CADRE_MUST_CHECK int cadre__document_collect(struct cadre__document *document,
                                             const struct cadre__mount *mount,
                                             const struct cadre_module *module);
void cadre__document_done(struct cadre__document *document);

#endif
