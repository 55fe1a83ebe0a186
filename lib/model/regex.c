/* SPDX-License-Identifier: MIT */
/*
 * model/regex: PCRE2 with limits.
 *
 * Each thread has its own match data and match context, made at its first match. The JIT's own
 * stack is 32 KiB on the machine stack, which a coroutine's may not have to spare, so it gets one
 * of its own with the match context.
 */
#include "config.h"

#include "model/regex.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/clock.h"

#define JIT_STACK_MIN (32 * 1024)
#define JIT_STACK_MAX (256 * 1024)

struct cadre__regex {
    pcre2_code *code;
    bool is_anchored; /* it can only begin at the start of the text */
};

/* What a thread matches with. */
struct matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack; /* NULL: the interpreter alone */
};

static pthread_key_t matcher_key;
static pthread_once_t matcher_once = PTHREAD_ONCE_INIT;
static bool has_key;

static void matcher_free(void *arg)
{
    struct matcher *matcher = arg;

    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

static void make_key(void)
{
    has_key = pthread_key_create(&matcher_key, matcher_free) == 0;
}

static struct matcher *matcher_make(void)
{
    struct matcher *matcher = calloc(1, sizeof(*matcher));
    if (!matcher)
        return NULL;
    matcher->data = pcre2_match_data_create(1, NULL);
    matcher->context = pcre2_match_context_create(NULL);
    if (!matcher->data || !matcher->context || pthread_setspecific(matcher_key, matcher) != 0) {
        matcher_free(matcher);
        return NULL;
    }
    matcher->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
    if (matcher->stack)
        pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
    pcre2_set_depth_limit(matcher->context, CADRE__REGEX_STEPS);
    pcre2_set_heap_limit(matcher->context, CADRE__REGEX_HEAP_KIB);
    return matcher;
}

/* The calling thread's; NULL: memory is out. */
static struct matcher *matcher_get(void)
{
    pthread_once(&matcher_once, make_key);
    if (!has_key)
        return NULL;
    struct matcher *matcher = pthread_getspecific(matcher_key);
    return matcher ? matcher : matcher_make();
}

int cadre__regex_new(const char *text, unsigned flags, char *why, size_t why_size,
                     struct cadre__regex **ret)
{
    uint32_t options = flags & CADRE__REGEX_WHOLE ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
    int error = 0;
    PCRE2_SIZE at = 0;
    struct cadre__regex *pattern = malloc(sizeof(*pattern));

    if (!pattern)
        return -ENOMEM;
    pattern->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                  options | PCRE2_USE_OFFSET_LIMIT | PCRE2_UTF | PCRE2_UCP |
                                      PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                                  &error, &at, NULL);
    if (!pattern->code) {
        unsigned char words[128];
        pcre2_get_error_message(error, words, sizeof(words));
        snprintf(why, why_size, "at offset %zu: %s", (size_t)at, (const char *)words);
        free(pattern);
        return -EINVAL;
    }
    uint32_t all = 0;
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_ALLOPTIONS, &all);
    pattern->is_anchored = (all & PCRE2_ANCHORED) != 0;
    /* Where the JIT is refused or cannot do it, pcre2_match takes the interpreter. */
    (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    *ret = pattern;
    return 0;
}

void cadre__regex_free(struct cadre__regex *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    free(pattern);
}

/* The steps that a text of that length may take: no more than some 100 million characters are
 * looked at, but always some for each of its own. */
static uint32_t steps_for(size_t len)
{
    uint64_t steps = len > 0 ? UINT64_C(100000000) / len : CADRE__REGEX_STEPS;

    if (steps < 4 * len)
        steps = 4 * len;
    return steps < CADRE__REGEX_STEPS ? (uint32_t)steps : CADRE__REGEX_STEPS;
}

/* Looks for a match that begins in from..last. */
static int match_between(const struct cadre__regex *pattern, struct matcher *matcher,
                         struct cadre_str text, size_t from, size_t last)
{
    /* The text is looked through for UTF-8 once. */
    uint32_t options = from > 0 ? PCRE2_NO_UTF_CHECK : 0;

    pcre2_set_offset_limit(matcher->context, last);
    return pcre2_match(pattern->code, (PCRE2_SPTR)text.ptr, text.len, from, options, matcher->data,
                       matcher->context);
}

/* What the thread has computed so far: the time of others must not make a text wrong. */
static uint64_t thread_time_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) < 0)
        return 0;
    return (uint64_t)now.tv_sec * CADRE__NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

/* Tries the places of the text some at a time, and looks at the clock between. */
static int match_in_parts(const struct cadre__regex *pattern, struct matcher *matcher,
                          struct cadre_str text)
{
    uint64_t began = 0;
    size_t from = 0;
    int r;

    for (size_t part = 64;; part = part < 1024 ? part * 2 : part) {
        size_t last = text.len - from > part ? from + part : text.len;
        r = match_between(pattern, matcher, text, from, last);
        if (r != PCRE2_ERROR_NOMATCH || last == text.len)
            return r;
        uint64_t now = thread_time_ns();
        if (began == 0)
            began = now;
        else if (now - began > CADRE__REGEX_TIME_MS * CADRE__NSEC_PER_MSEC)
            return PCRE2_ERROR_MATCHLIMIT;
        from = last + 1;
        while (from < text.len && ((unsigned char)text.ptr[from] & 0xc0) == 0x80)
            from++;
    }
}

int cadre__regex_matches(const struct cadre__regex *pattern, struct cadre_str text)
{
    struct matcher *matcher = matcher_get();

    if (!matcher)
        return -ENOMEM;
    if (text.len > CADRE__REGEX_TEXT_MAX)
        return 0;
    if (!text.ptr)
        text.ptr = "";
    pcre2_set_match_limit(matcher->context, steps_for(text.len));
    int r = pattern->is_anchored ? match_between(pattern, matcher, text, 0, PCRE2_UNSET)
                                 : match_in_parts(pattern, matcher, text);
    if (r == PCRE2_ERROR_NOMEMORY)
        return -ENOMEM;
    return r >= 0;
}
