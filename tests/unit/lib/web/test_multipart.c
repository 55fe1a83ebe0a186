/* SPDX-License-Identifier: MIT */
/* The parser of multipart bodies (web/multipart.c): what it says of a body, however that is cut. */
#include "config.h"

#include "tests/unit/unit.h"
#include "web/multipart.h"

#include <errno.h>
#include <time.h>

/* What the steps were, in a line: "<head>data|" for a part, "." for the end, "!why". */
static void run(struct cadre__buf *out, const char *boundary, const char *body, size_t len,
                size_t cut)
{
    struct cadre__multipart p;
    enum cadre__multipart_step step = CADRE__MULTIPART_MORE;

    ck_assert_int_eq(cadre__multipart_init(&p, cadre_str_from(boundary)), 0);
    cadre__buf_clear(out);
    for (size_t at = 0; at < len && step == CADRE__MULTIPART_MORE; at += cut) {
        struct cadre_str input = {body + at, len - at < cut ? len - at : cut}, got;

        do {
            step = cadre__multipart_next(&p, &input, &got);
            if (step == CADRE__MULTIPART_PART)
                cadre__buf_printf(out, "<%.*s>", CADRE_STR_ARGS(got));
            if (step == CADRE__MULTIPART_DATA)
                cadre__buf_append(out, got.ptr, got.len);
            if (step == CADRE__MULTIPART_DATA)
                ck_assert_uint_gt(got.len, 0);
            if (step == CADRE__MULTIPART_PART_END)
                cadre__buf_puts(out, "|");
            if (step == CADRE__MULTIPART_END)
                cadre__buf_puts(out, ".");
            if (step == CADRE__MULTIPART_BAD)
                cadre__buf_printf(out, "!%s", p.why);
        } while (step != CADRE__MULTIPART_MORE && step != CADRE__MULTIPART_END &&
                 step != CADRE__MULTIPART_BAD);
        if (step == CADRE__MULTIPART_MORE)
            ck_assert_uint_eq(input.len, 0);
    }
    cadre__multipart_done(&p);
}

static const struct {
    const char *body, *wanted;
} rows[] = {
    {"--b\r\na: 1\r\n\r\nx\r\n--b--", "<a: 1\r\n>x|."},
    {"--b\r\na: 1\r\n\r\nx\r\n--b--\r\nepilogue", "<a: 1\r\n>x|."},
    {"preamble\r\n--b\r\n\r\nx\r\n--b--", "<>x|."},
    {"\r\n--b\r\n\r\nx\r\n--b--", "<>x|."},
    {"--b\r\n\r\n\r\n--b--", "<>|."},
    {"--b\r\na: 1\r\n\r\n--b--", "<a: 1\r\n>|."}, /* no data and no line for it */
    {"--b\r\n\r\n--b\r\n\r\n--b--", "<>|<>|."},
    {"--b \t\r\n\r\nx\r\n--b \r\n\r\ny\r\n--b--", "<>x|<>y|."},
    {"--b\r\n\r\n\r\n\r\n\r\n--b--", "<>\r\n\r\n|."},
    {"--b\r\n\r\n\r\r\n\r--b\r\n-\r\n--\r\n--c\r\n--b--", "<>\r\r\n\r--b\r\n-\r\n--\r\n--c|."},
    {"--b\r\n\r\n-x\r\n--b--", "<>-x|."},
    {"--b\r\n\r\n--x\r\n--b--", "<>--x|."},
    {"--b\r\n\r\nx--b--\r\n--b--", "<>x--b--|."},
    {"--b\r\n\r\nx\n--b--\r\n--b--", "<>x\n--b--|."},
    {"--b--", "."},
    {"--b\r\na: 1\r\n\r\nx", "<a: 1\r\n>x"},
    {"--b\r\na: 1\r\n\r\nx\r\n--b", "<a: 1\r\n>x|"},
    {"--bx", "!A boundary of the multipart body is followed by something else."},
    {"--b-x", "!A boundary of the multipart body is followed by something else."},
    {"--b -", "!A boundary of the multipart body is followed by something else."},
    {"--b\rx", "!A line of the multipart body does not end in CR LF."},
    {"--b\n\r\nx\r\n--b--", "!A boundary of the multipart body is followed by something else."},
    {"", ""},
    {"none", ""},
};

START_TEST(a_body_means_the_same_however_it_is_cut)
{
    struct cadre__buf out;
    size_t len = strlen(rows[_i].body);

    cadre__buf_init(&out);
    for (size_t cut = 1; cut <= len + 1; cut++) {
        run(&out, "b", rows[_i].body, len, cut);
        ck_assert_msg(strcmp(cadre__buf_text(&out), rows[_i].wanted) == 0, "cut %zu: %s", cut,
                      cadre__buf_text(&out));
    }
    cadre__buf_done(&out);
}
END_TEST

START_TEST(boundaries_are_checked)
{
    struct cadre__multipart p;
    char longest[72];

    memset(longest, 'b', sizeof(longest));
    ck_assert_int_eq(cadre__multipart_init(&p, (struct cadre_str){longest, 70}), 0);
    cadre__multipart_done(&p);
    ck_assert_int_eq(cadre__multipart_init(&p, (struct cadre_str){longest, 71}), -EINVAL);
    ck_assert_int_eq(cadre__multipart_init(&p, CADRE_STR("")), -EINVAL);
    ck_assert_int_eq(cadre__multipart_init(&p, CADRE_STR("a ")), -EINVAL);
    ck_assert_int_eq(cadre__multipart_init(&p, CADRE_STR("a\r")), -EINVAL);
    ck_assert_int_eq(cadre__multipart_init(&p, CADRE_STR("\303\244")), -EINVAL);
    ck_assert_int_eq(cadre__multipart_init(&p, CADRE_STR("a b:'()+_,-./=?")), 0);
    cadre__multipart_done(&p);
}
END_TEST

START_TEST(a_head_has_a_limit)
{
    static char body[CADRE__MULTIPART_HEAD_MAX + 100];
    struct cadre__buf out;

    cadre__buf_init(&out);
    memset(body, 'x', sizeof(body));
    memcpy(body, "--b\r\n", 5);
    run(&out, "b", body, sizeof(body), 100);
    ck_assert_str_eq(cadre__buf_text(&out), "!The head of a part exceeded maximum size of 8KB.");
    cadre__buf_done(&out);
}
END_TEST

START_TEST(fields_of_a_head_are_cut)
{
    static const struct {
        const char *head, *wanted; /* [name=value] each; "!": no field */
    } heads[] = {
        {"a: 1\r\nB:  2 \t\r\n", "[a=1][B=2]"},
        {"a:\r\n", "[a=]"},
        {"a: b:c\r\n", "[a=b:c]"},
        {"", ""},
        {"a\r\n", "!"},
        {": 1\r\n", "!"},
        {"a : 1\r\n", "!"},
        {" a: 1\r\n", "!"},
        {"a: 1\r\n b\r\n", "[a=1]!"}, /* folded */
        {"a: 1\nb: 2\r\n", "!"},
        {"a: 1\rb: 2\r\n", "!"},
    };

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct cadre_str head = cadre_str_from(heads[i].head), name, value;
        struct cadre__buf out;
        int r;

        cadre__buf_init(&out);
        while ((r = cadre__multipart_field(&head, &name, &value)) > 0)
            cadre__buf_printf(&out, "[%.*s=%.*s]", CADRE_STR_ARGS(name), CADRE_STR_ARGS(value));
        if (r < 0)
            cadre__buf_puts(&out, "!");
        ck_assert_str_eq(cadre__buf_text(&out), heads[i].wanted);
        cadre__buf_done(&out);
    }
}
END_TEST

/* --- time --- */

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What could make a parser look at the same bytes again and again. */
static const struct {
    const char *piece;
    size_t cut, size;
} worst[] = {
    {"\r", 65536, 8 << 20},
    {"\r", 1, 1 << 20},
    {"\r\n", 65536, 8 << 20},
    {"\r\n--", 65536, 8 << 20},
    {"\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 65536, 8 << 20},
    {"\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 7, 8 << 20},
};

START_TEST(no_input_takes_quadratic_time)
{
    const size_t size = worst[_i].size;
    const char *boundary = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    size_t len = strlen(worst[_i].piece);
    struct cadre__multipart p;
    struct cadre_str input =
        CADRE_STR("--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n\r\n");
    struct cadre_str got;
    char *body = malloc(size);
    size_t n = 0, n_steps = 0;
    double began;

    ck_assert_ptr_nonnull(body);
    for (size_t i = 0; i < size; i++)
        body[i] = worst[_i].piece[i % len];
    ck_assert_int_eq(cadre__multipart_init(&p, cadre_str_from(boundary)), 0);
    ck_assert_int_eq(cadre__multipart_next(&p, &input, &got), CADRE__MULTIPART_PART);
    began = cpu_seconds();
    for (size_t at = 0; at < size; at += worst[_i].cut) {
        enum cadre__multipart_step step;

        input =
            (struct cadre_str){body + at, size - at < worst[_i].cut ? size - at : worst[_i].cut};
        while ((step = cadre__multipart_next(&p, &input, &got)) == CADRE__MULTIPART_DATA) {
            n += got.len;
            n_steps++;
        }
        ck_assert_int_eq(step, CADRE__MULTIPART_MORE);
    }
    /* Linear it is a tenth of a second; were it quadratic, hours. */
    ck_assert_double_lt(cpu_seconds() - began, 20);
    ck_assert_uint_ge(n + p.matched, size);
    ck_assert_uint_le(n_steps, 2 * (size / worst[_i].cut) + 2);
    cadre__multipart_done(&p);
    free(body);
}
END_TEST

UNIT_MAIN("web/multipart",
          UNIT_LOOP(a_body_means_the_same_however_it_is_cut, sizeof(rows) / sizeof(rows[0])),
          UNIT_CASE(boundaries_are_checked), UNIT_CASE(a_head_has_a_limit),
          UNIT_CASE(fields_of_a_head_are_cut),
          UNIT_LOOP(no_input_takes_quadratic_time, sizeof(worst) / sizeof(worst[0])))
