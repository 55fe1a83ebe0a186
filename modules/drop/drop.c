/* SPDX-License-Identifier: MIT */
/* The drop's handlers and its module: drop.h. */
#include "drop.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)128 * 1024)

/* --- what it is set, and what it says --- */

static const struct cadre_field settings_fields[] = {
    CADRE_FIELD(struct drop_settings, directory, .min_length = 1),
    CADRE_FIELD(struct drop_settings, max_file_mib, CADRE_DEFAULT(1024), CADRE_GE(1)),
    CADRE_FIELD(struct drop_settings, max_total_mib, CADRE_DEFAULT(10240), CADRE_GE(1)),
    CADRE_FIELD(struct drop_settings, max_files, CADRE_DEFAULT(1000), CADRE_GE(1)),
    CADRE_FIELD(struct drop_settings, keep_days, CADRE_DEFAULT(7), CADRE_GE(0), CADRE_LE(36525)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(drop_settings_model, struct drop_settings, settings_fields);

static const struct cadre_field file_fields[] = {
    CADRE_FIELD(struct drop_file, id),    CADRE_FIELD(struct drop_file, name),
    CADRE_FIELD(struct drop_file, size),  CADRE_FIELD(struct drop_file, received),
    CADRE_FIELD(struct drop_file, added), CADRE_FIELD(struct drop_file, arriving),
    CADRE_FIELD(struct drop_file, mine),  CADRE_FIELDS_END,
};
CADRE_MODEL(drop_file_model, struct drop_file, file_fields);

static const struct cadre_field list_fields[] = {
    CADRE_LIST_NESTED(struct drop_list, files, drop_file_model), CADRE_FIELDS_END};
CADRE_MODEL(drop_list_model, struct drop_list, list_fields);

/* --- who asks --- */

/* 16 hexadecimal digits that nobody guesses. */
static const char *make_id(struct cadre_request *req)
{
    unsigned long long bits = 0;

    (void)!getrandom(&bits, sizeof(bits), 0); /* so few always come: getrandom(2) */
    return cadre_printf(req, "%016llx", bits);
}

/* Who asks: by the session, which they get here. NULL: ENOMEM. */
static const char *owner_of(struct cadre_request *req)
{
    json_t *session = cadre_session(req);
    const char *owner = json_string_value(json_object_get(session, "owner"));

    if (owner != NULL || session == NULL)
        return owner;
    owner = make_id(req);
    return json_object_set_new(session, "owner", json_string(owner)) == 0 ? owner : NULL;
}

/* --- files that come --- */

static const char full[] = "The drop is full: take something away, or come later.";

static bool is_above(int64_t bytes, int64_t mib)
{
    return bytes > 0 && (bytes - 1) >> 20 >= mib;
}

/* 0: there is room for so many bytes of that file; else what the handler returns. */
static int check_room(struct cadre_request *req, const char *id, int64_t size)
{
    const struct drop *drop = cadre_state(req);
    int64_t total = size;

    if (is_above(size, drop->settings->max_file_mib))
        return cadre_fail(req, 413, "The file is larger than this drop takes.");
    for (size_t i = 0; i < drop->list.files.len; i++) {
        if (strcmp(drop->list.files.items[i].id, id) != 0) /* what came of it before is in `size` */
            total += drop->list.files.items[i].received;
    }
    return is_above(total, drop->settings->max_total_mib) ? cadre_fail(req, 507, full) : 0;
}

/* Takes a place for a file of so many bytes, 0 where that is not known. end() has to follow. */
static int begin(struct cadre_request *req, const char *name, uint64_t bytes,
                 struct drop_arrival *ret)
{
    const struct drop *drop = cadre_state(req);
    const char *dir = drop->settings->directory;
    const char *id = make_id(req), *owner = owner_of(req);
    char *plain = cadre_strdup(req, name[0] != '\0' ? name : "unnamed");
    int64_t size = bytes < INT64_MAX ? (int64_t)bytes : INT64_MAX;
    int r;

    *ret = (struct drop_arrival){.settings = drop->settings, .fd = -1};
    if (id == NULL || owner == NULL || plain == NULL)
        return -ENOMEM;
    for (char *at = plain; *at != '\0'; at++)
        *at = (unsigned char)*at < ' ' || strchr("/\\\177", *at) != NULL ? '_' : *at;
    ret->file = (struct drop_file){.id = id, .name = plain, .added = time(NULL), .mine = true};
    ret->from = cadre_printf(req, "%s/.%s-%s-%016" PRIx64 "-%s", dir, id, owner, size, plain);
    ret->to = cadre_printf(req, "%s/%s-%s-%016" PRIx64 "-%s", dir, id, owner, size, plain);
    if (strlen(plain) > NAME_MAX - 52)
        return cadre_fail(req, 400, "The name of the file is too long.");
    if (ret->from == NULL || ret->to == NULL)
        return -ENOMEM;
    r = check_room(req, id, size);
    return r < 0 ? r : cadre_to_thread(drop_claim, ret);
}

/* What comes goes to the folder at once: the body of the request, or a file of its form. */
static int receive(struct cadre_request *req, const struct cadre_upload *upload, char *block,
                   struct drop_arrival *arrival)
{
    struct drop_file *file = &arrival->file;
    ssize_t n;
    int r = 0;

    do {
        n = upload == NULL
                ? cadre_read(req, block, BLOCK_BYTES)
                : cadre_upload_read(upload, block, BLOCK_BYTES, (uint64_t)file->received);
        if (n <= 0)
            return (int)n;
        file->received = file->size += n;
        r = check_room(req, file->id, file->size);
        r = r < 0 ? r : cadre_file_write(arrival->fd, block, (size_t)n);
    } while (r >= 0);
    return r;
}

/* Where all of it has come, `r`, it is on the disk now, and all see it; else nothing is left. */
static int end(struct cadre_request *req, struct drop_arrival *arrival, int r)
{
    r = r < 0 ? r : cadre_to_thread(drop_settle, arrival);
    (void)!cadre_to_thread_cleanup(drop_leave, arrival);
    return r == -ENOSPC || r == -EDQUOT ? cadre_fail(req, 507, full) : r;
}

/* The body is the file, of any size. */
static int send_file(struct cadre_request *req)
{
    const char *length = cadre_header(req, "content-length");
    char *block = cadre_alloc(req, BLOCK_BYTES);
    struct drop_arrival arrival;
    int r = begin(req, cadre_path_param(req, "name"),
                  length != NULL ? strtoull(length, NULL, 10) : 0, &arrival);

    r = block == NULL ? -ENOMEM : r < 0 ? r : receive(req, NULL, block, &arrival);
    r = end(req, &arrival, r);
    return r < 0 ? r : cadre_respond_as(req, 201, &drop_file_model, &arrival.file);
}

/* A form with files: of a browser without scripts, of `curl -F`. */
static int send_form(struct cadre_request *req)
{
    char *block = cadre_alloc(req, BLOCK_BYTES);
    const struct cadre_upload *upload;
    const struct cadre_form *form;
    struct drop_arrival arrival;
    bool has_none = true;
    int r = block != NULL ? cadre_form_read(req, &form) : -ENOMEM;

    for (size_t i = 0; r >= 0 && (upload = cadre_form_file_at(form, i)) != NULL; i++) {
        if (cadre_upload_filename(upload)[0] == '\0' && cadre_upload_size(upload) == 0)
            continue; /* what a browser sends where nothing was chosen */
        has_none = false;
        r = begin(req, cadre_upload_filename(upload), cadre_upload_size(upload), &arrival);
        r = end(req, &arrival, r < 0 ? r : receive(req, upload, block, &arrival));
    }
    if (r == 0 && has_none)
        return cadre_fail(req, 400, "There is no file in the form (multipart/form-data).");
    return r < 0 ? r : cadre_redirect(req, 303, cadre_url_path_for(req, "page", (char *)NULL));
}

/* --- files that are there: these handlers are sync, and read the folder themselves --- */

static void free_arena(void *arena)
{
    cadre_arena_free(arena);
}

static void mark(struct drop_list *list, const char *owner)
{
    for (size_t i = 0; i < list->files.len; i++)
        list->files.items[i].mine = strcmp(list->files.items[i].owner, owner) == 0;
}

static int look(struct cadre_request *req, struct drop_list *ret)
{
    const char *owner = owner_of(req);
    int r;

    *ret = (struct drop_list){.settings = cadre_settings_value(req), .arena = cadre_arena_new()};
    r = cadre_defer(req, free_arena, ret->arena);
    if (r < 0)
        cadre_arena_free(ret->arena);
    if (r < 0 || owner == NULL || ret->arena == NULL)
        return -ENOMEM;
    r = drop_read(ret);
    mark(ret, owner);
    return r;
}

static int list_files(struct cadre_request *req)
{
    struct drop_list list;
    int r = look(req, &list);

    return r < 0 ? r : cadre_respond(req, &drop_list_model, &list);
}

/* The file of the route's id; NULL: there is none, and *ret is what the handler returns. */
static const struct drop_file *find(struct cadre_request *req, int *ret)
{
    const char *id = cadre_path_param(req, "id");
    struct drop_list list;

    *ret = look(req, &list);
    for (size_t i = 0; *ret == 0 && i < list.files.len; i++) {
        if (!list.files.items[i].arriving && strcmp(list.files.items[i].id, id) == 0)
            return &list.files.items[i];
    }
    *ret = *ret < 0 ? *ret : cadre_fail(req, 404, "The file is not here any more.");
    return NULL;
}

/* All of it, or the ranges that are asked for. It is to be saved, never shown: what somebody has
 * sent shall not run as a page of ours. */
static int get_file(struct cadre_request *req)
{
    int r;
    const struct drop_file *file = find(req, &r);

    return file == NULL ? r
                        : cadre_respond_file(req, file->path,
                                             &(struct cadre_file_options){.filename = file->name});
}

static int delete_file(struct cadre_request *req)
{
    int r;
    const struct drop_file *file = find(req, &r);

    if (file == NULL)
        return r;
    if (!file->mine)
        return cadre_fail(req, 403, "Only who has sent a file can take it away.");
    return unlink(file->path) < 0 ? -errno : cadre_respond_empty(req, 204);
}

/* --- what has changed, told to the pages that are open --- */

struct viewer {
    const char *owner;
    uint64_t version; /* of the list that it has */
    char id[17];
};

static int next_list(struct cadre_request *req, struct cadre_sse_event *ret, void *viewer_)
{
    struct drop *drop = cadre_state(req);
    struct viewer *viewer = viewer_;
    int r = 0;

    while (r == 0 && viewer->version == drop->list.version)
        r = cadre_event_wait(&drop->changed);
    if (r < 0)
        return r;
    viewer->version = drop->list.version;
    mark(&drop->list, viewer->owner);
    snprintf(viewer->id, sizeof(viewer->id), "%llx", (unsigned long long)viewer->version);
    *ret = (struct cadre_sse_event){
        .event = "files", .model = &drop_list_model, .value = &drop->list, .id = viewer->id};
    return 1;
}

/* A page that comes back says what it has, and is told again only where that is not all. */
static int events(struct cadre_request *req)
{
    const char *last = cadre_sse_last_event_id(req);
    struct viewer viewer = {.owner = owner_of(req),
                            .version = last != NULL ? strtoull(last, NULL, 16) : UINT64_MAX};
    static const struct cadre_sse_options options = {.retry_ms = 1000};

    return viewer.owner == NULL ? -ENOMEM : cadre_sse(req, &options, next_list, &viewer);
}

/* --- the page: three files that are a part of the module --- */

#define PART(name, file, type)                                                                     \
    __asm__(".pushsection .rodata\n" #name "_begin: .incbin \"" DROP_FOLDER "/" file "\"\n" #name  \
            "_end: .popsection");                                                                  \
    extern const char name##_begin[], name##_end[];                                                \
    static int name(struct cadre_request *req)                                                     \
    {                                                                                              \
        return cadre_respond_bytes(req, 200, type, name##_begin,                                   \
                                   (size_t)(name##_end - name##_begin));                           \
    }

PART(html, "page.html", "text/html")
PART(style, "page.css", "text/css")
PART(script, "page.js", "text/javascript")

/* Who comes gets a session here: all that is sent from this page has one owner. */
static int page(struct cadre_request *req)
{
    return owner_of(req) != NULL ? html(req) : -ENOMEM;
}

/* --- the module --- */

static int lifespan(struct cadre_lifespan *ls)
{
    struct drop drop = {.settings = cadre_lifespan_settings_value(ls)};
    int r = drop_open(&drop);
    struct cadre_task *watch = r < 0 ? NULL : cadre_spawn(drop_watch, &drop);

    if (r == 0 && watch == NULL)
        r = -EAGAIN;
    r = r < 0 ? cadre_lifespan_fail(ls, "cannot keep files in \"%s\": %s", drop.settings->directory,
                                    cadre_strerror(r))
              : cadre_serving(ls, &drop);
    cadre_task_cancel(watch);
    (void)!cadre_task_join(watch);
    cadre_stream_free(drop.watch);
    cadre_arena_free(drop.list.arena);
    return r;
}

static const struct cadre_rate_limit_options limit = {
    .name = "drop", .requests = 1200, .per_ms = 60000, .burst = 300};
static const struct cadre_session_options sessions = {.keys_env = "DROP_SESSION_KEYS",
                                                      .cookie = "drop"};
static const struct cadre_security_headers_options headers = {
    .content_security_policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; "
                               "form-action 'self'; frame-ancestors 'none'; object-src 'none'"};
static const struct cadre_middleware middleware[] = {
    CADRE_MIDDLEWARE_OF(cadre_security_headers, &headers),
    CADRE_MIDDLEWARE_OF(cadre_compress, NULL), CADRE_MIDDLEWARE_OF(cadre_rate_limit, &limit),
    CADRE_MIDDLEWARE_OF(cadre_sessions, &sessions), CADRE_MIDDLEWARE_END};

static const struct cadre_route routes[] = {
    CADRE_GET("/", page),
    CADRE_GET("/page.css", style),
    CADRE_GET("/page.js", script),
    CADRE_GET("/events", events),
    CADRE_GET("/files", list_files, .sync = true, .response = &drop_list_model),
    CADRE_POST("/files", send_form),
    CADRE_PUT("/files/{name}", send_file),
    CADRE_GET("/files/{id}", get_file, .sync = true),
    CADRE_DELETE("/files/{id}", delete_file, .sync = true),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "File drop",
    .version = "1.0.0",
    .settings = &drop_settings_model,
    .lifespan = lifespan,
    .routes = routes,
    .middleware = middleware,
};
