/* SPDX-License-Identifier: MIT */
/* Opening files below a folder and nothing else (lib/web/beneath.c): by openat2, and, each case
 * again, by walking. */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/fd.h"
#include "web/beneath.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static char folder[] = "/tmp/cadre-beneath-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4200];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void link_to(const char *target, const char *name)
{
    ck_assert_int_eq(symlink(target, in_folder(name)), 0);
}

/* Beside "top", which is opened: a file and a folder that nobody may reach. */
static void make_files(void)
{
    char target[100];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(mkdir(in_folder("top"), 0700), 0);
    ck_assert_int_eq(mkdir(in_folder("top/sub"), 0700), 0);
    ck_assert_int_eq(mkdir(in_folder("out"), 0700), 0);
    ck_assert_int_eq(mkdir(in_folder("top-not"), 0700), 0); /* its name begins alike */
    write_file("secret", "secret");
    write_file("out/secret", "secret");
    write_file("top-not/secret", "secret");
    write_file("top/a", "A");
    write_file("top/sub/b", "B");
    link_to("a", "top/to-a");
    link_to("sub", "top/to-sub");
    link_to("../a", "top/sub/up-to-a");
    link_to("../secret", "top/to-secret");
    link_to("../out", "top/to-out");
    link_to("../../out/../top/a", "top/sub/out-and-in");
    link_to("loop", "top/loop");
    link_to("nothing", "top/to-nothing");
    snprintf(target, sizeof(target), "%s/top/a", folder);
    link_to(target, "top/absolute");
    snprintf(target, sizeof(target), "%s/top-not/secret", folder);
    link_to(target, "top/absolute-out");
    ck_assert_int_eq(mkfifo(in_folder("top/pipe"), 0600), 0);
}

static void remove_files(void)
{
    char command[100];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* What is looked at: a text, "/" for a folder, "|" for what is no file; else the error. followed:
 * the same where links may lead out; 0 and NULL: as without. */
static const struct {
    const char *path, *text;
    int error;
    const char *followed;
} rows[] = {
    {"a", "A", 0, NULL},
    {"sub/b", "B", 0, NULL},
    {"", "/", 0, NULL},
    {"sub", "/", 0, NULL},
    {"sub/", "/", 0, NULL},
    {"a/", NULL, -ENOTDIR, NULL},
    {"a/b", NULL, -ENOTDIR, NULL},
    {"none", NULL, -ENOENT, NULL},
    {"pipe", "|", 0, NULL},
    {"to-a", "A", 0, NULL},
    {"to-sub/b", "B", 0, NULL},
    {"sub/up-to-a", "A", 0, NULL},
    {"to-nothing", NULL, -ENOENT, NULL},
    {"loop", NULL, -ELOOP, NULL},
    {"absolute", "A", 0, NULL},
    {"to-secret", NULL, -EXDEV, "secret"},
    {"to-out/secret", NULL, -EXDEV, "secret"},
    {"absolute-out", NULL, -EXDEV, "secret"},
    {"sub/out-and-in", "A", 0, "A"},
};

static void read_all(const struct cadre__beneath *beneath, const char *path, const struct stat *st,
                     int fd, const char *text)
{
    char got[20] = "";
    int file = cadre__beneath_read(beneath, path, st, fd);

    if (text[0] == '/' || text[0] == '|') {
        ck_assert_int_eq(S_ISDIR(st->st_mode), text[0] == '/');
        ck_assert_int_eq(file, -EINVAL);
        return;
    }
    ck_assert_msg(file >= 0, "%s: %s", path, strerror(-file));
    ck_assert_int_eq(read(file, got, sizeof(got) - 1), (ssize_t)strlen(text));
    ck_assert_str_eq(got, text);
    close(file);
}

static void look_at_all(bool by_walking, bool follow_links)
{
    struct cadre__beneath beneath;

    ck_assert_int_eq(cadre__beneath_open(&beneath, in_folder("top"), follow_links), 0);
    beneath.by_walking |= by_walking;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text =
            follow_links && rows[i].followed != NULL ? rows[i].followed : rows[i].text;
        struct stat st;
        int fd = -1, r = cadre__beneath_look(&beneath, rows[i].path, &st, &fd);

        ck_assert_msg(r == (text != NULL ? 0 : rows[i].error), "\"%s\": %d", rows[i].path, r);
        if (r == 0)
            read_all(&beneath, rows[i].path, &st, fd, text);
        cadre__fd_close(&fd);
    }
    cadre__beneath_close(&beneath);
}

START_TEST(nothing_outside_is_opened)
{
    make_files();
    look_at_all(_i % 2 == 1, _i >= 2);
    remove_files();
}
END_TEST

START_TEST(what_is_no_folder_is_refused)
{
    struct cadre__beneath beneath;

    make_files();
    ck_assert_int_eq(cadre__beneath_open(&beneath, in_folder("none"), false), -ENOENT);
    ck_assert_int_eq(cadre__beneath_open(&beneath, in_folder("secret"), false), -ENOTDIR);
    remove_files();
}
END_TEST

START_TEST(a_folder_that_was_moved_is_still_the_one)
{
    struct cadre__beneath beneath;
    struct stat st;
    char from[100];
    int fd;

    make_files();
    ck_assert_int_eq(cadre__beneath_open(&beneath, in_folder("top"), false), 0);
    snprintf(from, sizeof(from), "%s/top", folder);
    ck_assert_int_eq(rename(from, in_folder("moved")), 0);
    ck_assert_int_eq(cadre__beneath_look(&beneath, "sub/b", &st, &fd), 0);
    read_all(&beneath, "sub/b", &st, fd, "B");
    close(fd);
    cadre__beneath_close(&beneath);
    remove_files();
}
END_TEST

UNIT_MAIN("web/beneath", UNIT_LOOP(nothing_outside_is_opened, 4),
          UNIT_CASE(what_is_no_folder_is_refused),
          UNIT_CASE(a_folder_that_was_moved_is_still_the_one))
