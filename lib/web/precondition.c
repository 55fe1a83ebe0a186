/* SPDX-License-Identifier: MIT */
/* Conditional requests: web/precondition.h. */
#include "web/precondition.h"

#include "gateway/field.h"
#include "gateway/http_date.h"

static bool is_weak(struct cadre_str tag)
{
    return cadre_str_has_prefix(tag, CADRE_STR("W/"));
}

static struct cadre_str opaque(struct cadre_str tag)
{
    return is_weak(tag) ? (struct cadre_str){tag.ptr + 2, tag.len - 2} : tag;
}

/* §8.8.3.2 */
static bool is_same(struct cadre_str a, struct cadre_str b, bool strong)
{
    if (strong && (is_weak(a) || is_weak(b)))
        return false;
    return cadre_str_eq(opaque(a), opaque(b));
}

/* Takes an entity tag off a list; false: it is not one. */
static bool take_tag(struct cadre_str *list, struct cadre_str *ret)
{
    size_t i = is_weak(*list) ? 2 : 0;
    const char *end;

    if (i >= list->len || list->ptr[i] != '"')
        return false;
    end = memchr(list->ptr + i + 1, '"', list->len - i - 1);
    if (end == NULL)
        return false;
    *ret = (struct cadre_str){list->ptr, (size_t)(end - list->ptr) + 1};
    list->ptr += ret->len;
    list->len -= ret->len;
    return true;
}

/* Whether the tag is in a field's list, or that is "*". What is no tag ends the list. */
static bool lists(struct cadre_str list, struct cadre_str tag, bool strong)
{
    struct cadre_str one;

    if (cadre_str_eq(list, CADRE_STR("*")))
        return true;
    while (list.len > 0) {
        if (list.ptr[0] == ' ' || list.ptr[0] == '\t' || list.ptr[0] == ',') {
            list.ptr++;
            list.len--;
            continue;
        }
        if (!take_tag(&list, &one))
            return false;
        if (tag.ptr != NULL && is_same(one, tag, strong))
            return true;
    }
    return false;
}

/* Whether a field of that name lists the tag; several fields are one list. */
static bool any_lists(const struct cadre__scope *scope, enum cadre__field field,
                      struct cadre_str tag, bool strong)
{
    const struct cadre_str name = cadre__field_name(field);

    for (size_t i = 0; i < scope->n_headers; i++) {
        if (cadre_str_eq(scope->headers[i].name, name) &&
            lists(scope->headers[i].value, tag, strong))
            return true;
    }
    return false;
}

static const struct cadre__header *find(const struct cadre__scope *scope, enum cadre__field field)
{
    return cadre__scope_header(scope, cadre__field_name(field));
}

static bool find_date(const struct cadre__scope *scope, enum cadre__field field, uint64_t now_s,
                      uint64_t *ret)
{
    const struct cadre__header *header = find(scope, field);

    return header != NULL && cadre__http_date_parse(header->value, now_s, ret);
}

enum cadre__precondition cadre__precondition_judge(const struct cadre__scope *scope,
                                                   const struct cadre__validators *v,
                                                   uint64_t now_s)
{
    bool is_get = cadre_str_eq(scope->method, CADRE_STR("GET")) ||
                  cadre_str_eq(scope->method, CADRE_STR("HEAD"));
    uint64_t date;

    if (find(scope, CADRE__FIELD_IF_MATCH) != NULL) {
        if (!any_lists(scope, CADRE__FIELD_IF_MATCH, v->etag, true))
            return CADRE__PRECONDITION_FAILED;
    } else if (v->has_modified &&
               find_date(scope, CADRE__FIELD_IF_UNMODIFIED_SINCE, now_s, &date)) {
        if (v->modified_s > date)
            return CADRE__PRECONDITION_FAILED;
    }
    if (find(scope, CADRE__FIELD_IF_NONE_MATCH) != NULL) {
        if (any_lists(scope, CADRE__FIELD_IF_NONE_MATCH, v->etag, false))
            return is_get ? CADRE__PRECONDITION_NOT_MODIFIED : CADRE__PRECONDITION_FAILED;
    } else if (is_get && v->has_modified &&
               find_date(scope, CADRE__FIELD_IF_MODIFIED_SINCE, now_s, &date)) {
        if (v->modified_s <= date)
            return CADRE__PRECONDITION_NOT_MODIFIED;
    }
    return CADRE__PRECONDITION_HOLDS;
}

bool cadre__precondition_if_range(const struct cadre__scope *scope,
                                  const struct cadre__validators *v, uint64_t now_s)
{
    const struct cadre__header *header = find(scope, CADRE__FIELD_IF_RANGE);
    struct cadre_str tag, rest;
    uint64_t date;

    if (header == NULL)
        return true;
    rest = header->value;
    if (take_tag(&rest, &tag))
        return rest.len == 0 && v->etag.ptr != NULL && is_same(tag, v->etag, true);
    return v->has_modified && cadre__http_date_parse(header->value, now_s, &date) &&
           date == v->modified_s && v->modified_s < now_s;
}
