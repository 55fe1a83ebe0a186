/* SPDX-License-Identifier: MIT */
/* What the pages of the tour say: stops.h. */
#include "stops.h"

#include <stddef.h>

const struct stop stops[] = {
    {"hello",
     "Paths and JSON",
     "a parameter from the path, an answer in JSON",
     "<p><a href=\"../hello/world\"><code>/hello/{name}</code></a> puts what stands in the path "
     "into JSON. The word in front is the module's setting <code>greeting</code>.\n"
     "<p><a href=\"../plaintext\"><code>/plaintext</code></a> is the least that a handler can "
     "do.\n",
     {"hello", "plaintext"}},
    {"state",
     "State and lifespans",
     "what is made once, and what each request finds",
     "<p><a href=\"../whoami\"><code>/whoami</code></a> tells which worker answers, how many "
     "requests it has had, and what the server lifespan has published for all workers, once, "
     "before the first one started.\n"
     "<p>A lifespan is one function: what stands before <code>cadre_serving</code> is the startup, "
     "what stands behind it the shutdown.\n",
     {"whoami", "lifespan", "server_lifespan"}},
    {"waiting",
     "Waiting without blocking",
     "a sleep that costs others nothing, an answer in pieces, a thread",
     "<p><a href=\"../slow?ms=2000\"><code>/slow?ms=2000</code></a> awaits a sleep: the worker "
     "serves others meanwhile. <a href=\"../stream\"><code>/stream</code></a> answers in pieces, "
     "one every 300 ms. <a href=\"../sync\"><code>/sync</code></a> blocks, in a thread of the "
     "pool: one word in its route.\n"
     "<p><a href=\"../blocks?ms=2000\"><code>/blocks?ms=2000</code></a> does what no handler "
     "should: it holds the loop, and the log names it. Only with the setting "
     "<code>allow_blocks</code>.\n",
     {"slow", "stream", "sync_example", "blocks"}},
    {"forms",
     "Forms and files",
     "fields and uploads, with limits",
     "<form method=\"post\" action=\"../form\" enctype=\"multipart/form-data\">\n"
     "<input name=\"name\" placeholder=\"your name\" aria-label=\"your name\">\n"
     "<input type=\"file\" name=\"file\" aria-label=\"a file\"> <button>Send</button></form>\n"
     "<p>Large files go to disk while they come; the worker's memory stays flat. How many fields "
     "and files, and how large, is for the conf to say, or for the handler.\n",
     {"submit"}},
    {"upload",
     "Streamed uploads",
     "a body of any size, read as it comes",
     "<p>A handler may read its body piece by piece; a client that sends faster than it reads is "
     "held back. How large it may be is <code>max_body_size</code> of the conf.\n"
     "<pre>head -c 50M /dev/urandom | curl -T - localhost:8080/upload</pre>\n",
     {"upload"}},
    {"cookies",
     "Cookies",
     "a counter that the browser keeps",
     "<p><a href=\"../visits\"><code>/visits</code></a> counts; load it again.\n"
     "<form method=\"post\" action=\"../visits/forget\">and <button>forget</button> it, which "
     "leads back there</form>\n",
     {"visits", "forget"}},
    {"files",
     "Files with ranges",
     "a sound that you can seek in",
     "<audio controls preload=\"none\" src=\"../tone.wav\"></audio>\n"
     "<p>The browser asks for the part that it wants to play: type, entity tag, conditional "
     "requests and ranges are the runtime's work. Whole folders are served by the bundled module "
     "<code>static</code>, by conf alone.\n",
     {"tone"}},
    {"background",
     "Work behind a response",
     "answered now, done later",
     "<form method=\"post\" action=\"../letters\"><button>Write a letter</button> answers at "
     "once</form>\n"
     "<p><a href=\"../letters\"><code>/letters</code></a> tells how many this worker has written; "
     "each takes two seconds. A stop of the server waits for them.\n",
     {"send_letter", "write_letter", "letters"}},
    {"items",
     "A typed API",
     "items that are checked, documented and kept",
     "<p>A row of the table says what a route takes and gives; each request is checked by it before "
     "its handler runs, and <a href=\"../docs\">the documentation</a> is made of it. "
     "<a href=\"../api/items?order=cheapest&amp;limit=3\"><code>/api/items</code></a> lists, "
     "<a href=\"../api/items?limit=0&amp;order=any\">a wrong query</a> is told all that is wrong "
     "with it at once.\n"
     "<pre>curl -H 'content-type: application/json' -d '{\"name\":\"Kettle\",\"price\":39.9}' \\\n"
     "  localhost:8080/api/items</pre>\n"
     "<p>The data are in SQLite, which blocks: these handlers run in threads. What was answered with "
     "201 is on disk, also if the worker is killed the next moment. To delete takes a key, the "
     "setting <code>api_key</code>.\n",
     {"list_items", "create_item", "check_key", "delete_item"}},
    {"links",
     "Types, links, redirects",
     "a number in the path, the way back to a route",
     "<p><a href=\"../items/7\"><code>/items/{id:int}</code></a> takes numbers alone, and knows "
     "the way to the next one, wherever the module is mounted. "
     "<a href=\"../items/first\"><code>/items/first</code></a> leads to the first.\n",
     {"item", "first_item"}},
    {"errors",
     "When something fails",
     "a status, an errno, the end of a worker",
     "<p><a href=\"../refuses\"><code>/refuses</code></a> fails with a status and words. "
     "<a href=\"../fails\"><code>/fails</code></a> returns an error: 500, and a line in the log "
     "that names it. <a href=\"../items/1000\"><code>/items/1000</code></a> is answered by the "
     "module's own handler for 404.\n"
     "<p><a href=\"../crash\"><code>/crash</code></a> kills the worker: the master says in which "
     "handler and line, and starts another. Only with the setting <code>allow_crash</code>.\n",
     {"refuses", "fails", "crash", "not_found"}},
    {"pages",
     "These pages",
     "how they show their own source",
     "<p>Each page is a row of a table with its words and the names of its handlers; the sources "
     "are a part of the module, put there when it was built. "
     "<a href=\"../source/hello\"><code>/source/{handler}</code></a> gives them as text.\n",
     {"index_page", "tour", "source"}},
    {.name = NULL},
};
