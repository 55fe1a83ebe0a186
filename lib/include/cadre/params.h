/* SPDX-License-Identifier: MIT */
/*
 * <cadre/params.h>: parameters of a route, checked and converted into a struct.
 *
 *     struct list_params {
 *         int64_t shop_id;
 *         int limit;
 *         struct cadre_opt_str q;
 *         CADRE_LIST_OF(const char *) tags;
 *         const char *x_token;
 *         struct user *user;
 *     };
 *     static const struct cadre_field list_fields[] = {
 *         CADRE_PATH(struct list_params, shop_id, CADRE_GE(1)),
 *         CADRE_QUERY(struct list_params, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
 *         CADRE_QUERY(struct list_params, q, .max_length = 50),
 *         CADRE_LIST(struct list_params, tags, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY),
 *         CADRE_HEADER(struct list_params, x_token),
 *         CADRE_DEPENDS(struct list_params, user, current_user),
 *         CADRE_FIELDS_END
 *     };
 *     CADRE_MODEL(list_params, struct list_params, list_fields);
 *
 *     CADRE_GET("/shops/{shop_id}/items", list_items, .params = &list_params),
 *     ...
 *     const struct list_params *p = cadre_params(req);
 *
 * The struct's model is like any other (<cadre/model.h>) with a source for each field. The macros
 * below are for types that CADRE_FIELD takes; all others of <cadre/model.h> take a source as a
 * member: CADRE_FROM_QUERY and its like.
 *
 *   path     always there. The name is that in the route's pattern.
 *   query    of several of that name the last; a list takes all. "?a=" is an empty text, not none.
 *   header   the name with '-' for '_' (but for `.keep_underscores`); case is ignored; of several
 *            lines the first; a list takes all. Bytes beyond ASCII are read as Latin-1.
 *   cookie   of several the last. No lists.
 *   form     a field of a form, urlencoded or multipart; an empty one counts as not given.
 *   file     a file of a multipart form: `const struct cadre_upload *` or a list of them; or all
 *            of it in memory, as struct cadre_bytes.
 *   body     JSON, of a content type application/json or application/...+json. The only one of a
 *            route and its dependencies is the whole body, or with `.embed = true` below its name;
 *            several are an object, each below its name.
 *
 * A nested model (CADRE_NESTED) with the source query, header, cookie or form is a group: its
 * fields are parameters themselves. With `.extra = CADRE_EXTRA_FORBID` of it, or of the params
 * themselves, unknown names in query and form are errors; of a group also those in headers and
 * cookies.
 *
 * What does not fit is answered 422, all of it at once, before the handler is called, as
 * <cadre/typed.h> says. Form and JSON body exclude each other.
 */
#ifndef CADRE_PARAMS_H
#define CADRE_PARAMS_H

#include <cadre/macros.h>
#include <cadre/model.h>

CADRE_BEGIN_DECLS

struct cadre_request;

/* Where a parameter comes from: `.source` of struct cadre_field. */
enum cadre_source {
    CADRE_IN_NOTHING, /* it is no parameter */
    CADRE_IN_PATH,
    CADRE_IN_QUERY,
    CADRE_IN_HEADER,
    CADRE_IN_COOKIE,
    CADRE_IN_FORM,
    CADRE_IN_FILE,
    CADRE_IN_BODY,
    CADRE_IN_DEPENDENCY,
    CADRE_IN_SCOPES, /* what is asked of it: <cadre/security.h> */
};

/* The parameters of the route's `.params`, in memory of the request; NULL: it has none. Never
 * suspends. */
CADRE_API const void *cadre_params(const struct cadre_request *req);

/* The body as the struct of the route's `.body`, in memory of the request; NULL: it has none, or
 * was null where that is allowed. Never suspends. */
CADRE_API const void *cadre_body_value(const struct cadre_request *req);

CADRE_END_DECLS

#ifndef __cplusplus

/* The source as a member of any row of a model. */
#define CADRE_FROM_PATH   .source = CADRE_IN_PATH
#define CADRE_FROM_QUERY  .source = CADRE_IN_QUERY
#define CADRE_FROM_HEADER .source = CADRE_IN_HEADER
#define CADRE_FROM_COOKIE .source = CADRE_IN_COOKIE
#define CADRE_FROM_FORM   .source = CADRE_IN_FORM
#define CADRE_FROM_FILE   .source = CADRE_IN_FILE
#define CADRE_FROM_BODY   .source = CADRE_IN_BODY

/* Rows of a type that CADRE_FIELD takes. */
#define CADRE_PATH(type_, ...)   CADRE__PARAM(type_, CADRE_IN_PATH, __VA_ARGS__, )
#define CADRE_QUERY(type_, ...)  CADRE__PARAM(type_, CADRE_IN_QUERY, __VA_ARGS__, )
#define CADRE_HEADER(type_, ...) CADRE__PARAM(type_, CADRE_IN_HEADER, __VA_ARGS__, )
#define CADRE_COOKIE(type_, ...) CADRE__PARAM(type_, CADRE_IN_COOKIE, __VA_ARGS__, )
#define CADRE_FORM(type_, ...)   CADRE__PARAM(type_, CADRE_IN_FORM, __VA_ARGS__, )
#define CADRE_FILE(type_, ...)   CADRE__PARAM(type_, CADRE_IN_FILE, __VA_ARGS__, )
#define CADRE__PARAM(type_, source_, member_, ...)                                                 \
    {                                                                                              \
        CADRE__SCALAR(type_, member_, CADRE__MEMBER(type_, member_)), .source = (source_),         \
                                                                      __VA_ARGS__                  \
    }

/* A struct with a model, of the JSON body. */
#define CADRE_BODY(type_, member_, ...) CADRE__BODY(type_, member_, __VA_ARGS__, )
#define CADRE__BODY(type_, member_, model_, ...)                                                   \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            CADRE__NESTED(type_, member_, CADRE__MEMBER(type_, member_), model_),                  \
            .source = CADRE_IN_BODY, __VA_ARGS__                                                   \
    }

/* The value of a dependency: the member is a pointer. */
#define CADRE_DEPENDS(type_, member_, dependency_)                                                 \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .kind = (enum cadre_kind)(                                                             \
                CADRE_KIND_OPAQUE +                                                                \
                CADRE__CHECK(__builtin_classify_type(CADRE__MEMBER(type_, member_)) == 5, #type_   \
                             "." #member_ " must be a pointer to what " #dependency_ " makes")),   \
            .size = sizeof(void *), .source = CADRE_IN_DEPENDENCY,                                 \
            .depends = (const void *)(1 ? &(dependency_) : (const struct cadre_dependency *)0)     \
    }

#endif /* __cplusplus */

#endif
