/* SPDX-License-Identifier: MIT */
/* Sessions in signed cookies (<cadre/session.h>). */
#include "config.h"

#include "base/clock.h"
#include "middleware/signature.h"
#include "web/cookie.h"
#include "web/request.h"
#include <cadre/session.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_KEY_BYTES     16
#define DEFAULT_MAX_AGE_S (14 * 24 * 3600)
/* A session of the browser's has no age of its own; its signature has. */
#define BROWSER_MAX_AGE_S (400 * INT64_C(24) * 3600)

/* Where a request keeps its session; the address is the name's, too. */
static const char state_name[] = "cadre.session";

struct sessions {
    const struct cadre_session_options *options; /* borrowed */
    struct cadre_strings keys;                   /* the options', or those of `env` */
    char *env;                                   /* heap: the variable, cut into keys; or NULL */
    size_t env_len;                              /* of all of it */
    const char *cookie;
    int64_t max_age_s; /* of a signature */
};

/* Of a request. */
struct session {
    const struct sessions *sessions;
    json_t *json;      /* NULL: nobody has asked */
    const char *begun; /* what it was, as text; arena */
};

/* --- set-up --- */

static void sessions_done(void *self)
{
    struct sessions *sessions = self;

    if (sessions->env != NULL) {
        explicit_bzero(sessions->env, sessions->env_len);
        free(sessions->env);
        free(sessions->keys.items);
    }
    free(sessions);
}

/* Cuts the variable's value into keys. */
static int read_keys(struct sessions *sessions, const char *name)
{
    const char *value = getenv(name);
    char *at;

    if (value == NULL)
        return 0;
    sessions->env_len = strlen(value);
    sessions->env = strdup(value);
    sessions->keys.items = calloc(sessions->env_len / 2 + 1, sizeof(char *));
    if (sessions->env == NULL || sessions->keys.items == NULL)
        return -ENOMEM;
    for (char *key = strtok_r(sessions->env, " ,\t\n", &at); key != NULL;
         key = strtok_r(NULL, " ,\t\n", &at))
        sessions->keys.items[sessions->keys.len++] = key;
    return 0;
}

static int check_keys(const struct cadre_middleware_setup *setup, const struct sessions *sessions)
{
    if (sessions->keys.len == 0) {
        snprintf(setup->why, setup->why_size,
                 "there is no key: set %s to one, such as `openssl rand -hex 32` prints",
                 sessions->options->keys_env != NULL ? sessions->options->keys_env : "keys");
        return -EINVAL;
    }
    for (size_t i = 0; i < sessions->keys.len; i++) {
        size_t len = strlen(sessions->keys.items[i]);

        if (len >= MIN_KEY_BYTES)
            continue;
        snprintf(setup->why, setup->why_size,
                 "key number %zu has %zu bytes, which can be guessed: take at least %d, such as "
                 "`openssl rand -hex 32` prints",
                 i + 1, len, MIN_KEY_BYTES);
        return -EINVAL;
    }
    return 0;
}

static struct cadre_set_cookie cookie_of(const struct sessions *sessions)
{
    const struct cadre_session_options *options = sessions->options;

    return (struct cadre_set_cookie){
        .name = sessions->cookie,
        .path = options->path,
        .domain = options->domain,
        .same_site = options->same_site,
        .secure = options->secure,
        .http_only = true,
    };
}

/* Whether browsers would take it: else each response that changes a session would fail. */
static int check_cookie(const struct cadre_middleware_setup *setup, const struct sessions *sessions)
{
    const struct cadre_set_cookie cookie = cookie_of(sessions);
    const char *fault = "";
    struct cadre__buf buf;
    int r;

    cadre__buf_init(&buf);
    r = cadre__cookie_format(&buf, &cookie, &fault);
    cadre__buf_done(&buf);
    if (r == -EINVAL)
        snprintf(setup->why, setup->why_size, "%s", fault);
    return r;
}

static int fill(struct sessions *sessions, const struct cadre_middleware_setup *setup)
{
    const struct cadre_session_options *options = sessions->options;
    int r = 0;

    sessions->cookie = options->cookie != NULL ? options->cookie : "session";
    sessions->max_age_s = options->max_age_s == 0  ? DEFAULT_MAX_AGE_S
                          : options->max_age_s < 0 ? BROWSER_MAX_AGE_S
                                                   : options->max_age_s;
    if (options->keys_env != NULL)
        r = read_keys(sessions, options->keys_env);
    else
        sessions->keys = options->keys;
    if (r == 0)
        r = check_keys(setup, sessions);
    if (r == 0)
        r = check_cookie(setup, sessions);
    if (r == 0 && cadre__signature_load(setup->why, setup->why_size) < 0)
        r = -EINVAL;
    return r;
}

static int sessions_setup(const struct cadre_middleware_setup *setup, const void *options,
                          void **ret_self)
{
    struct sessions *sessions;
    int r;

    if (options == NULL) {
        snprintf(setup->why, setup->why_size, "it has no options: say at least keys or keys_env");
        return -EINVAL;
    }
    sessions = calloc(1, sizeof(*sessions));
    if (sessions == NULL)
        return -ENOMEM;
    sessions->options = options;
    r = fill(sessions, setup);
    if (r < 0)
        sessions_done(sessions);
    else
        *ret_self = sessions;
    return r;
}

/* --- reading --- */

static void drop(void *arg)
{
    json_decref(arg);
}

static char *write_json(struct cadre_request *req, const json_t *json)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS;
    size_t len = json_dumpb(json, NULL, 0, flags);
    char *text = cadre_alloc(req, len + 1);

    if (text != NULL) {
        json_dumpb(json, text, len, flags);
        text[len] = '\0';
    }
    return text;
}

/* What the cookie holds; an empty object where it does not count. NULL: ENOMEM. */
static json_t *read_cookie(struct cadre_request *req, const struct sessions *sessions)
{
    const char *value = cadre_cookie(req, sessions->cookie);
    int64_t now_s = (int64_t)(cadre__clock_wall_ms() / 1000);
    struct cadre_str text;
    json_t *json;
    int r;

    if (value == NULL)
        return errno == ENOMEM ? NULL : json_object();
    r = cadre__unsign(req->arena, &sessions->keys, sessions->cookie, cadre_str_from(value),
                      now_s - sessions->max_age_s, now_s, &text);
    if (r == -ENOMEM)
        return NULL;
    if (r < 0)
        return json_object();
    json = json_loadb(text.ptr, text.len, 0, NULL);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return json_object();
}

struct json_t *cadre_session(struct cadre_request *req)
{
    struct session *session = cadre_request_get(req, state_name);
    json_t *json;

    if (session == NULL || session->json != NULL) {
        errno = ENOENT;
        return session != NULL ? session->json : NULL;
    }
    json = read_cookie(req, session->sessions);
    session->begun = json != NULL ? write_json(req, json) : NULL;
    if (session->begun == NULL || cadre_defer(req, drop, json) < 0) {
        json_decref(json);
        errno = ENOMEM;
        return NULL;
    }
    session->json = json;
    return json;
}

/* --- writing --- */

static int send_session(struct cadre_request *req, const struct session *session, const char *text)
{
    const struct sessions *sessions = session->sessions;
    struct cadre_set_cookie cookie = cookie_of(sessions);

    cookie.value =
        cadre__sign(req->arena, cadre_str_from(sessions->keys.items[0]), sessions->cookie,
                    cadre_str_from(text), (int64_t)(cadre__clock_wall_ms() / 1000));
    if (cookie.value == NULL)
        return -ENOMEM;
    if (strlen(cookie.value) > CADRE_SESSION_BYTES_MAX) {
        cadre_log(CADRE_LOG_ERROR, req,
                  "the session has %zu bytes, signed: more than the %d that browsers are sure to "
                  "keep; it is not sent: keep what is large elsewhere, and its key here",
                  strlen(cookie.value), CADRE_SESSION_BYTES_MAX);
        return 0;
    }
    if (sessions->options->max_age_s >= 0)
        cookie.max_age_s = sessions->max_age_s;
    return cadre_cookie_set(req, &cookie);
}

static int on_response(struct cadre_request *req, void *arg)
{
    const struct session *session = arg;
    struct cadre_set_cookie cookie;
    const char *text;
    int r;

    if (session->json == NULL)
        return 0;
    r = cadre_vary(req, "Cookie");
    text = r == 0 ? write_json(req, session->json) : NULL;
    if (text == NULL)
        return r < 0 ? r : -ENOMEM;
    if (strcmp(text, session->begun) == 0)
        return 0;
    if (json_object_size(session->json) > 0)
        return send_session(req, session, text);
    cookie = cookie_of(session->sessions);
    return cadre_cookie_delete(req, &cookie);
}

static int sessions_call(struct cadre_request *req, void *self)
{
    struct session *session = cadre_alloc(req, sizeof(*session));
    int r;

    if (session == NULL)
        return -ENOMEM;
    *session = (struct session){.sessions = self};
    r = cadre_request_set(req, state_name, session);
    if (r == 0)
        r = cadre_on_response(req, on_response, session);
    return r < 0 ? r : cadre_next(req);
}

const struct cadre_middleware_type cadre_sessions = {
    .name = "sessions",
    .setup = sessions_setup,
    .call = sessions_call,
    .done = sessions_done,
};
