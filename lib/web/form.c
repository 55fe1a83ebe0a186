/* SPDX-License-Identifier: MIT */
/*
 * Forms of a request: <cadre/form.h>. Reads the body as it arrives, by web/multipart.h or
 * web/urlencoded.h, and stops at the first limit. What a form owns besides memory of the request's
 * arena goes with it, by a deferred call.
 */
#include "web/form.h"

#include "gateway/field.h"
#include "web/multipart.h"
#include "web/parameters.h"
#include "web/request.h"
#include "web/spool.h"
#include <errno.h>
#include <stdlib.h>

struct field {
    const char *name;
    struct cadre_str value;
};

struct cadre_upload {
    const char *field;
    const char *filename;
    const char *type;
    struct cadre__header *headers; /* arena; names lower-case or not, as they came */
    size_t n_headers;
    struct cadre__spooled data;
};

struct cadre_form {
    int error;            /* what came of it */
    struct field *fields; /* heap */
    size_t n_fields;
    size_t size_fields;
    struct cadre_upload **files; /* heap; each is the arena's */
    size_t n_files;
    size_t size_files;
    struct cadre__spool spool;
    struct cadre__buf text;          /* a field that is being read, or a whole urlencoded form */
    struct cadre__multipart *parser; /* arena; NULL: it is none of that kind */
};

struct cadre__form_conf cadre__form_conf_default(void)
{
    const char *directory = getenv("TMPDIR");

    return (struct cadre__form_conf){
        .limits = {.max_fields = 1000, .max_files = 1000, .max_field_bytes = 1 << 20},
        .memory = 1 << 20,
        .directory = directory != NULL && directory[0] == '/' ? directory : "/tmp",
    };
}

/* --- life --- */

static void forget(void *arg)
{
    struct cadre_form *form = arg;

    for (size_t i = 0; i < form->n_files; i++)
        cadre__spooled_done(&form->files[i]->data);
    cadre__spool_done(&form->spool);
    cadre__buf_done(&form->text);
    if (form->parser != NULL)
        cadre__multipart_done(form->parser);
    free(form->fields);
    free((void *)form->files);
}

static struct cadre_form *new_form(struct cadre_request *req, const struct cadre__form_conf *conf)
{
    struct cadre_form *form = cadre__arena_calloc(req->arena, sizeof(*form));

    if (form == NULL)
        return NULL;
    cadre__buf_init(&form->text);
    cadre__spool_init(&form->spool, conf->directory, conf->memory);
    return cadre__arena_defer(req->arena, forget, form) < 0 ? NULL : form;
}

/* Room for one more element in a list. NULL: ENOMEM. */
static void *grow(void *list, size_t n, size_t *size, size_t element)
{
    size_t wanted = *size > 0 ? 2 * *size : 8;
    void *grown = list;

    if (n == *size) {
        grown = reallocarray(list, wanted, element);
        if (grown != NULL)
            *size = wanted;
    }
    return grown;
}

static int add_field(struct cadre_form *form, const char *name, struct cadre_str value)
{
    struct field *grown =
        grow(form->fields, form->n_fields, &form->size_fields, sizeof(*form->fields));

    if (grown == NULL)
        return -ENOMEM;
    form->fields = grown;
    form->fields[form->n_fields++] = (struct field){name, value};
    return 0;
}

/* --- what is refused --- */

static int refuse_bad(struct cadre_request *req, const char *why)
{
    return cadre__request_refuse(req, -EBADMSG, 400, why);
}

static int refuse_count(struct cadre_request *req, const char *what, size_t max)
{
    const char *text = cadre__arena_printf(req->arena, "Too many %s. Maximum number of %s is %zu.",
                                           what, what, max);

    return text == NULL ? -ENOMEM : cadre__request_refuse(req, -E2BIG, 400, text);
}

static int refuse_size(struct cadre_request *req, const char *what, uint64_t max)
{
    bool is_kb = max % 1024 == 0 && max > 0;
    const char *text = cadre__arena_printf(req->arena, "%s exceeded maximum size of %llu%s.", what,
                                           (unsigned long long)(is_kb ? max / 1024 : max),
                                           is_kb ? "KB" : " bytes");

    return text == NULL ? -ENOMEM : cadre__request_refuse(req, -E2BIG, 400, text);
}

/* --- urlencoded --- */

/* Counts what a further piece of the body has, so that a limit is seen at once. */
struct progress {
    size_t n;   /* fields that have begun */
    size_t len; /* bytes of the last one */
};

static int count_fields(struct cadre_request *req, const struct cadre_form_limits *limits,
                        struct progress *progress, struct cadre_str piece)
{
    while (piece.len > 0) {
        const char *end = memchr(piece.ptr, '&', piece.len);
        size_t len = end != NULL ? (size_t)(end - piece.ptr) : piece.len;

        if (len > 0 && progress->len == 0 && ++progress->n > limits->max_fields)
            return refuse_count(req, "fields", limits->max_fields);
        progress->len += len;
        if (progress->len > limits->max_field_bytes)
            return refuse_size(req, "Field", limits->max_field_bytes);
        if (end != NULL) {
            progress->len = 0;
            len++;
        }
        piece = (struct cadre_str){piece.ptr + len, piece.len - len};
    }
    return 0;
}

static int split_fields(struct cadre_form *form, struct cadre_request *req, size_t n)
{
    struct cadre__query_param *pairs = cadre__arena_alloc(req->arena, (n + 1) * sizeof(*pairs));
    int r = 0;

    if (pairs == NULL)
        return -ENOMEM;
    if (form->text.len == 0)
        return 0;
    n = cadre__urlencoded_split(form->text.data, pairs);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_field(form, pairs[i].name, cadre_str_from(pairs[i].value));
    return r;
}

static int read_urlencoded(struct cadre_form *form, struct cadre_request *req,
                           const struct cadre_form_limits *limits)
{
    struct progress progress = {0};
    struct cadre_str piece;
    int r;

    while ((r = cadre__request_next_piece(req, &piece)) > 0) {
        r = count_fields(req, limits, &progress, piece);
        if (r == 0 && memchr(piece.ptr, '\0', piece.len) != NULL)
            r = refuse_bad(req, "The form holds a NUL byte.");
        if (r == 0)
            r = cadre__buf_append(&form->text, piece.ptr, piece.len);
        if (r < 0)
            return r;
    }
    /* Empty pieces between '&' may come besides those that were counted: they give no pair. */
    return r < 0 ? r : split_fields(form, req, progress.n);
}

/* --- multipart --- */

/* A part that is being read. */
struct part {
    const char *name;
    struct cadre_upload *upload; /* NULL: it is a field */
};

/* A parameter as text in memory of the request; NULL and *ret_error 0: there is none. */
static char *take_parameter(struct cadre_request *req, struct cadre_str value, const char *name,
                            int *ret_error)
{
    char *text = cadre__arena_alloc(req->arena, value.len + 1);
    size_t len;

    *ret_error = text == NULL ? -ENOMEM : 0;
    return text != NULL && cadre__parameters_find(value, name, text, &len) ? text : NULL;
}

/* Copies the head of a file's part. */
static int copy_head(struct cadre_request *req, struct cadre_upload *upload, struct cadre_str head)
{
    struct cadre_str name, value;
    size_t n = 0;

    for (size_t i = 0; i < head.len; i++)
        n += head.ptr[i] == '\n';
    upload->headers = cadre__arena_alloc(req->arena, n * sizeof(*upload->headers));
    if (upload->headers == NULL)
        return -ENOMEM;
    while (cadre__multipart_field(&head, &name, &value) > 0) {
        struct cadre__header *to = &upload->headers[upload->n_headers];

        to->name.ptr = cadre__arena_strndup(req->arena, name.ptr, name.len);
        to->value.ptr = cadre__arena_strndup(req->arena, value.ptr, value.len);
        to->name.len = name.len;
        to->value.len = value.len;
        if (to->name.ptr == NULL || to->value.ptr == NULL)
            return -ENOMEM;
        upload->n_headers++;
        if (cadre_str_eq_nocase(name, CADRE_STR("content-type")))
            upload->type = to->value.ptr;
    }
    return 0;
}

static int begin_file(struct cadre_form *form, struct cadre_request *req, struct part *part,
                      const char *filename, struct cadre_str head)
{
    struct cadre_upload *upload = cadre__arena_calloc(req->arena, sizeof(*upload));
    struct cadre_upload **grown = (struct cadre_upload **)grow(
        (void *)form->files, form->n_files, &form->size_files, sizeof(*form->files));

    if (grown != NULL)
        form->files = grown;
    if (upload == NULL || grown == NULL)
        return -ENOMEM;
    upload->field = part->name;
    upload->filename = filename;
    upload->type = "application/octet-stream";
    cadre__spool_begin(&form->spool, &upload->data);
    form->files[form->n_files++] = upload;
    part->upload = upload;
    return copy_head(req, upload, head);
}

/* Looks through the head for what tells which part it is. */
static int begin_part(struct cadre_form *form, struct cadre_request *req,
                      const struct cadre_form_limits *limits, struct cadre_str head,
                      struct part *part)
{
    struct cadre_str rest = head, name, value, disposition = {NULL, 0};
    const char *filename;
    int r;

    *part = (struct part){0};
    while ((r = cadre__multipart_field(&rest, &name, &value)) > 0) {
        if (cadre_str_eq_nocase(name, CADRE_STR("content-disposition")))
            disposition = value;
    }
    if (r < 0)
        return refuse_bad(req, "A part of the multipart body has a line that is no field.");
    if (!cadre_str_eq_nocase(cadre__parameters_value(disposition), CADRE_STR("form-data")))
        return refuse_bad(req, "A part of the form has no Content-Disposition: form-data.");
    part->name = take_parameter(req, disposition, "name", &r);
    if (part->name == NULL)
        return r < 0 ? r : refuse_bad(req, "A part of the form has no name.");
    filename = take_parameter(req, disposition, "filename", &r);
    if (r < 0)
        return r;
    if (filename != NULL)
        return form->n_files < limits->max_files ? begin_file(form, req, part, filename, head)
                                                 : refuse_count(req, "files", limits->max_files);
    cadre__buf_clear(&form->text);
    return form->n_fields < limits->max_fields ? 0
                                               : refuse_count(req, "fields", limits->max_fields);
}

static int add_data(struct cadre_form *form, struct cadre_request *req,
                    const struct cadre_form_limits *limits, const struct part *part,
                    struct cadre_str data)
{
    if (part->upload == NULL) {
        if (form->text.len + data.len > limits->max_field_bytes)
            return refuse_size(req, "Part", limits->max_field_bytes);
        return cadre__buf_append(&form->text, data.ptr, data.len);
    }
    if (limits->max_file_bytes > 0 && part->upload->data.size + data.len > limits->max_file_bytes)
        return refuse_size(req, "File", limits->max_file_bytes);
    return cadre__spool_write(&form->spool, &part->upload->data, data.ptr, data.len);
}

static int end_part(struct cadre_form *form, struct cadre_request *req, const struct part *part)
{
    char *value;

    if (part->upload != NULL)
        return 0;
    value = cadre__arena_strndup(req->arena, cadre__buf_text(&form->text), form->text.len);
    if (value == NULL)
        return -ENOMEM;
    return add_field(form, part->name, (struct cadre_str){value, form->text.len});
}

/* Takes a piece of the body. 1: the form has ended; 0: it goes on. */
static int take_piece(struct cadre_form *form, struct cadre_request *req,
                      const struct cadre_form_limits *limits, struct part *part,
                      struct cadre_str piece)
{
    struct cadre_str got;
    int r = 0;

    while (r == 0) {
        switch (cadre__multipart_next(form->parser, &piece, &got)) {
        case CADRE__MULTIPART_MORE:
            return 0;
        case CADRE__MULTIPART_PART:
            r = begin_part(form, req, limits, got, part);
            break;
        case CADRE__MULTIPART_DATA:
            r = add_data(form, req, limits, part, got);
            break;
        case CADRE__MULTIPART_PART_END:
            r = end_part(form, req, part);
            break;
        case CADRE__MULTIPART_END:
            return 1;
        case CADRE__MULTIPART_BAD:
            return form->parser->head.error < 0 ? form->parser->head.error
                                                : refuse_bad(req, form->parser->why);
        }
    }
    return r;
}

/* Makes the parser, by the boundary of the content type. */
static int make_parser(struct cadre_form *form, struct cadre_request *req, struct cadre_str type)
{
    struct cadre__multipart *parser = cadre__arena_alloc(req->arena, sizeof(*parser));
    char *boundary;
    int r;

    boundary = take_parameter(req, type, "boundary", &r);
    if (parser == NULL || r < 0)
        return -ENOMEM;
    if (boundary == NULL)
        return refuse_bad(req, "Missing boundary in multipart.");
    if (cadre__multipart_init(parser, cadre_str_from(boundary)) < 0)
        return refuse_bad(req, "The boundary of the multipart body has 0 or more than 70 "
                               "characters, or one that a boundary cannot have.");
    form->parser = parser;
    return 0;
}

static int read_multipart(struct cadre_form *form, struct cadre_request *req,
                          const struct cadre_form_limits *limits, struct cadre_str type)
{
    struct cadre_str piece;
    struct part part = {0};
    bool has_ended = false;
    int r = make_parser(form, req, type);

    if (r < 0)
        return r;
    while ((r = cadre__request_next_piece(req, &piece)) > 0) {
        if (has_ended)
            continue; /* what is behind the last delimiter */
        r = take_piece(form, req, limits, &part, piece);
        if (r < 0)
            return r;
        has_ended = r > 0;
    }
    if (r < 0)
        return r;
    if (!has_ended)
        return refuse_bad(req, "The multipart body ends before its last boundary.");
    return cadre__spool_finish(&form->spool);
}

/* --- the calls --- */

/* The limits that hold: the handler's, and where it says nothing the conf's. */
static struct cadre_form_limits combine(const struct cadre_form_limits *own,
                                        struct cadre_form_limits limits)
{
    if (own == NULL)
        return limits;
    if (own->max_fields > 0)
        limits.max_fields = own->max_fields;
    if (own->max_files > 0)
        limits.max_files = own->max_files;
    if (own->max_field_bytes > 0)
        limits.max_field_bytes = own->max_field_bytes;
    if (own->max_file_bytes > 0)
        limits.max_file_bytes = own->max_file_bytes;
    return limits;
}

static int read_form(struct cadre_form *form, struct cadre_request *req,
                     const struct cadre_form_limits *limits)
{
    const struct cadre__header *type =
        cadre__scope_header(req->scope, cadre__field_name(CADRE__FIELD_CONTENT_TYPE));

    if (type == NULL)
        return 0;
    const struct cadre_str kind = cadre__parameters_value(type->value);
    if (cadre_str_eq_nocase(kind, CADRE_STR("multipart/form-data")))
        return read_multipart(form, req, limits, type->value);
    if (cadre_str_eq_nocase(kind, CADRE_STR("application/x-www-form-urlencoded")))
        return read_urlencoded(form, req, limits);
    return 0;
}

int cadre_form_read_within(struct cadre_request *req, const struct cadre_form_limits *own,
                           const struct cadre_form **ret)
{
    const struct cadre__form_conf *conf;
    struct cadre__request_extras *extras;
    struct cadre_form_limits limits;

    cadre__request_check(req);
    if (req->body_phase == CADRE__BODY_FAILED)
        return req->body_error;
    extras = cadre__request_extras(req);
    if (extras == NULL)
        return -ENOMEM;
    if (extras->form == NULL) {
        if (req->body_phase == CADRE__BODY_STREAMED)
            return -EALREADY;
        conf = req->mount->form;
        extras->form = new_form(req, conf);
        if (extras->form == NULL)
            return -ENOMEM;
        limits = combine(own, conf->limits);
        extras->form->error = -ECANCELED; /* for whoever asks again after half of it */
        extras->form->error = read_form(extras->form, req, &limits);
    }
    if (extras->form->error == 0)
        *ret = extras->form;
    return extras->form->error;
}

int cadre_form_read(struct cadre_request *req, const struct cadre_form **ret)
{
    return cadre_form_read_within(req, NULL, ret);
}

/* --- what is in it --- */

const char *cadre_form_field(const struct cadre_form *form, const char *name)
{
    for (size_t i = form->n_fields; i-- > 0;) {
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value.ptr;
    }
    return NULL;
}

bool cadre_form_field_at(const struct cadre_form *form, size_t index, const char **ret_name,
                         struct cadre_str *ret_value)
{
    if (index >= form->n_fields)
        return false;
    *ret_name = form->fields[index].name;
    *ret_value = form->fields[index].value;
    return true;
}

const struct cadre_upload *cadre_form_file(const struct cadre_form *form, const char *name)
{
    for (size_t i = form->n_files; i-- > 0;) {
        if (strcmp(form->files[i]->field, name) == 0)
            return form->files[i];
    }
    return NULL;
}

const struct cadre_upload *cadre_form_file_at(const struct cadre_form *form, size_t index)
{
    return index < form->n_files ? form->files[index] : NULL;
}

const char *cadre_upload_field(const struct cadre_upload *upload)
{
    return upload->field;
}

const char *cadre_upload_filename(const struct cadre_upload *upload)
{
    return upload->filename;
}

const char *cadre_upload_type(const struct cadre_upload *upload)
{
    return upload->type;
}

uint64_t cadre_upload_size(const struct cadre_upload *upload)
{
    return upload->data.size;
}

const char *cadre_upload_header(const struct cadre_upload *upload, const char *name)
{
    for (size_t i = 0; i < upload->n_headers; i++) {
        if (cadre_str_eq_nocase(upload->headers[i].name, cadre_str_from(name)))
            return upload->headers[i].value.ptr;
    }
    return NULL;
}

ssize_t cadre_upload_read(const struct cadre_upload *upload, void *buf, size_t size,
                          uint64_t offset)
{
    return cadre__spooled_read(&upload->data, buf, size, offset);
}

int cadre_upload_save(const struct cadre_upload *upload, const char *path, mode_t mode)
{
    return cadre__spooled_save(&upload->data, path, mode);
}
