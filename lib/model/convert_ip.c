/* SPDX-License-Identifier: MIT */
/*
 * model/convert_ip: addresses of the Internet Protocol from text (RFC 4291 §2.2; of version 4 four
 * decimal numbers without zeros in front). A zone behind '%' belongs to one machine and is refused.
 */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "model/converters.h"

/* Whether it is an address of that version. */
static bool parse(struct cadre_str text, unsigned version, struct cadre_ip *ret)
{
    struct cadre_ip ip = {.version = (uint8_t)version};
    char copy[INET6_ADDRSTRLEN + 1];

    if (text.len >= sizeof(copy) || memchr(text.ptr, '\0', text.len))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(version == 4 ? AF_INET : AF_INET6, copy, ip.bytes) != 1)
        return false;
    *ret = ip;
    return true;
}

int cadre__convert_ip(struct cadre_validation *validation, const struct cadre__type *type,
                      const struct cadre_input *input, void *value)
{
    unsigned version = type->rules->ip_version;
    struct cadre_ip ip;

    if (input->type == CADRE_INPUT_STRING && ((version != 6 && parse(input->text, 4, &ip)) ||
                                              (version != 4 && parse(input->text, 6, &ip)))) {
        memcpy(value, &ip, sizeof(ip));
        return 0;
    }
    if (version == 4)
        return cadre__issue_text(validation, "ip_v4_address", input, NULL,
                                 "Input is not a valid IPv4 address");
    if (version == 6)
        return cadre__issue_text(validation, "ip_v6_address", input, NULL,
                                 "Input is not a valid IPv6 address");
    return cadre__issue_text(validation, "ip_any_address", input, NULL,
                             "value is not a valid IPv4 or IPv6 address");
}
