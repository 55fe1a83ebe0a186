/* SPDX-License-Identifier: MIT */
/*
 * <cadre/lines.h>: streams of JSON documents, a line each (JSON Lines, https://jsonlines.org): for
 * programs that take one after the other while they come.
 *
 *     static int export_items(struct cadre_request *req)
 *     {
 *         struct item item;
 *         int r = cadre_lines_start(req);
 *
 *         while (r >= 0 && (r = store_next(&item)) > 0)    // may suspend
 *             r = cadre_lines_write(req, &item_model, &item);
 *         return r < 0 ? r : cadre_end(req);
 *     }
 */
#ifndef CADRE_LINES_H
#define CADRE_LINES_H

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

struct cadre_model;
struct cadre_request;

/* Begins the response: application/jsonl, with the route's status. Header fields may be set before.
 * May suspend. Errors as of cadre_start (<cadre/response.h>). */
CADRE_API CADRE_MUST_CHECK int cadre_lines_start(struct cadre_request *req);

/*
 * Sends a struct of a model as the next line, with the route's `.respond_flags`. It is not checked.
 * No memory of the request is taken. May suspend while the client reads slowly. 0; errors as of
 * cadre_write; -EINVAL also where it was not begun, or the model is wrong, or the value is
 * NULL; those of
 * cadre_model_to_json (<cadre/model_json.h>).
 */
CADRE_API CADRE_MUST_CHECK int cadre_lines_write(struct cadre_request *req,
                                                 const struct cadre_model *model,
                                                 const void *value);

CADRE_END_DECLS

#endif
