/* SPDX-License-Identifier: MIT */
/*
 * model/convert_email: addresses of mail (RFC 5321 §4.1.2, RFC 5322 §3.4.1): a dot-atom, '@', and a
 * domain of at least two labels. No quoted local parts, comments or addresses in brackets, as those
 * who send forms do not have them. Letters beyond ASCII may stand in the local part and in the
 * domain (RFC 6531); whether the domain exists is not asked.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/converters.h"
#include "model/number.h"

/* RFC 5321 §4.5.3.1. */
#define LOCAL_MAX   64
#define DOMAIN_MAX  253
#define LABEL_MAX   63
#define ADDRESS_MAX 254

static bool is_letter_or_digit(char c)
{
    char small = (char)(c | 0x20);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* RFC 5322 §3.2.3: atext. */
static bool is_atext(char c)
{
    return is_letter_or_digit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Why a local part is none; NULL: it is one. */
static const char *local_problem(struct cadre_str local, char *buf, size_t size)
{
    if (local.len == 0)
        return "There must be something before the @-sign.";
    if (local.len > LOCAL_MAX)
        return "The email address is too long before the @-sign.";
    for (size_t i = 0; i < local.len; i++) {
        char c = local.ptr[i];
        if (c != '.' && !is_atext(c)) {
            snprintf(buf, size,
                     "The email address contains invalid characters before the @-sign: %s.",
                     c == ' ' ? "SPACE" : (char[]){'\'', c, '\'', '\0'});
            return buf;
        }
    }
    if (local.ptr[0] == '.')
        return "An email address cannot start with a period.";
    if (local.ptr[local.len - 1] == '.')
        return "An email address cannot have a period immediately before the @-sign.";
    for (size_t i = 1; i < local.len; i++) {
        if (local.ptr[i] == '.' && local.ptr[i - 1] == '.')
            return "An email address cannot have two periods in a row.";
    }
    return NULL;
}

/* Why a domain is none; NULL: it is one. */
static const char *domain_problem(struct cadre_str domain, char *buf, size_t size)
{
    size_t begin = 0, n_labels = 0;

    if (domain.len == 0)
        return "There must be something after the @-sign.";
    for (size_t i = 0; i < domain.len; i++) {
        char c = domain.ptr[i];
        if (c != '.' && c != '-' && !is_letter_or_digit(c)) {
            snprintf(buf, size, "The part after the @-sign contains invalid characters: %s.",
                     c == ' ' ? "SPACE" : (char[]){'\'', c, '\'', '\0'});
            return buf;
        }
    }
    if (domain.len > DOMAIN_MAX)
        return "The email address is too long after the @-sign.";
    if (domain.ptr[0] == '.')
        return "An email address cannot have a period immediately after the @-sign.";
    if (domain.ptr[domain.len - 1] == '.')
        return "An email address cannot end with a period.";
    for (size_t i = 0; i <= domain.len; i++) {
        if (i < domain.len && domain.ptr[i] != '.')
            continue;
        if (i == begin)
            return "An email address cannot have two periods in a row.";
        if (i - begin > LABEL_MAX)
            return "After the @-sign, periods cannot be separated by so many characters.";
        if (domain.ptr[begin] == '-' || domain.ptr[i - 1] == '-')
            return "A part of the domain after the @-sign cannot start or end with a hyphen.";
        begin = i + 1;
        n_labels++;
    }
    if (n_labels < 2)
        return "The part after the @-sign is not valid. It should have a period.";
    return NULL;
}

/* Why an address is none; NULL: it is one, and *ret_at is where its '@' stands. */
static const char *problem(struct cadre_str text, size_t *ret_at, char *buf, size_t size)
{
    const char *at = text.len > 0 ? memrchr(text.ptr, '@', text.len) : NULL;

    if (!at)
        return "An email address must have an @-sign.";
    struct cadre_str local = {text.ptr, (size_t)(at - text.ptr)};
    struct cadre_str domain = {at + 1, text.len - local.len - 1};
    const char *why = memchr(local.ptr, '@', local.len) ? "An email address must have one @-sign."
                                                        : local_problem(local, buf, size);
    if (!why)
        why = domain_problem(domain, buf, size);
    if (!why && text.len > ADDRESS_MAX)
        why = "The email address is too long.";
    *ret_at = local.len;
    return why;
}

int cadre__convert_email(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, void *value)
{
    char buf[128];
    size_t at = 0;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "string_type", input, NULL,
                                 "Input should be a valid string");
    struct cadre_str text = cadre__text_trim(input->text);
    const char *why = problem(text, &at, buf, sizeof(buf));
    if (why) {
        char *words = cadre__arena_strndup(validation->arena, why, strlen(why));
        if (!words)
            return -ENOMEM;
        return cadre__issue_word(validation, "value_error", input, "reason", words,
                                 "value is not a valid email address: ");
    }
    char *copy = cadre__arena_strndup(validation->arena, text.ptr, text.len);
    if (!copy)
        return -ENOMEM;
    for (size_t i = at; i < text.len; i++) {
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] |= 0x20;
    }
    int r = cadre__string_check(validation, type, input, (struct cadre_str){copy, text.len});
    if (r == 0)
        memcpy(value, &(struct cadre_email){copy}, sizeof(struct cadre_email));
    return r;
}
