/* SPDX-License-Identifier: MIT */
/*
 * Any request for a route with parameters of all kinds, from path, query, header, cookie and form.
 * It is answered by what was made of them, or by all that is wrong, in order; never by 500. What
 * was made of them, sent again as it was written, makes the same.
 *
 * The input: the path behind its first '/', a line; the query, a line; header lines; an empty line;
 * the body.
 */
#include "config.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "api/api.h"
#include "base/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/jansson_limits.h"
#include "tests/unit/lib/web/fake_channel.h"
#include "web/app.h"
#include <cadre.h>

/* --- the route: the first letter of a name is its source --- */

enum colour { RED, GREEN, BLUE };
CADRE_ENUM_TYPE(colours, enum colour, {"red", RED}, {"green", GREEN}, {"blue", BLUE});

struct page {
    int q_limit, q_offset;
};
static int check_page(struct cadre_validation *validation, void *value)
{
    const struct page *page = value;

    return page->q_limit > page->q_offset + 1000 ? cadre_invalid(validation, "too far") : 0;
}
static const struct cadre_field page_fields[] = {
    CADRE_FIELD(struct page, q_limit, CADRE_DEFAULT(10), CADRE_GE(0)),
    CADRE_FIELD(struct page, q_offset, CADRE_DEFAULT(0), CADRE_GE(0), CADRE_LE(100000)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_model, struct page, page_fields, .after = check_page);

struct params {
    int p_int;
    const char *p_rest;
    int8_t q_small;
    int64_t q_int;
    uint32_t q_unsigned;
    double q_real;
    bool q_bool;
    const char *q_word, *q_lower;
    struct cadre_str q_text;
    struct cadre_bytes q_bytes;
    enum colour q_colour;
    struct cadre_date q_date;
    struct cadre_time q_time;
    struct cadre_datetime q_moment;
    struct cadre_duration q_duration;
    struct cadre_uuid q_uuid;
    struct cadre_ip q_ip;
    struct cadre_decimal q_decimal;
    struct cadre_email q_email;
    struct cadre_uri q_url;
    struct cadre_any q_any;
    CADRE_LIST_OF(int) q_ints;
    CADRE_LIST_OF(const char *) q_set;
    CADRE_LIST_OF(int) q_json;
    struct page page;
    struct cadre_opt_int h_int;
    const char *h_text;
    CADRE_LIST_OF(double) h_reals;
    struct cadre_opt_int c_int;
    const char *c_text;
    struct cadre_opt_int f_int;
    const char *f_text;
    CADRE_LIST_OF(const char *) f_texts;
};

#define Q(member_, ...) CADRE_QUERY(struct params, member_, __VA_ARGS__)
static const struct cadre_field params_fields[] = {
    CADRE_PATH(struct params, p_int),
    CADRE_PATH(struct params, p_rest),
    Q(q_small, CADRE_DEFAULT(1)),
    Q(q_int, CADRE_DEFAULT(2), CADRE_MULTIPLE_OF(2)),
    Q(q_unsigned, CADRE_DEFAULT(3)),
    Q(q_real, CADRE_DEFAULT(4.5), .finite = true),
    Q(q_bool, CADRE_DEFAULT(false)),
    Q(q_word, CADRE_DEFAULT("word"), .pattern = "^[a-z]+(-[a-z]+)*$", .max_length = 20),
    Q(q_lower, .optional = true, .lower = true, .strip = true, .min_length = 1),
    Q(q_text, .optional = true),
    Q(q_bytes, .optional = true, .max_length = 40),
    CADRE_ENUM(struct params, q_colour, colours, CADRE_DEFAULT(GREEN), CADRE_FROM_QUERY),
    Q(q_date, CADRE_DEFAULT("2026-01-02")),
    Q(q_time, CADRE_DEFAULT("03:04:05")),
    Q(q_moment, CADRE_DEFAULT("2026-01-02T03:04:05Z")),
    Q(q_duration, CADRE_DEFAULT("PT1S")),
    Q(q_uuid, CADRE_DEFAULT("123e4567-e89b-12d3-a456-426614174000")),
    Q(q_ip, CADRE_DEFAULT("::1")),
    Q(q_decimal, CADRE_DEFAULT("1.5")),
    Q(q_email, .optional = true),
    Q(q_url, .optional = true),
    Q(q_any, .optional = true),
    CADRE_LIST(struct params, q_ints, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .max_items = 9),
    CADRE_LIST(struct params, q_set, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .unique = true),
    CADRE_LIST(struct params, q_json, CADRE_FROM_QUERY, CADRE_DEFAULT_EMPTY, .json = true),
    CADRE_NESTED(struct params, page, page_model, CADRE_FROM_QUERY),
    CADRE_HEADER(struct params, h_int),
    CADRE_HEADER(struct params, h_text, .optional = true),
    CADRE_LIST(struct params, h_reals, CADRE_FROM_HEADER, CADRE_DEFAULT_EMPTY,
               CADRE_EACH(.finite = true)),
    CADRE_COOKIE(struct params, c_int),
    CADRE_COOKIE(struct params, c_text, .optional = true),
    CADRE_FORM(struct params, f_int),
    CADRE_FORM(struct params, f_text, .optional = true),
    CADRE_LIST(struct params, f_texts, CADRE_FROM_FORM, CADRE_DEFAULT_EMPTY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(params_model, struct params, params_fields);

static int show(struct cadre_request *req)
{
    return cadre_respond(req, &params_model, cadre_params(req));
}

static const struct cadre_route routes[] = {
    CADRE_POST("/{p_int}/{p_rest:path}", show, .params = &params_model),
    CADRE_ROUTES_END,
};

/* --- a request --- */

/* As the input has it; its lines end in NUL. */
struct message {
    char *path, *query, *body;
    char *headers[FAKE_HEADERS_MAX]; /* "name: value" */
    size_t n_headers;
};

static char *cut_line(char **rest)
{
    char *line = *rest;
    size_t len = strcspn(line, "\n");

    *rest = line + len + (line[len] != '\0');
    line[len] = '\0';
    return line;
}

static struct message cut(char *text)
{
    struct message message = {.path = cut_line(&text)};

    message.query = cut_line(&text);
    while (*text != '\0' && *text != '\n' && message.n_headers < FAKE_HEADERS_MAX)
        message.headers[message.n_headers++] = cut_line(&text);
    message.body = text + (*text == '\n');
    return message;
}

/* A name in lower case, a value without space at its ends, as protocols give them; lines without a
 * colon are none. */
static void add_header(struct fake *fake, char *line)
{
    char *value = strchr(line, ':');

    if (value == NULL)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    for (size_t len = strlen(value); len > 0 && strchr(" \t", value[len - 1]) != NULL; len--)
        value[len - 1] = '\0';
    for (char *c = line; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    fake_add_header(fake, line, value);
}

static struct cadre__app *app;

static void set_up(void)
{
    const struct cadre__mount_options mount = {
        .name = "fuzz", .path = "/", .routes = routes, .typed = &cadre__api_ops};
    char why[1000] = "";

    cadre__log_set_level(CADRE_LOG_CRITICAL);
    FUZZ_CHECK(cadre__app_new(NULL, &app) == 0);
    if (cadre__app_mount(app, &mount, why, sizeof(why), NULL) < 0)
        FUZZ_FAIL("%s", why);
}

static void ask(struct message *message, struct fake *fake)
{
    static char path[8192];
    const char *chunks[] = {message->body, NULL};

    fake_init(fake, "POST", "/");
    (void)snprintf(path, sizeof(path), "/%s", message->path);
    fake->scope.path = fake->scope.raw_path = cadre_str_from(path);
    fake->scope.query = cadre_str_from(message->query);
    for (size_t i = 0; i < message->n_headers; i++)
        add_header(fake, message->headers[i]);
    fake->chunks = chunks;
    /* Nothing here suspends, so it needs no loop. */
    fake->result = cadre__app_call(app, &fake->scope, &fake->channel);
    fake->chunks = NULL;
}

/* --- what is wrong --- */

static const char *const places[] = {"path", "query", "header", "cookie", "body"};

static size_t rank_of(const char *place)
{
    size_t i = 0;

    while (i < 5 && strcmp(place, places[i]) != 0)
        i++;
    if (i == 5)
        FUZZ_FAIL("there is no place \"%s\"", place);
    return i;
}

/* All issues are complete, and in the order of the sources. */
static void check_issues(const struct fake *fake)
{
    json_error_t error;
    json_t *json = json_loadb(fake->body.data, fake->body.len, JSON_ALLOW_NUL, &error);
    json_t *detail = json_object_get(json, "detail"), *issue;
    size_t index, before = 0;

    if (json == NULL && jansson_is_limit(error.text))
        return;
    if (json == NULL)
        FUZZ_FAIL("%s: %s", error.text, fake->body.data);
    FUZZ_CHECK(json_array_size(detail) > 0);
    json_array_foreach(detail, index, issue)
    {
        const char *place = json_string_value(json_array_get(json_object_get(issue, "loc"), 0));

        FUZZ_CHECK(json_is_string(json_object_get(issue, "type")));
        FUZZ_CHECK(json_is_string(json_object_get(issue, "msg")));
        FUZZ_CHECK(json_object_get(issue, "input") != NULL);
        FUZZ_CHECK(place != NULL && rank_of(place) >= before);
        before = rank_of(place);
    }
    json_decref(json);
}

/* --- the same again --- */

/* A request that is made of an answer. */
struct again {
    struct cadre__buf path, query, body, headers;
    bool is_plain; /* all of it can be sent again as it is */
};

static void put_encoded(struct cadre__buf *out, const char *name, const char *text, size_t len)
{
    cadre__buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", name);
    for (size_t i = 0; i < len; i++)
        cadre__buf_printf(out, isalnum((unsigned char)text[i]) ? "%c" : "%%%02X",
                          (unsigned char)text[i]);
}

/* A header is Latin-1, and a line. */
static void put_header(struct again *again, const char *name, const char *text, size_t len)
{
    cadre__buf_puts(&again->headers, "\n");
    for (; *name != '\0'; name++)
        cadre__buf_putc(&again->headers, *name == '_' ? '-' : *name);
    cadre__buf_puts(&again->headers, ":");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c & 0xe0) == 0xc0 && i + 1 < len)
            c = (unsigned char)((c & 0x1f) << 6 | ((unsigned char)text[++i] & 0x3f));
        cadre__buf_putc(&again->headers, (char)c);
    }
}

static void put_cookie(struct again *again, const char *name, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        again->is_plain &= isalnum((unsigned char)text[i]) != 0;
    cadre__buf_printf(&again->headers, "\ncookie: %s=%.*s", name, (int)len, text);
}

static void put(struct again *again, const char *name, const char *text, size_t len)
{
    if (strcmp(name, "p_int") == 0)
        cadre__buf_printf(&again->path, "%s", text);
    else if (strcmp(name, "p_rest") == 0)
        cadre__buf_printf(&again->path, "/%s", text);
    else if (name[0] == 'q')
        put_encoded(&again->query, name, text, len);
    else if (name[0] == 'h')
        put_header(again, name, text, len);
    else if (name[0] == 'c')
        put_cookie(again, name, text, len);
    else
        put_encoded(&again->body, name, text, len);
}

static void put_value(struct again *again, const char *name, json_t *value)
{
    char *text;
    size_t index;
    json_t *item;
    const char *key;

    if (json_is_null(value))
        return;
    if (json_is_string(value)) {
        put(again, name, json_string_value(value), json_string_length(value));
    } else if (json_is_object(value) && strcmp(name, "page") == 0) {
        json_object_foreach(value, key, item) put_value(again, key, item);
    } else if (json_is_array(value) && strcmp(name, "q_json") != 0) {
        json_array_foreach(value, index, item) put_value(again, name, item);
    } else {
        text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        FUZZ_CHECK(text != NULL);
        put(again, name, text, strlen(text));
        free(text);
    }
}

/* Whether texts are lines: path and headers are sent as such. */
static bool is_sendable(const struct again *again)
{
    return again->is_plain && strchr(cadre__buf_text(&again->path), '\n') == NULL;
}

static void check_again(const struct fake *fake)
{
    json_error_t error;
    json_t *json = json_loadb(fake->body.data, fake->body.len, JSON_ALLOW_NUL, &error), *value;
    struct again again = {.is_plain = true};
    struct message message;
    struct fake second;
    const char *name;

    if (json == NULL)
        FUZZ_FAIL("%s: %s", error.text, fake->body.data);
    json_object_foreach(json, name, value) put_value(&again, name, value);
    json_decref(json);
    if (is_sendable(&again)) {
        char *headers = strdup(again.headers.len > 0 ? again.headers.data + 1 : "");
        char *rest = headers;

        FUZZ_CHECK(headers != NULL);
        message = (struct message){
            .path = again.path.data,
            .query = again.query.data,
            .body = again.body.len > 0 ? again.body.data : (char[]){""},
            .headers = {(char[]){"content-type: application/x-www-form-urlencoded"}},
            .n_headers = 1};
        while (*rest != '\0' && message.n_headers < FAKE_HEADERS_MAX)
            message.headers[message.n_headers++] = cut_line(&rest);
        if (*rest == '\0') {
            ask(&message, &second);
            if (second.response.status != 200 || second.body.len != fake->body.len ||
                memcmp(second.body.data, fake->body.data, fake->body.len) != 0)
                FUZZ_FAIL("\n%s\n%s\n%s?%s", fake->body.data, cadre__buf_text(&second.body),
                          message.path, message.query);
            fake_done(&second);
        }
        free(headers);
    }
    cadre__buf_done(&again.path);
    cadre__buf_done(&again.query);
    cadre__buf_done(&again.body);
    cadre__buf_done(&again.headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message message;
    struct fake fake;
    char *text;

    if (size > 4096 || (size > 0 && memchr(data, '\0', size) != NULL))
        return 0;
    if (app == NULL)
        set_up();
    text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    message = cut(text);
    ask(&message, &fake);
    switch (fake.response.status) {
    case 200:
        check_again(&fake);
        break;
    case 422:
        check_issues(&fake);
        break;
    case 307: /* a slash more or less */
    case 400: /* no form */
    case 404:
    case 413:
        break;
    default:
        FUZZ_FAIL("status %d: %s", fake.response.status, cadre__buf_text(&fake.body));
    }
    fake_done(&fake);
    free(text);
    return 0;
}
