/* SPDX-License-Identifier: MIT */
/* The frame of the demo's pages: page.h. */
#include "page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Has room for that many bytes more. False: memory was out. */
static bool reserve(struct page *page, size_t len)
{
    if (page->size - page->len < len && !page->failed) {
        size_t size = (page->size + len) * 2 + 4096;
        char *grown = cadre_alloc(page->req, size);

        page->failed = grown == NULL;
        if (grown != NULL && page->len > 0)
            memcpy(grown, page->text, page->len);
        page->text = grown;
        page->size = grown != NULL ? size : 0;
    }
    return !page->failed;
}

void put_bytes(struct page *page, const char *ptr, size_t len)
{
    if (!reserve(page, len))
        return;
    memcpy(page->text + page->len, ptr, len);
    page->len += len;
}

void put_format(struct page *page, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !reserve(page, (size_t)len + 1))
        return;
    va_start(args, format);
    (void)vsnprintf(page->text + page->len, (size_t)len + 1, format, args);
    va_end(args);
    page->len += (size_t)len;
}

void put(struct page *page, const char *text)
{
    put_bytes(page, text, strlen(text));
}

void put_escaped(struct page *page, const char *ptr, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (ptr[i]) {
        case '<':
            put(page, "&lt;");
            break;
        case '&':
            put(page, "&amp;");
            break;
        case '"':
            put(page, "&quot;");
            break;
        default:
            put_bytes(page, ptr + i, 1);
        }
    }
}

/* --- the frame --- */

static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n" /* none: browsers need not ask */
    "<style>\n"
    ":root { color-scheme: light dark; --ink: #222; --paper: #fdfcfa; --card: #fff;\n"
    "  --line: #e4ded5; --soft: #f4f0ea; --accent: #b4532a; --quiet: #6d665d;\n"
    "  --word: #8a3ea8; --text: #2c7a4b; }\n"
    "@media (prefers-color-scheme: dark) { :root { --ink: #e6e1da; --paper: #191715;\n"
    "  --card: #211e1b; --line: #37322d; --soft: #26221f; --accent: #e8875a; --quiet: #a39a8f;\n"
    "  --word: #c792ea; --text: #8fcf9f; } }\n"
    "* { box-sizing: border-box; }\n"
    "body { font: 17px/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper);\n"
    "  max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }\n"
    "header a { color: var(--quiet); text-decoration: none; font-weight: 600; }\n"
    "h1 { font-size: 2.4rem; line-height: 1.1; margin: .4rem 0 1.2rem; letter-spacing: -.02em; }\n"
    "h1::after { content: \"\"; display: block; width: 3rem; height: 4px; margin-top: .8rem;\n"
    "  background: var(--accent); border-radius: 2px; }\n"
    "h2 { font-size: 1.1rem; margin: 2.4rem 0 .6rem; color: var(--quiet); font-weight: 600; }\n"
    "a { color: var(--accent); text-underline-offset: .2em; }\n"
    "code, pre { font: 14.5px/1.55 ui-monospace, \"DejaVu Sans Mono\", monospace; }\n"
    "code { background: var(--soft); padding: .1em .35em; border-radius: 4px; }\n"
    "pre { background: var(--soft); border: 1px solid var(--line); padding: .9rem 1.1rem;\n"
    "  border-radius: 10px; overflow: auto; margin: .6rem 0 1.2rem; }\n"
    "pre i { color: var(--quiet); } pre b { color: var(--word); font-weight: 500; }\n"
    "pre s { color: var(--text); text-decoration: none; }\n"
    ".here { border-left: 4px solid var(--accent); background: var(--soft);\n"
    "  padding: .7rem 1rem; border-radius: 0 10px 10px 0; }\n"
    ".stops { display: grid; gap: .8rem; padding: 0; margin: 1rem 0;\n"
    "  grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); list-style: none; }\n"
    ".stops a { display: block; height: 100%; padding: .8rem 1rem; border-radius: 10px;\n"
    "  border: 1px solid var(--line); background: var(--card); text-decoration: none;\n"
    "  color: var(--ink); }\n"
    ".stops a:hover, .stops a:focus { border-color: var(--accent); }\n"
    ".stops b { display: block; color: var(--accent); }\n"
    ".stops span { color: var(--quiet); font-size: .9rem; line-height: 1.4; display: block; }\n"
    "form { background: var(--card); border: 1px solid var(--line); border-radius: 10px;\n"
    "  padding: 1rem 1.2rem; display: flex; flex-wrap: wrap; gap: .7rem; align-items: center; }\n"
    "input, button { font: inherit; } button { background: var(--accent); color: #fff; border: 0;\n"
    "  padding: .35rem 1rem; border-radius: 8px; cursor: pointer; }\n"
    "table { border-collapse: collapse; width: 100%; margin: .6rem 0 1rem; }\n"
    "td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; }\n"
    "td.number { text-align: right; font-variant-numeric: tabular-nums; }\n"
    "td:last-child { color: var(--quiet); padding-right: 0; width: 6rem; text-align: right; }\n"
    "input:not([type=file]) { padding: .3rem .6rem; border: 1px solid var(--line);\n"
    "  border-radius: 8px; background: var(--paper); color: var(--ink); }\n"
    "audio { width: 100%; margin: .4rem 0; }\n"
    "footer { margin-top: 3rem; color: var(--quiet); font-size: .9rem; }\n"
    "</style>\n";

void begin_page(struct page *page, const char *title)
{
    put(page, "<!doctype html>\n<html lang=\"en\">\n<title>");
    put(page, title);
    put(page, "</title>\n");
    put_bytes(page, head, sizeof(head) - 1);
    if (page->up[0] != '\0') {
        put(page, "<header><a href=\"");
        put(page, page->up);
        put(page, "\">Cadre</a></header>\n");
    }
    put(page, "<h1>");
    put(page, title);
    put(page, "</h1>\n");
}

void end_page(struct page *page)
{
    put(page, "<footer>The sources are in <code>modules/demo</code>. To write a module of your "
              "own, read <code>docs/writing-a-module.md</code>.</footer>\n</html>\n");
}

int send_page(struct page *page)
{
    if (page->failed)
        return -ENOMEM;
    return cadre_respond_bytes(page->req, 200, "text/html", page->text, page->len);
}
