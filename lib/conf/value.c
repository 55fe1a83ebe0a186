/* SPDX-License-Identifier: MIT */
/*
 * conf/value: what a node means. Pure functions over one node; see the header.
 */
#include "conf/value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "conf/tree.h"

#define NS_PER_S 1000000000

int cadre__value_int(const struct cadre_conf *node, int64_t *ret)
{
    if (node->type == CADRE_CONF_INT) {
        *ret = node->value.integer;
        return 0;
    }
    if (node->type == CADRE_CONF_STRING)
        return cadre__parse_int64(cadre__conf_text(node), ret);
    return -EINVAL;
}

/* A decimal number, whole text, finite. */
static int parse_double(const char *text, double *ret)
{
    char *end;
    double value;

    if (text[strspn(text, "0123456789+-.eE")] != '\0' || text[0] == '\0')
        return -EINVAL;
    value = strtod(text, &end);
    if (*end != '\0')
        return -EINVAL;
    if (!isfinite(value))
        return -ERANGE;
    *ret = value;
    return 0;
}

int cadre__value_double(const struct cadre_conf *node, double *ret)
{
    switch (node->type) {
    case CADRE_CONF_INT:
        *ret = (double)node->value.integer;
        return 0;
    case CADRE_CONF_FLOAT:
        if (!isfinite(node->value.real))
            return -ERANGE;
        *ret = node->value.real;
        return 0;
    case CADRE_CONF_STRING:
        return parse_double(cadre__conf_text(node), ret);
    default:
        return -EINVAL;
    }
}

int cadre__value_bool(const struct cadre_conf *node, bool *ret)
{
    const char *text = cadre__conf_text(node);

    if (node->type == CADRE_CONF_BOOL)
        *ret = node->value.integer != 0;
    else if (text != NULL && strcasecmp(text, "true") == 0)
        *ret = true;
    else if (text != NULL && strcasecmp(text, "false") == 0)
        *ret = false;
    else
        return -EINVAL;
    return 0;
}

int cadre__value_size(const struct cadre_conf *node, uint64_t *ret_bytes)
{
    if (node->type == CADRE_CONF_STRING)
        return cadre__parse_size(cadre__conf_text(node), ret_bytes);
    if (node->type != CADRE_CONF_INT)
        return -EINVAL;
    if (node->value.integer < 0)
        return -ERANGE;
    *ret_bytes = (uint64_t)node->value.integer;
    return 0;
}

int cadre__value_duration(const struct cadre_conf *node, uint64_t *ret_ns)
{
    double ns;

    switch (node->type) {
    case CADRE_CONF_STRING:
        return cadre__parse_duration(cadre__conf_text(node), ret_ns);
    case CADRE_CONF_INT:
        if (node->value.integer < 0 || node->value.integer > INT64_MAX / NS_PER_S)
            return -ERANGE;
        *ret_ns = (uint64_t)node->value.integer * NS_PER_S;
        return 0;
    case CADRE_CONF_FLOAT:
        ns = node->value.real * NS_PER_S;
        if (!(ns >= 0 && ns < (double)INT64_MAX))
            return -ERANGE;
        /* Rounded up, without libm. */
        *ret_ns = (uint64_t)ns;
        *ret_ns += (double)*ret_ns < ns;
        return 0;
    default:
        return -EINVAL;
    }
}

int cadre__value_mode(const struct cadre_conf *node, unsigned max, unsigned *ret)
{
    const char *text = cadre__conf_text(node);
    unsigned value = 0;

    if (text == NULL || text[0] == '\0' || text[strspn(text, "01234567")] != '\0')
        return -EINVAL;
    for (; *text != '\0'; text++) {
        value = value * 8 + (unsigned)(*text - '0');
        if (value > max)
            return -ERANGE;
    }
    *ret = value;
    return 0;
}

/* One byte of a string as libconfig reads it back. */
static int quote_byte(unsigned char byte, char out[5])
{
    static const char plain[] = "\n\r\t\f\"\\";
    static const char escaped[] = "nrtf\"\\";
    const char *at = byte == '\0' ? NULL : strchr(plain, byte);

    if (at != NULL)
        return snprintf(out, 5, "\\%c", escaped[at - plain]);
    if (byte < 0x20 || byte == 0x7f)
        return snprintf(out, 5, "\\x%02x", byte);
    return snprintf(out, 5, "%c", byte);
}

/* The length that `len` bytes of BUF have without the end of a UTF-8 sequence that was begun. */
static size_t whole_signs(const char *buf, size_t len)
{
    while (len > 1 && ((unsigned char)buf[len - 1] & 0xc0) == 0x80)
        len--;
    return len > 1 && (unsigned char)buf[len - 1] >= 0xc0 ? len - 1 : len;
}

const char *cadre__value_quoted(const char *text, char *buf, size_t size)
{
    size_t need = sizeof("\"\"");
    size_t len = 1;
    char out[5];

    for (const char *c = text; *c != '\0'; c++)
        need += (size_t)quote_byte((unsigned char)*c, out);
    buf[0] = '"';
    for (; *text != '\0'; text++) {
        int n = quote_byte((unsigned char)*text, out);

        if (need > size && len + (size_t)n + sizeof("...\"") > size) {
            len = whole_signs(buf, len);
            memcpy(buf + len, "...", 3);
            len += 3;
            break;
        }
        memcpy(buf + len, out, (size_t)n);
        len += (size_t)n;
    }
    buf[len++] = '"';
    buf[len] = '\0';
    return buf;
}

const char *cadre__value_found(const struct cadre_conf *node,
                               char buf[static CADRE__CONF_FOUND_SIZE])
{
    switch (node->type) {
    case CADRE_CONF_STRING:
        return cadre__value_quoted(cadre__conf_text(node), buf, CADRE__CONF_FOUND_SIZE);
    case CADRE_CONF_INT:
        snprintf(buf, CADRE__CONF_FOUND_SIZE, "%" PRId64, node->value.integer);
        break;
    case CADRE_CONF_FLOAT:
        snprintf(buf, CADRE__CONF_FOUND_SIZE, "%g", node->value.real);
        break;
    case CADRE_CONF_BOOL:
        snprintf(buf, CADRE__CONF_FOUND_SIZE, "%s", node->value.integer ? "true" : "false");
        break;
    default:
        snprintf(buf, CADRE__CONF_FOUND_SIZE, "%s", cadre__conf_type_word(node->type));
        break;
    }
    return buf;
}
