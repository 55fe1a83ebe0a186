/* SPDX-License-Identifier: MIT */
/*
 * model/issues: a list of what is wrong, and the body of a 422 that it becomes.
 *
 * An issue copies the place at which the validation is, so the steps of the place itself may live
 * on a stack. The order is made once, at the end, by a stable merge sort of the list.
 */
#include "config.h"

#include "model/issues.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* ---- adding ---- */

/* Copies the steps that lead to `loc`, the first one first. False: memory is out. */
static bool copy_loc(struct cadre__arena *arena, const struct cadre__loc *loc,
                     struct cadre__issue *issue)
{
    uint32_t n = 0;
    for (const struct cadre__loc *at = loc; at; at = at->up)
        n++;
    if (n == 0)
        return true;
    struct cadre__step *steps = cadre__arena_alloc(arena, n * sizeof(*steps));
    if (!steps)
        return false;
    issue->loc = steps;
    issue->n_loc = n;
    for (const struct cadre__loc *at = loc; at; at = at->up)
        steps[--n] = (struct cadre__step){.name = at->name, .index = at->index, .rank = at->rank};
    return true;
}

static size_t most(const struct cadre_validation *validation)
{
    return validation->max_issues ? validation->max_issues : CADRE__ISSUES_MAX;
}

bool cadre__issues_are_full(const struct cadre_validation *validation)
{
    size_t max = most(validation);

    return validation->is_quiet || validation->issues.n >= max ||
           validation->issues.made >= max * CADRE__ISSUES_MADE_FACTOR;
}

static int add(struct cadre_validation *validation, const char *type,
               const struct cadre_input *input, const char *ctx, const char *msg)
{
    struct cadre__issues *issues = &validation->issues;
    struct cadre__issue *issue = cadre__arena_calloc(validation->arena, sizeof(*issue));
    if (!issue || !copy_loc(validation->arena, validation->loc, issue))
        return -ENOMEM;
    issue->type = type;
    issue->msg = msg;
    issue->ctx = ctx;
    if (input)
        issue->input = *input;
    issue->number = (uint32_t)issues->made++;
    issues->n++;
    issue->prev = issues->last;
    if (issues->last)
        issues->last->next = issue;
    else
        issues->first = issue;
    issues->last = issue;
    return CADRE__INVALID;
}

int cadre__issue_text(struct cadre_validation *validation, const char *type,
                      const struct cadre_input *input, const char *ctx, const char *msg)
{
    if (cadre__issues_are_full(validation)) {
        validation->issues.dropped++;
        return CADRE__INVALID;
    }
    return add(validation, type, input, ctx, msg);
}

int cadre__issue_v(struct cadre_validation *validation, const char *type,
                   const struct cadre_input *input, const char *ctx, const char *fmt, va_list args)
{
    const char *msg = "";

    if (!cadre__issues_are_full(validation)) {
        msg = cadre__arena_vprintf(validation->arena, NULL, fmt, args);
        if (!msg)
            return -ENOMEM;
    }
    return cadre__issue_text(validation, type, input, ctx, msg);
}

int cadre__issue(struct cadre_validation *validation, const char *type,
                 const struct cadre_input *input, const char *ctx, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int r = cadre__issue_v(validation, type, input, ctx, fmt, args);
    va_end(args);
    return r;
}

int cadre__issue_missing(struct cadre_validation *validation, const struct cadre_input *object)
{
    return cadre__issue_text(validation, "missing", object, NULL, "Field required");
}

int cadre__issue_extra(struct cadre_validation *validation, const struct cadre_input *input)
{
    return cadre__issue_text(validation, "extra_forbidden", input, NULL,
                             "Extra inputs are not permitted");
}

int cadre__issue_json(struct cadre_validation *validation, size_t offset, const char *what)
{
    static const struct cadre_input nothing = {CADRE_INPUT_OBJECT, CADRE_STR_INIT("{}")};
    const struct cadre__loc *here = validation->loc;
    struct cadre__loc at = {.up = here, .index = offset};
    char *quoted = cadre__json_quoted(validation->arena, cadre_str_from(what));
    char *ctx = quoted ? cadre__arena_printf(validation->arena, "{\"error\":%s}", quoted) : NULL;

    if (!ctx)
        return -ENOMEM;
    validation->loc = &at;
    int r = CADRE__INVALID;
    /* Those of the document are gone, however many were made: this one is in their place. */
    if (validation->issues.n < most(validation))
        r = add(validation, "json_invalid", &nothing, ctx, "JSON decode error");
    else
        validation->issues.dropped++;
    validation->loc = here;
    return r;
}

int cadre__issue_dropped(struct cadre_validation *validation)
{
    size_t n = validation->issues.dropped;
    const char *msg =
        cadre__arena_printf(validation->arena, "Value error, %zu value%s wrong that %s not listed",
                            n, n == 1 ? " is" : "s are", n == 1 ? "is" : "are");

    return msg ? add(validation, "value_error", NULL, "{\"error\":{}}", msg) : -ENOMEM;
}

/* ---- issues of values that are replaced ---- */

bool cadre__issues_since(const struct cadre__issues *issues, const struct cadre__issue_mark *mark,
                         struct cadre__issue_span *ret)
{
    struct cadre__issue *first = mark->last ? mark->last->next : issues->first;

    *ret = (struct cadre__issue_span){.first = first,
                                      .last = first ? issues->last : NULL,
                                      .n = issues->n - mark->n,
                                      .dropped = issues->dropped - mark->dropped};
    return ret->n > 0 || ret->dropped > 0;
}

void cadre__issues_cut(struct cadre__issues *issues, const struct cadre__issue_span *span)
{
    issues->n -= span->n;
    issues->dropped -= span->dropped;
    if (!span->first)
        return;
    struct cadre__issue *before = span->first->prev, *behind = span->last->next;
    if (before)
        before->next = behind;
    else
        issues->first = behind;
    if (behind)
        behind->prev = before;
    else
        issues->last = before;
}

void cadre__issues_rewind(struct cadre__issues *issues, const struct cadre__issue_mark *mark)
{
    issues->last = mark->last;
    issues->n = mark->n;
    issues->dropped = mark->dropped;
    if (mark->last)
        mark->last->next = NULL;
    else
        issues->first = NULL;
}

/* ---- order ---- */

/* Whether `a` comes before `b`: by the ranks of their steps, what is further up first, then as they
 * came. */
static bool is_before(const struct cadre__issue *a, const struct cadre__issue *b)
{
    for (uint32_t i = 0; i < a->n_loc && i < b->n_loc; i++) {
        if (a->loc[i].rank != b->loc[i].rank)
            return a->loc[i].rank < b->loc[i].rank;
    }
    if (a->n_loc != b->n_loc)
        return a->n_loc < b->n_loc;
    return a->number < b->number;
}

static struct cadre__issue *merge(struct cadre__issue *a, struct cadre__issue *b)
{
    struct cadre__issue *head = NULL, **tail = &head;

    while (a && b) {
        struct cadre__issue **from = is_before(b, a) ? &b : &a;
        *tail = *from;
        tail = &(*from)->next;
        *from = (*from)->next;
    }
    *tail = a ? a : b;
    return head;
}

void cadre__issues_sort(struct cadre__issues *issues)
{
    /* runs[i] is an ordered list of 2^i issues, or NULL */
    struct cadre__issue *runs[32] = {NULL}, *next, *all = NULL;

    for (struct cadre__issue *issue = issues->first; issue; issue = next) {
        next = issue->next;
        issue->next = NULL;
        size_t i = 0;
        for (; runs[i]; i++) {
            issue = merge(runs[i], issue);
            runs[i] = NULL;
        }
        runs[i] = issue;
    }
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        all = merge(runs[i], all);
    issues->first = issues->last = all;
    while (issues->last && issues->last->next)
        issues->last = issues->last->next;
}

/* ---- writing ---- */

/* The length of the UTF-8 character at text[0] (RFC 3629 §4); 0: there is none. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
    unsigned char first = text[0], low = 0x80, high = 0xbf;
    size_t n;

    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf) {
        n = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        n = 3;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        n = 4;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (n > len || text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    }
    return n;
}

static void write_escape(struct cadre__buf *out, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (c < sizeof(letters) && letters[c]) {
        cadre__buf_putc(out, '\\');
        cadre__buf_putc(out, letters[c]);
    } else {
        cadre__buf_printf(out, "\\u%04x", c);
    }
}

void cadre__json_write_string(struct cadre__buf *out, struct cadre_str text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    size_t from = 0, at = 0;

    cadre__buf_putc(out, '"');
    while (at < text.len) {
        bool special = bytes[at] < 0x20 || bytes[at] == '"' || bytes[at] == '\\';
        size_t n = special ? 0 : utf8_length(bytes + at, text.len - at);
        if (n > 0) {
            at += n;
            continue;
        }
        cadre__buf_append(out, text.ptr + from, at - from);
        if (special)
            write_escape(out, bytes[at]);
        else
            cadre__buf_puts(out, "\xef\xbf\xbd");
        from = ++at;
    }
    if (at > from)
        cadre__buf_append(out, text.ptr + from, at - from);
    cadre__buf_putc(out, '"');
}

char *cadre__json_quoted(struct cadre__arena *arena, struct cadre_str text)
{
    struct cadre__buf buf;
    char *copy = NULL;

    cadre__buf_init(&buf);
    cadre__json_write_string(&buf, text);
    if (buf.error == 0)
        copy = cadre__arena_strndup(arena, buf.data, buf.len);
    cadre__buf_done(&buf);
    return copy;
}

/* Valid JSON without the space around its tokens. */
static void write_compact(struct cadre__buf *out, struct cadre_str json)
{
    bool in_string = false;
    size_t from = 0;

    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            cadre__buf_append(out, json.ptr + from, i - from);
            from = i + 1;
        }
    }
    if (json.len > from)
        cadre__buf_append(out, json.ptr + from, json.len - from);
}

void cadre__json_write_input(struct cadre__buf *out, const struct cadre_input *input)
{
    switch (input->type) {
    case CADRE_INPUT_STRING:
        cadre__json_write_string(out, input->text);
        return;
    case CADRE_INPUT_BOOL:
    case CADRE_INPUT_NUMBER:
    case CADRE_INPUT_ARRAY:
    case CADRE_INPUT_OBJECT:
        write_compact(out, input->text);
        return;
    case CADRE_INPUT_NULL:
        break;
    }
    cadre__buf_puts(out, "null");
}

static void write_issue(struct cadre__buf *out, const struct cadre__issue *issue)
{
    cadre__buf_puts(out, "{\"type\":");
    cadre__json_write_string(out, cadre_str_from(issue->type));
    cadre__buf_puts(out, ",\"loc\":[");
    for (uint32_t i = 0; i < issue->n_loc; i++) {
        if (i > 0)
            cadre__buf_putc(out, ',');
        if (issue->loc[i].name.ptr)
            cadre__json_write_string(out, issue->loc[i].name);
        else
            cadre__buf_printf(out, "%zu", issue->loc[i].index);
    }
    cadre__buf_puts(out, "],\"msg\":");
    cadre__json_write_string(out, cadre_str_from(issue->msg));
    cadre__buf_puts(out, ",\"input\":");
    cadre__json_write_input(out, &issue->input);
    if (issue->ctx) {
        cadre__buf_puts(out, ",\"ctx\":");
        cadre__buf_puts(out, issue->ctx);
    }
    cadre__buf_putc(out, '}');
}

void cadre__issue_write_place(struct cadre__buf *out, const struct cadre__issue *issue)
{
    for (uint32_t i = 0; i < issue->n_loc; i++) {
        if (!issue->loc[i].name.ptr)
            cadre__buf_printf(out, "[%zu]", issue->loc[i].index);
        else
            cadre__buf_printf(out, "%s%.*s", i > 0 ? "." : "", CADRE_STR_ARGS(issue->loc[i].name));
    }
}

int cadre__issues_write_list(struct cadre__issues *issues, struct cadre__buf *out)
{
    cadre__issues_sort(issues);
    cadre__buf_putc(out, '[');
    for (const struct cadre__issue *issue = issues->first; issue; issue = issue->next) {
        if (issue != issues->first)
            cadre__buf_putc(out, ',');
        write_issue(out, issue);
    }
    return cadre__buf_putc(out, ']');
}

int cadre__issues_write(struct cadre__issues *issues, struct cadre__buf *out)
{
    cadre__buf_puts(out, "{\"detail\":");
    cadre__issues_write_list(issues, out);
    return cadre__buf_putc(out, '}');
}
