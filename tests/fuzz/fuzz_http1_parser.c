/* SPDX-License-Identifier: MIT */
/*
 * Requests in a stream of bytes, by our parser alone. However the bytes are cut, they mean the same
 * and are refused for the same reason; and what is accepted keeps the rules of RFC 9112, which are
 * written down here a second time, as plainly as can be.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/http1_messages.h"
#include "worker/http1_memo.h"

/* Above this many bytes they do not come one by one: that would be all that is done. */
#define SINGLY_MAX 700

static size_t all(void *arg, size_t left)
{
    (void)arg;
    return left;
}

static size_t one(void *arg, size_t left)
{
    (void)arg;
    (void)left;
    return 1;
}

static size_t some(void *arg, size_t left)
{
    (void)left;
    return fuzz_dice_throw(arg, fuzz_dice_throw(arg, 40));
}

/* RFC 9110 §5.6.2 */
static bool is_token(struct piece p, bool upper_too)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < p.len; i++) {
        char c = p.ptr[i];
        bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                  (upper_too && c >= 'A' && c <= 'Z') || (c != '\0' && strchr(marks, c));
        if (!ok)
            return false;
    }
    return p.len > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_value(struct piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        unsigned char c = (unsigned char)p.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return p.len == 0 || (!is_blank(p.ptr[0]) && !is_blank(p.ptr[p.len - 1]));
}

static bool is_target(struct piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        unsigned char c = (unsigned char)p.ptr[i];
        if (c <= 0x20 || c >= 0x7f || c == '#')
            return false;
    }
    return p.len > 0;
}

static size_t count(const struct message *m, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < m->n_fields; i++)
        n += m->names[i].len == strlen(name) && memcmp(m->names[i].ptr, name, strlen(name)) == 0;
    return n;
}

/* RFC 9112 §2.2: lines end in CRLF, and nothing else is a line's end. */
static size_t count_lines(const struct message *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->head_len; i++) {
        bool cr_before = i > 0 && m->head[i - 1] == '\r';

        FUZZ_CHECK((m->head[i] == '\n') == cr_before);
        n += cr_before;
    }
    return n;
}

static void judge_head(const struct message *m)
{
    size_t empty = 0;

    while (empty + 2 <= m->head_len && memcmp(m->head + empty, "\r\n", 2) == 0)
        empty += 2;
    FUZZ_CHECK(m->head_len >= 4 && memcmp(m->head + m->head_len - 4, "\r\n\r\n", 4) == 0);
    FUZZ_CHECK(m->method.ptr == m->head + empty);
    FUZZ_CHECK(count_lines(m) == empty / 2 + 1 + m->n_fields + 1);
    FUZZ_CHECK(is_token(m->method, true) && m->method.len <= MESSAGE_METHOD);
    FUZZ_CHECK(is_target(m->target));
    FUZZ_CHECK(m->target.ptr == m->method.ptr + m->method.len + 1 && m->target.ptr[-1] == ' ');
    FUZZ_CHECK(m->version == 10 || m->version == 11);
    for (size_t i = 0; i < m->n_fields; i++) {
        FUZZ_CHECK(is_token(m->names[i], false));
        FUZZ_CHECK(m->names[i].ptr[m->names[i].len] == ':');
        FUZZ_CHECK(m->names[i].ptr[-1] == '\n');
        FUZZ_CHECK(is_value(m->values[i]));
    }
}

/* RFC 9112 §3.2 and §6.3 */
static void judge_message(const struct message *m)
{
    size_t n_lengths = count(m, "content-length"), n_codings = count(m, "transfer-encoding");

    FUZZ_CHECK(count(m, "host") <= 1 && (m->version == 10 || count(m, "host") == 1));
    FUZZ_CHECK(n_lengths <= 1 && m->has_length == (n_lengths == 1));
    FUZZ_CHECK(m->chunked == (n_codings > 0) && !(m->chunked && m->has_length));
    FUZZ_CHECK(!m->chunked || m->version == 11);
    FUZZ_CHECK(m->path_len == 0 || memchr(m->path, '\0', m->path_len) == NULL);
    if (m->end == MESSAGE_WHOLE && m->has_length)
        FUZZ_CHECK(m->body_len == m->length);
    if (m->end == MESSAGE_BODY_OPEN && m->has_length)
        FUZZ_CHECK(m->body_len < m->length);
    if (!m->chunked && !m->has_length)
        FUZZ_CHECK(m->end == MESSAGE_WHOLE && m->body_len == 0);
}

static void compare(const struct messages *whole, const uint8_t *data, size_t size,
                    const struct messages_limits *limits, piece_fn fn, const char *how)
{
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    struct messages *pieces = messages_read(data, size, limits, fn, &dice);

    messages_compare(whole, pieces, how);
    messages_free(pieces);
}

/* Every input in every way under the usual limits and under some that it may well reach. */
static void run(const uint8_t *data, size_t size, const struct messages_limits *limits)
{
    struct messages *whole = messages_read(data, size, limits, all, NULL);

    for (size_t i = 0; i < whole->n; i++) {
        const struct message *m = &whole->list[i];

        if (m->end == MESSAGE_HEAD_OPEN || m->end == MESSAGE_REFUSED)
            continue;
        judge_head(m);
        judge_message(m);
    }
    if (size <= SINGLY_MAX)
        compare(whole, data, size, limits, one, "byte by byte");
    compare(whole, data, size, limits, some, "in pieces");

    static struct http1_memo memo;
    struct messages_limits remembering = *limits;
    memset(&memo, 0, sizeof(memo));
    remembering.memo = &memo;
    for (int i = 0; i < 2; i++)
        compare(whole, data, size, &remembering, all, "by a memo");
    messages_free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    const struct messages_limits usual = {
        .head_max = 16384, .line_max = 8192, .fields_max = FIELDS_MAX};
    const struct messages_limits tight = {.head_max = (uint32_t)fuzz_dice_throw(&dice, size + 2),
                                          .line_max =
                                              (uint32_t)fuzz_dice_throw(&dice, size + 2) + 8,
                                          .fields_max = (uint32_t)fuzz_dice_throw(&dice, 6)};

    if (size > MESSAGE_BODY)
        return 0;
    run(data, size, &usual);
    run(data, size, &tight);
    return 0;
}
