/* SPDX-License-Identifier: MIT */
/*
 * The page of the demo at "/": a format of printf for the worker's number, its process id, the
 * generation and the number of requests. One file, no other resources; links are relative, so that
 * it works on any mount. In here a percent sign is written twice.
 */
#ifndef MODULES_DEMO_PAGE_H
#define MODULES_DEMO_PAGE_H

#define DEMO_PAGE                                                                                  \
    "<!doctype html>\n"                                                                            \
    "<html lang=\"en\">\n"                                                                         \
    "<meta charset=\"utf-8\">\n"                                                                   \
    "<meta name=\"viewport\" content=\"width=device-width\">\n"                                    \
    "<title>Cadre</title>\n"                                                                       \
    "<style>\n"                                                                                    \
    ":root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #b4532a; }\n"       \
    "body { font: 17px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 8vh auto;\n"           \
    "  padding: 0 1.5rem; }\n"                                                                     \
    "h1 { font-size: 2.4rem; line-height: 1; margin: 0 0 .5rem; letter-spacing: -.02em; }\n"       \
    "h1::after { content: \"\"; display: block; width: 3rem; height: 4px; margin-top: .8rem;\n"    \
    "  background: var(--accent); border-radius: 2px; }\n"                                         \
    "code, pre { font: 15px/1.5 ui-monospace, monospace; }\n"                                      \
    "code { background: var(--soft); padding: .1em .35em; border-radius: 4px; }\n"                 \
    "pre { background: var(--soft); padding: .8rem 1rem; border-radius: 8px; overflow: auto; }\n"  \
    "table { border-collapse: collapse; margin: 1.5rem 0; }\n"                                     \
    "td { border-top: 1px solid var(--line); padding: .45rem 1.2rem .45rem 0;\n"                   \
    "  vertical-align: top; }\n"                                                                   \
    "a { color: var(--accent); text-underline-offset: .2em; }\n"                                   \
    ".here { border-left: 4px solid var(--accent); background: var(--soft);\n"                     \
    "  padding: .7rem 1rem; border-radius: 0 8px 8px 0; }\n"                                       \
    "</style>\n"                                                                                   \
    "<h1>Cadre</h1>\n"                                                                             \
    "<p>A web server in C whose application is a set of handler modules. A small master keeps\n"   \
    "the workers alive; each worker runs one event loop. This page is a module too.</p>\n"         \
    "<p class=\"here\">You were answered by <b>worker %d</b> (process %ld, generation %u), and\n"  \
    "this is its request number <b>%llu</b>. Load the page again: another worker may answer.</p>"  \
    "\n"                                                                                           \
    "<table>\n"                                                                                    \
    "<tr><td><a href=\"hello/world\"><code>/hello/{name}</code></a>\n"                             \
    "<td>JSON, with a parameter from the path\n"                                                   \
    "<tr><td><a href=\"whoami\"><code>/whoami</code></a>\n"                                        \
    "<td>which process answers, and what its lifespans have left for it\n"                         \
    "<tr><td><a href=\"slow?ms=2000\"><code>/slow?ms=2000</code></a>\n"                            \
    "<td>awaits a sleep: the worker serves others meanwhile\n"                                     \
    "<tr><td><a href=\"stream\"><code>/stream</code></a>\n"                                        \
    "<td>an answer in pieces, one every 300 ms\n"                                                  \
    "<tr><td><a href=\"sync\"><code>/sync</code></a>\n"                                            \
    "<td>a sync handler: it blocks, in a thread of the pool\n"                                     \
    "<tr><td><code>POST /echo</code>\n"                                                            \
    "<td>gives the body back\n"                                                                    \
    "<tr><td><a href=\"blocks?ms=2000\"><code>/blocks?ms=2000</code></a>\n"                        \
    "<td>holds the loop, as no handler should; the other workers go on. Only with the setting\n"   \
    "<code>allow_blocks</code>\n"                                                                  \
    "<tr><td><a href=\"crash\"><code>/crash</code></a>\n"                                          \
    "<td>kills the worker; the master starts another. Only with the setting\n"                     \
    "<code>allow_crash</code>\n"                                                                   \
    "<tr><td><a href=\"items/7\"><code>/items/{id:int}</code></a>\n"                               \
    "<td>a parameter that is a number, a link to the next, and 404 in words of its own\n"          \
    "<tr><td><a href=\"source/hello\"><code>/source/{handler}</code></a>\n"                        \
    "<td>the source of each of these pages:\n"                                                     \
    "<a href=\"source/index_page\">/</a>, <a href=\"source/hello\">hello</a>,\n"                   \
    "<a href=\"source/whoami\">whoami</a>, <a href=\"source/slow\">slow</a>,\n"                    \
    "<a href=\"source/stream\">stream</a>, <a href=\"source/sync_example\">sync</a>,\n"            \
    "<a href=\"source/echo\">echo</a>, <a href=\"source/blocks\">blocks</a>,\n"                    \
    "<a href=\"source/crash\">crash</a>, <a href=\"source/item\">items</a>,\n"                     \
    "<a href=\"source/source\">source</a>\n"                                                       \
    "</table>\n"                                                                                   \
    "<p>A handler is a function:</p>\n"                                                            \
    "<pre>static int hello(struct cadre_request *req)\n"                                           \
    "{\n"                                                                                          \
    "    return cadre_respond_text(req, 200, \"Hello\");\n"                                        \
    "}</pre>\n"                                                                                    \
    "<p>Its source is <code>modules/demo/demo.c</code>. To write your own, read\n"                 \
    "<code>docs/writing-a-module.md</code>.</p>\n"                                                 \
    "</html>\n"

#endif
