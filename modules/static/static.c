/* SPDX-License-Identifier: MIT */
/*
 * The files of a folder, by conf alone:
 *
 *     module: {
 *         files: { file = "static.so", mount = "/static", settings: { directory = "/srv/www" } }
 *     }
 *
 * docs/static-files.md lists the settings. All of the work is done by <cadre/static.h>.
 */
#include <cadre.h>
#include <errno.h>
#include <stdlib.h>

/* What the settings said; the lists that the options borrow. */
struct site {
    struct cadre_static *files;
    const char **directories;
    struct cadre_static_rule *rules;
};

/* A string, or a list of strings. */
static int read_directories(const struct cadre_conf *settings, struct site *site)
{
    const struct cadre_conf *node = cadre_conf_get(settings, "directory");
    size_t n = cadre_conf_count(node);
    int r = 0;

    site->directories = calloc(n + 2, sizeof(*site->directories));
    if (site->directories == NULL)
        return -ENOMEM;
    if (node == NULL || n == 0)
        return cadre_conf_string(settings, "directory", NULL, &site->directories[0]);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = cadre_conf_string(cadre_conf_at(node, i), NULL, NULL, &site->directories[i]);
    return r;
}

/* A string for all files, or a list of groups { match = "*.js", value = "max-age=60" }. */
static int read_rules(const struct cadre_conf *settings, struct site *site)
{
    static const char *const names[] = {"match", "value", NULL};
    const struct cadre_conf *node = cadre_conf_get(settings, "cache_control");
    size_t n = cadre_conf_count(node);
    int r = 0;

    site->rules = calloc(n + 2, sizeof(*site->rules));
    if (site->rules == NULL)
        return -ENOMEM;
    if (node == NULL)
        return 0;
    if (n == 0) {
        site->rules[0].match = "*";
        return cadre_conf_string(settings, "cache_control", "", &site->rules[0].cache_control);
    }
    for (size_t i = 0; r == 0 && i < n; i++) {
        const struct cadre_conf *rule = cadre_conf_at(node, i);

        r = cadre_conf_only(rule, names);
        if (r == 0)
            r = cadre_conf_string(rule, "match", "*", &site->rules[i].match);
        if (r == 0)
            r = cadre_conf_string(rule, "value", "", &site->rules[i].cache_control);
    }
    return r;
}

static int read_flags(const struct cadre_conf *settings, struct cadre_static_options *options)
{
    int r = cadre_conf_bool(settings, "html", false, &options->html);

    if (r == 0)
        r = cadre_conf_bool(settings, "follow_links", false, &options->follow_links);
    if (r == 0)
        r = cadre_conf_bool(settings, "hidden", false, &options->hidden);
    if (r == 0)
        r = cadre_conf_bool(settings, "precompressed", false, &options->precompressed);
    return r;
}

static int read_cache(const struct cadre_conf *settings, struct cadre_static_options *options)
{
    uint64_t memory = 0, small = 0, check_ms = 0;
    int64_t files = 0;
    int r = cadre_conf_int_between(settings, "cache_files", 1024, 0, 1000000, &files);

    if (r == 0)
        r = cadre_conf_size(settings, "cache_memory", 16 << 20, &memory);
    if (r == 0)
        r = cadre_conf_size(settings, "cache_small", 16 << 10, &small);
    if (r == 0)
        r = cadre_conf_duration_ms(settings, "check_interval", 1000, &check_ms);
    /* In the options 0 is the default; here it is what it says. */
    options->max_files = files > 0 ? (size_t)files : SIZE_MAX;
    options->max_memory = memory > 0 ? memory : 1;
    options->small_bytes = small > 0 ? small : 1;
    options->check_ms = check_ms == 0               ? UINT32_MAX
                        : check_ms < UINT32_MAX - 1 ? (uint32_t)check_ms
                                                    : UINT32_MAX - 1;
    return r;
}

static int open_site(struct cadre_lifespan *ls, struct site *site)
{
    const struct cadre_conf *settings = cadre_lifespan_settings(ls);
    struct cadre_static_options options = {0};
    char why[400] = "";
    int r = read_directories(settings, site);

    if (r == 0)
        r = read_rules(settings, site);
    if (r == 0)
        r = read_flags(settings, &options);
    if (r == 0)
        r = read_cache(settings, &options);
    if (r < 0)
        return cadre_lifespan_fail(ls, "a setting is wrong");
    if (site->directories[0] == NULL)
        return cadre_lifespan_fail(
            ls, "no directory is set: write settings: { directory = \"/srv/www\" }");
    options.directories = site->directories;
    options.rules = site->rules;
    r = cadre_static_new(&options, why, sizeof(why), &site->files);
    return r < 0 ? cadre_lifespan_fail(ls, "%s", why) : 0;
}

static int lifespan(struct cadre_lifespan *ls)
{
    struct site site = {0};
    int r = open_site(ls, &site);

    if (r == 0)
        r = cadre_serving(ls, site.files);
    cadre_static_free(site.files);
    free(site.rules);
    free((void *)site.directories);
    return r;
}

static int respond(struct cadre_request *req)
{
    return cadre_static_respond(cadre_state(req), req, cadre_path_param(req, "path"));
}

static const char *const settings[] = {
    "directory",     "html",           "follow_links", "hidden",
    "precompressed", "cache_control",  "cache_files",  "cache_memory",
    "cache_small",   "check_interval", NULL,
};

static const struct cadre_route routes[] = {
    CADRE_GET("/{path:path}", respond, .not_in_schema = true),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Static files",
    .version = "1.0.0",
    .description = "Serves the files of a folder.",
    .setting_names = settings,
    .lifespan = lifespan,
    .routes = routes,
};
