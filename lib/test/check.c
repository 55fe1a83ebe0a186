/* SPDX-License-Identifier: MIT */
/*
 * Assertions of <cadre/test.h>, as questions: what was expected, what there is, and the response.
 * The text is the thread's, and overwritten by the next one.
 */
#include "config.h"

#include "test/check.h"

#include "gateway/status.h"
#include "test/response.h"

#include <stdarg.h>
#include <stdio.h>

/* So much of a body is shown. */
#define SHOWN_BYTES 1200

static __thread char text[8192];

static void show(struct cadre__buf *buf, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && i < SHOWN_BYTES; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t')
            cadre__buf_putc(buf, (char)c);
        else
            cadre__buf_printf(buf, "\\x%02x", c);
    }
    if (len > SHOWN_BYTES)
        cadre__buf_printf(buf, "... (%zu bytes in all)", len);
}

static void show_response(struct cadre__buf *buf, const struct cadre_test_response *res)
{
    if (res->failure[0] != '\0')
        cadre__buf_printf(buf, "\n  failure:  %s", res->failure);
    if (res->status == 0)
        return;
    cadre__buf_printf(buf, "\n\n%d %s\n", res->status, cadre__status_reason(res->status));
    for (size_t i = 0; i < res->header.n; i++)
        cadre__buf_printf(buf, "%.*s: %.*s\n", CADRE_STR_ARGS(res->header.list[i].name),
                          CADRE_STR_ARGS(res->header.list[i].value));
    cadre__buf_putc(buf, '\n');
    show(buf, cadre__buf_text(&res->body), res->body.len);
}

const char *cadre__test_differ(const struct cadre_test_response *res, const char *expected,
                               const char *got, const char *what, ...)
{
    struct cadre__buf buf;
    va_list args;

    cadre__buf_init(&buf);
    cadre__buf_printf(&buf, "%s %s: ", res->method, res->url);
    va_start(args, what);
    cadre__buf_vprintf(&buf, what, args);
    va_end(args);
    cadre__buf_puts(&buf, "\n  expected: ");
    show(&buf, expected, strlen(expected));
    cadre__buf_puts(&buf, "\n  got:      ");
    show(&buf, got, strlen(got));
    show_response(&buf, res);
    snprintf(text, sizeof(text), "%s", cadre__buf_text(&buf));
    cadre__buf_done(&buf);
    return text;
}

const char *cadre_test_check_status(const struct cadre_test_response *res, int status)
{
    char expected[100], got[100];

    if (res->status == status)
        return NULL;
    snprintf(expected, sizeof(expected), "%d %s", status, cadre__status_reason(status));
    if (res->status == 0)
        snprintf(got, sizeof(got), "no response");
    else
        snprintf(got, sizeof(got), "%d %s", res->status, cadre__status_reason(res->status));
    return cadre__test_differ(res, expected, got, "the status");
}

const char *cadre_test_check_header(const struct cadre_test_response *res, const char *name,
                                    const char *value)
{
    const char *got = cadre_test_header(res, name);

    if (got == value || (got && value && strcmp(got, value) == 0))
        return NULL;
    return cadre__test_differ(res, value ? value : "no such field", got ? got : "no such field",
                              "the header field %s", name);
}

/* Where two texts part. */
static size_t common(const char *a, const char *b)
{
    size_t len = 0;

    while (a[len] != '\0' && a[len] == b[len])
        len++;
    return len;
}

const char *cadre_test_check_body(const struct cadre_test_response *res, const char *expected)
{
    const char *got = cadre_test_text(res);

    if (res->body.len == strlen(expected) && memcmp(got, expected, res->body.len) == 0)
        return NULL;
    return cadre__test_differ(res, expected, got, "the body, which differs at byte %zu",
                              common(expected, got));
}

const char *cadre_test_check_body_has(const struct cadre_test_response *res, const char *expected)
{
    const char *got = cadre_test_text(res);

    if (memmem(got, res->body.len, expected, strlen(expected)))
        return NULL;
    return cadre__test_differ(res, expected, got, "the body does not have this");
}
