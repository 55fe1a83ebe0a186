/* SPDX-License-Identifier: MIT */
/*
 * The demo's module: settings, lifespans, and the tables of its subjects put together.
 *
 * Settings: greeting (the word of /hello, "Hello"), allow_blocks and allow_crash (false): whether
 * /blocks and /crash do what they say.
 */
#include "demo.h"

#include <time.h>
#include <unistd.h>

SHOWS_SOURCE(demo);

/* --- lifespans --- */

static int read_settings(const struct cadre_conf *settings, struct demo *demo)
{
    int r = cadre_conf_string(settings, "greeting", "Hello", &demo->greeting);

    if (r == 0)
        r = cadre_conf_bool(settings, "allow_blocks", false, &demo->allow_blocks);
    if (r == 0)
        r = cadre_conf_bool(settings, "allow_crash", false, &demo->allow_crash);
    return r;
}

/* Once in each worker. */
static int lifespan(struct cadre_lifespan *ls)
{
    struct demo demo = {0};
    int tone, r;

    if (read_settings(cadre_lifespan_settings(ls), &demo) < 0)
        return cadre_lifespan_fail(ls, "a setting has a wrong value");
    tone = make_tone(demo.tone_path, sizeof(demo.tone_path));
    if (tone < 0)
        return cadre_lifespan_fail(ls, "no file for /tone.wav: %s", cadre_strerror(tone));

    r = cadre_serving(ls, &demo); /* returns when the worker is about to end */

    close(tone);
    cadre_log(CADRE_LOG_DEBUG, NULL, "demo has answered %llu requests", demo.requests);
    return r;
}

/* Once per generation, in a process of its own, before the first worker starts. */
static int server_lifespan(struct cadre_lifespan *ls)
{
    struct server_facts facts = {.started_at = (int64_t)time(NULL), .pid = getpid()};

    return cadre_serving_with(ls, &facts, sizeof(facts));
}

/* --- errors --- */

/* What all paths are answered that lead nowhere, and all handlers that say so. */
static int not_found(struct cadre_request *req, const struct cadre_problem *problem)
{
    return cadre_error(req, problem->status, problem->detail);
}

/* --- the module --- */

static const char *const settings[] = {"greeting", "allow_blocks", "allow_crash", NULL};

static const struct cadre_route routes[] = {
    CADRE_MOUNT("", pages_routes),
    CADRE_MOUNT("", basics_routes),
    CADRE_MOUNT("", waiting_routes),
    CADRE_MOUNT("", forms_routes),
    CADRE_MOUNT("", upload_routes),
    CADRE_MOUNT("", cookies_routes),
    CADRE_MOUNT("", files_routes),
    CADRE_MOUNT("", background_routes),
    CADRE_MOUNT("", links_routes),
    CADRE_MOUNT("", trouble_routes),
    CADRE_ROUTES_END,
};

static const struct cadre_error_handler errors[] = {
    CADRE_ON_STATUS(404, not_found),
    CADRE_ERRORS_END,
};

CADRE_MODULE = {
    .title = "Demo",
    .version = "1.0.0",
    .description = "What a newcomer sees first",
    .setting_names = settings,
    .lifespan = lifespan,
    .server_lifespan = server_lifespan,
    .routes = routes,
    .errors = errors,
};
