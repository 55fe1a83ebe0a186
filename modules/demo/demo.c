/* SPDX-License-Identifier: MIT */
/*
 * The demo's module: settings, lifespans, and the tables of its subjects put together. Each setting
 * may come from the environment as well: DEMO_GREETING, DEMO_DATABASE ...
 */
#include "demo.h"
#include "database.h"

#include <time.h>
#include <unistd.h>

SHOWS_SOURCE(demo);

/* --- settings --- */

static const struct cadre_field settings_fields[] = {
    CADRE_FIELD(struct demo_settings, greeting, CADRE_DEFAULT("Hello")),
    CADRE_FIELD(struct demo_settings, allow_blocks, CADRE_DEFAULT(false)),
    CADRE_FIELD(struct demo_settings, allow_crash, CADRE_DEFAULT(false)),
    CADRE_FIELD(struct demo_settings, database, .optional = true, .min_length = 1),
    CADRE_FIELD(struct demo_settings, max_items, CADRE_DEFAULT(10000), CADRE_GE(1)),
    CADRE_FIELD(struct demo_settings, api_key, .optional = true, .min_length = 1, .secret = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(settings_model, struct demo_settings, settings_fields);

/* --- lifespans --- */

/* Once in each worker. */
static int lifespan(struct cadre_lifespan *ls)
{
    struct demo demo = {.settings = cadre_lifespan_settings_value(ls)};
    int tone, r = database_open(ls, demo.settings->database, &demo.store);

    if (r < 0)
        return r;
    tone = make_tone(demo.tone_path, sizeof(demo.tone_path));
    if (tone < 0) {
        database_close(demo.store);
        return cadre_lifespan_fail(ls, "no file for /tone.wav: %s", cadre_strerror(tone));
    }

    r = cadre_serving(ls, &demo); /* returns when the worker is about to end */

    close(tone);
    database_close(demo.store);
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

#define TOUR .tags = CADRE_TAGS("tour")

static const struct cadre_route routes[] = {
    CADRE_MOUNT("", items_routes),
    CADRE_MOUNT("", shelf_routes),
    CADRE_MOUNT("", pages_routes, .not_in_schema = true),
    CADRE_MOUNT("", basics_routes, TOUR),
    CADRE_MOUNT("", waiting_routes, TOUR),
    CADRE_MOUNT("", forms_routes, TOUR),
    CADRE_MOUNT("", upload_routes, TOUR),
    CADRE_MOUNT("", cookies_routes, TOUR),
    CADRE_MOUNT("", files_routes, TOUR),
    CADRE_MOUNT("", background_routes, TOUR),
    CADRE_MOUNT("", links_routes, TOUR),
    CADRE_MOUNT("", trouble_routes, TOUR),
    CADRE_ROUTES_END,
};

static const struct cadre_error_handler errors[] = {
    CADRE_ON_STATUS(404, not_found),
    CADRE_ERRORS_END,
};

CADRE_MODULE = {
    .title = "Demo",
    .version = "1.0.0",
    .description =
        "What a newcomer sees first: items that are kept, and a tour of what handlers do.",
    .settings = &settings_model,
    .settings_env = "DEMO_",
    .lifespan = lifespan,
    .server_lifespan = server_lifespan,
    .routes = routes,
    .errors = errors,
};
