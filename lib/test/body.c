/* SPDX-License-Identifier: MIT */
/* Bodies that the test client makes: test/body.h. */
#include "config.h"

#include "test/body.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include <cadre/test.h>

#define BOUNDARY_SIZE 40

/* --- application/x-www-form-urlencoded (WHATWG URL §5.2) --- */

static void put_urlencoded(struct cadre__buf *buf, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c != '\0' && strchr("*-._", c)))
            cadre__buf_putc(buf, (char)c);
        else if (c == ' ')
            cadre__buf_putc(buf, '+');
        else
            cadre__buf_printf(buf, "%%%02X", c);
    }
}

static void put_form(struct cadre__buf *buf, const char *const *form)
{
    for (size_t i = 0; form[i]; i++) {
        const char *value = strchr(form[i], '=');

        if (i > 0)
            cadre__buf_putc(buf, '&');
        put_urlencoded(buf, form[i], (size_t)(value - form[i]));
        cadre__buf_putc(buf, '=');
        put_urlencoded(buf, value + 1, strlen(value + 1));
    }
}

/* --- multipart/form-data (RFC 7578, WHATWG HTML §4.10.21.8) --- */

static struct cadre_str content_of(const struct cadre_test_file *file)
{
    if (file->text)
        return cadre_str_from(file->text);
    return (struct cadre_str){file->body ? file->body : "", file->body ? file->body_len : 0};
}

static bool has(struct cadre_str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static bool is_used(const struct cadre_test_request *request, const char *boundary)
{
    for (size_t i = 0; request->form && request->form[i]; i++) {
        if (strstr(request->form[i], boundary))
            return true;
    }
    for (const struct cadre_test_file *file = request->files; file->field; file++) {
        if (has(content_of(file), boundary))
            return true;
    }
    return false;
}

/* One that stands in no part. */
static void choose_boundary(const struct cadre_test_request *request, char boundary[BOUNDARY_SIZE])
{
    for (unsigned i = 1;; i++) {
        snprintf(boundary, BOUNDARY_SIZE, "cadre-test-boundary-%u", i);
        if (!is_used(request, boundary))
            return;
    }
}

static void put_quoted(struct cadre__buf *buf, const char *text, size_t len)
{
    cadre__buf_putc(buf, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\r' || text[i] == '\n')
            cadre__buf_printf(buf, "%%%02X", (unsigned char)text[i]);
        else
            cadre__buf_putc(buf, text[i]);
    }
    cadre__buf_putc(buf, '"');
}

static void put_part(struct cadre__buf *buf, const char *boundary, const char *name, size_t len)
{
    cadre__buf_printf(buf, "--%s\r\ncontent-disposition: form-data; name=", boundary);
    put_quoted(buf, name, len);
}

static void put_multipart(struct cadre__buf *buf, const struct cadre_test_request *request,
                          const char *boundary)
{
    for (size_t i = 0; request->form && request->form[i]; i++) {
        const char *value = strchr(request->form[i], '=');

        put_part(buf, boundary, request->form[i], (size_t)(value - request->form[i]));
        cadre__buf_printf(buf, "\r\n\r\n%s\r\n", value + 1);
    }
    for (const struct cadre_test_file *file = request->files; file->field; file++) {
        struct cadre_str content = content_of(file);

        put_part(buf, boundary, file->field, strlen(file->field));
        cadre__buf_puts(buf, "; filename=");
        put_quoted(buf, file->filename ? file->filename : file->field,
                   strlen(file->filename ? file->filename : file->field));
        cadre__buf_printf(buf, "\r\ncontent-type: %s\r\n\r\n",
                          file->type ? file->type : "application/octet-stream");
        cadre__buf_append(buf, content.ptr, content.len);
        cadre__buf_puts(buf, "\r\n");
    }
    cadre__buf_printf(buf, "--%s--\r\n", boundary);
}

/* --- which one --- */

static const char *what_is_wrong(const struct cadre_test_request *request)
{
    int n = (request->text != NULL) + (request->body != NULL) + (request->read_body != NULL) +
            (request->json != NULL) + (request->form != NULL || request->files != NULL);

    if (n > 1)
        return "it has several bodies: give one of text, body, read_body, json, and form or files";
    for (size_t i = 0; request->form && request->form[i]; i++) {
        if (!strchr(request->form[i], '='))
            return "a field of its form is not \"name=value\"";
    }
    return NULL;
}

static int take(struct cadre__arena *arena, struct cadre__buf *buf, const char *type,
                struct cadre_test_request *ret)
{
    int r = buf->error;

    ret->body = cadre__arena_strndup(arena, cadre__buf_text(buf), buf->len);
    ret->body_len = buf->len;
    if (!ret->type)
        ret->type = cadre__arena_strndup(arena, type, strlen(type));
    if (r == 0 && (!ret->body || !ret->type))
        r = -ENOMEM;
    cadre__buf_done(buf);
    return r;
}

int cadre__test_body_make(struct cadre__arena *arena, const struct cadre_test_request *request,
                          struct cadre_test_request *ret, const char **ret_why)
{
    const char *why = what_is_wrong(request);
    char boundary[BOUNDARY_SIZE], type[BOUNDARY_SIZE + 40];
    struct cadre__buf buf;

    if (why) {
        *ret_why = why;
        return -EINVAL;
    }
    *ret = *request;
    if (request->json) {
        ret->text = request->json;
        ret->type = request->type ? request->type : "application/json";
    }
    if (!request->form && !request->files)
        return 0;
    cadre__buf_init(&buf);
    if (!request->files) {
        put_form(&buf, request->form);
        return take(arena, &buf, "application/x-www-form-urlencoded", ret);
    }
    choose_boundary(request, boundary);
    put_multipart(&buf, request, boundary);
    snprintf(type, sizeof(type), "multipart/form-data; boundary=%s", boundary);
    return take(arena, &buf, type, ret);
}
