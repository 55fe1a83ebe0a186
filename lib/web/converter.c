/* SPDX-License-Identifier: MIT */
/* Types of path parameters: web/converter.h. The matches are on the way of requests. */
#include "config.h"

#include "web/converter.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool match_int(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i]))
            return false;
    }
    return len > 0;
}

/* -ERANGE: more than 64 bits hold. */
static int parse_int(const char *text, void *ret)
{
    int64_t value = 0;

    for (; *text != '\0'; text++) {
        if (!is_digit(*text))
            return -EINVAL;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return -ERANGE;
    }
    *(int64_t *)ret = value;
    return 0;
}

static bool match_float(const char *text, size_t len)
{
    const char *point = memchr(text, '.', len);
    size_t whole = point ? (size_t)(point - text) : len;

    return match_int(text, whole) && (!point || match_int(point + 1, len - whole - 1));
}

/* The decimal sign is a point, whatever the process's locale says. */
static int parse_float(const char *text, void *ret)
{
    static locale_t posix; /* one for the process; whoever comes second frees its own */
    locale_t ours = __atomic_load_n(&posix, __ATOMIC_ACQUIRE);
    locale_t none = (locale_t)0;

    if (!match_float(text, strlen(text)))
        return -EINVAL;
    if (!ours) {
        ours = newlocale(LC_ALL_MASK, "C", none);
        if (!ours)
            return -ENOMEM;
        if (!__atomic_compare_exchange_n(&posix, &none, ours, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE)) {
            freelocale(ours);
            ours = none;
        }
    }
    *(double *)ret = strtod_l(text, NULL, ours);
    return 0;
}

static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Into 16 bytes, or NULL. Dashes are optional, each for itself, as in Starlette. */
static bool read_uuid(const char *text, size_t len, uint8_t *ret)
{
    static const bool dash_before[32] = {[8] = true, [12] = true, [16] = true, [20] = true};
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int digit;

        if (n < 32 && dash_before[n] && text[i] == '-' && text[i - 1] != '-')
            continue;
        digit = hex(text[i]);
        if (digit < 0 || n == 32)
            return false;
        if (ret)
            ret[n / 2] = (uint8_t)(n % 2 ? ret[n / 2] | digit : digit << 4);
        n++;
    }
    return n == 32;
}

static bool match_uuid(const char *text, size_t len)
{
    return read_uuid(text, len, NULL);
}

static int parse_uuid(const char *text, void *ret)
{
    return read_uuid(text, strlen(text), ret) ? 0 : -EINVAL;
}

static int parse_text(const char *text, void *ret)
{
    *(const char **)ret = text;
    return 0;
}

const struct cadre_converter cadre__converter_str = {.name = "str", .parse = parse_text};
const struct cadre_converter cadre__converter_path = {.name = "path", .parse = parse_text};
const struct cadre_converter cadre__converter_int = {
    .name = "int", .match = match_int, .parse = parse_int};
const struct cadre_converter cadre__converter_float = {
    .name = "float", .match = match_float, .parse = parse_float};
const struct cadre_converter cadre__converter_uuid = {
    .name = "uuid", .match = match_uuid, .parse = parse_uuid};

static const struct cadre_converter *const built_in[] = {
    &cadre__converter_str,  &cadre__converter_int,  &cadre__converter_float,
    &cadre__converter_uuid, &cadre__converter_path,
};

#define N_BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

static bool is_named(const struct cadre_converter *converter, const char *name, size_t len)
{
    return strlen(converter->name) == len && memcmp(converter->name, name, len) == 0;
}

const struct cadre_converter *cadre__converter_find(const struct cadre_converter *own,
                                                    const char *name, size_t name_len)
{
    for (size_t i = 0; i < N_BUILT_IN; i++) {
        if (is_named(built_in[i], name, name_len))
            return built_in[i];
    }
    for (; own && own->name; own++) {
        if (is_named(own, name, name_len))
            return own;
    }
    return NULL;
}

const char *cadre__converter_names(const struct cadre_converter *own, char *buf, size_t size)
{
    size_t len = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < N_BUILT_IN; i++)
        len +=
            (size_t)snprintf(buf + len, size - len, "%s%s", i > 0 ? ", " : "", built_in[i]->name);
    for (; own && own->name && len + strlen(own->name) + 3 < size; own++)
        len += (size_t)snprintf(buf + len, size - len, ", %s", own->name);
    return buf;
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

    return len > 0 && name[len] == '\0' && !is_digit(name[0]);
}

int cadre__converters_check(const struct cadre_converter *own, char *why, size_t why_size)
{
    const char *wrong;

    for (const struct cadre_converter *at = own; at && at->name; at++) {
        const struct cadre_converter *first =
            cadre__converter_find(own, at->name, strlen(at->name));

        wrong = !is_name(at->name) ? "its name is not of lower-case letters, digits and '_'"
                : first != at      ? "there is one of that name already: give it another"
                : !at->match       ? "it has no match"
                                   : NULL;
        if (!wrong)
            continue;
        snprintf(why, why_size, "type of parameters \"%s\": %s", at->name, wrong);
        return -EINVAL;
    }
    return 0;
}

bool cadre__converter_takes(const struct cadre_converter *converter, const char *text, size_t len)
{
    if (converter == &cadre__converter_path)
        return true;
    return len > 0 && !memchr(text, '/', len) && (!converter->match || converter->match(text, len));
}
