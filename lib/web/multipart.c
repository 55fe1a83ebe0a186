/* SPDX-License-Identifier: MIT */
/* A parser of multipart bodies: web/multipart.h. */
#include "web/multipart.h"

#include <errno.h>

static void skip(struct cadre_str *s, size_t n)
{
    s->ptr += n;
    s->len -= n;
}

static enum cadre__multipart_step fail(struct cadre__multipart *p, const char *why)
{
    p->state = CADRE__MULTIPART_FAILED;
    p->why = why;
    return CADRE__MULTIPART_BAD;
}

/* bchars of RFC 2046 §5.1.1, and whatever else is printed. */
static bool is_boundary(struct cadre_str boundary)
{
    if (boundary.len == 0 || boundary.len > CADRE__MULTIPART_BOUNDARY_MAX)
        return false;
    for (size_t i = 0; i < boundary.len; i++) {
        if (boundary.ptr[i] < ' ' || boundary.ptr[i] >= 0x7f)
            return false;
    }
    return boundary.ptr[boundary.len - 1] != ' ';
}

int cadre__multipart_init(struct cadre__multipart *p, struct cadre_str boundary)
{
    if (!is_boundary(boundary))
        return -EINVAL;
    *p = (struct cadre__multipart){.state = CADRE__MULTIPART_IN_PREAMBLE};
    memcpy(p->delimiter, "\r\n--", 4);
    memcpy(p->delimiter + 4, boundary.ptr, boundary.len);
    p->delimiter_len = 4 + boundary.len;
    p->matched = p->ghost = 2; /* a body may begin with its first delimiter */
    cadre__buf_init(&p->head);
    return 0;
}

void cadre__multipart_done(struct cadre__multipart *p)
{
    cadre__buf_done(&p->head);
}

/* --- data, up to a delimiter --- */

/* How many bytes in front of the input are no part of a delimiter; where one may begin in it,
 * *ret_matched says how much of it is there. */
static size_t span_data(const struct cadre__multipart *p, struct cadre_str input,
                        size_t *ret_matched)
{
    const char *at = input.ptr, *end = input.ptr + input.len;

    *ret_matched = 0;
    while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        size_t left = (size_t)(end - at), n = left < p->delimiter_len ? left : p->delimiter_len;

        if (memcmp(at, p->delimiter, n) == 0) {
            *ret_matched = n;
            return (size_t)(at - input.ptr);
        }
        if (++at == end)
            break;
    }
    return input.len;
}

/* Goes on with a delimiter that the last input may have begun. True: it is whole. */
static bool match_on(struct cadre__multipart *p, struct cadre_str *input, bool *ret_failed)
{
    size_t left = p->delimiter_len - p->matched;
    size_t n = left < input->len ? left : input->len;
    size_t same = 0;

    while (same < n && input->ptr[same] == p->delimiter[p->matched + same])
        same++;
    *ret_failed = same < n;
    if (same < n)
        return false; /* `matched` bytes of the delimiter were data, and so are the `same` ones */
    skip(input, n);
    p->matched += n;
    return p->matched == p->delimiter_len;
}

static enum cadre__multipart_step next_data(struct cadre__multipart *p, struct cadre_str *input,
                                            struct cadre_str *ret)
{
    bool in_part = p->state == CADRE__MULTIPART_IN_DATA, failed = false;
    size_t matched, n;

    while (input->len > 0) {
        if (p->matched > 0) {
            if (match_on(p, input, &failed)) {
                p->matched = p->ghost = 0;
                p->state = CADRE__MULTIPART_AT_DELIMITER;
                return in_part ? CADRE__MULTIPART_PART_END : CADRE__MULTIPART_MORE;
            }
            if (!failed)
                break;
            *ret = (struct cadre_str){p->delimiter + p->ghost, p->matched - p->ghost};
            p->matched = p->ghost = 0;
            if (in_part && ret->len > 0)
                return CADRE__MULTIPART_DATA;
            continue;
        }
        n = span_data(p, *input, &matched);
        *ret = (struct cadre_str){input->ptr, n};
        skip(input, n + matched);
        p->matched = matched;
        if (matched == p->delimiter_len && n == 0) {
            p->matched = 0;
            p->state = CADRE__MULTIPART_AT_DELIMITER;
            return in_part ? CADRE__MULTIPART_PART_END : CADRE__MULTIPART_MORE;
        }
        if (matched == p->delimiter_len) {
            /* Its data first: the delimiter is looked at again. */
            input->ptr -= matched;
            input->len += matched;
            p->matched = 0;
        }
        if (in_part && n > 0)
            return CADRE__MULTIPART_DATA;
    }
    return CADRE__MULTIPART_MORE;
}

/* --- delimiters and heads --- */

/* One byte behind a delimiter. */
static enum cadre__multipart_step next_delimiter(struct cadre__multipart *p,
                                                 struct cadre_str *input)
{
    char c = input->ptr[0];

    skip(input, 1);
    if (p->state == CADRE__MULTIPART_AT_DASH) {
        if (c != '-')
            return fail(p, "A boundary of the multipart body is followed by something else.");
        p->state = CADRE__MULTIPART_DONE;
        return CADRE__MULTIPART_END;
    }
    if (p->state == CADRE__MULTIPART_AT_CR) {
        if (c != '\n')
            return fail(p, "A line of the multipart body does not end in CR LF.");
        cadre__buf_clear(&p->head);
        p->state = CADRE__MULTIPART_IN_HEAD;
    } else if (c == '\r') {
        p->state = CADRE__MULTIPART_AT_CR;
    } else if (c == '-' && p->state == CADRE__MULTIPART_AT_DELIMITER) {
        p->state = CADRE__MULTIPART_AT_DASH;
    } else if (c == ' ' || c == '\t') {
        p->state = CADRE__MULTIPART_AT_PADDING;
    } else {
        return fail(p, "A boundary of the multipart body is followed by something else.");
    }
    return CADRE__MULTIPART_MORE;
}

/* The head ends with an empty line: CR LF at its begin or behind another. */
static bool has_ended(const struct cadre__buf *head)
{
    const char *end = head->data + head->len;

    return (head->len == 2 && memcmp(end - 2, "\r\n", 2) == 0) ||
           (head->len >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0);
}

static enum cadre__multipart_step next_head(struct cadre__multipart *p, struct cadre_str *input,
                                            struct cadre_str *ret)
{
    while (input->len > 0) {
        const char *newline = memchr(input->ptr, '\n', input->len);
        size_t n = newline != NULL ? (size_t)(newline - input->ptr) + 1 : input->len;

        if (p->head.len + n > CADRE__MULTIPART_HEAD_MAX)
            return fail(p, "The head of a part exceeded maximum size of 8KB.");
        if (cadre__buf_append(&p->head, input->ptr, n) < 0)
            return fail(p, "Out of memory.");
        skip(input, n);
        if (newline != NULL && has_ended(&p->head)) {
            *ret = (struct cadre_str){p->head.data, p->head.len - 2};
            p->state = CADRE__MULTIPART_IN_DATA;
            /* A part without data has its delimiter at once: its CR LF is the head's last one. */
            p->matched = p->ghost = 2;
            return CADRE__MULTIPART_PART;
        }
    }
    return CADRE__MULTIPART_MORE;
}

enum cadre__multipart_step cadre__multipart_next(struct cadre__multipart *p,
                                                 struct cadre_str *input, struct cadre_str *ret)
{
    enum cadre__multipart_step step = CADRE__MULTIPART_MORE;

    while (step == CADRE__MULTIPART_MORE) {
        if (p->state == CADRE__MULTIPART_FAILED)
            return CADRE__MULTIPART_BAD;
        if (p->state == CADRE__MULTIPART_DONE) {
            skip(input, input->len);
            return CADRE__MULTIPART_END;
        }
        if (input->len == 0)
            return CADRE__MULTIPART_MORE;
        switch (p->state) {
        case CADRE__MULTIPART_IN_PREAMBLE:
        case CADRE__MULTIPART_IN_DATA:
            step = next_data(p, input, ret);
            break;
        case CADRE__MULTIPART_IN_HEAD:
            step = next_head(p, input, ret);
            break;
        default:
            step = next_delimiter(p, input);
            break;
        }
    }
    return step;
}

/* --- fields of a head --- */

static bool is_token(struct cadre_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= ' ' || s.ptr[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", s.ptr[i]) != NULL)
            return false;
    }
    return s.len > 0;
}

int cadre__multipart_field(struct cadre_str *head, struct cadre_str *ret_name,
                           struct cadre_str *ret_value)
{
    const char *newline, *colon;
    struct cadre_str value;
    size_t len;

    if (head->len == 0)
        return 0;
    newline = memchr(head->ptr, '\n', head->len);
    if (newline == NULL || newline == head->ptr || newline[-1] != '\r')
        return -EINVAL;
    len = (size_t)(newline - head->ptr) - 1;
    colon = memchr(head->ptr, ':', len);
    if (colon == NULL)
        return -EINVAL;
    *ret_name = (struct cadre_str){head->ptr, (size_t)(colon - head->ptr)};
    value = (struct cadre_str){colon + 1, len - ret_name->len - 1};
    if (!is_token(*ret_name) || memchr(value.ptr, '\r', value.len) != NULL ||
        memchr(value.ptr, '\0', value.len) != NULL)
        return -EINVAL;
    while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
        skip(&value, 1);
    while (value.len > 0 && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t'))
        value.len--;
    *ret_value = value;
    skip(head, len + 2);
    return 1;
}
