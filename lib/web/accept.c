/* SPDX-License-Identifier: MIT */
/* What a client accepts: web/accept.h. */
#include "web/accept.h"

static struct cadre_str trim(struct cadre_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = (struct cadre_str){s.ptr + 1, s.len - 1};
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* What is before that byte; *s goes on behind it. */
static struct cadre_str cut(struct cadre_str *s, char at)
{
    const char *end = s->len > 0 ? memchr(s->ptr, at, s->len) : NULL;
    struct cadre_str head = {s->ptr, end != NULL ? (size_t)(end - s->ptr) : s->len};
    size_t skipped = head.len + (end != NULL);

    *s = (struct cadre_str){s->ptr + skipped, s->len - skipped};
    return trim(head);
}

/* "0.5" as 500; what is no weight as 0. */
static unsigned parse_weight(struct cadre_str s)
{
    unsigned weight, unit = 100;

    if (s.len == 0 || s.len > 5 || s.ptr[0] < '0' || s.ptr[0] > '1' ||
        (s.len > 1 && s.ptr[1] != '.'))
        return 0;
    weight = (unsigned)(s.ptr[0] - '0') * 1000;
    for (size_t i = 2; i < s.len; i++, unit /= 10) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return 0;
        weight += (unsigned)(s.ptr[i] - '0') * unit;
    }
    return weight <= 1000 ? weight : 0;
}

static unsigned weight_of(struct cadre_str parameters)
{
    while (parameters.len > 0) {
        struct cadre_str value = cut(&parameters, ';'), name = cut(&value, '=');

        if (cadre_str_eq_nocase(name, CADRE_STR("q")))
            return parse_weight(trim(value));
    }
    return 1000;
}

unsigned cadre__accept_encoding(struct cadre_str field, const char *coding)
{
    const struct cadre_str wanted = cadre_str_from(coding);
    unsigned any = 0;

    while (field.len > 0) {
        struct cadre_str element = cut(&field, ','), name = cut(&element, ';');

        if (cadre_str_eq_nocase(name, wanted))
            return weight_of(element);
        if (cadre_str_eq(name, CADRE_STR("*")))
            any = weight_of(element);
    }
    return any;
}

static bool is_json(struct cadre_str type)
{
    static const struct cadre_str suffix = CADRE_STR("+json");

    return cadre_str_eq_nocase(type, CADRE_STR("application/json")) ||
           (type.len > suffix.len &&
            cadre_str_eq_nocase((struct cadre_str){type.ptr + type.len - suffix.len, suffix.len},
                                suffix));
}

static bool is_text(struct cadre_str type)
{
    return cadre_str_eq_nocase(type, CADRE_STR("text/plain")) ||
           cadre_str_eq_nocase(type, CADRE_STR("text/html"));
}

bool cadre__accept_asks_for_json(struct cadre_str field)
{
    unsigned json = 0, text = 0;

    while (field.len > 0) {
        struct cadre_str element = cut(&field, ','), type = cut(&element, ';');
        unsigned weight = weight_of(element);

        if (is_json(type) && weight > json)
            json = weight;
        else if (is_text(type) && weight > text)
            text = weight;
    }
    return json > 0 && json >= text;
}
