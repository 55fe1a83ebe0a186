/* SPDX-License-Identifier: MIT */
/*
 * A module's file as ELF (worker/module_file.c): the demo, cut at every length and damaged at every
 * place, gives an answer and never a crash (the sanitizers watch). What each refusal says is tested
 * from outside, by tests/e2e/21_module_bad.py.
 */
#include "tests/unit/unit.h"

#include "worker/module_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEMO "modules/.libs/demo.so"

static char path[] = "/tmp/cadre-module-file-XXXXXX";
static char *whole;
static size_t size;

static void read_demo(void)
{
    const char *build = getenv("top_builddir");
    char name[4096];
    struct stat st;
    FILE *file;

    snprintf(name, sizeof(name), "%s/%s", build != NULL ? build : ".", DEMO);
    file = fopen(name, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", name);
    ck_assert_int_eq(fstat(fileno(file), &st), 0);
    size = (size_t)st.st_size;
    whole = malloc(size);
    ck_assert_uint_eq(fread(whole, 1, size, file), size);
    fclose(file);
    close(mkstemp(path));
}

/* Opens and checks. */
static int check_at(const char *file, char *text, size_t text_size)
{
    int fd = module_file_open(file, text, text_size);
    int r = fd < 0 ? fd : module_file_check(fd, text, text_size);

    if (fd >= 0)
        close(fd);
    return r;
}

static int check(const char *bytes, size_t len)
{
    char why[600] = "";
    int fd = open(path, O_WRONLY | O_TRUNC);
    int r;

    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    r = check_at(path, why, sizeof(why));
    ck_assert(r == 0 || (r == -ENOEXEC && why[0] != '\0'));
    return r;
}

static void done(void)
{
    unlink(path);
    free(whole);
}

START_TEST(demo_is_a_module)
{
    read_demo();
    ck_assert_int_eq(check(whole, size), 0);
    done();
}
END_TEST

START_TEST(cut_file_is_refused_or_has_all_that_is_loaded)
{
    size_t refused = 0, n = 0;

    read_demo();
    for (size_t len = 0; len < size; len += len < 1024 ? 7 : 509) {
        refused += check(whole, len) == -ENOEXEC;
        n++;
    }
    ck_assert_uint_gt(refused, n / 4);
    done();
}
END_TEST

START_TEST(damaged_file_gives_an_answer)
{
    static const unsigned char values[] = {0x00, 0xff, 0x7f, 0x80};
    size_t refused = 0;

    read_demo();
    for (size_t at = 0; at < size && at < 6000; at += at < 1500 ? 3 : 29) {
        char saved = whole[at];

        whole[at] = (char)values[at % sizeof(values)];
        refused += check(whole, size) == -ENOEXEC;
        whole[at] = saved;
    }
    ck_assert_uint_gt(refused, 10);
    done();
}
END_TEST

START_TEST(what_is_not_there_is_told)
{
    char why[600] = "";

    ck_assert_int_eq(check_at("/nowhere/x.so", why, sizeof(why)), -ENOENT);
    ck_assert_ptr_nonnull(strstr(why, "cannot read it"));
    ck_assert_int_eq(check_at("/tmp", why, sizeof(why)), -ENOEXEC);
    ck_assert_ptr_nonnull(strstr(why, "a directory"));
    ck_assert_int_eq(check_at("/dev/null", why, sizeof(why)), -ENOEXEC);
    ck_assert_ptr_nonnull(strstr(why, "no regular file"));
}
END_TEST

UNIT_MAIN("worker/module_file", UNIT_CASE(demo_is_a_module),
          UNIT_CASE(cut_file_is_refused_or_has_all_that_is_loaded),
          UNIT_CASE(damaged_file_gives_an_answer), UNIT_CASE(what_is_not_there_is_told))
