/* SPDX-License-Identifier: MIT */
/*
 * The page that an unexpected error is answered with where the conf says `debug`: request, handler,
 * error, and where cadre_fail was called. All that comes from the client is escaped. The frames are
 * named by the dynamic symbols, so a static function shows as an offset in its file.
 */
#include "config.h"

#include "web/errors.h"

#include <cadre/error.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES_MAX 32

/* Of cadre_fail; in the request's arena. */
struct cadre__debug_trace {
    int n;
    void *frames[FRAMES_MAX];
};

void cadre__debug_note(struct cadre_request *req)
{
    struct cadre__request_extras *extras = cadre__request_extras(req);

    if (extras == NULL)
        return;
    if (extras->trace == NULL)
        extras->trace = cadre__arena_calloc(req->arena, sizeof(*extras->trace));
    if (extras->trace != NULL)
        extras->trace->n = backtrace(extras->trace->frames, FRAMES_MAX);
}

/* A page in the making. */
struct page {
    struct cadre__buf buf;
    bool html;
};

static void put(struct page *page, const char *text)
{
    for (; page->html && *text != '\0'; text++) {
        if (*text == '<')
            cadre__buf_puts(&page->buf, "&lt;");
        else if (*text == '>')
            cadre__buf_puts(&page->buf, "&gt;");
        else if (*text == '&')
            cadre__buf_puts(&page->buf, "&amp;");
        else
            cadre__buf_putc(&page->buf, *text);
    }
    if (!page->html)
        cadre__buf_puts(&page->buf, text);
}

static void put_head(struct page *page, const char *text)
{
    cadre__buf_puts(&page->buf, page->html ? "<h2>" : "\n");
    put(page, text);
    cadre__buf_puts(&page->buf, page->html ? "</h2>\n<table>\n" : "\n");
}

static void put_row(struct page *page, const char *name, const char *value)
{
    cadre__buf_puts(&page->buf, page->html ? "<tr><th>" : "  ");
    put(page, name);
    cadre__buf_puts(&page->buf, page->html ? "<td>" : ": ");
    put(page, value);
    cadre__buf_puts(&page->buf, "\n");
}

static void put_end(struct page *page)
{
    if (page->html)
        cadre__buf_puts(&page->buf, "</table>\n");
}

static void put_request(struct page *page, struct cadre_request *req)
{
    const char *name, *value;

    put_head(page, "Request");
    put_row(page, "method", cadre_method(req));
    put_row(page, "path", cadre_raw_path(req));
    put_row(page, "query", cadre_query(req));
    put_row(page, "client", cadre_client_address(req));
    put_row(page, "request id", cadre_request_id(req));
    put_end(page);
    put_head(page, "Header");
    for (size_t i = 0; cadre_header_at(req, i, &name, &value); i++)
        put_row(page, name, value);
    put_end(page);
}

static void put_handler(struct page *page, const struct cadre_request *req)
{
    const struct cadre_route *row = req->route->row;
    char line[20];

    put_head(page, "Handler");
    put_row(page, "module", req->mount->name);
    put_row(page, "handler", row->handler_name != NULL ? row->handler_name : "?");
    put_row(page, "route", req->route->text);
    snprintf(line, sizeof(line), "%u", row->line);
    put_row(page, "its row", row->file != NULL ? row->file : "?");
    put_row(page, "line", line);
    for (size_t i = 0; i < req->route->pattern.n_params; i++)
        put_row(page, cadre__pattern_param_name(&req->route->pattern, i), req->params[i]);
    put_end(page);
}

static void put_trace(struct page *page, const struct cadre_request *req)
{
    const struct cadre__debug_trace *trace = req->extras != NULL ? req->extras->trace : NULL;
    char **names = trace != NULL ? backtrace_symbols(trace->frames, trace->n) : NULL;
    char number[12];

    if (names == NULL)
        return;
    put_head(page, "Where cadre_fail was called");
    for (int i = 2; i < trace->n; i++) { /* behind our own two */
        snprintf(number, sizeof(number), "#%d", i - 2);
        put_row(page, number, names[i]);
    }
    put_end(page);
    free(names);
}

int cadre__debug_page(struct cadre_request *req, const struct cadre_problem *problem)
{
    static const char style[] =
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>500 Internal Server Error</title>\n"
        "<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:60rem}"
        "th{text-align:left;padding-right:2rem;vertical-align:top;font-weight:normal;opacity:.6}"
        "td{font-family:monospace;word-break:break-all}</style>\n<h1>500 Internal Server "
        "Error</h1>\n";
    const char *accept = cadre_header(req, "accept");
    struct page page = {.html = accept != NULL && strstr(accept, "text/html") != NULL};
    int r;

    cadre__buf_init(&page.buf);
    cadre__buf_puts(&page.buf, page.html ? style : "500 Internal Server Error\n");
    put_head(&page, "Error");
    put_row(&page, "returned", cadre_strerror(problem->error));
    put_row(&page, "detail", problem->detail);
    put_end(&page);
    if (req->route != NULL)
        put_handler(&page, req);
    put_request(&page, req);
    put_trace(&page, req);
    r = page.buf.error;
    if (r == 0)
        r = cadre_respond_bytes(req, 500, page.html ? "text/html" : "text/plain",
                                cadre__buf_text(&page.buf), page.buf.len);
    cadre__buf_done(&page.buf);
    return r;
}
