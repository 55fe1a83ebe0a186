/* SPDX-License-Identifier: MIT */
/* Forms (web/form.c, web/spool.c), read by async handlers and by sync ones. */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

#include <fcntl.h>
#include <sys/stat.h>

/* What the handler reads within, and what came of it. */
static struct cadre_form_limits limits;
static int result;

/* Writes the form down: "name=value;" for fields, "name:filename(type)=content;" for files. */
static int tell_form(struct cadre_request *req)
{
    const struct cadre_form *form, *again;
    const struct cadre_upload *upload;
    const char *name, *text = "";
    struct cadre_str value;

    result = cadre_form_read_within(req, &limits, &form);
    if (result < 0) {
        ck_assert_int_eq(cadre_form_read(req, &again), result);
        return result;
    }
    ck_assert_int_eq(cadre_form_read(req, &again), 0);
    ck_assert_ptr_eq(form, again);
    for (size_t i = 0; cadre_form_field_at(form, i, &name, &value); i++)
        text = cadre_printf(req, "%s%s=%s;", text, name, value.ptr);
    for (size_t i = 0; (upload = cadre_form_file_at(form, i)) != NULL; i++) {
        uint64_t size = cadre_upload_size(upload);
        char *content = cadre_alloc(req, size + 1);

        ck_assert_int_eq(cadre_upload_read(upload, content, size + 1, 0), (ssize_t)size);
        ck_assert_int_eq(cadre_upload_read(upload, content, 1, size), 0);
        content[size] = '\0';
        text = cadre_printf(req, "%s%s:%s(%s)=%s;", text, cadre_upload_field(upload),
                            cadre_upload_filename(upload), cadre_upload_type(upload), content);
    }
    return cadre_respond_text(req, 200, text);
}

/* Sends the body in pieces of that size. */
static void post(const char *type, const char *body, size_t cut, bool sync, struct fake *fake)
{
    size_t len = strlen(body), n = 0;
    const char **chunks = calloc(len / cut + 2, sizeof(*chunks));

    for (size_t at = 0; at < len; at += cut)
        chunks[n++] = strndup(body + at, cut);
    fake_init(fake, "POST", "/x");
    fake->chunks = chunks;
    if (type != NULL)
        fake_add_header(fake, "content-type", type);
    one_handler(tell_form, sync, fake);
    while (n > 0)
        free((void *)(uintptr_t)chunks[--n]);
    free((void *)chunks);
}

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART  "multipart/form-data; boundary=b"
#define FIELD(name, value)                                                                         \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_(name, filename, type, value)                                                         \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" filename "\"\r\n" type \
    "X-Mine: 1\r\n\r\n" value "\r\n"
#define END "--b--\r\n"

static const struct {
    const char *type, *body, *wanted;
} forms[] = {
    {URLENCODED, "a=1&b=x+y%20z&a=%c3%a4&c&=d&&%41=%42", "a=1;b=x y z;a=\303\244;c=;=d;A=B;"},
    {URLENCODED "; charset=utf-8", "a=1", "a=1;"},
    {"APPLICATION/X-WWW-FORM-URLENCODED", "a=%00&b=%&c=%g1", "a=%00;b=%;c=%g1;"},
    {URLENCODED, "", ""},
    {URLENCODED, "&&&&", ""},
    {MULTIPART, FIELD("a", "1") FIELD("b", "x\r\ny") END, "a=1;b=x\r\ny;"},
    {MULTIPART, FILE_("f", "n.txt", "Content-Type: text/plain\r\n", "content") END,
     "f:n.txt(text/plain)=content;"},
    {MULTIPART, FILE_("f", "", "", "") FIELD("a", "") END, "a=;f:(application/octet-stream)=;"},
    {MULTIPART, FILE_("f", "a\\\"b.txt", "", "1") FILE_("f", "2", "", "22") END,
     "f:a\"b.txt(application/octet-stream)=1;f:2(application/octet-stream)=22;"},
    {"Multipart/Form-Data; charset=x; boundary=\"b\"", FIELD("a", "1") END, "a=1;"},
    {MULTIPART, END, ""},
    {"text/plain", "a=1", ""},
    {NULL, "a=1", ""},
};

START_TEST(a_form_is_read_however_it_comes)
{
    for (size_t cut = 1; cut < 200; cut += cut < 8 ? 1 : 61) {
        struct fake fake;

        post(forms[_i].type, forms[_i].body, cut, cut % 2 == 0, &fake);
        ck_assert_int_eq(fake.response.status, 200);
        ck_assert_msg(strcmp(cadre__buf_text(&fake.body), forms[_i].wanted) == 0, "cut %zu: %s",
                      cut, cadre__buf_text(&fake.body));
        fake_done(&fake);
    }
}
END_TEST

static const struct {
    const char *type, *body;
    int error;
    const char *text;
    struct cadre_form_limits limits;
} bad[] = {
    {"multipart/form-data", END, -EBADMSG, "Missing boundary in multipart."},
    {"multipart/form-data; boundary=\"\"", END, -EBADMSG,
     "The boundary of the multipart body has 0 or more than 70 characters, or one that a boundary "
     "cannot have."},
    {MULTIPART, "", -EBADMSG, "The multipart body ends before its last boundary."},
    {MULTIPART, FIELD("a", "1"), -EBADMSG, "The multipart body ends before its last boundary."},
    {MULTIPART, "--bx", -EBADMSG,
     "A boundary of the multipart body is followed by something else."},
    {MULTIPART, "--b\r\n\r\n\r\n" END, -EBADMSG,
     "A part of the form has no Content-Disposition: form-data."},
    {MULTIPART, "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n" END, -EBADMSG,
     "A part of the form has no Content-Disposition: form-data."},
    {MULTIPART, "--b\r\nContent-Disposition: form-data\r\n\r\n\r\n" END, -EBADMSG,
     "A part of the form has no name."},
    {MULTIPART, "--b\r\nnonsense\r\n\r\n\r\n" END, -EBADMSG,
     "A part of the multipart body has a line that is no field."},
    {MULTIPART,
     FIELD("a", "1") FIELD("a", "1") FIELD("a", "1") END,
     -E2BIG,
     "Too many fields. Maximum number of fields is 2.",
     {.max_fields = 2}},
    {MULTIPART,
     FILE_("a", "b", "", "1") FILE_("a", "b", "", "1") END,
     -E2BIG,
     "Too many files. Maximum number of files is 1.",
     {.max_files = 1}},
    {MULTIPART,
     FIELD("a", "12345") END,
     -E2BIG,
     "Part exceeded maximum size of 4 bytes.",
     {.max_field_bytes = 4}},
    {MULTIPART,
     FILE_("a", "b", "", "12345") END,
     -E2BIG,
     "File exceeded maximum size of 4 bytes.",
     {.max_file_bytes = 4}},
    {URLENCODED,
     "a=1&b=2&c=3",
     -E2BIG,
     "Too many fields. Maximum number of fields is 2.",
     {.max_fields = 2}},
    {URLENCODED,
     "a=1&b=234&c=3",
     -E2BIG,
     "Field exceeded maximum size of 4 bytes.",
     {.max_field_bytes = 4}},
};

START_TEST(what_is_wrong_with_a_form_is_said)
{
    for (size_t cut = 1; cut < 100; cut += 33) {
        struct fake fake;

        limits = bad[_i].limits;
        post(bad[_i].type, bad[_i].body, cut, cut % 2 == 0, &fake);
        ck_assert_int_eq(result, bad[_i].error);
        ck_assert_int_eq(fake.response.status, 400);
        ck_assert_str_eq(cadre__buf_text(&fake.body), bad[_i].text);
        fake_done(&fake);
    }
}
END_TEST

START_TEST(a_size_in_whole_kilobytes_is_said_so)
{
    static char body[3000] = "a=";
    struct fake fake;

    memset(body + 2, 'x', sizeof(body) - 3);
    limits.max_field_bytes = 2048;
    post(URLENCODED, body, 100, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "Field exceeded maximum size of 2KB.");
    fake_done(&fake);
}
END_TEST

/* --- files that do not stay in memory --- */

#define LARGE (3 << 20)

static int check_large(struct cadre_request *req)
{
    const struct cadre_form *form;
    const struct cadre_upload *small, *large, *other;
    struct stat st;
    char path[200], piece[100];
    int r = cadre_form_read(req, &form);

    ck_assert_int_eq(r, 0);
    small = cadre_form_file(form, "small");
    large = cadre_form_file(form, "large");
    other = cadre_form_file(form, "other");
    ck_assert_ptr_null(cadre_form_file(form, "none"));
    ck_assert_str_eq(cadre_upload_header(large, "x-MINE"), "1");
    ck_assert_ptr_null(cadre_upload_header(large, "x"));
    ck_assert_uint_eq(cadre_upload_size(small), 5);
    ck_assert_uint_eq(cadre_upload_size(large), LARGE);
    ck_assert_uint_eq(cadre_upload_size(other), LARGE);
    for (uint64_t at = 0; at < LARGE; at += LARGE - 50) {
        ssize_t n = cadre_upload_read(large, piece, sizeof(piece), at);

        ck_assert_int_eq(n, at == 0 ? 100 : 50);
        for (ssize_t i = 0; i < n; i++)
            ck_assert_int_eq(piece[i], 'a' + (int)((at + (uint64_t)i) % 26));
    }
    ck_assert_int_eq(cadre_upload_read(other, piece, 1, 1), 1);
    ck_assert_int_eq(piece[0], 'b');
    snprintf(path, sizeof(path), "%s/saved", getenv("TMPDIR"));
    ck_assert_int_eq(cadre_upload_save(large, path, 0640), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_size, LARGE);
    ck_assert_int_eq(cadre_upload_save(small, path, 0640), -EEXIST);
    unlink(path);
    ck_assert_int_eq(cadre_upload_save(small, path, 0640), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_size, 5);
    unlink(path);
    return cadre_respond_empty(req, 204);
}

START_TEST(large_files_go_to_a_file_without_a_name)
{
    char folder[] = "/tmp/cadre-test-form-XXXXXX";
    char *large = malloc(LARGE + 1);
    const char *chunks[] = {FILE_("small", "s", "", "12345"),
                            "--b\r\nContent-Disposition: form-data; name=large; filename=l\r\n"
                            "X-Mine: 1\r\n\r\n",
                            large,
                            "\r\n--b\r\nContent-Disposition: form-data; name=other; filename=o\r\n"
                            "\r\n",
                            large,
                            "\r\n--b--",
                            NULL};
    struct fake fake;

    ck_assert_ptr_nonnull(large);
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)('a' + i % 26);
    large[LARGE] = '\0';
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", MULTIPART);
    one_handler(check_large, _i == 1, &fake);
    ck_assert_int_eq(fake.response.status, 204);
    fake_done(&fake);
    free(large);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing was left in it */
}
END_TEST

static int check_failed(struct cadre_request *req)
{
    const struct cadre_form *form;

    result = cadre_form_read(req, &form);
    return cadre_respond_empty(req, 204);
}

START_TEST(a_folder_that_cannot_be_written_is_told)
{
    char *large = calloc(1, LARGE + 1);
    const char *chunks[] = {"--b\r\nContent-Disposition: form-data; name=large; filename=l\r\n\r\n",
                            large, "\r\n--b--", NULL};
    struct fake fake;

    memset(large, 'x', LARGE);
    setenv("TMPDIR", "/nonexistent", 1);
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", MULTIPART);
    one_handler(check_failed, _i == 1, &fake);
    ck_assert_int_eq(result, -ENOENT);
    fake_done(&fake);
    free(large);
}
END_TEST

START_TEST(a_hundred_thousand_parts_are_read_in_linear_time)
{
    enum { PARTS = 100000 };
    struct cadre__buf body;
    const char *chunks[2] = {NULL, NULL};
    struct fake fake;

    cadre__buf_init(&body);
    for (int i = 0; i < PARTS; i++)
        cadre__buf_puts(&body, FIELD("a", "1"));
    cadre__buf_puts(&body, END);
    chunks[0] = cadre__buf_text(&body);
    limits.max_fields = PARTS;
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", MULTIPART);
    one_handler(check_failed, false, &fake);
    ck_assert_int_eq(result, -E2BIG); /* the conf's 1000 */
    fake_done(&fake);
    cadre__buf_done(&body);
}
END_TEST

static int count_parts(struct cadre_request *req)
{
    const struct cadre_form *form;
    const char *name;
    struct cadre_str value;

    ck_assert_int_eq(cadre_form_read_within(req, &limits, &form), 0);
    ck_assert(cadre_form_field_at(form, 99999, &name, &value));
    ck_assert(!cadre_form_field_at(form, 100000, &name, &value));
    return cadre_respond_empty(req, 204);
}

START_TEST(a_handler_may_allow_a_hundred_thousand_parts)
{
    struct cadre__buf body;
    const char *chunks[2] = {NULL, NULL};
    struct fake fake;

    cadre__buf_init(&body);
    for (int i = 0; i < 100000; i++)
        cadre__buf_puts(&body, FIELD("a", "1"));
    cadre__buf_puts(&body, END);
    chunks[0] = cadre__buf_text(&body);
    limits.max_fields = 100000;
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", MULTIPART);
    one_handler(count_parts, false, &fake);
    ck_assert_int_eq(fake.response.status, 204);
    fake_done(&fake);
    cadre__buf_done(&body);
}
END_TEST

static int body_then_form(struct cadre_request *req)
{
    const struct cadre_form *form;
    struct cadre_str body;

    ck_assert_int_eq(cadre_body(req, &body), 0);
    ck_assert_int_eq(cadre_form_read(req, &form), 0);
    ck_assert_str_eq(cadre_form_field(form, "a"), "2");
    ck_assert_ptr_null(cadre_form_field(form, "b"));
    return cadre_respond_bytes(req, 200, "text/plain", body.ptr, body.len);
}

static int read_then_form(struct cadre_request *req)
{
    const struct cadre_form *form;
    char byte;

    ck_assert_int_eq(cadre_read(req, &byte, 1), 1);
    ck_assert_int_eq(cadre_form_read(req, &form), -EALREADY);
    return cadre_respond_empty(req, 204);
}

START_TEST(a_form_may_be_read_behind_the_whole_body_alone)
{
    static const char *const chunks[] = {"a=1&", "a=2", NULL};
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", URLENCODED);
    one_handler(body_then_form, false, &fake);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "a=1&a=2");
    fake_done(&fake);
    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake_add_header(&fake, "content-type", URLENCODED);
    one_handler(read_then_form, false, &fake);
    ck_assert_int_eq(fake.response.status, 204);
    fake_done(&fake);
}
END_TEST

START_TEST(a_body_that_breaks_off_is_its_own_error)
{
    static const char *const chunks[] = {"a=1&", NULL};
    struct fake fake;

    fake_init(&fake, "POST", "/x");
    fake.chunks = chunks;
    fake.receive_error = -EMSGSIZE;
    fake_add_header(&fake, "content-type", URLENCODED);
    one_handler(tell_form, false, &fake);
    ck_assert_int_eq(fake.response.status, 413);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/form", UNIT_LOOP(a_form_is_read_however_it_comes, sizeof(forms) / sizeof(forms[0])),
          UNIT_LOOP(what_is_wrong_with_a_form_is_said, sizeof(bad) / sizeof(bad[0])),
          UNIT_CASE(a_size_in_whole_kilobytes_is_said_so),
          UNIT_LOOP(large_files_go_to_a_file_without_a_name, 2),
          UNIT_LOOP(a_folder_that_cannot_be_written_is_told, 2),
          UNIT_CASE(a_hundred_thousand_parts_are_read_in_linear_time),
          UNIT_CASE(a_handler_may_allow_a_hundred_thousand_parts),
          UNIT_CASE(a_form_may_be_read_behind_the_whole_body_alone),
          UNIT_CASE(a_body_that_breaks_off_is_its_own_error))
