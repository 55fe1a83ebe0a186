/* SPDX-License-Identifier: MIT */
/* The grammar of JSON, by a list of what is to be accepted and what is not. */
#include "config.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json_cases.h"
#include "model/json_read.h"
#include "model/json_scan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cadre_field no_rules;
static const struct cadre__type any_type = {
    .kind = CADRE_KIND_ANY, .size = sizeof(struct cadre_any), .is_plain = true, .rules = &no_rules};

static struct cadre__arena arena;
static struct cadre_validation validation;

/* A copy right before memory that must not be read. */
static struct cadre_str guarded(struct cadre_str text)
{
    static char *memory;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 16 * page;

    if (!memory) {
        memory =
            mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ck_assert(memory != MAP_FAILED);
        ck_assert_int_eq(mprotect(memory + size, page, PROT_NONE), 0);
    }
    ck_assert_uint_le(text.len, size);
    char *copy = memory + size - text.len;
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return (struct cadre_str){copy, text.len};
}

static int read_any(struct cadre_str text, struct cadre_any *ret)
{
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 4096);
    validation = (struct cadre_validation){.arena = &arena};
    memset(ret, 0, sizeof(*ret));
    return cadre__json_read(&validation, &any_type, guarded(text), NULL, ret);
}

/* The one issue is that the syntax is wrong, of those words at that place. */
static void check_error(struct cadre_str text, const char *error, size_t offset)
{
    const struct cadre__issue *issue = validation.issues.first;
    char ctx[128], quoted[96];
    size_t n = 0;

    ck_assert_uint_eq(validation.issues.n, 1);
    ck_assert_str_eq(issue->type, "json_invalid");
    ck_assert_str_eq(issue->msg, "JSON decode error");
    ck_assert_uint_eq(issue->n_loc, 1);
    for (const char *at = error; *at; at++) {
        if (*at == '\\')
            quoted[n++] = '\\';
        quoted[n++] = *at;
    }
    quoted[n] = '\0';
    snprintf(ctx, sizeof(ctx), "{\"error\":\"%s\"}", quoted);
    ck_assert_msg(strcmp(issue->ctx, ctx) == 0, "%.*s: %s, not %s", CADRE_STR_ARGS(text),
                  issue->ctx, ctx);
    ck_assert_msg(issue->loc[0].index == offset, "%.*s: %s at %zu, not %zu", CADRE_STR_ARGS(text),
                  error, issue->loc[0].index, offset);
}

START_TEST(what_the_rfc_allows_is_accepted)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        struct cadre_any any;
        int r = read_any(accepted[i], &any);
        ck_assert_msg(r == 0, "%.*s: %d", CADRE_STR_ARGS(accepted[i]), r);
        ck_assert_uint_eq(strlen(any.text), any.len);
        ck_assert_ptr_nonnull(memmem(accepted[i].ptr, accepted[i].len, any.text, any.len));
    }
}
END_TEST

START_TEST(what_the_rfc_forbids_is_refused)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct cadre_any any;
        int r = read_any(refused[i].text, &any);
        ck_assert_msg(r == -EBADMSG, "%.*s: %d", CADRE_STR_ARGS(refused[i].text), r);
        check_error(refused[i].text, refused[i].error, refused[i].offset);
    }
}
END_TEST

START_TEST(there_are_more_than_two_hundred_cases)
{
    ck_assert_uint_ge(COUNT(accepted), 100);
    ck_assert_uint_ge(COUNT(refused), 200);
}
END_TEST

/* A document that ends too early is none; one that is a number may be another number. */
START_TEST(no_beginning_of_a_document_is_one)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        struct cadre_str text = accepted[i];
        struct cadre_any any;
        while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]))
            text.len--;
        if (!strchr("]}\"el", text.ptr[text.len - 1]))
            continue;
        for (text.len--; text.len > 0; text.len--) {
            int r = read_any(text, &any);
            ck_assert_msg(r == -EBADMSG || r == -EILSEQ, "%.*s: %d", CADRE_STR_ARGS(text), r);
        }
    }
}
END_TEST

START_TEST(nothing_may_be_behind_a_document)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        char text[600];
        struct cadre_any any;
        int len = snprintf(text, sizeof(text), "%.*s x", CADRE_STR_ARGS(accepted[i]));
        ck_assert_int_eq(read_any((struct cadre_str){text, (size_t)len}, &any), -EBADMSG);
        ck_assert_ptr_nonnull(strstr(validation.issues.first->ctx, "Extra data"));
    }
}
END_TEST

START_TEST(what_is_no_utf8_is_told_apart)
{
    static const char *const texts[] = {
        "\"\x80\"",
        "\"\xbf\"",
        "\"\xc0\xaf\"",
        "\"\xc1\xbf\"",
        "\"\xc3\"",
        "\"\xc3(\"",
        "\"\xe0\x80\xaf\"",
        "\"\xe0\x9f\xbf\"",
        "\"\xe2\x82\"",
        "\"\xe2\x28\xa1\"",
        "\"\xed\xa0\x80\"",
        "\"\xed\xbf\xbf\"",
        "\"\xf0\x80\x80\xaf\"",
        "\"\xf0\x8f\xbf\xbf\"",
        "\"\xf0\x9f\x98\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xf8\x88\x80\x80\x80\"",
        "\"\xfe\"",
        "\"\xff\"",
        "\xff",
        "[1,\xfe]",
        "\xff\xfe[\0",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98",
        "\"0123456789abcdef0123456789abcdef\x80\"",
        "\"0123456789abcdef0123456789abcdef\xc3",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct cadre_any any;
        ck_assert_msg(read_any(cadre_str_from(texts[i]), &any) == -EILSEQ, "%zu", i);
    }
}
END_TEST

START_TEST(every_character_is_utf8)
{
    for (uint32_t c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : 97) {
        char text[40] = "[0123456789012345678901234567]", *at = text + 28;
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        if (c < 0x80)
            *at++ = (char)c;
        else if (c < 0x800)
            *at++ = (char)(0xc0 | c >> 6);
        else if (c < 0x10000)
            *at++ = (char)(0xe0 | c >> 12);
        else
            *at++ = (char)(0xf0 | c >> 18);
        if (c >= 0x10000)
            *at++ = (char)(0x80 | (c >> 12 & 0x3f));
        if (c >= 0x800)
            *at++ = (char)(0x80 | (c >> 6 & 0x3f));
        if (c >= 0x80)
            *at++ = (char)(0x80 | (c & 0x3f));
        ck_assert_msg(cadre__json_is_utf8(text, (size_t)(at - text)), "U+%04X", c);
        if (c >= 0x80)
            ck_assert_msg(!cadre__json_is_utf8(text, (size_t)(at - text - 1)), "U+%04X", c);
    }
}
END_TEST

/* A string whose special byte is at any place relative to the 16 that are looked at at once. */
START_TEST(strings_of_all_lengths_are_decoded)
{
    static const struct {
        const char *sent, *meant;
    } specials[] = {{"", ""},
                    {"\\n", "\n"},
                    {"\\u00e9", "\xc3\xa9"},
                    {"\xc3\xa9", "\xc3\xa9"},
                    {"\\\"", "\""},
                    {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"}};

    for (size_t before = 0; before < 70; before++) {
        for (size_t behind = 0; behind < 40; behind++) {
            for (size_t i = 0; i < COUNT(specials); i++) {
                char sent[160] = "\"", want[160] = "", strings[160 + CADRE__JSON_SLACK];
                struct cadre_str text, got;
                memset(sent + 1, 'x', before);
                strcpy(sent + 1 + before, specials[i].sent);
                memset(sent + strlen(sent), 'y', behind);
                strcat(sent, "\"");
                memset(want, 'x', before);
                strcpy(want + before, specials[i].meant);
                memset(want + strlen(want), 'y', behind);
                text = guarded(cadre_str_from(sent));
                struct cadre__json json = {
                    .at = text.ptr, .begin = text.ptr, .end = text.ptr + text.len};
                json.strings = strings;
                ck_assert_int_eq(cadre__json_string(&json, &got), 0);
                ck_assert_uint_eq(got.len, strlen(want));
                ck_assert_str_eq(got.ptr, want);
                ck_assert_ptr_eq(json.at, json.end);
                ck_assert_ptr_eq(json.strings, got.ptr + got.len + 1);
                json.at = json.begin;
                json.max_depth = 1;
                ck_assert_int_eq(cadre__json_skip(&json), 0);
                ck_assert_ptr_eq(json.at, json.end);
            }
        }
    }
}
END_TEST

static int read_nested(unsigned depth, const char *open, const char *close, unsigned max_depth)
{
    static char text[20000];
    struct cadre__json_limits limits = {.max_depth = max_depth};
    struct cadre_any any = {NULL, 0};

    text[0] = '\0';
    for (unsigned i = 0; i < depth; i++)
        strcat(text, open);
    strcat(text, "1");
    for (unsigned i = 0; i < depth; i++)
        strcat(text, close);
    cadre__arena_done(&arena);
    cadre__arena_init(&arena, 4096);
    validation = (struct cadre_validation){.arena = &arena};
    return cadre__json_read(&validation, &any_type, cadre_str_from(text), &limits, &any);
}

START_TEST(nesting_has_a_limit)
{
    ck_assert_int_eq(read_nested(512, "[", "]", 0), 0);
    ck_assert_int_eq(read_nested(513, "[", "]", 0), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(validation.issues.first->ctx, "Nesting too deep"));
    ck_assert_uint_eq(validation.issues.first->loc[0].index, 512);
    ck_assert_int_eq(read_nested(512, "{\"a\":", "}", 0), 0);
    ck_assert_int_eq(read_nested(513, "{\"a\":", "}", 0), -EBADMSG);
    ck_assert_int_eq(read_nested(3, "[", "]", 3), 0);
    ck_assert_int_eq(read_nested(4, "[", "]", 3), -EBADMSG);
    ck_assert_int_eq(read_nested(1024, "[", "]", 9999), 0);
    ck_assert_int_eq(read_nested(1025, "[", "]", 9999), -EBADMSG);
    ck_assert_int_eq(read_nested(200, "[[[],{}],{\"a\":[]},", "]", 0), 0);
}
END_TEST

START_TEST(the_size_has_a_limit)
{
    struct cadre__json_limits limits = {.max_bytes = 6};
    struct cadre_any any = {NULL, 0};

    cadre__arena_init(&arena, 4096);
    validation = (struct cadre_validation){.arena = &arena};
    ck_assert_int_eq(cadre__json_read(&validation, &any_type, CADRE_STR("[1234]"), &limits, &any),
                     0);
    ck_assert_int_eq(cadre__json_read(&validation, &any_type, CADRE_STR("[12345]"), &limits, &any),
                     -EMSGSIZE);
    ck_assert_uint_eq(validation.issues.n, 0);
}
END_TEST

UNIT_MAIN("model/json_scan", UNIT_CASE(what_the_rfc_allows_is_accepted),
          UNIT_CASE(what_the_rfc_forbids_is_refused),
          UNIT_CASE(there_are_more_than_two_hundred_cases),
          UNIT_CASE(no_beginning_of_a_document_is_one), UNIT_CASE(nothing_may_be_behind_a_document),
          UNIT_CASE(what_is_no_utf8_is_told_apart), UNIT_CASE(every_character_is_utf8),
          UNIT_CASE(strings_of_all_lengths_are_decoded), UNIT_CASE(nesting_has_a_limit),
          UNIT_CASE(the_size_has_a_limit))
