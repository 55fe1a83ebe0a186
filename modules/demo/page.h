/* SPDX-License-Identifier: MIT */
/*
 * How the demo's pages are put together: text that grows in memory of the request, the frame around
 * a page, and C sources in colours. Nothing is loaded from elsewhere; links are relative, so that
 * they work on any mount.
 */
#ifndef MODULES_DEMO_PAGE_H
#define MODULES_DEMO_PAGE_H

#include <cadre.h>

/* Text of a page. Once memory was out all that follows is dropped. */
struct page {
    struct cadre_request *req;
    const char *up; /* the way to the module's "/": "" or "../" */
    char *text;
    size_t len, size;
    bool failed;
};

/* Puts bytes, a format as of printf, text, and text in which what HTML would take for its own is
 * escaped. */
void put_bytes(struct page *page, const char *ptr, size_t len);
CADRE_PRINTF(2, 3) void put_format(struct page *page, const char *format, ...);
void put(struct page *page, const char *text);
void put_escaped(struct page *page, const char *ptr, size_t len);

/* The frame: all before and behind what the page says. */
void begin_page(struct page *page, const char *title);
void end_page(struct page *page);

/* A C source in colours, in a block of its own. */
void put_source(struct page *page, struct cadre_str source);

/* Sends it. Errors as of cadre_respond_bytes. */
CADRE_MUST_CHECK int send_page(struct page *page);

#endif
