/* SPDX-License-Identifier: MIT */
/*
 * The pages that show the document: Swagger UI and ReDoc, api/docs.h. What they load is installed
 * beside Cadre (lib/api/pages/) and served from there: nothing comes from elsewhere. All links are
 * relative, so that they hold below any mount and behind any proxy, and no script stands in a page,
 * so that a Content-Security-Policy needs no exception for it.
 */
#include "api/docs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/openapi_info.h"
#include "base/str.h"
#include "web/mount.h"
#include "web/request.h"
#include <cadre/log.h>
#include <cadre/response.h>
#include <cadre/static.h>

/* Where the files are in a build tree; else where they were installed. */
#define PAGES_VARIABLE "CADRE_PAGES_DIR"

/* The scripts draw with style attributes and pictures of their own, ReDoc searches in a worker made
 * of a blob; "try it out" may ask any server that the document names. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "                    \
    "img-src 'self' data:; font-src 'self' data:; worker-src blob:; connect-src *; base-uri 'none'"

static struct cadre__docs *docs_of(struct cadre_request *req)
{
    return req->mount->docs;
}

static const char *pages_dir(void)
{
    const char *dir = getenv(PAGES_VARIABLE);

    return dir != NULL && dir[0] != '\0' ? dir : PAGESDIR;
}

/* The last part of a path: of a page's what links to its own rows begin with. */
static const char *last_part(const char *url)
{
    return strrchr(url, '/') + 1;
}

/* --- the files --- */

/* Opens the folder at the first question. What is wrong with it is said once. */
static struct cadre_static *files_of(struct cadre_request *req)
{
    static const struct cadre_static_rule rules[] = {
        {.match = "*", .cache_control = "public, max-age=3600"}, {.match = NULL}};
    struct cadre__docs *docs = docs_of(req);
    const char *const directories[] = {pages_dir(), NULL};
    const struct cadre_static_options options = {
        .directories = directories, .precompressed = true, .rules = rules};
    char why[300];

    if (docs->files == NULL && !docs->files_are_missing &&
        cadre_static_new(&options, why, sizeof(why), &docs->files) < 0) {
        docs->files_are_missing = true;
        cadre_log(
            CADRE_LOG_WARNING, req,
            "the pages of the document lack their files: %s; install Cadre's share/cadre/pages, or "
            "turn the pages off by docs_url and redoc_url",
            why);
    }
    return docs->files;
}

int cadre__pages_file(struct cadre_request *req)
{
    struct cadre_static *files = files_of(req);

    if (files == NULL)
        return cadre_error(req, 404, "The files of this page are not installed");
    return cadre_static_respond(files, req, last_part(req->route->row->pattern));
}

/* --- the pages --- */

static void put_text(struct cadre__buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            cadre__buf_puts(buf, "&lt;");
            break;
        case '>':
            cadre__buf_puts(buf, "&gt;");
            break;
        case '&':
            cadre__buf_puts(buf, "&amp;");
            break;
        case '"':
            cadre__buf_puts(buf, "&quot;");
            break;
        default:
            cadre__buf_putc(buf, *text);
        }
    }
}

/* A link whose first part holds a ':' would begin with a scheme (RFC 3986 §4.2). */
static void put_dot(struct cadre__buf *buf, const char *link)
{
    if (link[strcspn(link, "/:")] == ':')
        cadre__buf_puts(buf, "./");
}

/* The link from a page to `file` among its files, or to a row below it. */
static void put_own(struct cadre__buf *buf, const char *url, const char *file)
{
    const char *last = last_part(url);

    put_dot(buf, last);
    put_text(buf, last);
    cadre__buf_puts(buf, last[0] != '\0' ? "/" : "");
    put_text(buf, file);
}

/* The link from a page to another place below the mount. */
static void put_other(struct cadre__buf *buf, const char *url, const char *other)
{
    const char *last = last_part(url);

    if (last == url + 1)
        put_dot(buf, other + 1);
    for (const char *c = url + 1; c < last; c++)
        cadre__buf_puts(buf, *c == '/' ? "../" : "");
    put_text(buf, other + 1);
}

/* The beginning of the page at `url`. */
static void put_head(struct cadre__buf *buf, const struct cadre__mount *mount, const char *url,
                     const char *what)
{
    cadre__buf_puts(buf, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, "
                         "initial-scale=1\">\n<title>");
    put_text(buf,
             cadre__openapi_info_title(((struct cadre__docs *)mount->docs)->module, mount->name));
    cadre__buf_printf(buf, " - %s</title>\n<link rel=\"icon\" type=\"image/png\" href=\"", what);
    put_own(buf, url, "assets/favicon-32x32.png");
    cadre__buf_puts(buf, "\">\n");
}

static void put_script(struct cadre__buf *buf, const char *url, const char *file)
{
    cadre__buf_puts(buf, "<script src=\"");
    put_own(buf, url, file);
    cadre__buf_puts(buf, "\"></script>\n");
}

static void put_style(struct cadre__buf *buf, const char *url, const char *file)
{
    cadre__buf_puts(buf, "<link rel=\"stylesheet\" href=\"");
    put_own(buf, url, file);
    cadre__buf_puts(buf, "\">\n");
}

/* Where the scripts show the document, and what they need to know. */
static void put_place(struct cadre__buf *buf, const struct cadre__docs *docs, const char *url,
                      const char *id)
{
    cadre__buf_printf(buf, "</head>\n<body>\n<noscript>This page needs JavaScript. The document "
                           "itself is at <a href=\"");
    put_other(buf, url, docs->openapi_url);
    cadre__buf_printf(buf, "\">");
    put_text(buf, docs->openapi_url);
    cadre__buf_printf(buf, "</a>.</noscript>\n<div id=\"%s\" data-document=\"", id);
    put_other(buf, url, docs->openapi_url);
    cadre__buf_puts(buf, "\" data-redirect=\"");
    put_own(buf, url, "oauth2-redirect");
    cadre__buf_puts(buf, "\"></div>\n");
}

static int respond(struct cadre_request *req, struct cadre__buf *buf)
{
    int r = buf->error;

    if (r == 0)
        r = cadre_header_set(req, "content-security-policy", POLICY);
    if (r == 0)
        r = cadre_respond_bytes(req, 200, "text/html; charset=utf-8", buf->data, buf->len);
    cadre__buf_done(buf);
    return r;
}

/* A page that shows the document by a script of npm's. */
struct page {
    const char *name, *id, *style, *script;
};

static int respond_page(struct cadre_request *req, const char *url, const struct page *page)
{
    const struct cadre__docs *docs = docs_of(req);
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    put_head(&buf, req->mount, url, page->name);
    put_style(&buf, url, page->style);
    put_place(&buf, docs, url, page->id);
    put_script(&buf, url, page->script);
    put_script(&buf, url, "assets/show.js");
    cadre__buf_puts(&buf, "</body>\n</html>\n");
    return respond(req, &buf);
}

int cadre__pages_swagger_ui(struct cadre_request *req)
{
    static const struct page page = {"Swagger UI", "swagger-ui", "assets/swagger-ui.css",
                                     "assets/swagger-ui-bundle.js"};

    return respond_page(req, docs_of(req)->docs_url, &page);
}

int cadre__pages_redoc(struct cadre_request *req)
{
    static const struct page page = {"ReDoc", "redoc", "assets/show.css",
                                     "assets/redoc.standalone.js"};

    return respond_page(req, docs_of(req)->redoc_url, &page);
}

/* Where an authorization server sends the browser back to: the script hands what it was told to
 * the page that asked. */
int cadre__pages_oauth2_redirect(struct cadre_request *req)
{
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    cadre__buf_puts(&buf, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                          "<title>Swagger UI: OAuth2 redirect</title>\n</head>\n<body>\n");
    put_script(&buf, "/", "assets/oauth2-redirect.js");
    cadre__buf_puts(&buf, "</body>\n</html>\n");
    return respond(req, &buf);
}
