/* SPDX-License-Identifier: MIT */
/*
 * Taking and making ids. gateway/request_id.h has the contract; nothing here allocates or logs.
 */
#include "gateway/request_id.h"

#include <string.h>

#include "gateway/field.h"
#include "gateway/gateway.h"

/* --- making --- */

void cadre__ids_make(const struct cadre__scope *scope, enum cadre__ids_use use, char out[16])
{
    static const struct cadre__siphash_key no_key = {{0, 0}};
    static const char digits[] = "0123456789abcdef";
    const uint64_t input[] = {scope->number, (uint64_t)use};
    uint64_t id = cadre__siphash(scope->ids ? &scope->ids->key : &no_key, input, sizeof(input));

    if (id == 0)
        id = 1;
    for (size_t i = 16; i-- > 0; id >>= 4)
        out[i] = digits[id & 15];
}

/* --- taking --- */

bool cadre__ids_may_take(const struct cadre__scope *scope, enum cadre__ids_from from)
{
    return from == CADRE__IDS_FROM_ANYBODY ||
           (from == CADRE__IDS_FROM_TRUSTED && scope->is_trusted);
}

bool cadre__request_id_is_valid(struct cadre_str text)
{
    if (text.len == 0 || text.len > CADRE__REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!is_plain && (c == '\0' || !strchr("-._~+/=:@", c)))
            return false;
    }
    return true;
}

/* The only X-Request-ID, or NULL. */
static const struct cadre__header *only_header(const struct cadre__scope *scope)
{
    const struct cadre__header *found = NULL;

    for (size_t i = 0; i < scope->n_headers; i++) {
        if (cadre__field_know(scope->headers[i].name) != CADRE__FIELD_X_REQUEST_ID)
            continue;
        if (found)
            return NULL;
        found = &scope->headers[i];
    }
    return found;
}

struct cadre_str cadre__request_id(const struct cadre__scope *scope,
                                   char buf[CADRE__REQUEST_ID_SIZE])
{
    if (scope->ids && cadre__ids_may_take(scope, scope->ids->request_id)) {
        const struct cadre__header *header = only_header(scope);

        if (header && cadre__request_id_is_valid(header->value))
            return header->value;
    }
    cadre__ids_make(scope, CADRE__IDS_REQUEST_ID, buf);
    cadre__ids_make(scope, CADRE__IDS_REQUEST_ID_END, buf + 16);
    buf[32] = '\0';
    return (struct cadre_str){buf, 32};
}
