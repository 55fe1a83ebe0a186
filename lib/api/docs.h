/* SPDX-License-Identifier: MIT */
/*
 * What Cadre itself serves below the mount of a module whose routes are documented: the document,
 * and the pages that show it. Made when the module is mounted, constant but for what is made at the
 * first question. One per mount; on the loop.
 *
 * api/docs.c says which rows there are, api/pages.c answers those of the pages, api/openapi_serve.c
 * that of the document.
 */
#ifndef CADRE_API_DOCS_H
#define CADRE_API_DOCS_H

#include "web/typed.h"
#include <cadre/module.h>

struct cadre_static;
struct cadre__openapi_document;

#define CADRE__DOCS_ROWS 13 /* at most; and one that ends them */

struct cadre__docs {
    const struct cadre_module *module; /* borrowed */
    /* below the mount; NULL: there is none */
    const char *openapi_url, *docs_url, *redoc_url;
    struct cadre_route before[CADRE__DOCS_ROWS + 1]; /* where the module says the place */
    struct cadre_route behind[CADRE__DOCS_ROWS + 1];
    char *patterns[CADRE__DOCS_ROWS]; /* heap; of the rows that the pages need besides */
    size_t n_patterns;

    /* made at the first question */
    struct cadre__openapi_document *document; /* NULL: not asked for */
    struct cadre_static *files; /* what the pages load; NULL: not asked for, or not there */
    bool files_are_missing;     /* it was said */
};

/* web/typed.h: what the ops of its names are. */
CADRE_MUST_CHECK int cadre__docs_new(const struct cadre__mount_options *options,
                                     struct cadre__buf *errors, struct cadre__own_rows *ret_rows,
                                     void **ret);
void cadre__docs_free(void *docs);

/* The handlers of the pages. */
int cadre__pages_swagger_ui(struct cadre_request *req);
int cadre__pages_oauth2_redirect(struct cadre_request *req);
int cadre__pages_redoc(struct cadre_request *req);
int cadre__pages_file(struct cadre_request *req);

#endif
