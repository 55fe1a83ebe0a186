/* SPDX-License-Identifier: MIT */
/*
 * <cadre/respond.h>: answers by a model.
 *
 *     CADRE_POST("/items", create_item, .body = &item_model, .response = &stored_model,
 *                .status = 201),
 *     ...
 *     struct stored stored = store_add(cadre_body_value(req));
 *     return cadre_respond(req, &stored_model, &stored);
 */
#ifndef CADRE_RESPOND_H
#define CADRE_RESPOND_H

#include <cadre/macros.h>
#include <cadre/model_json.h>
#include <stdbool.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_model;
struct cadre_request;

/*
 * Answers with a value of that model as JSON, with the route's status and flags (enum
 * cadre_write_flags of <cadre/model_json.h>). Where the route
 * has a `.response`, the value is checked first: by that model; one of another model is read by it,
 * so that only its fields go out, but for those that `.respond_include` and `.respond_exclude`
 * leave out. NULL is answered as null where no model is to be checked. May suspend.
 *
 * Errors as of <cadre/response.h>; -CADRE_ERESPONSE: the value is not as the response's model says;
 * the first thing that is wrong is logged, the client gets 500. -EINVAL: the model is wrong.
 */
CADRE_API int cadre_respond(struct cadre_request *req, const struct cadre_model *model,
                            const void *value);

/*
 * The same with a status of its own: 200..599. A row of the route's `.responses` with that status
 * says by its model what is checked, and without one that nothing is; a status from 300 on that is
 * neither there nor the route's own goes out as it is: `.response` is about success.
 */
CADRE_API int cadre_respond_as(struct cadre_request *req, int status,
                               const struct cadre_model *model, const void *value);

/* The same of `n` structs, one after another in memory, as a JSON array. A route that answers so
 * says `.response_list`, for its documentation; one that says it and answers an object fails, with
 * -CADRE_ERESPONSE. */
CADRE_API int cadre_respond_list(struct cadre_request *req, const struct cadre_model *model,
                                 const void *values, size_t n);

/* How one answer differs from what its route says. */
struct cadre_respond_options {
    int status CADRE_OPTIONAL;     /* as of cadre_respond_as; 0: the route's */
    unsigned flags CADRE_OPTIONAL; /* besides those of the route */
    /* the fields that are written, and those that are not, in place of the route's where one of the
     * two is set: struct cadre_selected of <cadre/model_json.h> */
    const char *const *include CADRE_OPTIONAL;
    const char *const *exclude CADRE_OPTIONAL;
    bool is_list CADRE_OPTIONAL; /* `values` are structs, one after another, for a JSON array */
    size_t n CADRE_OPTIONAL;     /* so many, of a list */
};

/* The same with options. Also -EINVAL: a name is none of the fields of what is written, which is
 * logged. */
CADRE_API int cadre_respond_with(struct cadre_request *req,
                                 const struct cadre_respond_options *options,
                                 const struct cadre_model *model, const void *values);

CADRE_END_DECLS

#endif
