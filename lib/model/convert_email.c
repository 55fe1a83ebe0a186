/* SPDX-License-Identifier: MIT */
/*
 * model/convert_email: addresses of mail (RFC 5321 §4.1.2, RFC 5322 §3.4.1): a dot-atom, '@', and a
 * domain of at least two labels. No quoted local parts, comments or addresses in brackets, as those
 * who send forms do not have them. Letters beyond ASCII may stand in the local part and in the
 * domain (RFC 6531), which is kept as people read it (model/idna.h); whether the domain exists is
 * not asked.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/converters.h"
#include "model/idna.h"
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

/* Why a domain is none that has characters which none has; NULL: it may be one. */
static const char *characters_problem(struct cadre_str domain, char *buf, size_t size)
{
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
    return NULL;
}

/* Why a domain is none, as it is looked up; NULL: it is one. */
static const char *domain_problem(struct cadre_str domain, char *buf, size_t size)
{
    const char *why = characters_problem(domain, buf, size);
    size_t begin = 0, n_labels = 0;

    if (why)
        return why;
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

/* Whether a domain has a label that is not what people read: beyond ASCII, or "xn--". */
static bool is_international(struct cadre_str domain)
{
    for (size_t i = 0; i + 4 <= domain.len; i++) {
        if ((i == 0 || domain.ptr[i - 1] == '.') && strncasecmp(domain.ptr + i, "xn--", 4) == 0)
            return true;
    }
    return !cadre__is_ascii(domain);
}

/* A domain as it is looked up, which is what is checked, and as people read it (RFC 5891). What is
 * ASCII alone is the same in small letters. NULL; or why it is none. Lack of memory is an error of
 * the buffers. */
static const char *map_domain(struct cadre_str domain, struct cadre__buf *ascii,
                              struct cadre__buf *words, char *buf, size_t size)
{
    const char *why = NULL;
    int r = is_international(domain) ? cadre__idna_to_ascii(domain, ascii, &why) : -EOPNOTSUPP;

    if (r == 0)
        r = cadre__idna_to_unicode(cadre__buf_str(ascii), words, &why);
    if (r == -ENOMEM)
        words->error = r;
    if (r == -EINVAL) {
        snprintf(buf, size, "The part after the @-sign contains invalid characters (%s).", why);
        return buf;
    }
    for (size_t i = 0; i < domain.len && r == -EOPNOTSUPP; i++) {
        char c = domain.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        cadre__buf_putc(ascii, c);
        cadre__buf_putc(words, c);
    }
    return NULL;
}

/* Why an address is none; NULL: it is one, which is written to `ret` as people read it. */
static const char *parse(struct cadre_str text, struct cadre__buf *ret, char *buf, size_t size)
{
    const char *at = text.len > 0 ? memrchr(text.ptr, '@', text.len) : NULL;
    struct cadre__buf ascii;

    if (!at)
        return "An email address must have an @-sign.";
    struct cadre_str local = {text.ptr, (size_t)(at - text.ptr)};
    struct cadre_str domain = {at + 1, text.len - local.len - 1};
    const char *why = memchr(local.ptr, '@', local.len) ? "An email address must have one @-sign."
                                                        : local_problem(local, buf, size);
    if (!why)
        why = characters_problem(domain, buf, size);
    if (why)
        return why;
    cadre__buf_init(&ascii);
    cadre__buf_append(ret, text.ptr, local.len + 1);
    why = map_domain(domain, &ascii, ret, buf, size);
    if (ascii.error < 0)
        ret->error = ascii.error;
    if (!why && ret->error == 0)
        why = domain_problem(cadre__buf_str(&ascii), buf, size);
    if (!why && (ret->len > ADDRESS_MAX || local.len + 1 + ascii.len > ADDRESS_MAX))
        why = "The email address is too long.";
    cadre__buf_done(&ascii);
    return why;
}

int cadre__convert_email(struct cadre_validation *validation, const struct cadre__type *type,
                         const struct cadre_input *input, void *value)
{
    struct cadre__buf address;
    char buf[192], *copy = NULL;

    if (input->type != CADRE_INPUT_STRING)
        return cadre__issue_text(validation, "string_type", input, NULL,
                                 "Input should be a valid string");
    struct cadre_str text = cadre__text_trim(input->text);
    cadre__buf_init(&address);
    const char *why = parse(text, &address, buf, sizeof(buf));
    if (!why && address.error == 0)
        copy = cadre__arena_strndup(validation->arena, cadre__buf_text(&address), address.len);
    size_t len = address.len;
    cadre__buf_done(&address);
    if (why) {
        char *words = cadre__arena_strndup(validation->arena, why, strlen(why));
        if (!words)
            return -ENOMEM;
        return cadre__issue_word(validation, "value_error", input, "reason", words,
                                 "value is not a valid email address: ");
    }
    if (!copy)
        return -ENOMEM;
    int r = cadre__string_check(validation, type, input, (struct cadre_str){copy, len});
    if (r == 0)
        memcpy(value, &(struct cadre_email){copy}, sizeof(struct cadre_email));
    return r;
}
