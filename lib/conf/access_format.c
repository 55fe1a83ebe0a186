/* SPDX-License-Identifier: MIT */
/*
 * conf/access_format: the table of variables, and reading a pattern into steps.
 *
 * Steps, and the texts that they point to, lie in one piece of heap memory.
 */
#include "conf/access_format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Variables with a name of their own; those that begin with "http_" are open. */
static const struct {
    const char *name;
    enum cadre__access_what what;
} variables[] = {
    {"remote_addr", CADRE__ACCESS_REMOTE_ADDR},
    {"remote_port", CADRE__ACCESS_REMOTE_PORT},
    {"remote_user", CADRE__ACCESS_REMOTE_USER},
    {"time_local", CADRE__ACCESS_TIME_LOCAL},
    {"time_iso8601", CADRE__ACCESS_TIME_ISO8601},
    {"msec", CADRE__ACCESS_MSEC},
    {"request", CADRE__ACCESS_REQUEST},
    {"request_method", CADRE__ACCESS_REQUEST_METHOD},
    {"request_uri", CADRE__ACCESS_REQUEST_URI},
    {"uri", CADRE__ACCESS_URI},
    {"args", CADRE__ACCESS_ARGS},
    {"query_string", CADRE__ACCESS_ARGS},
    {"server_protocol", CADRE__ACCESS_SERVER_PROTOCOL},
    {"scheme", CADRE__ACCESS_SCHEME},
    {"host", CADRE__ACCESS_HOST},
    {"server_addr", CADRE__ACCESS_SERVER_ADDR},
    {"server_port", CADRE__ACCESS_SERVER_PORT},
    {"status", CADRE__ACCESS_STATUS},
    {"body_bytes_sent", CADRE__ACCESS_BODY_BYTES_SENT},
    {"bytes_sent", CADRE__ACCESS_BYTES_SENT},
    {"request_length", CADRE__ACCESS_REQUEST_LENGTH},
    {"request_time", CADRE__ACCESS_REQUEST_TIME},
    {"request_completion", CADRE__ACCESS_REQUEST_COMPLETION},
    {"queue_time", CADRE__ACCESS_QUEUE_TIME},
    {"connection", CADRE__ACCESS_CONNECTION},
    {"connection_requests", CADRE__ACCESS_CONNECTION_REQUESTS},
    {"worker", CADRE__ACCESS_WORKER},
    {"pid", CADRE__ACCESS_PID},
    {"request_id", CADRE__ACCESS_REQUEST_ID},
    {"trace_id", CADRE__ACCESS_TRACE_ID},
    {"span_id", CADRE__ACCESS_SPAN_ID},
    {"module", CADRE__ACCESS_MODULE},
    {"route", CADRE__ACCESS_ROUTE},
};

#define N_VARIABLES (sizeof(variables) / sizeof(variables[0]))

_Static_assert(CADRE__ACCESS_WHATS <= 64, "struct cadre__access_format has a bit for each");

/* Formats with a name. */
static const struct {
    const char *name;
    const char *pattern;
    bool json;
} formats[] = {
    {"common", "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent",
     false},
    {"combined",
     "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
     "\"$http_referer\" \"$http_user_agent\"",
     false},
    {"json",
     "{\"time\":\"$time_iso8601\",\"msec\":$msec,\"remote_addr\":\"$remote_addr\","
     "\"method\":\"$request_method\",\"uri\":\"$request_uri\",\"protocol\":\"$server_protocol\","
     "\"scheme\":\"$scheme\",\"host\":\"$host\",\"status\":$status,\"bytes_sent\":$bytes_sent,"
     "\"body_bytes_sent\":$body_bytes_sent,\"request_length\":$request_length,"
     "\"request_time\":$request_time,\"referer\":\"$http_referer\","
     "\"user_agent\":\"$http_user_agent\",\"request_id\":\"$request_id\",\"module\":\"$module\",\"route\":\"$route\","
     "\"worker\":$worker,\"pid\":$pid}",
     true},
};

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

/* A pattern on its way to steps. */
struct reader {
    struct cadre__access_format format; /* steps has room for all that can come */
    char *texts;                        /* where the next text goes, behind the steps */
    size_t n_variables;
    char *why;
};

/* --- variables --- */

static int refuse_name(const struct reader *r, struct cadre_str name)
{
    const char *names[N_VARIABLES + 1];
    char text[65];

    snprintf(text, sizeof(text), "%.*s", CADRE_STR_ARGS(name));
    for (size_t i = 0; i < N_VARIABLES; i++)
        names[i] = variables[i].name;
    names[N_VARIABLES] = NULL;

    const char *near = cadre__str_nearest(text, names);

    snprintf(r->why, CADRE__ACCESS_FORMAT_WHY_SIZE, "unknown variable \"$%s\"%s%s%s", text,
             near ? "; did you mean \"$" : "", near ? near : "", near ? "\"?" : "");
    return -EINVAL;
}

/* "user_agent" to "user-agent". */
static struct cadre_str keep_field_name(struct reader *r, struct cadre_str name)
{
    char *kept = r->texts;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        kept[i] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    r->texts += name.len;
    return (struct cadre_str){kept, name.len};
}

static struct cadre__access_step *add_step(struct reader *r, enum cadre__access_what what)
{
    struct cadre__access_step *step = &r->format.steps[r->format.n_steps++];

    *step = (struct cadre__access_step){.what = what};
    r->format.uses |= UINT64_C(1) << what;
    return step;
}

/* The field name behind a prefix; empty where it has another or nothing follows it. */
static struct cadre_str behind(struct cadre_str name, struct cadre_str prefix)
{
    if (name.len <= prefix.len || memcmp(name.ptr, prefix.ptr, prefix.len) != 0)
        return (struct cadre_str){name.ptr, 0};
    return (struct cadre_str){name.ptr + prefix.len, name.len - prefix.len};
}

static int add_variable(struct reader *r, struct cadre_str name)
{
    struct cadre_str field = behind(name, CADRE_STR("http_"));
    struct cadre_str sent = behind(name, CADRE_STR("sent_http_"));

    if (++r->n_variables > CADRE__ACCESS_VARIABLES_MAX) {
        snprintf(r->why, CADRE__ACCESS_FORMAT_WHY_SIZE, "more than %d variables",
                 CADRE__ACCESS_VARIABLES_MAX);
        return -EINVAL;
    }
    if (field.len > 0) {
        add_step(r, CADRE__ACCESS_HTTP)->text = keep_field_name(r, field);
        return 0;
    }
    if (sent.len > 0) {
        struct cadre__access_step *step = add_step(r, CADRE__ACCESS_SENT_HTTP);

        step->text = keep_field_name(r, sent);
        step->index = r->format.n_sent++;
        return 0;
    }
    for (size_t i = 0; i < N_VARIABLES; i++) {
        if (!cadre_str_eq(cadre_str_from(variables[i].name), name))
            continue;
        add_step(r, variables[i].what);
        return 0;
    }
    return refuse_name(r, name);
}

/* --- patterns --- */

static void add_text(struct reader *r, const char *text, size_t len)
{
    size_t n = r->format.n_steps;

    if (len == 0)
        return;
    memcpy(r->texts, text, len);
    if (n > 0 && r->format.steps[n - 1].what == CADRE__ACCESS_TEXT)
        r->format.steps[n - 1].text.len += len;
    else
        add_step(r, CADRE__ACCESS_TEXT)->text = (struct cadre_str){r->texts, len};
    r->texts += len;
    r->format.text_len += len;
}

/* Reads what begins with the '$' at `at`. Returns where it goes on, NULL after a mistake. */
static const char *read_dollar(struct reader *r, const char *at)
{
    bool braces = at[1] == '{';
    const char *name = at + 1 + braces;
    size_t len = strspn(name, NAME_CHARS);

    if (at[1] == '$') {
        add_text(r, "$", 1);
        return at + 2;
    }
    if (len == 0 || (braces && name[len] != '}')) {
        snprintf(r->why, CADRE__ACCESS_FORMAT_WHY_SIZE,
                 "\"%.16s\" begins no variable: write \"$$\" for a plain \"$\"", at);
        return NULL;
    }
    if (add_variable(r, (struct cadre_str){name, len}) < 0)
        return NULL;
    return name + len + braces;
}

static int read_pattern(struct reader *r, const char *pattern)
{
    for (const char *at = pattern; at && *at;) {
        size_t plain = strcspn(at, "$");

        add_text(r, at, plain);
        at += plain;
        if (*at == '$' && !(at = read_dollar(r, at)))
            return -EINVAL;
    }
    return 0;
}

/* A pattern that logs the same for each request is a name that was misspelt. */
static int refuse_constant(const char *text, char *why)
{
    const char *names[N_FORMATS + 1];

    for (size_t i = 0; i < N_FORMATS; i++)
        names[i] = formats[i].name;
    names[N_FORMATS] = NULL;

    const char *near = cadre__str_nearest(text, names);

    snprintf(why, CADRE__ACCESS_FORMAT_WHY_SIZE,
             "expected \"common\", \"combined\", \"json\" or a pattern with $variables, found "
             "\"%.64s\"%s%s%s",
             text, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return -EINVAL;
}

static int check_text(const char *pattern, char *why)
{
    if (strlen(pattern) > CADRE__ACCESS_FORMAT_MAX) {
        snprintf(why, CADRE__ACCESS_FORMAT_WHY_SIZE, "longer than %d bytes",
                 CADRE__ACCESS_FORMAT_MAX);
        return -EINVAL;
    }
    for (const char *at = pattern; *at; at++) {
        if ((unsigned char)*at >= ' ' || *at == '\t')
            continue;
        snprintf(why, CADRE__ACCESS_FORMAT_WHY_SIZE,
                 "has a control character (0x%02x): a line is one line", (unsigned char)*at);
        return -EINVAL;
    }
    return 0;
}

int cadre__access_format_parse(const char *text, bool json, struct cadre__access_format *ret,
                               char why[static CADRE__ACCESS_FORMAT_WHY_SIZE])
{
    const char *pattern = text;

    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, text) == 0) {
            pattern = formats[i].pattern;
            json = json || formats[i].json;
        }
    }
    if (!strchr(pattern, '$'))
        return refuse_constant(text, why);
    int r = check_text(pattern, why);
    if (r < 0)
        return r;

    /* A text and a variable take a byte of the pattern each, at least. */
    size_t len = strlen(pattern);
    struct reader reader = {.format = {.json = json}, .why = why};

    reader.format.steps = malloc(len * sizeof(*reader.format.steps) + len);
    if (!reader.format.steps)
        return -ENOMEM;
    reader.texts = (char *)(reader.format.steps + len);
    r = read_pattern(&reader, pattern);
    if (r == 0 && reader.n_variables == 0)
        r = refuse_constant(text, why);
    if (r < 0)
        cadre__access_format_done(&reader.format);
    else
        *ret = reader.format;
    return r;
}

void cadre__access_format_done(struct cadre__access_format *format)
{
    free(format->steps);
    *format = (struct cadre__access_format){0};
}
