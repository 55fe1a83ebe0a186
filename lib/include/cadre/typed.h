/* SPDX-License-Identifier: MIT */
/*
 * <cadre/typed.h>: what a route declares besides its function.
 *
 *     CADRE_POST("/items", create_item, .body = &item_model, .response = &stored_model,
 *                .status = 201, .summary = "Add an item", .tags = CADRE_TAGS("items")),
 *     ...
 *     const struct item *item = cadre_body_value(req);
 *
 * Parameters: <cadre/params.h>. Dependencies: <cadre/dependency.h>. Answers: <cadre/respond.h>.
 * Models: <cadre/model.h>. Rows of a mount give dependencies and tags to all that is below them.
 *
 * A request that does not fit gets 422 and {"detail": [...]}: all that is wrong, in order, each as
 * an object of type, loc, msg, input and, where there is more to say, ctx. A module answers in
 * another way by a row CADRE_ON_ERROR(-CADRE_EVALIDATION, handler) of its errors
 * (<cadre/errors.h>), or CADRE_ON_STATUS(422, handler): the problem's detail is that JSON, and
 * cadre_issue_at() tells the issues one by one. A body that is not JSON at all is one issue,
 * json_invalid; one that is no UTF-8, or a broken form, is 400.
 */
#ifndef CADRE_TYPED_H
#define CADRE_TYPED_H

#include <cadre/dependency.h>
#include <cadre/macros.h>
#include <cadre/params.h>
#include <stdbool.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_model;
struct cadre_request;

/* --- what is wrong with a request --- */

/* JSON texts, in memory of the request. */
struct cadre_issue {
    const char *type;  /* "int_parsing" */
    const char *msg;   /* "Input should be a valid integer, ..." */
    const char *loc;   /* ["query","limit"] */
    const char *input; /* "abc", with its quotes */
    const char *ctx;   /* {"gt":0}; NULL: none */
};

/* The issue at that index, from 0; false behind the last one, or where memory is out. For handlers
 * of errors. Never suspends. */
CADRE_API bool cadre_issue_at(struct cadre_request *req, size_t index, struct cadre_issue *ret);

/* --- documentation --- */

/* A further response of a route: documented, and what cadre_respond_as checks by its model. A
 * status of 0 ends the list. */
struct cadre_response {
    int status CADRE_OPTIONAL;
    const char *description CADRE_OPTIONAL;         /* NULL: the status's reason */
    const struct cadre_model *model CADRE_OPTIONAL; /* NULL: no JSON */
    const char *type CADRE_OPTIONAL; /* of its content; NULL: application/json with a model */
};

/* .responses = CADRE_RESPONSES({404, "No such item"}, {409, "It is there already"}); C only. */
#define CADRE_RESPONSES(...) ((const struct cadre_response[]){__VA_ARGS__, {.status = 0}})

/* .tags = CADRE_TAGS("items", "shop"); C only. */
#define CADRE_TAGS(...) ((const char *const[]){__VA_ARGS__, (const char *)0})

CADRE_END_DECLS

#endif
