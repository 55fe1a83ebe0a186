/* SPDX-License-Identifier: MIT */
/*
 * model/json_read_choice: a value of a union without a discriminator.
 *
 * Each choice reads the value from where it begins. Strings of the first that takes it go where all
 * strings go; those of another one into memory of its own, as it may be the better one. Those of
 * one that fails are overwritten, but for what issues quote of them.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert_choice.h"
#include "model/json_memo.h"
#include "model/json_reader.h"

struct tries {
    struct cadre__reader *reader;
    const char *begin, *end; /* of the value; end NULL: it was not read so far */
    char *strings;           /* of the next try; NULL: that needs memory of its own */
    char *kept;              /* behind those of the first that took it; NULL: none did */
    uint32_t size;           /* of the union */
};

/* ---- what issues quote ---- */

static int keep_text(struct cadre__reader *reader, struct cadre_str *text, const char *from,
                     const char *to)
{
    if (text->ptr < from || text->ptr >= to)
        return 0;
    int r = cadre__reader_take(reader, text->len + 1);
    if (r < 0)
        return r;
    text->ptr = cadre__arena_strndup(cadre__reader_arena(reader), text->ptr, text->len);
    return text->ptr ? 0 : -ENOMEM;
}

/* Moves what issues since the mark quote of that memory. */
static int keep_issues(struct cadre__reader *reader, const struct cadre__issue_mark *mark,
                       const char *from, const char *to)
{
    struct cadre__issue_span span;
    int r = 0;

    if (!cadre__issues_since(&reader->validation->issues, mark, &span))
        return 0;
    for (struct cadre__issue *issue = span.first; issue && r == 0; issue = issue->next) {
        struct cadre__step *steps = (struct cadre__step *)(uintptr_t)issue->loc;
        r = keep_text(reader, &issue->input.text, from, to);
        for (uint32_t i = 0; i < issue->n_loc && r == 0; i++)
            r = keep_text(reader, &steps[i].name, from, to);
    }
    return r;
}

/* ---- tries ---- */

/* Memory for the strings of another choice than the first that took the value, and for what it
 * becomes. */
static int take_strings(struct tries *tries)
{
    struct cadre__reader *reader = tries->reader;
    size_t bytes = (size_t)(tries->end - tries->begin) + 1 + CADRE__JSON_SLACK;
    int r = cadre__reader_take(reader, bytes + tries->size);

    if (r < 0)
        return r;
    tries->strings = cadre__arena_alloc(cadre__reader_arena(reader), bytes);
    return tries->strings ? 0 : -ENOMEM;
}

static int try_json(struct cadre_validation *validation, const struct cadre__choice *choice,
                    void *arg, void *place)
{
    struct tries *tries = arg;
    struct cadre__json *json = &tries->reader->json;
    struct cadre__issue_mark mark = cadre__issues_mark(&validation->issues);
    int r = tries->strings ? 0 : take_strings(tries);

    if (r < 0)
        return r;
    json->at = tries->begin;
    json->strings = tries->strings;
    r = cadre__read_value(tries->reader, &choice->type, place);
    if (r < 0)
        return r;
    tries->end = json->at;
    if (r == 0) {
        if (!tries->kept)
            tries->kept = json->strings;
        tries->strings = NULL;
        return 0;
    }
    int kept = keep_issues(tries->reader, &mark, tries->strings,
                           tries->strings + (tries->end - tries->begin) + 1);
    return kept < 0 ? kept : r;
}

int cadre__read_choices(struct cadre__reader *reader, const struct cadre__type *type, void *value)
{
    struct cadre__json *json = &reader->json;
    char *strings = json->strings;
    struct tries tries = {
        .reader = reader, .begin = json->at, .strings = strings, .size = type->size};
    bool is_inner = reader->validation->match != NULL;
    int known = CADRE__CHOICE_UNKNOWN;
    uint32_t index = 0;

    if (is_inner) {
        int r = cadre__memo_find(reader, tries.begin, type, &index);
        if (r < 0)
            return r;
        known = *cadre__memo_choice(reader, index);
    }
    int r = cadre__choose(reader->validation, type, try_json, &tries, &known, value);
    if (r < 0)
        return r;
    if (is_inner)
        *cadre__memo_choice(reader, index) = known;
    json->at = tries.begin;
    json->strings = strings;
    if (!tries.end) /* it is known to be wrong */
        return cadre__json_skip(json) < 0 ? -EBADMSG : r;
    json->at = tries.end;
    if (tries.kept)
        json->strings = tries.kept;
    return r;
}
