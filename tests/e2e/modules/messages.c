/* SPDX-License-Identifier: MIT */
/*
 * A module that takes what clients send and answers by files: forms, cookies, JSON, redirects, work
 * behind the response. Each route tells what it was given.
 */
#include <cadre.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "name=value" of fields, "name:filename:type:size:sum" of files, a line each. */
static int form(struct cadre_request *req)
{
    const struct cadre_form *form;
    const struct cadre_upload *upload;
    const char *name, *text = "";
    struct cadre_str value;
    int r = cadre_form_read(req, &form);

    if (r < 0)
        return r;
    for (size_t i = 0; cadre_form_field_at(form, i, &name, &value); i++)
        text = cadre_printf(req, "%s%s=%s\n", text, name, value.ptr);
    for (size_t i = 0; (upload = cadre_form_file_at(form, i)) != NULL; i++) {
        unsigned char block[16384];
        unsigned long sum = 0;
        uint64_t at = 0;
        ssize_t n;

        while ((n = cadre_upload_read(upload, block, sizeof(block), at)) > 0) {
            for (ssize_t k = 0; k < n; k++)
                sum += block[k];
            at += (uint64_t)n;
        }
        if (n < 0)
            return (int)n;
        text = cadre_printf(req, "%s%s:%s:%s:%llu:%lu\n", text, cadre_upload_field(upload),
                            cadre_upload_filename(upload), cadre_upload_type(upload),
                            (unsigned long long)cadre_upload_size(upload), sum);
    }
    return cadre_respond_text(req, 200, text);
}

static int cookies(struct cadre_request *req)
{
    const char *name = cadre_query_param(req, "name"), *had = cadre_cookie(req, name);
    const struct cadre_set_cookie cookie = {.name = name, .value = cadre_query_param(req, "value")};
    int r = cadre_cookie_set(req, &cookie);

    return r < 0 ? r : cadre_respondf(req, 200, "text/plain", "%s", had != NULL ? had : "-");
}

static int json(struct cadre_request *req)
{
    struct json_t *document;
    int r = cadre_json(req, &document);

    return r < 0 ? r : cadre_respond_json(req, 200, document);
}

static int elsewhere(struct cadre_request *req)
{
    return cadre_redirect(req, 303, cadre_printf(req, "%surl?from=here", cadre_base_url(req)));
}

static int url(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, cadre_url(req));
}

static int file(struct cadre_request *req)
{
    const struct cadre_file_options options = {.filename = cadre_query_param(req, "as")};

    return cadre_respond_file(req, cadre_query_param(req, "path"), &options);
}

/* Tells the log when it is done; how long that takes is for the caller to say. */
static int work(void *arg)
{
    int r;

    cadre_log(CADRE_LOG_INFO, NULL, "messages: work begins");
    r = cadre_sleep(strtoull(arg, NULL, 10));
    cadre_log(CADRE_LOG_INFO, NULL, "messages: work is done: %s", r < 0 ? "cut" : "whole");
    return r;
}

/* The same, but it never ends by being cancelled. */
static int stubborn_work(void *arg)
{
    while (cadre_sleep(strtoull(arg, NULL, 10)) < 0)
        cadre_log(CADRE_LOG_INFO, NULL, "messages: work goes on");
    return 0;
}

static int later(struct cadre_request *req)
{
    char *ms = strdup(cadre_query_param(req, "ms"));
    const struct cadre_background task = {
        .fn = cadre_query_param(req, "stubborn") != NULL ? stubborn_work : work,
        .arg = ms,
        .free_arg = free,
        .name = "work",
    };
    int r = cadre_background_add(req, &task);

    return r < 0 ? r : cadre_respond_text(req, 202, "accepted");
}

static const struct cadre_route routes[] = {
    CADRE_POST("/form", form),          CADRE_POST("/form-sync", form, .sync = true),
    CADRE_GET("/cookies", cookies),     CADRE_POST("/json", json),
    CADRE_GET("/elsewhere", elsewhere), CADRE_GET("/url", url),
    CADRE_GET("/file", file),           CADRE_GET("/file-sync", file, .sync = true),
    CADRE_POST("/later", later),        CADRE_ROUTES_END,
};

static int lifespan(struct cadre_lifespan *ls)
{
    int r = cadre_serving(ls, NULL);

    cadre_log(CADRE_LOG_INFO, NULL, "messages: shut down");
    return r;
}

CADRE_MODULE = {.title = "Messages", .version = "1.0.0", .lifespan = lifespan, .routes = routes};
