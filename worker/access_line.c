/* SPDX-License-Identifier: MIT */
/*
 * Writing a line of the access log. worker/access_line.h has the contract.
 */
#include "config.h"

#include "worker/access_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "gateway/field.h"
#include "gateway/gateway.h"

/* A byte takes so many at most: \xHH, \u00HH. */
#define ESCAPED_MAX      4
#define JSON_ESCAPED_MAX 6
/* A value is never cut below this. */
#define VALUE_MIN 16
/* What else a value may take: "..." where it is cut, the protocol behind a request. */
#define VALUE_EXTRA 8

static const char cut_mark[] = "...";

/* A line on its way. */
struct line {
    char *at;
    char *end;        /* of the room */
    size_t value_max; /* bytes of a value before it is escaped; beyond it is cut */
    bool json;
    bool full; /* something did not fit: the line is not to be used */
};

/* --- time --- */

void access_line_init(struct access_line_context *context, unsigned worker, int pid)
{
    *context = (struct access_line_context){.worker = worker, .pid = pid, .second = INT64_MIN};
}

void access_line_set_time(struct access_line_context *context, uint64_t wall_ms)
{
    time_t second = (time_t)(wall_ms / 1000);
    struct tm tm;
    char zone[8];

    context->wall_ms = wall_ms;
    if (context->second == (int64_t)second)
        return;
    context->second = (int64_t)second;
    localtime_r(&second, &tm);

    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    strftime(zone, sizeof(zone), "%z", &tm);
    snprintf(context->local, sizeof(context->local), "%02d/%s/%d:%02d:%02d:%02d %s", tm.tm_mday,
             months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone);
    strftime(context->iso8601, sizeof(context->iso8601), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(context->iso8601 + strlen(context->iso8601),
             sizeof(context->iso8601) - strlen(context->iso8601), "%.3s:%.2s", zone, zone + 3);
}

/* --- plain pieces --- */

static void put(struct line *line, const char *bytes, size_t len)
{
    if ((size_t)(line->end - line->at) < len) {
        line->full = true;
        return;
    }
    memcpy(line->at, bytes, len);
    line->at += len;
}

static void put_str(struct line *line, struct cadre_str s)
{
    put(line, s.ptr, s.len);
}

static void put_missing(struct line *line)
{
    if (!line->json)
        put(line, "-", 1);
}

static void put_number(struct line *line, uint64_t n)
{
    char digits[24];
    char *at = digits + sizeof(digits);

    if (n == ACCESS_UNKNOWN) {
        put_str(line, line->json ? CADRE_STR("null") : CADRE_STR("-"));
        return;
    }
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    put(line, at, (size_t)(digits + sizeof(digits) - at));
}

/* "12.034" */
static void put_thousandths(struct line *line, uint64_t ms)
{
    const char fraction[] = {'.', (char)('0' + ms / 100 % 10), (char)('0' + ms / 10 % 10),
                             (char)('0' + ms % 10)};

    put_number(line, ms / 1000);
    put(line, fraction, sizeof(fraction));
}

static void put_seconds(struct line *line, uint64_t ns)
{
    if (ns == ACCESS_UNKNOWN)
        put_number(line, ns);
    else
        put_thousandths(line, ns / CADRE__NSEC_PER_MSEC);
}

/* --- values: whatever a client may have sent --- */

/* How many bytes the UTF-8 sequence at `at` has (RFC 3629 §4); 0: it is none. */
static size_t utf8_len(const unsigned char *at, size_t len)
{
    unsigned char first = at[0];
    size_t n = first >= 0xc2 && first <= 0xdf   ? 2
               : first >= 0xe0 && first <= 0xef ? 3
               : first >= 0xf0 && first <= 0xf4 ? 4
                                                : 0;

    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
        (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f))
        return 0;
    return n;
}

static void put_hex(struct line *line, const char *lead, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";
    const char digits[] = {hex[byte >> 4], hex[byte & 15]};

    put_str(line, cadre_str_from(lead));
    put(line, digits, sizeof(digits));
}

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Puts what is at `at` and is not plain. Returns how many bytes it was. */
static size_t put_special(struct line *line, const unsigned char *at, size_t len)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    if (!line->json) {
        put_hex(line, "\\x", *at);
        return 1;
    }
    size_t n = *at >= 0x80 ? utf8_len(at, len) : 0;
    if (n > 0) {
        put(line, (const char *)at, n);
        return n;
    }
    for (size_t i = 0; i < sizeof(names) - 1; i += 2) {
        if ((unsigned char)names[i] != *at)
            continue;
        put(line, "\\", 1);
        put(line, &names[i + 1], 1);
        return 1;
    }
    put_hex(line, "\\u00", *at);
    return 1;
}

/* `nul` is written for a NUL. */
static void put_escaped(struct line *line, struct cadre_str value, char nul)
{
    const unsigned char *at = (const unsigned char *)value.ptr;
    size_t len = value.len > line->value_max ? line->value_max : value.len;
    const unsigned char *end = at + len;

    while (at < end && !line->full) {
        const unsigned char *plain = at;

        while (at < end && is_plain(*at))
            at++;
        put(line, (const char *)plain, (size_t)(at - plain));
        if (at == end)
            break;
        if (*at == '\0' && nul) {
            put(line, &nul, 1);
            at++;
        } else {
            at += put_special(line, at, (size_t)(end - at));
        }
    }
    if (len < value.len)
        put(line, cut_mark, sizeof(cut_mark) - 1);
}

static void put_value(struct line *line, struct cadre_str value)
{
    if (value.len > 0)
        put_escaped(line, value, '\0');
    else
        put_missing(line);
}

/* --- parts of a request --- */

static struct cadre_str protocol_of(int http_version)
{
    switch (http_version) {
    case 10:
        return CADRE_STR("HTTP/1.0");
    case 11:
        return CADRE_STR("HTTP/1.1");
    case 20:
        return CADRE_STR("HTTP/2.0");
    default:
        return CADRE_STR("");
    }
}

static void put_protocol(struct line *line, const struct access_entry *e)
{
    put_value(line, protocol_of(e->http_version));
}

static void put_target(struct line *line, const struct access_entry *e)
{
    if (e->target.len > 0)
        put_escaped(line, e->target, '?');
    else
        put_missing(line);
}

/* The request line, as it was sent. */
static void put_request(struct line *line, const struct access_entry *e)
{
    if (e->target.len == 0) {
        put_value(line, e->request_line);
        return;
    }
    put_value(line, e->method);
    put(line, " ", 1);
    put_target(line, e);
    put(line, " ", 1);
    put_protocol(line, e);
}

/* A name of a field by its known number or its text; an underscore was made a '-' in `wanted`. */
static bool is_field(struct cadre_str name, struct cadre_str wanted)
{
    return name.len == wanted.len && memcmp(name.ptr, wanted.ptr, name.len) == 0;
}

/* The value of the first such field; empty: none. */
static struct cadre_str find_field(const struct cadre__scope *scope, struct cadre_str name)
{
    if (scope) {
        for (size_t i = 0; i < scope->n_headers; i++) {
            if (is_field(scope->headers[i].name, name))
                return scope->headers[i].value;
        }
    }
    return (struct cadre_str){"", 0};
}

/* "shop.example" of "shop.example:8080" and of "http://shop.example:8080/x"; "[::1]" stays. */
static struct cadre_str without_port(struct cadre_str authority)
{
    for (size_t i = authority.len; i-- > 0 && authority.ptr[i] != ']';) {
        if (authority.ptr[i] == ':')
            return (struct cadre_str){authority.ptr, i};
    }
    return authority;
}

static struct cadre_str host_of(const struct cadre__scope *scope)
{
    return without_port(find_field(scope, CADRE_STR("host")));
}

/* What nginx has in lower case as well. */
static void put_host(struct line *line, const struct cadre__scope *scope)
{
    char *from = line->at;

    put_value(line, host_of(scope));
    for (char *at = from; at < line->at; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    }
}

static struct cadre_str server_addr(const struct cadre__scope *scope)
{
    return scope ? scope->server.address : (struct cadre_str){"", 0};
}

static uint64_t port(uint16_t number)
{
    return number > 0 ? number : ACCESS_UNKNOWN;
}

/* --- steps --- */

/* What is known of the answer and of the exchange. */
static void put_answer_step(struct line *line, const struct cadre__access_step *step,
                            const struct access_entry *e)
{
    const struct cadre_str none = {"", 0};

    switch (step->what) {
    case CADRE__ACCESS_STATUS:
        put_number(line, (uint64_t)e->status);
        break;
    case CADRE__ACCESS_BODY_BYTES_SENT:
        put_number(line, e->body_bytes_sent);
        break;
    case CADRE__ACCESS_BYTES_SENT:
        put_number(line, e->bytes_sent);
        break;
    case CADRE__ACCESS_REQUEST_LENGTH:
        put_number(line, e->request_length);
        break;
    case CADRE__ACCESS_REQUEST_TIME:
        put_seconds(line, e->request_ns);
        break;
    case CADRE__ACCESS_REQUEST_COMPLETION:
        put_value(line, e->complete ? CADRE_STR("OK") : none);
        break;
    case CADRE__ACCESS_QUEUE_TIME:
        put_seconds(line, e->queue_ns);
        break;
    case CADRE__ACCESS_REQUEST_ID:
        put_value(line, e->request_id);
        break;
    case CADRE__ACCESS_TRACE_ID:
        put_value(line, e->trace_id);
        break;
    case CADRE__ACCESS_SPAN_ID:
        put_value(line, e->span_id);
        break;
    case CADRE__ACCESS_MODULE:
        put_value(line, cadre_str_from(e->module));
        break;
    case CADRE__ACCESS_ROUTE:
        put_value(line, cadre_str_from(e->route));
        break;
    case CADRE__ACCESS_SENT_HTTP:
        put_value(line, e->sent ? e->sent[step->index] : none);
        break;
    default: /* put_step() and put_request_step() know all others */
        break;
    }
}

/* What the client asked for, as far as it was understood. */
static void put_request_step(struct line *line, const struct cadre__access_step *step,
                             const struct access_entry *e)
{
    const struct cadre_str none = {"", 0};

    switch (step->what) {
    case CADRE__ACCESS_REQUEST:
        put_request(line, e);
        break;
    case CADRE__ACCESS_REQUEST_METHOD:
        put_value(line, e->method);
        break;
    case CADRE__ACCESS_REQUEST_URI:
        put_target(line, e);
        break;
    case CADRE__ACCESS_URI:
        put_value(line, e->scope ? e->scope->path : none);
        break;
    case CADRE__ACCESS_ARGS:
        put_value(line, e->scope ? e->scope->query : none);
        break;
    case CADRE__ACCESS_SERVER_PROTOCOL:
        put_protocol(line, e);
        break;
    case CADRE__ACCESS_SCHEME:
        put_value(line, e->scope ? e->scope->scheme : none);
        break;
    case CADRE__ACCESS_HOST:
        put_host(line, e->scope);
        break;
    case CADRE__ACCESS_HTTP:
        put_value(line, find_field(e->scope, step->text));
        break;
    default:
        put_answer_step(line, step, e);
        break;
    }
}

static void put_step(struct line *line, const struct cadre__access_step *step,
                     const struct access_line_context *c, const struct access_entry *e)
{
    switch (step->what) {
    case CADRE__ACCESS_TEXT:
        put_str(line, step->text);
        break;
    case CADRE__ACCESS_REMOTE_ADDR:
        put_value(line, e->remote_addr);
        break;
    case CADRE__ACCESS_REMOTE_PORT:
        put_number(line, port(e->remote_port));
        break;
    case CADRE__ACCESS_REMOTE_USER:
        put_missing(line);
        break;
    case CADRE__ACCESS_TIME_LOCAL:
        put_str(line, cadre_str_from(c->local));
        break;
    case CADRE__ACCESS_TIME_ISO8601:
        put_str(line, cadre_str_from(c->iso8601));
        break;
    case CADRE__ACCESS_MSEC:
        put_thousandths(line, c->wall_ms);
        break;
    case CADRE__ACCESS_SERVER_ADDR:
        put_value(line, server_addr(e->scope));
        break;
    case CADRE__ACCESS_SERVER_PORT:
        put_number(line, port(e->scope ? e->scope->server.port : 0));
        break;
    case CADRE__ACCESS_CONNECTION:
        put_number(line, e->connection);
        break;
    case CADRE__ACCESS_CONNECTION_REQUESTS:
        put_number(line, e->connection_requests);
        break;
    case CADRE__ACCESS_WORKER:
        put_number(line, c->worker);
        break;
    case CADRE__ACCESS_PID:
        put_number(line, (uint64_t)c->pid);
        break;
    default:
        put_request_step(line, step, e);
        break;
    }
}

static size_t format_with(const struct cadre__access_format *format,
                          const struct access_line_context *context,
                          const struct access_entry *entry, char *out, size_t size,
                          size_t value_max)
{
    struct line line = {.at = out, .end = out + size, .value_max = value_max, .json = format->json};

    for (size_t i = 0; i < format->n_steps && !line.full; i++)
        put_step(&line, &format->steps[i], context, entry);
    put(&line, "\n", 1);
    return line.full ? 0 : (size_t)(line.at - out);
}

/* What each value may have, so that all of them fit. */
static size_t fair_share(const struct cadre__access_format *format, size_t size)
{
    size_t left = size > format->text_len ? size - format->text_len : 0;
    size_t values = 0;

    for (size_t i = 0; i < format->n_steps; i++) {
        enum cadre__access_what what = format->steps[i].what;

        values += what == CADRE__ACCESS_TEXT ? 0 : what == CADRE__ACCESS_REQUEST ? 2 : 1;
    }
    left /= values > 0 ? values : 1;
    left = left > VALUE_EXTRA ? left - VALUE_EXTRA : 0;

    size_t share = left / (format->json ? JSON_ESCAPED_MAX : ESCAPED_MAX);

    return share > VALUE_MIN ? share : VALUE_MIN;
}

size_t access_line_format(const struct cadre__access_format *format,
                          const struct access_line_context *context,
                          const struct access_entry *entry, char *out, size_t size)
{
    size_t len = format_with(format, context, entry, out, size, SIZE_MAX);

    return len > 0 ? len : format_with(format, context, entry, out, size, fair_share(format, size));
}
