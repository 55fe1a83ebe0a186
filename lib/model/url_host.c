/* SPDX-License-Identifier: MIT */
/*
 * model/url_host: hosts of URLs: names, and addresses in all the forms that browsers take for one
 * ("0x7f.1" is 127.0.0.1: who checks names against a list is to see the address).
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "model/idna.h"
#include "model/url.h"

/* Characters that no host has (§3.2), and those that no name of a domain has besides. */
#define FORBIDDEN        " #/:<>?@[\\]^|"
#define FORBIDDEN_DOMAIN FORBIDDEN "%\x7f"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ---- version 6 ---- */

/* Groups without zeros in front, the first of the longest runs of zero groups left out (§3.6). */
static void put_ipv6(struct cadre__buf *out, const uint8_t bytes[16])
{
    unsigned groups[8], run = 8, longest = 1;

    for (unsigned i = 0; i < 8; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = 0;
        while (i + n < 8 && groups[i + n] == 0)
            n++;
        if (n > longest) {
            longest = n;
            run = i;
        }
    }
    cadre__buf_putc(out, '[');
    for (unsigned i = 0; i < 8; i++) {
        if (i == run) {
            cadre__buf_puts(out, i == 0 ? "::" : ":");
            i += longest - 1;
            continue;
        }
        cadre__buf_printf(out, i < 7 ? "%x:" : "%x", groups[i]);
    }
    cadre__buf_putc(out, ']');
}

static const char *parse_ipv6(struct cadre_str text, struct cadre__buf *out)
{
    char copy[INET6_ADDRSTRLEN + 1];
    uint8_t bytes[16];

    if (text.len < 4 || text.ptr[text.len - 1] != ']' || text.len - 2 >= sizeof(copy) ||
        memchr(text.ptr, '\0', text.len))
        return "invalid IPv6 address";
    memcpy(copy, text.ptr + 1, text.len - 2);
    copy[text.len - 2] = '\0';
    if (inet_pton(AF_INET6, copy, bytes) != 1)
        return "invalid IPv6 address";
    put_ipv6(out, bytes);
    return NULL;
}

/* ---- version 4 ---- */

/* A decimal, octal ("017") or hexadecimal ("0xf") number; what is above 32 bits is UINT64_MAX. */
static bool parse_number(struct cadre_str text, uint64_t *ret)
{
    unsigned base = 10;
    uint64_t number = 0;

    if (text.len == 0)
        return false;
    if (text.len > 1 && text.ptr[0] == '0') {
        bool is_hex = (text.ptr[1] | 0x20) == 'x';
        base = is_hex ? 16 : 8;
        text.ptr += 1 + is_hex;
        text.len -= 1 + is_hex;
    }
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_value(text.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base)
            return false;
        number = number > UINT32_MAX ? UINT64_MAX : number * base + (unsigned)digit;
    }
    *ret = number;
    return true;
}

/* The part behind the last dot; a dot at the end does not count. */
static struct cadre_str last_part(struct cadre_str name)
{
    if (name.len > 1 && name.ptr[name.len - 1] == '.')
        name.len--;
    const char *dot = memrchr(name.ptr, '.', name.len);
    if (!dot)
        return name;
    return (struct cadre_str){dot + 1, name.len - (size_t)(dot + 1 - name.ptr)};
}

/* Whether a name is to be an address (§3.5, "ends in a number"). */
static bool ends_in_number(struct cadre_str name)
{
    struct cadre_str part = last_part(name);
    uint64_t number;

    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] < '0' || part.ptr[i] > '9')
            return parse_number(part, &number);
    }
    return part.len > 0;
}

static const char *parse_ipv4(struct cadre_str text, struct cadre__buf *out)
{
    uint64_t parts[4], address;
    size_t n = 0;

    if (text.ptr[text.len - 1] == '.')
        text.len--;
    for (bool more = true; more; n++) {
        const char *dot = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;
        size_t len = dot ? (size_t)(dot - text.ptr) : text.len;
        if (n == 4 || !parse_number((struct cadre_str){text.ptr, len}, &parts[n]))
            return "invalid IPv4 address";
        more = dot != NULL;
        text.ptr += len + more;
        text.len -= len + more;
    }
    /* The last part fills what the others leave. */
    address = parts[n - 1];
    if (address >= UINT64_C(1) << (8 * (5 - n)))
        return "invalid IPv4 address";
    for (size_t i = 0; i + 1 < n; i++) {
        if (parts[i] > 255)
            return "invalid IPv4 address";
        address += parts[i] << (8 * (3 - i));
    }
    cadre__buf_printf(out, "%u.%u.%u.%u", (unsigned)(address >> 24),
                      (unsigned)(address >> 16) & 255, (unsigned)(address >> 8) & 255,
                      (unsigned)address & 255);
    return NULL;
}

/* ---- names ---- */

static void put_decoded(struct cadre__buf *out, struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' && i + 2 < text.len && hex_value(text.ptr[i + 1]) >= 0 &&
            hex_value(text.ptr[i + 2]) >= 0) {
            c = (char)(hex_value(text.ptr[i + 1]) << 4 | hex_value(text.ptr[i + 2]));
            i += 2;
        }
        cadre__buf_putc(out, c);
    }
}

static const char *put_ascii(struct cadre__buf *out, struct cadre_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if ((unsigned char)c < ' ' || strchr(FORBIDDEN_DOMAIN, c))
            return "invalid domain character";
        cadre__buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
    return NULL;
}

/* What is beyond ASCII as it is looked up (§3.3), which may be no name at all. */
static const char *put_international(struct cadre__buf *out, struct cadre_str name)
{
    static const char invalid[] = "invalid international domain name";
    struct cadre__buf ascii;
    const char *why = NULL;

    cadre__buf_init(&ascii);
    int r = cadre__idna_to_ascii(name, &ascii, &why);
    if (r == -ENOMEM)
        out->error = r;
    else if (r < 0 || put_ascii(out, cadre__buf_str(&ascii)))
        why = invalid;
    else
        why = ascii.len == 0 ? "empty host" : NULL;
    cadre__buf_done(&ascii);
    return why;
}

/* A name without its percent-encoding, in small letters. */
static const char *put_domain(struct cadre__buf *out, struct cadre_str text)
{
    struct cadre__buf name;

    cadre__buf_init(&name);
    put_decoded(&name, text);
    const char *why = NULL;
    if (name.error < 0)
        out->error = name.error;
    else if (cadre__is_ascii(cadre__buf_str(&name)))
        why = put_ascii(out, cadre__buf_str(&name));
    else
        why = put_international(out, cadre__buf_str(&name));
    cadre__buf_done(&name);
    return why;
}

static const char *parse_opaque(struct cadre_str text, struct cadre__buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || strchr(FORBIDDEN, text.ptr[i]))
            return "invalid domain character";
    }
    cadre__url_encode(out, text, "");
    return NULL;
}

const char *cadre__url_host_parse(struct cadre_str text, bool is_special, struct cadre__buf *out)
{
    struct cadre__buf name;

    if (text.ptr[0] == '[')
        return parse_ipv6(text, out);
    if (!is_special)
        return parse_opaque(text, out);
    cadre__buf_init(&name);
    const char *why = put_domain(&name, text);
    struct cadre_str domain = cadre__buf_str(&name);
    if (!why && name.error == 0 && domain.len > 0) {
        if (ends_in_number(domain))
            why = parse_ipv4(domain, out);
        else
            cadre__buf_append(out, domain.ptr, domain.len);
    }
    if (name.error < 0)
        out->error = name.error;
    cadre__buf_done(&name);
    return why;
}
