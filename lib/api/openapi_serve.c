/* SPDX-License-Identifier: MIT */
/*
 * The OpenAPI document as an answer: made when it is asked for first, then as quick as a small file
 * in memory, with its entity tag. On the loop; never suspends but to send.
 */
#include "config.h"

#include "api/openapi_serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/docs.h"
#include "api/openapi.h"
#include "base/siphash.h"
#include "gateway/field.h"
#include "gateway/prepared.h"
#include "web/content.h"
#include "web/mount.h"

/* The document for one root path; requests that answer by it hold a reference. */
struct rendered {
    unsigned refs;
    char *root; /* heap */
    struct cadre__buf text;
    char etag[CADRE__CONTENT_ETAG_SIZE];
    struct cadre__content content; /* points to the above */
    struct cadre__prepared head;   /* of an answer by all of it */
};

struct cadre__openapi_document {
    struct cadre__openapi openapi;
    struct rendered *last; /* for the root path that was asked for last; mostly there is one */
};

static void unref(void *rendered_)
{
    struct rendered *rendered = rendered_;

    if (rendered == NULL || --rendered->refs > 0)
        return;
    cadre__prepared_done(&rendered->head);
    cadre__buf_done(&rendered->text);
    free(rendered->root);
    free(rendered);
}

void cadre__openapi_document_free(struct cadre__openapi_document *document)
{
    if (document == NULL)
        return;
    unref(document->last);
    cadre__openapi_done(&document->openapi);
    free(document);
}

/* --- making --- */

/* By what it says, so that all workers, also of another generation, agree. */
static void set_etag(struct rendered *rendered)
{
    static const struct cadre__siphash_key key = {{UINT64_C(0x6361647265), UINT64_C(0x646f6373)}};

    (void)snprintf(
        rendered->etag, sizeof(rendered->etag), "\"%zx-%016llx\"", rendered->text.len,
        (unsigned long long)cadre__siphash(&key, rendered->text.data, rendered->text.len));
}

/* What is said of it. */
static int describe(struct rendered *rendered)
{
    struct cadre__content *content = &rendered->content;

    *content = (struct cadre__content){
        .status = 200,
        .type = CADRE_STR("application/json"),
        .size = rendered->text.len,
        .bytes = rendered->text.data,
        .fd = -1,
        .validators.etag = cadre_str_from(rendered->etag),
    };
    const struct cadre__header headers[] = {
        {cadre__field_name(CADRE__FIELD_CONTENT_TYPE), content->type},
        {cadre__field_name(CADRE__FIELD_ACCEPT_RANGES), CADRE_STR("bytes")},
        {cadre__field_name(CADRE__FIELD_ETAG), content->validators.etag},
    };

    return cadre__prepared_make(&rendered->head, content->status, headers,
                                sizeof(headers) / sizeof(headers[0]));
}

static int render(const struct cadre__openapi *openapi, const char *root, struct rendered **ret)
{
    struct rendered *rendered = calloc(1, sizeof(*rendered));
    int r;

    if (rendered == NULL)
        return -ENOMEM;
    rendered->refs = 1;
    rendered->root = strdup(root);
    cadre__openapi_text(openapi, cadre_str_from(root), &rendered->text);
    r = rendered->root == NULL ? -ENOMEM : rendered->text.error;
    if (r == 0) {
        set_etag(rendered);
        r = describe(rendered);
    }
    if (r < 0) {
        unref(rendered);
        return r;
    }
    *ret = rendered;
    return 0;
}

/* The mount's document, made now where there is none yet. */
static int find_document(const struct cadre__mount *mount, struct cadre__docs *docs,
                         struct cadre__openapi_document **ret)
{
    struct cadre__openapi_document *document = docs->document;
    int r;

    if (document == NULL) {
        document = calloc(1, sizeof(*document));
        if (document == NULL)
            return -ENOMEM;
        r = cadre__openapi_make(mount, docs->module, &document->openapi);
        if (r < 0) {
            free(document);
            return r;
        }
        docs->document = document;
    }
    *ret = document;
    return 0;
}

/* --- answering --- */

static int respond(struct cadre_request *req, const struct rendered *rendered)
{
    if (cadre__request_takes_prepared(req) && cadre__content_is_asked_for_whole(req->scope))
        return cadre__request_respond_prepared(req, &rendered->head,
                                               cadre__buf_str(&rendered->text), NULL);
    return cadre__content_respond(req, &rendered->content);
}

int cadre__docs_document(struct cadre_request *req)
{
    const char *root = cadre_root_path(req);
    struct cadre__openapi_document *document;
    int r = find_document(req->mount, req->mount->docs, &document);

    if (r < 0)
        return r;
    if (document->last == NULL || strcmp(document->last->root, root) != 0) {
        struct rendered *rendered;

        r = render(&document->openapi, root, &rendered);
        if (r < 0)
            return r;
        unref(document->last);
        document->last = rendered;
    }
    document->last->refs++;
    r = cadre__arena_defer(req->arena, unref, document->last);
    if (r < 0) {
        unref(document->last);
        return r;
    }
    return respond(req, document->last);
}
