/* SPDX-License-Identifier: MIT */
/*
 * model/convert_url: URLs, in the form in which browsers write them (model/url.h), with the schemes
 * and the length that a field takes.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/converters.h"
#include "model/number.h"
#include "model/url.h"

/* What browsers and servers take without trouble. */
#define URL_MAX 2083

/* "'http', 'https' or 'ftp'" of the schemes that a field takes. */
static char *scheme_list(struct cadre__arena *arena, const char *const *schemes)
{
    struct cadre__buf buf;
    char *copy = NULL;

    cadre__buf_init(&buf);
    for (size_t i = 0; schemes[i]; i++) {
        if (i > 0)
            cadre__buf_puts(&buf, schemes[i + 1] ? ", " : " or ");
        cadre__buf_printf(&buf, "'%s'", schemes[i]);
    }
    if (buf.error == 0)
        copy = cadre__arena_strndup(arena, cadre__buf_text(&buf), buf.len);
    cadre__buf_done(&buf);
    return copy;
}

static int check_scheme(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *input, struct cadre_str scheme)
{
    const char *const *schemes = type->rules->schemes;

    if (!schemes)
        return 0;
    for (size_t i = 0; schemes[i]; i++) {
        if (cadre_str_eq_nocase(scheme, cadre_str_from(schemes[i])))
            return 0;
    }
    char *words = scheme_list(validation->arena, schemes);
    if (!words)
        return -ENOMEM;
    return cadre__issue_word(validation, "url_scheme", input, "expected_schemes", words,
                             "URL scheme should be ");
}

static int issue_length(struct cadre_validation *validation, const struct cadre_input *input,
                        size_t max)
{
    return cadre__issue_number(validation, "url_too_long", input, "max_length", max,
                               "URL should have at most %zu character%s", max, cadre__plural(max));
}

int cadre__convert_url(struct cadre_validation *validation, const struct cadre__type *type,
                       const struct cadre_input *input, void *value)
{
    size_t max = type->max_length == SIZE_MAX ? URL_MAX : type->max_length;
    struct cadre__buf url;
    char *copy = NULL;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "url_type", input, NULL,
                                 "URL input should be a string or URL");
    struct cadre_str text = cadre__text_trim(input->text);
    if (text.len > max)
        return issue_length(validation, input, max);
    cadre__buf_init(&url);
    const char *why = text.len == 0 ? "input is empty" : cadre__url_parse(text, &url);
    if (url.error == 0)
        copy = cadre__arena_strndup(validation->arena, cadre__buf_text(&url), url.len);
    cadre__buf_done(&url);
    if (!copy)
        return -ENOMEM;
    if (why)
        return cadre__issue_word(validation, "url_parsing", input, "error", why,
                                 "Input should be a valid URL, ");
    struct cadre_str scheme = {copy, strcspn(copy, ":")};
    int r = check_scheme(validation, type, input, scheme);
    if (r == 0 && strlen(copy) > max) /* percent-encoded, it has become longer */
        r = issue_length(validation, input, max);
    if (r == 0)
        memcpy(value, &(struct cadre_uri){copy}, sizeof(struct cadre_uri));
    return r;
}
