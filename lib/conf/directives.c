/* SPDX-License-Identifier: MIT */
/*
 * conf/directives: the table of directives. All that is known of a directive is in its row.
 *
 * The order is that of the documents: what one sets first comes first. The first sentence of
 * `doc` says what the directive does; keep it short, the man page and the reference print it.
 * Constant data; conf/directive.c looks things up in it.
 */
#include "conf/directive.h"

#include <cadre/log.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "base/network.h"
#include "conf/server_conf.h"

#define US        INT64_C(1000)
#define MS        (1000 * US)
#define SEC       (1000 * MS)
#define MIN       (60 * SEC)
#define HOUR      (60 * MIN)
#define DAY       (24 * HOUR)
#define KIB       INT64_C(1024)
#define MIB       (1024 * KIB)
#define GIB       (1024 * MIB)
#define TIB       (1024 * GIB)
#define TOP(f)    offsetof(struct cadre__server_conf, f)
#define LISTEN(f) offsetof(struct cadre__listen_conf, f)
#define MODULE(f) offsetof(struct cadre__module_conf, f)

static const struct cadre__conf_word workers_words[] = {{"auto", 0}, {NULL, 0}};

static const struct cadre__conf_word nofile_words[] = {
    {"auto", CADRE__LIMIT_AUTO}, {"unlimited", CADRE__LIMIT_UNLIMITED}, {NULL, 0}};

static const struct cadre__conf_word core_words[] = {
    {"keep", CADRE__LIMIT_KEEP}, {"unlimited", CADRE__LIMIT_UNLIMITED}, {NULL, 0}};

static const struct cadre__conf_word off_words[] = {{"off", 0}, {NULL, 0}};

static const struct cadre__conf_word state_words[] = {{"auto", 0}, {"memory", 0}, {NULL, 0}};

static const struct cadre__conf_word log_words[] = {
    {"stderr", 0}, {"syslog", 0}, {"journal", 0}, {NULL, 0}};

static const struct cadre__conf_word log_socket_words[] = {{"default", 0}, {NULL, 0}};

static const struct cadre__conf_word facility_words[] = {{"daemon", LOG_DAEMON},
                                                         {"user", LOG_USER},
                                                         {"local0", LOG_LOCAL0},
                                                         {"local1", LOG_LOCAL1},
                                                         {"local2", LOG_LOCAL2},
                                                         {"local3", LOG_LOCAL3},
                                                         {"local4", LOG_LOCAL4},
                                                         {"local5", LOG_LOCAL5},
                                                         {"local6", LOG_LOCAL6},
                                                         {"local7", LOG_LOCAL7},
                                                         {NULL, 0}};

static const struct cadre__conf_word access_log_words[] = {{"off", 0}, {"stdout", 0}, {NULL, 0}};

static const struct cadre__conf_word escape_words[] = {{"default", 0}, {"json", 1}, {NULL, 0}};

static const struct cadre__conf_word level_words[] = {{"debug", CADRE_LOG_DEBUG},
                                                      {"info", CADRE_LOG_INFO},
                                                      {"notice", CADRE_LOG_NOTICE},
                                                      {"warning", CADRE_LOG_WARNING},
                                                      {"error", CADRE_LOG_ERROR},
                                                      {"critical", CADRE_LOG_CRITICAL},
                                                      {NULL, 0}};

static const struct cadre__conf_word whose_words[] = {{"new", CADRE__WHOSE_NOBODYS},
                                                      {"trusted", CADRE__WHOSE_TRUSTED},
                                                      {"any", CADRE__WHOSE_ANYBODYS},
                                                      {NULL, 0}};

/* With a name that a shell would take. */
static bool is_variable(const char *text)
{
    size_t len = strcspn(text, "=");
    bool fits = len > 0 && !(text[0] >= '0' && text[0] <= '9');

    for (size_t i = 0; i < len; i++)
        fits = fits && (isalnum((unsigned char)text[i]) || text[i] == '_');
    return fits;
}

static const struct cadre__conf_element variables = {is_variable, "\"NAME=value\" or \"NAME\""};

static bool is_network(const char *text)
{
    struct cadre__network network;

    return cadre__network_parse(text, &network) == 0;
}

static const struct cadre__conf_element networks = {
    is_network, "an address, a network as \"10.0.0.0/8\" (no bits behind its prefix), \"unix\" or "
                "\"*\""};

static bool is_forwarded_header(const char *text)
{
    static const char *const names[] = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
                                        "x-forwarded-port", "forwarded"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(text, names[i]) == 0)
            return true;
    }
    return false;
}

static const struct cadre__conf_element forwarded_headers = {
    is_forwarded_header, "\"x-forwarded-for\", \"x-forwarded-proto\", \"x-forwarded-host\", "
                         "\"x-forwarded-port\" or \"forwarded\""};

const struct cadre__directive cadre__directives[] = {
    /* --- files --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "include",
        .kind = CADRE__KIND_INCLUDE,
        .when = CADRE__WHEN_RELOAD,
        .doc =
            "More conf files, as shell patterns. They are read in alphabetical order and merged: "
            "groups are joined, a value that is set twice is an error. A pattern with a wildcard "
            "may match nothing; a plain name must exist. Paths are relative to the folder of the "
            "file that includes them.",
        .example = "[\"conf.d/*.conf\"]",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "working_directory",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(working_directory),
        .fallback_doc = "the folder of the conf file",
        .doc = "The folder that all processes work in. Relative paths in the conf are relative to "
               "it; it is itself relative to the folder of the conf file.",
        .example = "\"/srv/shop\"",
    },

    /* --- processes --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "workers",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(workers),
        .min = 1,
        .max = 500,
        .words = workers_words,
        .fallback = "auto",
        .doc = "How many worker processes serve. \"auto\" takes the least of the CPUs that the "
               "server may run on and the CPU quota of its cgroup, rounded up; the log says which "
               "decided.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "user",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(owner.user),
        .fallback_doc = "the user that starts the server",
        .doc =
            "The user, by name or number, that workers become after they were started and before "
            "they load a module. Only root may set another user than its own.",
        .example = "\"www-data\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "group",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(owner.group),
        .fallback_doc = "the group of `user`",
        .doc = "The group, by name or number, that workers become. Needs `user`.",
        .example = "\"www-data\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "umask",
        .kind = CADRE__KIND_MODE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(umask),
        .max = 0777,
        .fallback = "0022",
        .doc = "The file mode creation mask of all processes, in octal.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "limit_nofile",
        .kind = CADRE__KIND_COUNT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(limit_nofile),
        .min = 64,
        .max = 1 << 30,
        .words = nofile_words,
        .fallback = "auto",
        .doc = "How many descriptors a worker may have. \"auto\" raises the limit as far as "
               "worker_connections needs and the hard limit allows.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "limit_core",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(limit_core),
        .min = 0,
        .max = 16 * TIB,
        .words = core_words,
        .fallback = "keep",
        .doc = "The largest core file that a worker may leave, as a size; 0 leaves none. \"keep\" "
               "keeps the limit that the server was started with.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "environment",
        .kind = CADRE__KIND_STRINGS,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(environment),
        .element = &variables,
        .fallback = "[]",
        .doc =
            "Variables for the workers: \"NAME=value\" sets one, \"NAME\" passes the server's own "
            "on. Variables of systemd's protocols are never passed.",
        .example = "[\"LANG=C.UTF-8\", \"PGSERVICE\"]",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "inherit_environment",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(inherit_environment),
        .fallback = "true",
        .doc =
            "Whether workers get the server's own environment. If not, they get PATH, LANG, TZ and "
            "what `environment` lists.",
    },

    /* --- supervision --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "graceful_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(graceful_timeout_ns),
        .min = 0,
        .max = DAY,
        .fallback = "30s",
        .doc = "How long a worker that stops may take to answer the requests in hand. What still "
               "runs then is cancelled.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "startup_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(startup_timeout_ns),
        .min = 100 * MS,
        .max = DAY,
        .fallback = "60s",
        .doc = "How long a worker may take from its start until the lifespans of its modules are "
               "ready. One that takes longer is killed and counts as failed.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "shutdown_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(shutdown_timeout_ns),
        .min = 100 * MS,
        .max = DAY,
        .fallback = "10s",
        .doc = "How long the second half of the lifespans may take when a worker stops.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "worker_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(worker_timeout_ns),
        .min = SEC,
        .max = DAY,
        .zero = "never",
        .fallback = "30s",
        .doc =
            "A worker whose loop has not turned for so long, because a handler holds it, is killed "
            "and replaced.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "restart_delay",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(restart_delay_ns),
        .min = 10 * MS,
        .max = HOUR,
        .fallback = "100ms",
        .doc =
            "The wait before a worker that failed again is started again; it doubles with each "
            "failure in a row. The first restart does not wait, nor does that of a worker which had "
            "served for half a second.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "restart_delay_max",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(restart_delay_max_ns),
        .min = 10 * MS,
        .max = DAY,
        .fallback = "30s",
        .doc = "The longest such wait.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "restart_limit",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(restart_limit),
        .min = 1,
        .max = 1000000,
        .zero = "never give up",
        .fallback = "0",
        .doc =
            "After so many failed starts in a row, with no worker alive, the server gives up and "
            "exits with code 4.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "reload_surge",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(reload_surge),
        .min = 1,
        .max = 500,
        .fallback = "4",
        .doc = "How many workers are started at a time, beyond those that serve.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_generations",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_generations),
        .min = 2,
        .max = 16,
        .fallback = "4",
        .doc = "How many generations of workers may live at a time, the serving one included. When "
               "reloads come faster than old workers drain, the oldest are ended.",
    },

    {
        .section = CADRE__SECTION_TOP,
        .name = "spare_workers",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(spare_workers),
        .min = 0,
        .max = 64,
        .fallback = "0",
        .doc = "How many workers stand by beyond those that serve: started, with their lifespans "
               "run, and not accepting. One takes the place of a worker that dies at once.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_requests",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_requests),
        .min = 1,
        .max = 1000000000,
        .zero = "no limit",
        .fallback = "0",
        .doc = "A worker that has answered so many requests is recycled: another is started in its "
               "place, and when that one is ready it drains. Workers are recycled one after the "
               "other, and their connections go on with the others.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_requests_jitter",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_requests_jitter),
        .min = 0,
        .max = 1000000000,
        .fallback = "0",
        .doc = "At most so many requests more, drawn for each worker, so that they are not all due "
               "at the same time. Needs `max_requests`.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_rss",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_rss),
        .min = 4 * MIB,
        .max = 16 * TIB,
        .zero = "no limit",
        .fallback = "0",
        .doc = "A worker that holds more memory than this (resident, shared pages counted) is "
               "recycled, as with `max_requests`. Looked at every few seconds.",
        .example = "\"512m\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_age",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_age_ns),
        .min = SEC,
        .max = 365 * DAY,
        .zero = "no limit",
        .fallback = "0",
        .doc = "A worker that has served for so long is recycled, as with `max_requests`.",
        .example = "\"12h\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "quarantine",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(quarantine),
        .words = off_words,
        .fallback = "off",
        .doc =
            "A handler of which so many workers died within so long is kept from running: its "
            "requests are answered 503 with Retry-After. After that time one is let in, to see; "
            "when it comes through, so do all others, else the time doubles. A reload ends every "
            "quarantine. 1 to 100 deaths in 1s to 1d.",
        .example = "\"5 in 60s\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "state_dir",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(state_dir),
        .words = state_words,
        .fallback = "auto",
        .doc = "The folder in which the reports of the last 20 crashes outlive the server, in the "
               "file crashes.jsonl; the server's own user writes there. \"auto\" takes "
               "$STATE_DIRECTORY, which systemd sets (StateDirectory=), and memory without it; "
               "\"memory\" keeps them in memory alone.",
        .example = "\"/var/lib/cadre\"",
    },

    /* --- control and status --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "runtime_dir",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(runtime_dir),
        .words = off_words,
        .fallback_doc = "$RUNTIME_DIRECTORY, which systemd sets; else /run/cadre",
        .doc = "The folder of the control socket, by which `cadre status`, `cadre reload` and the "
               "like reach the server, or \"off\". Where it is missing or not writable there is no "
               "such socket; a folder that is named here is made.",
        .example = "\"/run/shop\"",
    },

    {
        .section = CADRE__SECTION_TOP,
        .name = "status_listen",
        .kind = CADRE__KIND_ADDRESS,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(status_listen.address),
        .fallback_doc = "none: no such pages",
        .doc = "Where health and metrics are asked for, as `address` of \"listen\": /live, /ready, "
               "/startup, /metrics (Prometheus) and /status.json. A process of its own answers, "
               "also while every worker is stuck or starting. Keep it from the public.",
        .example = "\"127.0.0.1:9900\"",
    },

    /* --- log --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "log_file",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(log_file),
        .words = log_words,
        .fallback = "stderr",
        .doc =
            "The file that the log is appended to, or \"stderr\", or \"syslog\", or \"journal\" for "
            "journald with each field of a line as a field of its own. SIGUSR1 opens it anew. A "
            "FIFO has to have a reader by then; lines that it has no room for are lost, so that a "
            "reader who has stopped holds nobody up.",
        .example = "\"/var/log/cadre/cadre.log\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "log_socket",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(log_socket),
        .words = log_socket_words,
        .fallback = "default",
        .doc = "Where syslog or journald listens, if `log_file` is one of them: \"default\" is "
               "/dev/log and /run/systemd/journal/socket.",
        .example = "\"/srv/jail/dev/log\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "log_facility",
        .kind = CADRE__KIND_WORD,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(log_facility),
        .words = facility_words,
        .fallback = "daemon",
        .doc = "The facility of the lines that go to syslog.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "log_level",
        .kind = CADRE__KIND_WORD,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(log_level),
        .words = level_words,
        .fallback = "info",
        .doc = "Lines below this level are dropped.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "access_log",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(access_log),
        .words = access_log_words,
        .fallback = "off",
        .doc = "The file that a line for each request is appended to, \"stdout\", or \"off\". "
               "SIGUSR1 opens it anew. What cannot be written, because the disk is full or nobody "
               "reads, is lost in whole lines, and the log says so.",
        .example = "\"/var/log/cadre/access.log\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "access_log_format",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(access_log_format),
        .fallback = "combined",
        .doc = "What a line of the access log says: \"common\", \"combined\", \"json\", or a "
               "pattern with $variables, named as nginx names them. docs/access-log.md lists them.",
        .example = "\"$remote_addr \\\"$request\\\" $status $request_time\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "access_log_escape",
        .kind = CADRE__KIND_WORD,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(access_log_escape),
        .words = escape_words,
        .fallback = "default",
        .doc = "How the values of a pattern's variables are made harmless: \"default\" writes "
               "quotes, backslashes, control characters and all beyond ASCII as \\xHH, and \"-\" "
               "for what is missing; \"json\" writes what may stand in a JSON string. The format "
               "\"json\" has the latter anyhow.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "access_log_buffer",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(access_log_buffer),
        .min = KIB,
        .max = 16 * MIB,
        .zero = "write each line at once",
        .fallback = "64k",
        .doc = "How many bytes of lines a worker gathers before it writes them to the access log.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "access_log_flush",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(access_log_flush_ns),
        .min = 10 * MS,
        .max = HOUR,
        .fallback = "1s",
        .doc = "How long a line may wait in that buffer.",
    },

    /* --- sections --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "listen",
        .kind = CADRE__KIND_SECTION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(listen),
        .required = 1,
        .doc = "Where the server listens: one named group per listening socket, see \"listen\".",
        .example = "{ web: { address = \"0.0.0.0:8080\" } }",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "module",
        .kind = CADRE__KIND_SECTION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(module),
        .fallback = "{}",
        .doc =
            "What the server runs: one named group per handler module, see \"module\". Without any, "
            "every request is answered 404.",
        .example = "{ shop: { file = \"shop.so\", mount = \"/shop\" } }",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "module_path",
        .kind = CADRE__KIND_PATHS,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(module_path),
        .fallback_doc = "the folder where Cadre's own modules are installed",
        .doc =
            "Folders where a module's file is looked for, when it is a bare name and not found in "
            "the working directory. The variable CADRE_MODULE_PATH (folders separated by colons) "
            "changes the default.",
        .example = "[\"/srv/modules\"]",
    },

    /* --- connections --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "worker_connections",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(worker_connections),
        .min = 1,
        .max = 1000000,
        .fallback = "4096",
        .doc = "How many connections a worker holds at most. At the limit it stops accepting and "
               "leaves new ones to the others.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_connections_per_client",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_connections_per_client),
        .min = 1,
        .max = 1000000,
        .zero = "no limit",
        .fallback = "0",
        .doc =
            "How many connections a worker holds of one client's address, of an IPv6 client's /64 network; more are answered 503 and closed. UNIX sockets do not count.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "keepalive_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(keepalive_timeout_ns),
        .min = 100 * MS,
        .max = DAY,
        .zero = "close after each answer",
        .fallback = "5s",
        .doc = "How long a connection may idle between requests.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "keepalive_requests",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(keepalive_requests),
        .min = 1,
        .max = 1000000000,
        .zero = "no limit",
        .fallback = "0",
        .doc = "How many requests a connection may make; the last answer says that it closes.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "head_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(head_timeout_ns),
        .min = 100 * MS,
        .max = HOUR,
        .fallback = "10s",
        .doc = "How long a client may take to send the head of a request.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "body_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(body_timeout_ns),
        .min = 100 * MS,
        .max = HOUR,
        .fallback = "30s",
        .doc = "How long a client may pause while it sends a body.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "min_body_rate",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(min_body_rate),
        .min = 1,
        .max = GIB,
        .zero = "no limit",
        .fallback = "240",
        .doc =
            "How many bytes of a body must come in a second, on average, while the server waits for them; who is slower for body_timeout in all is answered 408.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "send_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(send_timeout_ns),
        .min = 100 * MS,
        .max = HOUR,
        .fallback = "30s",
        .doc = "How long a client may pause while it reads an answer.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "min_send_rate",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(min_send_rate),
        .min = 1,
        .max = GIB,
        .zero = "no limit",
        .fallback = "240",
        .doc =
            "How many bytes of an answer a client must read in a second, on average, while the server waits for it; who is slower for send_timeout in all is cut off.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_head_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_head_size),
        .min = KIB,
        .max = MIB,
        .fallback = "16k",
        .doc = "The longest request line with headers; beyond it the answer is 431.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_line_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_line_size),
        .min = 256,
        .max = MIB,
        .fallback = "8k",
        .doc =
            "The longest line of a head, its end included: beyond it a request line is answered 414, a header 431.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_headers",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_headers),
        .min = 8,
        .max = 1000,
        .fallback = "100",
        .doc = "How many headers a request may have; beyond it the answer is 431.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_body_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_body_size),
        .min = 1,
        .max = 16 * TIB,
        .zero = "no limit",
        .fallback = "1m",
        .doc = "The largest body of a request; beyond it the answer is 413.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_form_fields",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_form_fields),
        .min = 1,
        .max = 1000000,
        .fallback = "1000",
        .doc = "How many fields that are no files a form may have; beyond it the answer is 400. A "
               "handler can set limits of its own.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_form_files",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_form_files),
        .min = 1,
        .max = 1000000,
        .fallback = "1000",
        .doc = "How many files a form may have; beyond it the answer is 400.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_form_field_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_form_field_size),
        .min = 1,
        .max = GIB,
        .fallback = "1m",
        .doc = "The largest field of a form that is no file; beyond it the answer is 400.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "form_memory",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(form_memory),
        .max = GIB,
        .fallback = "1m",
        .doc = "The files of a form are kept in memory up to so many bytes in all; what is beyond "
               "goes to a file in form_directory.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "form_directory",
        .kind = CADRE__KIND_PATH,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(form_directory),
        .fallback = "/tmp",
        .doc = "The folder for uploaded files while a handler uses them. They have no name there, "
               "so nothing is left behind. Workers write to it as their user.",
        .example = "\"/var/tmp\"",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_chunk_extensions_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_chunk_extensions_size),
        .min = 1,
        .max = MIB,
        .fallback = "8k",
        .doc = "How much the chunk extensions of a body may take; beyond it the answer is 400.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "max_trailers_size",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(max_trailers_size),
        .min = 2,
        .max = MIB,
        .fallback = "8k",
        .doc = "How much the trailers of a body may take; beyond it the answer is 400.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "limit_concurrency",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(limit_concurrency),
        .min = 1,
        .max = 1000000,
        .zero = "no limit",
        .fallback = "0",
        .doc =
            "How many requests a worker serves at a time; more are answered 503 with Retry-After at once. Connections without a request do not count.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "rate_limit_keys",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RESTART,
        .offset = TOP(rate_limit_keys),
        .min = 64,
        .max = 1 << 24,
        .fallback = "65536",
        .doc = "For how many clients, or other keys, all `rate_limit` middleware of the server "
               "counts at a time, 16 bytes each; beyond it the ones that are nearest to their full "
               "allowance are forgotten.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "queue_timeout",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(queue_timeout_ns),
        .min = MS,
        .max = HOUR,
        .zero = "no limit",
        .fallback = "0",
        .doc =
            "How long a request may wait before its handler begins, for a thread or because the loop was held up; later it is answered 503 with Retry-After.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "server_header",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(server_header),
        .fallback = "true",
        .doc = "Whether answers carry `Server: cadre`.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "debug",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(debug),
        .fallback = "false",
        .doc =
            "Whether a handler that fails is answered by a page that shows the request with its header, the handler and the error, instead of a plain 500. Not where strangers can ask.",
    },

    /* --- behind a proxy --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "trusted_proxies",
        .kind = CADRE__KIND_STRINGS,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(trusted_proxies),
        .element = &networks,
        .fallback = "[\"127.0.0.1\", \"::1\", \"unix\"]",
        .doc = "Whose word about the client is taken: addresses, networks, \"unix\", \"*\" for "
               "anybody. It counts for `forwarded_headers` and for `proxy_protocol`.",
        .example = "[\"10.0.0.0/8\", \"unix\"]",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "forwarded_headers",
        .kind = CADRE__KIND_STRINGS,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(forwarded_headers),
        .element = &forwarded_headers,
        .fallback = "[\"x-forwarded-for\", \"x-forwarded-proto\"]",
        .doc =
            "What trusted proxies say in: list only headers that they set or remove themselves, "
            "since they pass others on from the client. The client is the right-most address that "
            "is no trusted proxy's.",
        .example = "[\"forwarded\"]",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "root_path",
        .kind = CADRE__KIND_MOUNT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(root_path),
        .fallback = "/",
        .doc = "The path that a proxy cuts off in front of what it asks for; links and redirects "
               "begin with it.",
        .example = "\"/api\"",
    },

    /* --- ids of requests --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "request_id",
        .kind = CADRE__KIND_WORD,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(request_id),
        .words = whose_words,
        .fallback = "trusted",
        .doc =
            "Whose X-Request-ID names a request in the log and for its handler: \"trusted\" takes "
            "those of `trusted_proxies`, \"any\" every client's, \"new\" none. Without one, a "
            "request gets an id of its own.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "request_id_header",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(request_id_header),
        .fallback = "false",
        .doc = "Whether answers tell the id of their request in X-Request-ID.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "trace_context",
        .kind = CADRE__KIND_WORD,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(trace_context),
        .words = whose_words,
        .fallback = "trusted",
        .doc = "Whose traceparent and tracestate (W3C Trace Context) are taken, so that the trace "
               "goes on: the words are those of `request_id`. Without, a trace begins here.",
    },

    /* --- runtime --- */
    {
        .section = CADRE__SECTION_TOP,
        .name = "threads",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(threads),
        .min = 1,
        .max = 1024,
        .fallback = "40",
        .doc = "How many threads of a worker run sync handlers; further calls wait in a queue.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "coroutine_stack",
        .kind = CADRE__KIND_SIZE,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(coroutine_stack),
        .min = 16 * KIB,
        .max = 64 * MIB,
        .fallback = "64k",
        .doc =
            "The stack of a handler, a multiple of 4k. Memory is used as far as the stack grows.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "coroutines_max",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(coroutines_max),
        .min = 16,
        .max = 10000000,
        .fallback = "65536",
        .doc = "How many coroutines a worker may have; beyond it a request is answered 503.",
    },
    {
        .section = CADRE__SECTION_TOP,
        .name = "slow_callback",
        .kind = CADRE__KIND_DURATION,
        .when = CADRE__WHEN_RELOAD,
        .offset = TOP(slow_callback_ns),
        .min = MS,
        .max = HOUR,
        .zero = "off",
        .fallback = "100ms",
        .doc = "A handler that holds the loop for longer is named in the log.",
    },

    /* --- listen --- */
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "address",
        .kind = CADRE__KIND_ADDRESS,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(address),
        .required = 1,
        .doc =
            "Where to listen: \"127.0.0.1:8080\", \"[::1]:8080\", \":8080\" (all IPv4 addresses), "
            "\"unix:/run/cadre/web.sock\", or \"systemd:web\", the socket that a .socket unit passes by "
            "this name. Port 0 takes any free port; the log says which.",
        .example = "\"0.0.0.0:8080\"",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "backlog",
        .kind = CADRE__KIND_INT,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(backlog),
        .min = 1,
        .max = 1 << 20,
        .fallback = "2048",
        .doc = "How many new connections the kernel queues (it caps them at net.core.somaxconn).",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "proxy_protocol",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(proxy_protocol),
        .fallback = "false",
        .doc =
            "Whether each connection begins with a header of the PROXY protocol, version 1 or 2, "
            "which names the client. Who is not among `trusted_proxies` is refused.",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "reuse_port",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(reuse_port),
        .fallback = "false",
        .doc =
            "Whether each worker has a queue of new connections of its own (SO_REUSEPORT) instead "
            "of one that all share: for very many cores, where workers contend for that one. "
            "Only for TCP addresses that Cadre binds itself.",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "ipv6_only",
        .kind = CADRE__KIND_BOOL,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(ipv6_only),
        .fallback = "true",
        .doc = "Whether an IPv6 listener refuses IPv4 clients. Only for IPv6 addresses; false on "
               "\"[::]:8080\" serves both.",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "mode",
        .kind = CADRE__KIND_MODE,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(mode),
        .max = 0777,
        .fallback = "0666",
        .doc = "The mode of a UNIX socket's file, in octal. Only for unix: addresses.",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "user",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(owner.user),
        .fallback_doc = "the user that starts the server",
        .doc = "The owner of a UNIX socket's file. Only for unix: addresses.",
        .example = "\"www-data\"",
    },
    {
        .section = CADRE__SECTION_LISTEN,
        .name = "group",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = LISTEN(owner.group),
        .fallback_doc = "the group of `user`, else of the server",
        .doc = "The group of a UNIX socket's file. Only for unix: addresses.",
        .example = "\"www-data\"",
    },

    /* --- module --- */
    {
        .section = CADRE__SECTION_MODULE,
        .name = "file",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(file),
        .required = 1,
        .doc =
            "The module's shared object. A bare name is looked for in the working directory, then "
            "in `module_path`; a path is relative to the working directory.",
        .example = "\"shop.so\"",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "mount",
        .kind = CADRE__KIND_MOUNT,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(mount),
        .fallback = "/",
        .doc = "The path below which the module's routes lie. The longest matching mount gets a "
               "request.",
        .example = "\"/shop\"",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "middleware",
        .kind = CADRE__KIND_LAYERS,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(middleware),
        .fallback = "{}",
        .doc = "Bundled middleware around the module and its own middleware, the first one "
               "outermost: see \"middleware\". A list may have the same one twice.",
        .example = "{ cors: { allow_origins = [\"*\"]; }; compress: {}; }",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "settings",
        .kind = CADRE__KIND_SETTINGS,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(settings),
        .fallback = "{}",
        .doc = "What the module itself reads; see its documentation.",
        .example = "{ currency = \"EUR\" }",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "openapi_url",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(openapi_url),
        .fallback_doc = "as the module says; \"/openapi.json\"",
        .doc =
            "Where the OpenAPI document of the module's routes is, below its mount. \"\": nowhere, "
            "and there are no pages that show it.",
        .example = "\"off\"",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "docs_url",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(docs_url),
        .fallback_doc = "as the module says; \"/docs\"",
        .doc = "Where Swagger UI shows that document, below the mount. \"off\": nowhere.",
        .example = "\"/api-docs\"",
    },
    {
        .section = CADRE__SECTION_MODULE,
        .name = "redoc_url",
        .kind = CADRE__KIND_STRING,
        .when = CADRE__WHEN_RELOAD,
        .offset = MODULE(redoc_url),
        .fallback_doc = "as the module says; \"/redoc\"",
        .doc = "Where ReDoc shows that document, below the mount. \"off\": nowhere.",
        .example = "\"off\"",
    },
    {.name = NULL},
};
