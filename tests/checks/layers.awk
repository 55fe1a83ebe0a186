# SPDX-License-Identifier: MIT
# Reads C sources (paths relative to the tree) and prints every include that breaks the layers.

BEGIN {
    # What each layer may include besides itself. Keep the rows short.
    knows["base"] = ""
    knows["conf"] = "base"
    knows["ipc"] = "base"
    knows["gateway"] = "base"
    knows["async"] = "base"
    knows["model"] = "base"
    knows["client"] = "base async"
    knows["web"] = "base conf async gateway"
    knows["middleware"] = "base conf async gateway model web"
    knows["api"] = "base conf async gateway model web middleware"
    knows["cadre.h"] = "base conf async gateway model web middleware api"
    knows["test"] = "base conf async gateway model web api"
    knows["master"] = "base conf ipc"
    knows["worker"] = "base conf ipc async gateway model web middleware api"

    # The layer that each installed header describes. A new header gets a row.
    header["macros.h"] = header["error.h"] = header["str.h"] = header["log.h"] = "base"
    header["metrics.h"] = header["arena.h"] = header["websocket_code.h"] = "base"
    header["value.h"] = header["model.h"] = header["model_table.h"] = header["model_json.h"] = "model"
    header["middleware.h"] = "web"
    header["authentication.h"] = header["compress.h"] = header["cors.h"] = header["guards.h"] = header["session.h"] = "middleware"
    header["rate_limit.h"] = "middleware"
    header["conf.h"] = "conf"
    split("dns file future gather group local loop memory_stream process queue scope signal " \
        "socket stream sync task task_list test_clock thread", async)
    for (i in async)
        header[async[i] ".h"] = "async"
    header["dns.h"] = header["socket.h"] = header["stream.h"] = header["file.h"] = "async"
    header["process.h"] = header["signal.h"] = "async"
    header["sync.h"] = header["queue.h"] = header["memory_stream.h"] = "async"
    header["background.h"] = header["form.h"] = header["static.h"] = header["module.h"] = header["route.h"] = header["request.h"] = "web"
    header["response.h"] = header["lifespan.h"] = header["worker.h"] = "web"
    header["websocket.h"] = header["sse.h"] = header["gateway.h"] = header["path.h"] = header["errors.h"] = "web"
    header["test.h"] = "test"
    header["lines.h"] = header["dependency.h"] = header["params.h"] = header["respond.h"] = header["typed.h"] = "api"
    header["openapi.h"] = header["security.h"] = "api"

    # Headers of libraries, and the layers that may include them.
    library["event2/"] = "async master"
    library["libconfig.h"] = "conf"
    library["zlib.h"] = "middleware"
    library["brotli/"] = "middleware"
    library["pcre2.h"] = "model"
    library["elfutils/"] = "worker"
    library["dwarf.h"] = "worker"
    library["openssl/"] = "middleware"
    library["jansson.h"] = "middleware web ipc master worker"
}

FNR == 1 {
    split(FILENAME, part, "/")
    if (part[1] != "lib")
        own = part[1]
    else if (part[2] == "include")
        own = part[3] == "cadre.h" ? "cadre.h" : header[part[4]]
    else
        own = part[2]
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    match($0, /[<"][^>"]*[>"]/)
    name = substr($0, RSTART + 1, RLENGTH - 2)
    quoted = substr($0, RSTART, 1) == "\""
    place = FILENAME ":" FNR ": "

    if (own == "modules") {
        if (quoted && name ~ /\//)
            print place "a module includes only installed headers, not \"" name "\""
        next
    }
    for (prefix in library)
        if (index(name, prefix) == 1 && !listed(library[prefix], own))
            print place "only these include <" prefix "...>: " library[prefix]

    layer = layer_of(name, quoted)
    if (layer == "?")
        print place name ": has no row in tests/checks/layers.awk, or is not written \"folder/name.h\""
    else if (layer != "" && layer != own && !listed(knows[own], layer))
        print place own " may not include " name " (" layer "); it knows: " \
            (knows[own] == "" ? "nothing else" : knows[own])
}

function listed(words, word)
{
    return index(" " words " ", " " word " ") > 0
}

# The layer of an included file; "" where it is none of ours, "?" where that cannot be told.
function layer_of(path, is_quoted, first)
{
    if (path == "cadre.h")
        return "web"
    if (path ~ /^cadre\//)
        return substr(path, 7) in header ? header[substr(path, 7)] : "?"
    if (!is_quoted || path == "config.h")
        return ""
    first = path
    sub(/^lib\//, "", first) # what is made in the build tree is included by its whole path
    sub(/\/.*/, "", first)
    return path ~ /\// && first in knows ? first : "?"
}
