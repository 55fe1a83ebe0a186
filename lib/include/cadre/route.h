/* SPDX-License-Identifier: MIT */
/*
 * <cadre/route.h>: the table of a module's handlers.
 *
 *     static const struct cadre_route routes[] = {
 *         CADRE_GET("/", index_page),
 *         CADRE_GET("/items/{item_id}", read_item),
 *         CADRE_POST("/items", create_item),
 *         CADRE_GET("/report", write_report, .sync = true),
 *         CADRE_ROUTES_END
 *     };
 *
 * Order: the first row whose method, host and whole path match is taken, as declared. A pattern is
 * matched against the percent-decoded path below the module's mount; it begins with '/'.
 * `{name}` matches one or more characters but '/'; at most one in each part between slashes, with
 * literal text around it if need be ("/files/{name}.txt"). `{name:type}` matches what is of that
 * type:
 *
 *     str     one or more characters but '/'; the same as without a type
 *     int     digits; read by cadre_path_int (<cadre/path.h>)
 *     float   digits, or digits '.' digits; cadre_path_double
 *     uuid    hexadecimal 8-4-4-4-12, with or without the dashes; cadre_path_uuid
 *     path    anything, slashes and nothing at all too; behind it only literal text follows
 *
 * and types of the module's own (struct cadre_converter).
 *
 * Without a row of their own: HEAD is answered by the row for GET, OPTIONS by 204 with Allow.
 * A path that matches with another method only: 405 with all its methods in Allow. A path that
 * would match with a '/' more or less at its end: 307 to that one, the query kept. Else 404.
 *
 * A table may stand below a prefix in another one, whose parameters its handlers have too:
 *
 *         CADRE_MOUNT("/orgs/{org}", org_routes, .name = "org"),
 *
 * There a pattern of "" is the prefix itself. Fields that are about one route are refused there.
 *
 * Rows of CADRE_WEBSOCKET are a table of their own: requests do not see them, and handshakes see
 * nothing else. A path that only they have is 404 to a request; without such a row, a handshake is
 * refused by 403.
 *
 * Links to rows are made by cadre_url_for (<cadre/path.h>), by the row's name: the handler's, where
 * none is given; in a mount with a name behind that and ':', "org:read_item".
 *
 * A handler is async by default: it runs on the loop, in a coroutine of its own, and must not
 * block; calls that "may suspend" let others run meanwhile. With `.sync = true` it runs in a thread
 * of the pool and may block. Then the body was received before it starts, its response is sent when
 * it returns, and calls that suspend, but for those of <cadre/request.h> and <cadre/response.h>,
 * return -EDEADLK.
 *
 * A client that leaves does not end its handler: it runs on and its answer is dropped;
 * cadre_is_disconnected() tells. With `.cancel_on_disconnect = true` it is cancelled then, for work
 * that is of use to nobody else: the call in which it is suspended, or its next one, returns
 * -ECANCELED, and so do its tasks. A client that ends its sending side alone counts as one that has
 * left. Of a sync handler only the wait for body and thread is cancelled; in its thread it runs on.
 */
#ifndef CADRE_ROUTE_H
#define CADRE_ROUTE_H

#include <cadre/macros.h>
#include <stdbool.h>
#include <stddef.h>

CADRE_BEGIN_DECLS

struct cadre_dependency; /* <cadre/dependency.h> */
struct cadre_model;      /* <cadre/model.h> */
struct cadre_request;
struct cadre_response; /* <cadre/typed.h> */

/*
 * A handler. 0 or positive: the response is complete (or was begun by cadre_start: it is ended
 * then). Negative errno: logged with its name, and answered 500 if the response had not begun, else
 * the connection is cut. -ECANCELED and -EPIPE, as calls return them, are handed on without a log
 * line. C++ exceptions must not leave it.
 */
typedef int (*cadre_handler_fn)(struct cadre_request *req);

/* A row of the table. All strings are literals: they live as long as the module. */
struct cadre_route {
    const char *method CADRE_OPTIONAL;       /* "GET"; NULL ends the table */
    const char *pattern CADRE_OPTIONAL;      /* "/items/{item_id}" */
    cadre_handler_fn handler CADRE_OPTIONAL; /* what runs */
    const char *handler_name CADRE_OPTIONAL; /* for log, scoreboard and `cadre routes` */
    const char *file CADRE_OPTIONAL;         /* where the row is written */
    unsigned line CADRE_OPTIONAL;
    bool sync CADRE_OPTIONAL;                 /* in a thread of the pool, may block */
    bool cancel_on_disconnect CADRE_OPTIONAL; /* when the client leaves */
    /* since ABI 0.2 */
    const char *name CADRE_OPTIONAL; /* for cadre_url_for; NULL: handler_name */
    /* only requests for that host, as their Host field says it, without port, case ignored:
     * "api.example.com", "{shop}.example.com". A mount's is that of its rows without one. */
    const char *host CADRE_OPTIONAL;
    const struct cadre_route *routes CADRE_OPTIONAL; /* a mount: its table */
    /* since ABI 0.3: what is checked, done and documented; see <cadre/typed.h> */
    const struct cadre_model *params CADRE_OPTIONAL;   /* its parameters: <cadre/params.h> */
    const struct cadre_model *body CADRE_OPTIONAL;     /* all of its JSON body */
    const struct cadre_model *response CADRE_OPTIONAL; /* what cadre_respond answers */
    /* resolved before it, in this order, ended by NULL: CADRE_DEPENDENCIES. A mount's: for all of
     * its rows, before theirs */
    const struct cadre_dependency *const *dependencies CADRE_OPTIONAL;
    int status CADRE_OPTIONAL;               /* of cadre_respond; 0: 200 */
    unsigned respond_flags CADRE_OPTIONAL;   /* of cadre_respond: CADRE_WRITE_EXCLUDE_NONE ... */
    const char *summary CADRE_OPTIONAL;      /* a few words; NULL: the handler's name */
    const char *description CADRE_OPTIONAL;  /* in Markdown */
    const char *operation_id CADRE_OPTIONAL; /* unique; NULL: made of name, path and method */
    const char *const *tags CADRE_OPTIONAL;  /* ended by NULL: CADRE_TAGS. A mount's come before */
    /* further ones: CADRE_RESPONSES. A mount's: of all its rows but those with one of that status
     */
    const struct cadre_response *responses CADRE_OPTIONAL;
    bool deprecated CADRE_OPTIONAL;    /* a mount's: all of its rows */
    bool not_in_schema CADRE_OPTIONAL; /* it is not documented; a mount's: none of its rows */
    /* since ABI 0.4: of its `.response`, the fields that cadre_respond writes, and those that it
     * does not: CADRE_NAMES("id", "owner.name") of <cadre/model_json.h>; NULL: all, and none */
    const char *const *respond_include CADRE_OPTIONAL;
    const char *const *respond_exclude CADRE_OPTIONAL;
    bool response_list CADRE_OPTIONAL; /* it answers a list of `.response`: cadre_respond_list */
    /* what its operation has besides in the OpenAPI document, a JSON object, and requests that the
     * module sends because of it: <cadre/openapi.h>; NULL: nothing, and none */
    const char *openapi_extra CADRE_OPTIONAL;
    const struct cadre_route *callbacks CADRE_OPTIONAL;
};

/*
 * A type of parameters that a module adds: `.converters` of struct cadre_module, a table that ends
 * with a row without a name.
 */
struct cadre_converter {
    const char *name CADRE_OPTIONAL; /* "date" of {day:date}: lower-case letters, digits, '_' */
    /* Whether a piece of a path, without '/' and not empty, is of the type. `text` does not end in
     * NUL. On the way of every request that gets so far: it must be quick. Any thread. */
    bool (*match)(const char *text, size_t len) CADRE_OPTIONAL;
    /* Its value, for cadre_path_value: 0, and *ret is set; a negative errno. May be NULL. */
    int (*parse)(const char *text, void *ret) CADRE_OPTIONAL;
};

/* A row for any method; further fields are given behind, `.cancel_on_disconnect = true`. */
#define CADRE_ROUTE(method_, pattern_, ...) CADRE__ROW(method_, pattern_, __VA_ARGS__, )
#define CADRE_GET(pattern_, ...)            CADRE__ROW("GET", pattern_, __VA_ARGS__, )
#define CADRE_HEAD(pattern_, ...)           CADRE__ROW("HEAD", pattern_, __VA_ARGS__, )
#define CADRE_POST(pattern_, ...)           CADRE__ROW("POST", pattern_, __VA_ARGS__, )
#define CADRE_PUT(pattern_, ...)            CADRE__ROW("PUT", pattern_, __VA_ARGS__, )
#define CADRE_PATCH(pattern_, ...)          CADRE__ROW("PATCH", pattern_, __VA_ARGS__, )
#define CADRE_DELETE(pattern_, ...)         CADRE__ROW("DELETE", pattern_, __VA_ARGS__, )
#define CADRE_OPTIONS(pattern_, ...)        CADRE__ROW("OPTIONS", pattern_, __VA_ARGS__, )
/* Any method, also one that is not known: the handler looks at cadre_method. */
#define CADRE_ANY(pattern_, ...) CADRE__ROW("*", pattern_, __VA_ARGS__, )
/* Handshakes of WebSockets, which no other row takes: <cadre/websocket.h>. Not in `Allow`. */
#define CADRE_WEBSOCKET(pattern_, ...) CADRE__ROW("WEBSOCKET", pattern_, __VA_ARGS__, )
/* A table below a prefix ("" for none, with a .host). */
#define CADRE_MOUNT(prefix_, ...) CADRE__MOUNT(prefix_, __VA_ARGS__, )

/* The comma before the end of the calls above keeps the variable part non-empty, as ISO C asks. */
#define CADRE__ROW(method_, pattern_, handler_, ...)                                               \
    {                                                                                              \
        .method = (method_), .pattern = (pattern_), .handler = (handler_),                         \
        .handler_name = #handler_, .file = __FILE__, .line = __LINE__, __VA_ARGS__                 \
    }

/* What follows the table ends in a comma, or is nothing. */
#define CADRE__MOUNT(prefix_, routes_, ...)                                                        \
    {                                                                                              \
        .method = "*", .pattern = (prefix_), .file = __FILE__, .line = __LINE__,                   \
        __VA_ARGS__.routes = (routes_)                                                             \
    }

/* The last row. */
#define CADRE_ROUTES_END                                                                           \
    {                                                                                              \
        .method = NULL                                                                             \
    }

CADRE_END_DECLS

#endif
