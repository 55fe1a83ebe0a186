/* SPDX-License-Identifier: MIT */
/* Parts of files as answers (web/respond_fd.c), of async handlers and of sync ones. */
#include "config.h"

#include "tests/unit/fds.h"
#include "tests/unit/lib/web/one_handler.h"

#include <fcntl.h>
#include <sys/mman.h>

#define DIGITS "0123456789"

/* What the calls gave, in order. */
static int got[8];
static int n_got;

static void note(int r)
{
    ck_assert_int_lt(n_got, 8);
    got[n_got++] = r;
}

static int digits(void)
{
    int fd = memfd_create("digits", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, DIGITS, 10), 10);
    return fd;
}

static int part(struct cadre_request *req)
{
    int fd = digits();
    int r = cadre_respond_fd(req, 206, "text/x", fd, 3, 4);

    note(r);
    ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 10);
    close(fd);
    note(cadre_respond_fd(req, 200, NULL, 0, 0, 0));
    return r;
}

START_TEST(a_part_is_sent_and_its_descriptor_is_free)
{
    int before = unit_open_fds();
    struct fake fake;

    one_get(part, _i == 1, &fake);
    ck_assert_int_eq(fake.response.status, 206);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert(fake_has_line(&fake, "content-type: text/x; charset=utf-8"));
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<4 at 3: 3456>");
    ck_assert_int_eq(got[0], 0);
    ck_assert_int_eq(got[1], -EALREADY);
    fake_done(&fake);
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

static int to_end(struct cadre_request *req)
{
    int fd = digits();
    int r = cadre_header_set(req, "content-type", "image/x");

    if (r == 0)
        r = cadre_header_set(req, "content-length", "4711"); /* the server knows better */
    if (r == 0)
        r = cadre_respond_fd(req, 200, NULL, fd, 8, CADRE_TO_END);
    close(fd);
    return r;
}

START_TEST(a_part_may_go_to_the_end)
{
    struct fake fake;

    one_get(to_end, _i == 1, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_str_eq(cadre__buf_text(&fake.header), "content-type: image/x\n");
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<2 at 8: 89>");
    fake_done(&fake);
}
END_TEST

static int between(struct cadre_request *req)
{
    int fd = digits();
    int r;

    note(cadre_write_fd(req, fd, 0, 1));
    r = cadre_start(req, 200);
    if (r == 0)
        r = cadre_write_fd(req, fd, 0, 2);
    if (r == 0)
        r = cadre_write(req, "bytes", 5);
    if (r == 0)
        r = cadre_write_fd(req, fd, 10, CADRE_TO_END); /* nothing */
    if (r == 0)
        r = cadre_write_fd(req, fd, 9, CADRE_TO_END);
    if (r == 0)
        r = cadre_write_fd(req, fd, 5, 1);
    if (r == 0)
        r = cadre_write(req, "last", 4);
    close(fd);
    if (r == 0)
        r = cadre_end(req);
    note(cadre_write_fd(req, 0, 0, 1));
    return r;
}

START_TEST(parts_keep_their_places_between_bytes)
{
    struct fake fake;

    one_get(between, _i == 1, &fake);
    ck_assert_int_eq(fake.result, 0);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<2 at 0: 01>bytes<1 at 9: 9><1 at 5: 5>last");
    ck_assert_int_eq(got[0], -EINVAL);
    ck_assert_int_eq(got[1], -EALREADY);
    fake_done(&fake);
}
END_TEST

static int file_last(struct cadre_request *req)
{
    int fd = digits();
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_write_fd(req, fd, 0, 1);
    close(fd);
    return r;
}

START_TEST(a_stream_may_end_in_a_file)
{
    struct fake fake;

    one_get(file_last, _i == 1, &fake);
    ck_assert_int_eq(fake.response.phase, CADRE__RESPONSE_COMPLETE);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "<1 at 0: 0>");
    fake_done(&fake);
}
END_TEST

/* Whatever cannot be sent is refused while another answer can still be given. */
static int refused(struct cadre_request *req)
{
    int fd = digits(), folder = open("/", O_RDONLY | O_CLOEXEC), ends[2];

    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    note(cadre_respond_fd(req, 200, NULL, fd, 11, CADRE_TO_END));
    note(cadre_respond_fd(req, 200, NULL, fd, 5, 6));
    note(cadre_respond_fd(req, 200, NULL, folder, 0, 1));
    note(cadre_respond_fd(req, 200, NULL, ends[0], 0, CADRE_TO_END));
    note(cadre_respond_fd(req, 200, NULL, -1, 0, 1));
    note(cadre_respond_fd(req, 99, NULL, fd, 0, 1));
    close(fd);
    close(folder);
    close(ends[0]);
    close(ends[1]);
    return cadre_respond_text(req, 404, "other");
}

START_TEST(what_cannot_be_sent_is_told_before_anything_is)
{
    static const int expected[] = {-ENODATA, -ENODATA, -EISDIR, -ESPIPE, -EBADF, -EINVAL};
    struct fake fake;

    one_get(refused, _i == 1, &fake);
    for (int i = 0; i < 6; i++)
        ck_assert_msg(got[i] == expected[i], "call %d gave %d", i, got[i]);
    ck_assert_int_eq(fake.response.status, 404);
    ck_assert_str_eq(cadre__buf_text(&fake.body), "other");
    fake_done(&fake);
}
END_TEST

static int fails_afterwards(struct cadre_request *req)
{
    int fd = digits();
    int r = cadre_start(req, 200);

    if (r == 0)
        r = cadre_write_fd(req, fd, 0, 5);
    close(fd);
    return r < 0 ? r : -EIO;
}

START_TEST(a_sync_handler_that_fails_sends_nothing_of_it)
{
    int before = unit_open_fds();
    struct fake fake;

    one_get(fails_afterwards, true, &fake);
    ck_assert_int_eq(fake.response.status, 500);
    ck_assert_ptr_null(strstr(cadre__buf_text(&fake.body), "<"));
    fake_done(&fake);
    ck_assert_int_eq(unit_open_fds(), before);
}
END_TEST

START_TEST(an_error_of_the_channel_is_handed_on)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x");
    fake.fail_at = 2;
    fake.send_error = -EPIPE;
    one_handler(part, _i == 1, &fake);
    ck_assert_int_eq(fake.result, -EPIPE);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/respond_fd", UNIT_LOOP(a_part_is_sent_and_its_descriptor_is_free, 2),
          UNIT_LOOP(a_part_may_go_to_the_end, 2),
          UNIT_LOOP(parts_keep_their_places_between_bytes, 2),
          UNIT_LOOP(a_stream_may_end_in_a_file, 2),
          UNIT_LOOP(what_cannot_be_sent_is_told_before_anything_is, 2),
          UNIT_CASE(a_sync_handler_that_fails_sends_nothing_of_it),
          UNIT_LOOP(an_error_of_the_channel_is_handed_on, 2))
