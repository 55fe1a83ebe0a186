/* SPDX-License-Identifier: MIT */
/* The rows of the document and its pages: api/docs.h. */
#include "api/docs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/described.h"
#include "api/openapi_info.h"
#include "api/openapi_serve.h"
#include "base/str.h"
#include "web/app.h"
#include "web/mount.h"
#include "web/static_cache.h"

/* Where they are if the module does not say it, as FastAPI has them. */
#define OPENAPI_URL "/openapi.json"
#define DOCS_URL    "/docs"
#define REDOC_URL   "/redoc"

/* Whether a document has any of the rows. */
static bool is_documented(const struct cadre_route *rows, unsigned depth)
{
    for (; rows != NULL && rows->method != NULL; rows++) {
        if (!rows->not_in_schema && !cadre__route_is_websocket(rows) &&
            (rows->routes == NULL || (depth > 0 && is_documented(rows->routes, depth - 1))))
            return true;
    }
    return false;
}

static const char *or_usual(const char *url, const char *usual)
{
    if (url == NULL)
        return usual;
    return url[0] != '\0' ? url : NULL;
}

/* The place is one path, not a pattern of many. */
static void check_url(struct cadre__buf *errors, const char *name, const char *url)
{
    const char *wrong = url != NULL ? cadre__mount_path_misfit(url) : NULL;

    if (wrong != NULL)
        cadre__buf_line(
            errors,
            "%s \"%.100s\" is not a path below the mount: %s; write it as \"/name\", or \"\" "
            "(\"off\" in the conf) to have none",
            name, url, wrong);
}

/* What rows are added with. */
struct adder {
    struct cadre__docs *docs;
    struct cadre__buf *errors;
    struct taken {
        const char *place; /* "docs_url" */
        const char *path;
        bool is_below; /* it is not the place itself */
    } taken[CADRE__DOCS_ROWS];
    size_t n_taken;
    bool is_told; /* that a path is needed twice */
};

/* Two places that need one path: the first such path is told. */
static void check_path(struct adder *adder, struct taken path)
{
    static const char mend[] =
        "give one of them another path, or turn it off by \"\" (\"off\" in the conf)";

    for (size_t i = 0; i < adder->n_taken && !adder->is_told; i++) {
        const struct taken *other = &adder->taken[i];
        bool is_others = other->is_below; /* whose it is, of which both are */

        if (strcmp(other->path, path.path) != 0)
            continue;
        adder->is_told = true;
        if (!other->is_below && !path.is_below)
            cadre__buf_line(adder->errors, "%s and %s are both \"%.100s\": %s", other->place,
                            path.place, path.path, mend);
        else
            cadre__buf_line(adder->errors,
                            "%s needs \"%.100s\" for itself, which %s is, or needs, too: %s",
                            is_others ? other->place : path.place, path.path,
                            is_others ? path.place : other->place, mend);
    }
    adder->taken[adder->n_taken++] = path;
}

/* A row of a table that has room. */
static void add_row(struct adder *adder, struct cadre_route *table, const char *name,
                    struct taken path, cadre_handler_fn handler)
{
    check_path(adder, path);
    while (table->method != NULL)
        table++;
    *table = (struct cadre_route){
        .method = "GET",
        .pattern = path.path,
        .handler = handler,
        .handler_name = name,
        .not_in_schema = true,
    };
}

/* What a page has below its own path: all of it by name, since a pattern in front of the module's
 * routes would have each request look at it. */
struct below {
    const char *name, *path;
    cadre_handler_fn handler;
};

/* A page and what is below it. 0; -ENOMEM. */
static int add_page(struct adder *adder, struct cadre_route *table, const char *name,
                    struct taken page, cadre_handler_fn handler, const struct below *below)
{
    struct cadre__docs *docs = adder->docs;
    size_t len = strlen(page.path);

    add_row(adder, table, name, page, handler);
    for (; below->name != NULL; below++) {
        struct cadre__buf buf;
        char *pattern;

        cadre__buf_init(&buf);
        cadre__buf_append(&buf, page.path, page.path[len - 1] == '/' ? len - 1 : len);
        cadre__buf_puts(&buf, below->path);
        pattern = cadre__buf_take(&buf);
        if (pattern == NULL)
            return -ENOMEM;
        docs->patterns[docs->n_patterns++] = pattern;
        add_row(adder, table, below->name, (struct taken){page.place, pattern, true},
                below->handler);
    }
    return 0;
}

static int add_rows(struct cadre__docs *docs, struct cadre__buf *errors)
{
    static const struct below swagger_ui[] = {
        {"swagger_ui_redirect", "/oauth2-redirect", cadre__pages_oauth2_redirect},
        {"swagger_ui_file", "/assets/favicon-32x32.png", cadre__pages_file},
        {"swagger_ui_file", "/assets/oauth2-redirect.js", cadre__pages_file},
        {"swagger_ui_file", "/assets/show.js", cadre__pages_file},
        {"swagger_ui_file", "/assets/swagger-ui-bundle.js", cadre__pages_file},
        {"swagger_ui_file", "/assets/swagger-ui.css", cadre__pages_file},
        {0},
    };
    static const struct below redoc[] = {
        {"redoc_file", "/assets/favicon-32x32.png", cadre__pages_file},
        {"redoc_file", "/assets/redoc.standalone.js", cadre__pages_file},
        {"redoc_file", "/assets/show.css", cadre__pages_file},
        {"redoc_file", "/assets/show.js", cadre__pages_file},
        {0},
    };
    const struct cadre_module *module = docs->module;
    struct adder adder = {.docs = docs, .errors = errors};
    int r = 0;

    if (docs->openapi_url != NULL)
        add_row(&adder, module->openapi_url != NULL ? docs->before : docs->behind, "openapi",
                (struct taken){"openapi_url", docs->openapi_url, false}, cadre__docs_document);
    if (docs->docs_url != NULL)
        r = add_page(&adder, module->docs_url != NULL ? docs->before : docs->behind,
                     "swagger_ui_html", (struct taken){"docs_url", docs->docs_url, false},
                     cadre__pages_swagger_ui, swagger_ui);
    if (r == 0 && docs->redoc_url != NULL)
        r = add_page(&adder, module->redoc_url != NULL ? docs->before : docs->behind, "redoc_html",
                     (struct taken){"redoc_url", docs->redoc_url, false}, cadre__pages_redoc,
                     redoc);
    return r == 0 && adder.is_told ? -EINVAL : r;
}

static bool has_webhooks(const struct cadre_module *module)
{
    return module->webhooks != NULL && module->webhooks->method != NULL;
}

/* What the module says for the document alone. 0; -EINVAL, -ENOMEM. */
static int check_document(const struct cadre_module *module, struct cadre__buf *errors)
{
    struct cadre__described webhooks;
    int r = cadre__openapi_info_check(module->openapi, errors), also;

    if (r < 0 && r != -EINVAL)
        return r;
    also = cadre__described_new(module->webhooks, CADRE__DESCRIBED_WEBHOOKS, errors, &webhooks);
    if (also == 0)
        cadre__described_done(&webhooks);
    return also < 0 ? also : r;
}

int cadre__docs_new(const struct cadre__mount_options *options, struct cadre__buf *errors,
                    struct cadre__own_rows *ret_rows, void **ret)
{
    const struct cadre_module *module = options->module;
    struct cadre__docs *docs;
    int r;

    if (module == NULL)
        return 0;
    r = check_document(module, errors);
    if (r < 0 || (!is_documented(options->routes, CADRE__MOUNT_DEPTH) && !has_webhooks(module)))
        return r;
    docs = calloc(1, sizeof(*docs));
    if (docs == NULL)
        return -ENOMEM;
    docs->module = module;
    docs->openapi_url = or_usual(module->openapi_url, OPENAPI_URL);
    if (docs->openapi_url != NULL) {
        docs->docs_url = or_usual(module->docs_url, DOCS_URL);
        docs->redoc_url = or_usual(module->redoc_url, REDOC_URL);
    }
    check_url(errors, "openapi_url", docs->openapi_url);
    check_url(errors, "docs_url", docs->docs_url);
    check_url(errors, "redoc_url", docs->redoc_url);
    r = errors->len > 0 ? -EINVAL : add_rows(docs, errors);
    if (r < 0) {
        cadre__docs_free(docs);
        return r;
    }
    *ret_rows = (struct cadre__own_rows){.before = docs->before, .behind = docs->behind};
    *ret = docs;
    return 0;
}

void cadre__docs_free(void *docs_)
{
    struct cadre__docs *docs = docs_;

    if (docs == NULL)
        return;
    for (size_t i = 0; i < docs->n_patterns; i++)
        free(docs->patterns[i]);
    cadre_static_free(docs->files);
    cadre__openapi_document_free(docs->document);
    free(docs);
}
