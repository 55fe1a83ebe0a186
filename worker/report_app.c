/* SPDX-License-Identifier: MIT */
/*
 * The pages of the reporter. worker/report_app.h has the contract.
 */
#include "config.h"

#include "worker/report_app.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_PLAIN "text/plain; charset=utf-8"

/* A page: a status, a type, and text of its own where it is not constant. */
struct page {
    int status;
    const char *type;
    char *text; /* heap */
    size_t len;
};

static int set_text(struct page *page, int status, const char *text)
{
    size_t size = strlen(text) + 2;

    page->text = malloc(size);
    if (!page->text)
        return -ENOMEM;
    page->status = status;
    page->type = TEXT_PLAIN;
    page->len = (size_t)snprintf(page->text, size, "%s\n", text);
    return 0;
}

/* "ok", or 503 with the reason. */
static int set_verdict(struct page *page, const char *why_not)
{
    return *why_not ? set_text(page, 503, why_not) : set_text(page, 200, "ok");
}

static int live(const struct cadre__snapshot *snapshot, struct page *page)
{
    (void)snapshot;
    return set_text(page, 200, "ok");
}

static int ready(const struct cadre__snapshot *snapshot, struct page *page)
{
    return set_verdict(page, cadre__snapshot_not_ready(snapshot));
}

static int startup(const struct cadre__snapshot *snapshot, struct page *page)
{
    return set_verdict(page, cadre__snapshot_not_started(snapshot));
}

static int metrics(const struct cadre__snapshot *snapshot, struct page *page)
{
    page->status = 200;
    page->type = "text/plain; version=0.0.4; charset=utf-8";
    page->text = cadre__snapshot_metrics(snapshot, &page->len);
    return page->text ? 0 : -ENOMEM;
}

static int status_json(const struct cadre__snapshot *snapshot, struct page *page)
{
    json_t *object = cadre__snapshot_json(snapshot, false);

    page->status = 200;
    page->type = "application/json";
    page->text =
        object ? json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(12))
               : NULL;
    json_decref(object);
    if (!page->text)
        return -ENOMEM;
    page->len = strlen(page->text);
    return 0;
}

static const struct {
    const char *path;
    int (*make)(const struct cadre__snapshot *snapshot, struct page *page);
} pages[] = {
    {"/live", live},
    {"/ready", ready},
    {"/startup", startup},
    {"/metrics", metrics},
    {"/status.json", status_json},
};

static int send_page(struct cadre__channel *channel, const struct page *page)
{
    const struct cadre__header headers[] = {
        {CADRE_STR("content-type"), cadre_str_from(page->type)},
        {CADRE_STR("cache-control"), CADRE_STR("no-store")},
        {CADRE_STR("allow"), CADRE_STR("GET, HEAD")},
    };
    const struct cadre__event event = {
        .type = CADRE__EVENT_HTTP_RESPONSE,
        .status = page->status,
        .headers = headers,
        .n_headers = page->status == 405 ? 3 : 2,
        .body = {page->text, page->len},
    };

    return cadre__channel_send_event(channel, &event);
}

static int make_page(const struct report_app *app, struct cadre_str path, struct page *page)
{
    struct cadre__snapshot snapshot;

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (!cadre_str_eq(path, cadre_str_from(pages[i].path)))
            continue;
        int r = cadre__snapshot_take(&app->sources, app->now(), &snapshot);
        if (r < 0)
            return r;
        r = pages[i].make(&snapshot, page);
        cadre__snapshot_done(&snapshot);
        return r;
    }
    return set_text(page, 404, "not found: /live /ready /startup /metrics /status.json");
}

int report_app_call(void *app, const struct cadre__scope *scope, struct cadre__channel *channel)
{
    struct page page = {.text = NULL};
    int r;

    if (cadre_str_eq(scope->method, CADRE_STR("GET")) ||
        cadre_str_eq(scope->method, CADRE_STR("HEAD")))
        r = make_page(app, scope->path, &page);
    else
        r = set_text(&page, 405, "only GET and HEAD");
    if (r == 0)
        r = send_page(channel, &page);
    free(page.text);
    return r;
}
