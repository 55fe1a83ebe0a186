/* SPDX-License-Identifier: MIT */
/*
 * The module that the end-to-end tests serve: each route makes the worker do one thing that a
 * test looks at from outside, and each phase of its lifespans says so in the log.
 *
 * Settings: startup, server_startup = "ok", "fail", "crash", "hang": how the startup ends;
 * fail_if = a path: the worker's startup fails while that file exists; crash_if likewise;
 * startup_delay, shutdown_delay, server_startup_delay: durations that the phase sleeps.
 *
 * -DVERSION="2" makes another version of it.
 */
#include <cadre.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "1"
#endif

/* What the server lifespan publishes. */
struct published {
    char version[16];
    int pid;
};

/* What the worker lifespan hands to the handlers. */
struct state {
    int started;  /* how many startups this process has seen: 1 */
    int requests; /* answered by /state */
};

static struct state the_state;

/* --- handlers --- */

static int version(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, VERSION);
}

static int pid(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%d", (int)getpid());
}

static int which(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "application/json",
                          "{\"pid\": %d, \"index\": %d, \"generation\": %" PRIu32
                          ", \"version\": \"%s\", \"uid\": %d, \"gid\": %d}",
                          (int)getpid(), cadre_worker_index(), cadre_worker_generation(), VERSION,
                          (int)getuid(), (int)getgid());
}

static int state(struct cadre_request *req)
{
    struct state *mine = cadre_state(req);
    size_t len;
    const struct published *ours = cadre_server_state(req, &len);

    if (mine == NULL)
        return cadre_error(req, 500, "no state");
    mine->requests++;
    return cadre_respondf(req, 200, "application/json",
                          "{\"pid\": %d, \"started\": %d, \"requests\": %d, \"server_pid\": %d, "
                          "\"server_version\": \"%s\"}",
                          (int)getpid(), mine->started, mine->requests,
                          len == sizeof(*ours) ? ours->pid : -1,
                          len == sizeof(*ours) ? ours->version : "none");
}

static int client(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%s %u", cadre_client_address(req),
                          cadre_client_port(req));
}

static int from(struct cadre_request *req)
{
    const char *root = cadre_root_path(req);

    return cadre_respondf(req, 200, "text/plain", "%s %u %s %s", cadre_client_address(req),
                          cadre_client_port(req), cadre_scheme(req), root[0] ? root : "/");
}

static uint64_t number(const struct cadre_request *req)
{
    return strtoull(cadre_path_param(req, "n"), NULL, 10);
}

/* Takes so many MiB, for good. */
static int eat(struct cadre_request *req)
{
    size_t size = (size_t)number(req) << 20;
    char *memory = malloc(size);

    if (memory == NULL)
        return cadre_respond_text(req, 503, "no memory");
    memset(memory, 1, size);
    return cadre_respondf(req, 200, "text/plain", "%d", memory[size - 1]);
}

/* Whether a handler that takes n ms has to go on: with ?while=FILE only as long as that is there.
 */
static int goes_on(struct cadre_request *req)
{
    const char *file = cadre_query_param(req, "while");

    return file == NULL || access(file, F_OK) == 0;
}

/* Sleeps; says when it begins, so that a test knows that it is in flight. */
static int sleep_ms(struct cadre_request *req)
{
    int r = 0;

    cadre_log(CADRE_LOG_INFO, NULL, "probe: sleeping");
    if (cadre_query_param(req, "while") == NULL)
        r = cadre_sleep(number(req));
    else
        for (uint64_t left_ms = number(req); r == 0 && left_ms > 0 && goes_on(req);
             left_ms -= left_ms < 20 ? left_ms : 20)
            r = cadre_sleep(20);
    if (r < 0) {
        cadre_log(CADRE_LOG_INFO, NULL, "probe: sleep was cancelled");
        return r;
    }
    cadre_log(CADRE_LOG_INFO, NULL, "probe: has slept");
    return cadre_respond_text(req, 200, "slept");
}

static void hold(uint64_t ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

/* Holds its thread as the request says. */
static void hold_for(struct cadre_request *req)
{
    if (cadre_query_param(req, "while") == NULL)
        hold(number(req));
    else
        for (uint64_t left_ms = number(req); left_ms > 0 && goes_on(req);
             left_ms -= left_ms < 20 ? left_ms : 20)
            hold(20);
}

/* The same, by tasks of its own. */
static int sleep_in_task(void *arg)
{
    int r = cadre_sleep(number(arg));

    if (r == -ECANCELED)
        cadre_log(CADRE_LOG_INFO, NULL, "probe: a task was cancelled");
    return r;
}

static int sleep_in_tasks(struct cadre_request *req)
{
    struct cadre_task *first = cadre_spawn(sleep_in_task, req);
    struct cadre_task *second = cadre_spawn(sleep_in_task, req);
    int r;

    cadre_log(CADRE_LOG_INFO, NULL, "probe: sleeping in tasks");
    r = cadre_gather(first, second);
    return r < 0 ? r : cadre_respond_text(req, 200, "slept");
}

/* Looks for n ms at most whether the client has left. */
static int look_for_client(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL, "probe: looking");
    for (uint64_t left_ms = number(req); left_ms > 0; left_ms -= left_ms < 20 ? left_ms : 20) {
        int r = cadre_sleep(20);

        if (r < 0)
            return r;
        if (cadre_is_disconnected(req)) {
            cadre_log(CADRE_LOG_INFO, NULL, "probe: the client has left");
            return cadre_respond_text(req, 200, "gone");
        }
    }
    return cadre_respond_text(req, 200, "still there");
}

/* Streams for ever. */
static int stream_on(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    while (r >= 0) {
        r = cadre_write(req, "tick\n", 5);
        if (r >= 0)
            r = cadre_sleep(50);
    }
    cadre_log(CADRE_LOG_INFO, NULL, "probe: stream ended: %s", cadre_strerror(r));
    return r;
}

/* What this request is called. */
static int names(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "application/json",
                          "{\"id\": \"%s\", \"trace_id\": \"%s\", \"span_id\": \"%s\", "
                          "\"parent\": \"%s\", \"traceparent\": \"%s\", \"tracestate\": \"%s\", "
                          "\"sampled\": %s}",
                          cadre_request_id(req), cadre_trace_id(req), cadre_span_id(req),
                          cadre_parent_span_id(req), cadre_traceparent(req), cadre_tracestate(req),
                          cadre_trace_is_sampled(req) ? "true" : "false");
}

/* Has an id of its own in the answer. */
static int own_name(struct cadre_request *req)
{
    int r = cadre_header_set(req, "X-Request-ID", "of-the-handler");

    return r < 0 ? r : cadre_respond_text(req, 200, cadre_request_id(req));
}

/* Blocks the loop; says when it begins. */
static int block(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL, "probe: blocking");
    hold_for(req);
    return cadre_respond_text(req, 200, "blocked");
}

static int block_thread(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL, "probe: blocking a thread");
    hold_for(req);
    return cadre_respond_text(req, 200, "blocked a thread");
}

static int crash(struct cadre_request *req)
{
    const char *how = cadre_path_param(req, "how");

    if (strcmp(how, "segv") == 0) {
        volatile int *volatile nowhere = NULL;
        *nowhere = 1;
    } else if (strcmp(how, "abort") == 0) {
        abort();
    } else if (strcmp(how, "kill") == 0) {
        raise(SIGKILL);
    } else if (strcmp(how, "exit") == 0) {
        _exit(7);
    }
    return cadre_error(req, 404, "no such crash");
}

static int fail(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static int echo(struct cadre_request *req)
{
    struct cadre_str body;
    int r = cadre_body(req, &body);

    if (r < 0)
        return r;
    return cadre_respond_bytes(req, 200, "application/octet-stream", body.ptr, body.len);
}

/* Counts the body as it comes. */
static int length(struct cadre_request *req)
{
    char buf[4096];
    uint64_t sum = 0;
    ssize_t n;

    while ((n = cadre_read(req, buf, sizeof(buf))) > 0)
        sum += (uint64_t)n;
    if (n < 0)
        return (int)n;
    return cadre_respondf(req, 200, "text/plain", "%" PRIu64, sum);
}

/* Says that it waits for a body, which comes later. */
static int await_body(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL, "probe: awaiting a body");
    return length(req);
}

static int big(struct cadre_request *req)
{
    size_t len = (size_t)number(req);
    char *body = cadre_alloc(req, len + 1);

    if (body == NULL)
        return -ENOMEM;
    memset(body, 'x', len);
    return cadre_respond_bytes(req, 200, "text/plain", body, len);
}

/* n chunks of 1000 bytes, framed by the server. */
static int stream(struct cadre_request *req)
{
    char chunk[1000];
    int r = cadre_start(req, 200);

    memset(chunk, 'y', sizeof(chunk));
    for (uint64_t i = number(req); r >= 0 && i > 0; i--)
        r = cadre_write(req, chunk, sizeof(chunk));
    return r < 0 ? r : cadre_end(req);
}

/* Begins an answer, then hands an error on. */
static int half(struct cadre_request *req)
{
    int r = cadre_start(req, 200);

    if (r >= 0)
        r = cadre_write(req, "half", 4);
    return r < 0 ? r : -EIO;
}

static int no_answer(struct cadre_request *req)
{
    (void)req;
    return 0;
}

static int header(struct cadre_request *req)
{
    const char *value = cadre_header(req, cadre_path_param(req, "name"));

    if (value == NULL)
        return cadre_error(req, 404, "no such header");
    return cadre_respond_text(req, 200, value);
}

static int path(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "text/plain", "%s?%s", cadre_path(req), cadre_query(req));
}

static int env(struct cadre_request *req)
{
    const char *value = getenv(cadre_path_param(req, "name"));

    if (value == NULL)
        return cadre_error(req, 404, "not set");
    return cadre_respond_text(req, 200, value);
}

/* Logs n lines of some length, from whichever worker answers. */
static int log_lines(struct cadre_request *req)
{
    char text[400];

    memset(text, 'z', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (uint64_t i = number(req); i > 0; i--)
        cadre_log(CADRE_LOG_INFO, req, "probe: %s", text);
    return cadre_respond_text(req, 200, "logged");
}

/* Logs a text that tries to forge a line. */
static int log_forged(struct cadre_request *req)
{
    cadre_log(CADRE_LOG_INFO, NULL,
              "probe: a\n2026-01-01T00:00:00.000Z info master: forged\r\033[1m");
    return cadre_respond_text(req, 200, "logged");
}

/* --- lifespans --- */

static int begin(struct cadre_lifespan *ls, const char *name)
{
    const struct cadre_conf *settings = cadre_lifespan_settings(ls);
    const char *how;
    int r = cadre_conf_string(settings, name, "ok", &how);

    if (r < 0)
        return r;
    if (strcmp(how, "fail") == 0)
        return cadre_lifespan_fail(ls, "the probe was told to fail");
    if (strcmp(how, "crash") == 0)
        abort();
    if (strcmp(how, "hang") == 0)
        return cadre_sleep(3600 * 1000);
    return 0;
}

static int pause_for(struct cadre_lifespan *ls, const char *name)
{
    uint64_t ms;
    int r = cadre_conf_duration_ms(cadre_lifespan_settings(ls), name, 0, &ms);

    return r < 0 || ms == 0 ? r : cadre_sleep(ms);
}

static int file_is_there(struct cadre_lifespan *ls, const char *name)
{
    const char *file;

    return cadre_conf_string(cadre_lifespan_settings(ls), name, "", &file) == 0 &&
           file[0] != '\0' && access(file, F_OK) == 0;
}

static int lifespan(struct cadre_lifespan *ls)
{
    const char *name = cadre_lifespan_module(ls);
    int r;

    cadre_log(CADRE_LOG_INFO, NULL, "%s: worker startup", name);
    if (file_is_there(ls, "crash_if"))
        abort();
    if (file_is_there(ls, "fail_if"))
        return cadre_lifespan_fail(ls, "there is a file \"fail\"");
    r = pause_for(ls, "startup_delay");
    if (r < 0)
        return r;
    r = begin(ls, "startup");
    if (r < 0)
        return r;
    the_state.started++;
    r = cadre_serving(ls, &the_state);
    cadre_log(CADRE_LOG_INFO, NULL, "%s: worker shutdown", name);
    if (r < 0)
        return r;
    r = pause_for(ls, "shutdown_delay");
    cadre_log(CADRE_LOG_INFO, NULL, "%s: worker shut down", name);
    return r;
}

static int server_lifespan(struct cadre_lifespan *ls)
{
    const char *name = cadre_lifespan_module(ls);
    struct published published = {.version = VERSION, .pid = (int)getpid()};
    int r;

    cadre_log(CADRE_LOG_INFO, NULL, "%s: server startup", name);
    r = pause_for(ls, "server_startup_delay");
    if (r < 0)
        return r;
    r = begin(ls, "server_startup");
    if (r < 0)
        return r;
    cadre_log(CADRE_LOG_INFO, NULL, "%s: server started", name);
    r = cadre_serving_with(ls, &published, sizeof(published));
    cadre_log(CADRE_LOG_INFO, NULL, "%s: server shutdown", name);
    return r;
}

static const char *const settings[] = {
    "startup",        "server_startup",       "fail_if", "crash_if", "startup_delay",
    "shutdown_delay", "server_startup_delay", NULL,
};

static const struct cadre_route routes[] = {
    CADRE_GET("/version", version),
    CADRE_GET("/pid", pid),
    CADRE_GET("/eat/{n}", eat),
    CADRE_GET("/which", which),
    CADRE_GET("/state", state),
    CADRE_GET("/sleep/{n}", sleep_ms),
    CADRE_GET("/block/{n}", block),
    CADRE_GET("/thread/{n}", block_thread, .sync = true),
    CADRE_GET("/crash/{how}", crash),
    CADRE_GET("/fail", fail),
    CADRE_GET("/from", from),
    CADRE_GET("/client", client),
    CADRE_POST("/echo", echo),
    CADRE_POST("/length", length),
    CADRE_POST("/await", await_body),
    CADRE_POST("/sync/echo", echo, .sync = true),
    CADRE_GET("/big/{n}", big),
    CADRE_GET("/stream/{n}", stream),
    CADRE_GET("/half", half),
    CADRE_GET("/no-answer", no_answer),
    CADRE_GET("/header/{name}", header),
    CADRE_GET("/path/{rest}", path),
    CADRE_GET("/env/{name}", env),
    CADRE_GET("/log/{n}", log_lines),
    CADRE_GET("/log-forged", log_forged),
    CADRE_GET("/names", names),
    CADRE_GET("/sync/names", names, .sync = true),
    CADRE_GET("/own-name", own_name),
    CADRE_GET("/look/{n}", look_for_client),
    CADRE_POST("/look/{n}", look_for_client),
    CADRE_GET("/cancelled/sleep/{n}", sleep_ms, .cancel_on_disconnect = true),
    CADRE_GET("/cancelled/tasks/{n}", sleep_in_tasks, .cancel_on_disconnect = true),
    CADRE_GET("/cancelled/stream", stream_on, .cancel_on_disconnect = true),
    CADRE_GET("/cancelled/thread/{n}", block_thread, .sync = true, .cancel_on_disconnect = true),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Probe",
    .version = VERSION,
    .setting_names = settings,
    .lifespan = lifespan,
#ifndef NO_SERVER_LIFESPAN
    .server_lifespan = server_lifespan,
#endif
    .routes = routes,
};
