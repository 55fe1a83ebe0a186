/* SPDX-License-Identifier: MIT */
/*
 * The handler of the OpenAPI document of a mount (api/docs.h): 200 with the document for the root
 * path of the request, its entity tag, conditions and ranges as of a file. Made once, at the first
 * request, and kept.
 */
#ifndef CADRE_API_OPENAPI_SERVE_H
#define CADRE_API_OPENAPI_SERVE_H

#include <cadre/macros.h>

struct cadre_request;
struct cadre__openapi_document;

/* A cadre_handler_fn. May suspend. */
int cadre__docs_document(struct cadre_request *req);

void cadre__openapi_document_free(struct cadre__openapi_document *document);

#endif
