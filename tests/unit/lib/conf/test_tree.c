/* SPDX-License-Identifier: MIT */
/* The blob of the conf: made, sealed, mapped, walked; and broken in every way. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/shm.h"
#include "conf/blob.h"
#include "tests/unit/lib/conf/world.h"

static const struct cadre__conf_origin_info at = {
    .origin = CADRE__CONF_FILE, .file = "x.conf", .line = 7};
static const struct cadre__conf_origin_info env = {
    .origin = CADRE__CONF_ENVIRONMENT, .file = "x.conf", .environment = "HOME", .line = 8};
static const struct cadre__conf_origin_info cli = {.origin = CADRE__CONF_COMMAND_LINE};

/* a = 5; g: { s = "text"; l = (1, { t = true }, []); f = 1.5 }; e: {} */
static struct cadre__conf_tree *sample(void)
{
    struct cadre__conf_builder *b = cadre__conf_builder_new("x.conf");
    struct cadre__conf_tree *tree;

    ck_assert_ptr_nonnull(b);
    cadre__conf_builder_int(b, "a", 5, &at);
    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "g", &at);
    cadre__conf_builder_string(b, "s", "text", &env);
    cadre__conf_builder_open(b, CADRE_CONF_LIST, "l", &at);
    cadre__conf_builder_int(b, "", 1, &at);
    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "", &at);
    cadre__conf_builder_bool(b, "t", true, &at);
    cadre__conf_builder_close(b);
    cadre__conf_builder_open(b, CADRE_CONF_ARRAY, "", &at);
    cadre__conf_builder_close(b);
    cadre__conf_builder_close(b);
    cadre__conf_builder_float(b, "f", 1.5, &cli);
    cadre__conf_builder_close(b);
    cadre__conf_builder_open(b, CADRE_CONF_GROUP, "e", &at);
    ck_assert_int_eq(cadre__conf_builder_finish(b, &tree), 0); /* closes what is open */
    return tree;
}

static void check_sample(const struct cadre__conf_tree *tree)
{
    const struct cadre_conf *root = cadre__conf_tree_root(tree);
    const struct cadre_conf *g = cadre_conf_get(root, "g");
    const struct cadre_conf *l = cadre_conf_get(g, "l");
    char place[64];

    ck_assert_str_eq(cadre__conf_tree_path(tree), "x.conf");
    ck_assert_uint_eq(cadre_conf_count(root), 3);
    ck_assert_int_eq(cadre_conf_type(cadre_conf_get(root, "a")), CADRE_CONF_INT);
    ck_assert_int_eq(cadre_conf_get(root, "a")->value.integer, 5);
    ck_assert_ptr_null(cadre_conf_get(root, "b"));
    ck_assert_ptr_null(cadre_conf_get(NULL, "b"));
    ck_assert_ptr_null(cadre_conf_get(l, ""));
    ck_assert_uint_eq(cadre_conf_count(g), 3);
    ck_assert_str_eq(cadre__conf_text(cadre_conf_get(g, "s")), "text");
    ck_assert_ptr_null(cadre__conf_text(cadre_conf_get(g, "l")));
    ck_assert_str_eq(cadre__conf_environment(cadre_conf_get(g, "s")), "HOME");
    ck_assert_str_eq(cadre__conf_place(cadre_conf_get(g, "s"), place, sizeof(place)), "x.conf:8");
    ck_assert_str_eq(cadre__conf_place(cadre_conf_get(g, "f"), place, sizeof(place)),
                     "command line");
    ck_assert_int_eq(cadre__conf_origin(cadre_conf_get(g, "f")), CADRE__CONF_COMMAND_LINE);
    ck_assert_uint_eq(cadre_conf_count(l), 3);
    ck_assert_int_eq(cadre_conf_type(cadre_conf_at(l, 1)), CADRE_CONF_GROUP);
    ck_assert_str_eq(cadre_conf_name(cadre_conf_at(l, 1)), "");
    ck_assert_ptr_nonnull(cadre_conf_get(cadre_conf_at(l, 1), "t"));
    ck_assert_int_eq(cadre_conf_type(cadre_conf_at(l, 2)), CADRE_CONF_ARRAY);
    ck_assert_ptr_null(cadre_conf_at(l, 3));
    ck_assert_ptr_null(cadre_conf_at(cadre_conf_at(l, 2), 0));
    ck_assert_uint_eq(cadre_conf_count(cadre_conf_get(root, "e")), 0);
    ck_assert_uint_eq(cadre_conf_count(NULL), 0);
}

START_TEST(what_was_built_can_be_walked)
{
    struct cadre__conf_tree *tree = sample();

    check_sample(tree);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(a_sealed_tree_is_the_same_when_mapped)
{
    struct cadre__conf_tree *tree = sample();
    struct cadre__conf_tree *mapped;
    int fd = cadre__conf_tree_seal(tree);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    cadre__conf_tree_free(tree);
    ck_assert_int_eq(cadre__conf_tree_map(fd, &mapped), 0);
    close(fd);
    check_sample(mapped);
    cadre__conf_tree_free(mapped);
}
END_TEST

START_TEST(an_unsealed_memfd_is_refused)
{
    struct cadre__conf_tree *tree = sample();
    struct cadre__conf_tree *mapped;
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    ck_assert_int_eq(write(fd, tree->blob, tree->len), (ssize_t)tree->len);
    ck_assert_int_eq(cadre__conf_tree_map(fd, &mapped), -EINVAL);
    close(fd);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(an_empty_memfd_and_a_foreign_one_are_refused)
{
    struct cadre__conf_tree *mapped;
    int empty = cadre__memfd_sealed("test", "", 0);
    int foreign = cadre__memfd_sealed("test", world_folder, sizeof(world_folder));

    ck_assert_int_eq(cadre__conf_tree_map(empty, &mapped), -EPROTO);
    ck_assert_int_eq(cadre__conf_tree_map(foreign, &mapped), -EPROTO);
    close(empty);
    close(foreign);
}
END_TEST

/* Reads all that a reader could, so that a wild index would show. */
static size_t walk(const struct cadre_conf *node, int depth)
{
    size_t sum = strlen(cadre_conf_name(node)) + strlen(cadre_conf_file(node)) +
                 strlen(cadre__conf_environment(node)) + cadre_conf_line(node);

    ck_assert_int_le(depth, CADRE__CONF_DEPTH_MAX);
    if (cadre__conf_text(node) != NULL)
        sum += strlen(cadre__conf_text(node));
    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c))
        sum += walk(c, depth + 1);
    for (size_t i = 0; i < cadre_conf_count(node); i++)
        ck_assert_ptr_nonnull(cadre_conf_at(node, i));
    return sum;
}

/* A blob that passes the check can be read; one that does not is -EPROTO. LEN bytes exactly. */
static bool try_blob(const void *bytes, size_t len)
{
    void *copy = malloc(len == 0 ? 1 : len); /* so that a sanitizer sees every step beyond */
    struct cadre__conf_tree tree = {.len = len};
    int r;

    memcpy(copy, bytes, len);
    r = cadre__conf_blob_check(copy, len);
    ck_assert(r == 0 || r == -EPROTO);
    tree.blob = copy;
    if (r == 0)
        walk(cadre__conf_tree_root(&tree), 0);
    free(copy);
    return r == 0;
}

START_TEST(a_cut_or_grown_blob_is_refused)
{
    struct cadre__conf_tree *tree = sample();
    char *longer = calloc(1, tree->len + 1);

    ck_assert(try_blob(tree->blob, tree->len));
    for (size_t len = 0; len < tree->len; len++)
        ck_assert(!try_blob(tree->blob, len));
    memcpy(longer, tree->blob, tree->len);
    ck_assert(!try_blob(longer, tree->len + 1));
    free(longer);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(no_wrong_word_anywhere_makes_a_wild_read)
{
    static const uint32_t values[] = {0, 1, 2, 9, 63, 255, 0x7fffffff, 0x80000000, 0xffffffff};
    struct cadre__conf_tree *tree = sample();
    char *bytes = malloc(tree->len);
    size_t refused = 0;

    for (size_t offset = 0; offset + 4 <= tree->len; offset++)
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            memcpy(bytes, tree->blob, tree->len);
            memcpy(bytes + offset, &values[v], 4);
            refused += !try_blob(bytes, tree->len);
        }
    ck_assert_uint_gt(refused, 1000);
    free(bytes);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(no_pair_of_wrong_bytes_makes_a_wild_read)
{
    struct cadre__conf_tree *tree = sample();
    char *bytes = malloc(tree->len);
    uint32_t random = 12345;

    for (int i = 0; i < 100000; i++) {
        memcpy(bytes, tree->blob, tree->len);
        for (int k = 0; k < 3; k++) {
            random = random * 1664525 + 1013904223;
            bytes[(random >> 8) % tree->len] = (char)(random >> 3 & (i & 1 ? 0x0f : 0xff));
        }
        try_blob(bytes, tree->len);
    }
    free(bytes);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    struct cadre__conf_builder *b = cadre__conf_builder_new("");
    struct cadre__conf_tree *tree;

    for (int i = 0; i < CADRE__CONF_DEPTH_MAX; i++)
        cadre__conf_builder_open(b, CADRE_CONF_LIST, "", &at);
    ck_assert_int_eq(cadre__conf_builder_finish(b, &tree), -E2BIG);
    b = cadre__conf_builder_new("");
    for (int i = 1; i < CADRE__CONF_DEPTH_MAX; i++)
        cadre__conf_builder_open(b, CADRE_CONF_LIST, "", &at);
    ck_assert_int_eq(cadre__conf_builder_finish(b, &tree), 0);
    ck_assert_int_eq(cadre__conf_blob_check(tree->blob, tree->len), 0);
    cadre__conf_tree_free(tree);
}
END_TEST

START_TEST(a_large_tree_keeps_its_order)
{
    struct cadre__conf_builder *b = cadre__conf_builder_new("");
    struct cadre__conf_tree *tree;
    char name[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        cadre__conf_builder_int(b, name, i, &at);
    }
    ck_assert_int_eq(cadre__conf_builder_finish(b, &tree), 0);
    ck_assert_int_eq(cadre__conf_blob_check(tree->blob, tree->len), 0);
    for (int i = 0; i < 5000; i += 499)
        ck_assert_int_eq(cadre_conf_at(cadre__conf_tree_root(tree), (size_t)i)->value.integer, i);
    cadre__conf_tree_free(tree);
}
END_TEST

UNIT_MAIN("conf/tree", UNIT_CASE(what_was_built_can_be_walked),
          UNIT_CASE(a_sealed_tree_is_the_same_when_mapped), UNIT_CASE(an_unsealed_memfd_is_refused),
          UNIT_CASE(an_empty_memfd_and_a_foreign_one_are_refused),
          UNIT_CASE(a_cut_or_grown_blob_is_refused),
          UNIT_CASE(no_wrong_word_anywhere_makes_a_wild_read),
          UNIT_CASE(no_pair_of_wrong_bytes_makes_a_wild_read), UNIT_CASE(nesting_has_a_limit),
          UNIT_CASE(a_large_tree_keeps_its_order))
