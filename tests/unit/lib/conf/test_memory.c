/* SPDX-License-Identifier: MIT */
/*
 * A conf that is read while memory runs out: at each single allocation of ours, in turn. The
 * master reads its conf at reloads, so it must get an error, and no more.
 *
 * The program is linked so that our own calls of malloc and its kin come here (--wrap); those of
 * libc and libconfig do not.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>

#include "conf/dump.h"
#include "tests/unit/lib/conf/world.h"

static long countdown; /* allocations until one fails; 0: none does */
static bool failed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
int __real_vasprintf(char **ret, const char *fmt, va_list args);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_vasprintf(char **ret, const char *fmt, va_list args) CADRE_PRINTF(2, 0);

static bool fails_now(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **ret, const char *fmt, va_list args)
{
    return fails_now() ? -1 : __real_vasprintf(ret, fmt, args);
}

/* Reads cadre.conf with the allocation number N failing. The result; *RET_ERRORS: how many. */
static int read_with(long n, const struct cadre__conf_set *sets, size_t *ret_errors)
{
    struct cadre__conf_errors errs = {0};
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    char *dump = NULL;
    int r;

    failed = false;
    countdown = n;
    r = cadre__conf_read(world_path("cadre.conf"), sets, &tree, &conf, &errs);
    if (r == 0)
        dump = cadre__conf_dump(tree, conf);
    countdown = 0;
    *ret_errors = cadre__conf_errors_count(&errs);
    free(dump);
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
    cadre__conf_errors_done(&errs);
    return r;
}

START_TEST(a_good_conf_is_read_or_there_is_no_memory)
{
    const struct cadre__conf_set sets[] = {{&sets[1], "environment=[\"A=1\"]"},
                                           {NULL, "listen.web.backlog=5"}};
    size_t errors;
    long n = 1;

    setenv("T_SET", "value", 1);
    world_write("a.conf", "module: { b: { file = \"b.so\"; mount = \"/b\"; }; };\n");
    world_write("b.conf", "threads = 4;\n");
    world_write("cadre.conf",
                LISTEN "include = [\"a.conf\"];\n@include \"b.conf\"\nlog_file = \"x.log\";\n"
                       "module: { m: { file = \"${T_SET}\"; settings: { l = (1, {a = 2.5}); t = "
                       "true; s = \"$${x}\"; }; }; };\n");
    do {
        int r = read_with(n, sets, &errors);

        ck_assert_msg(r == 0 || r == -ENOMEM || errors > 0, "allocation %ld: %d", n, r);
        ck_assert_msg(r == 0 || failed, "allocation %ld: %d", n, r);
        n++;
    } while (failed);
    ck_assert_int_gt(n, 50);
}
END_TEST

START_TEST(a_bad_conf_is_never_taken_for_a_good_one)
{
    size_t errors;
    long n = 1;

    world_write("cadre.conf", LISTEN "threads = 0;\nthreads = 1;\nwrokers = 1;\nuser = "
                                     "\"nosuchuser\";\nlog_level = \"${T_UNSET}\";\n");
    do {
        int r = read_with(n, NULL, &errors);

        ck_assert_msg(r == -ENOMEM || (r == -EINVAL && errors > 0), "allocation %ld: %d", n, r);
        n++;
    } while (failed);
    ck_assert_uint_eq(errors, 5);
    ck_assert_int_gt(n, 20);
}
END_TEST

UNIT_MAIN("conf/memory", UNIT_CASE(a_good_conf_is_read_or_there_is_no_memory),
          UNIT_CASE(a_bad_conf_is_never_taken_for_a_good_one))
