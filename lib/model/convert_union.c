/* SPDX-License-Identifier: MIT */
/*
 * model/convert_union: the tag of a union, and what is said where it is not there or none.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "model/convert.h"

int cadre__issue_no_tag(struct cadre_validation *validation, const struct cadre__type *type,
                        const struct cadre_input *object)
{
    const char *name = type->variants->discriminator;
    char *quoted = cadre__arena_printf(validation->arena, "'%s'", name);
    char *json = quoted ? cadre__json_quoted(validation->arena, cadre_str_from(quoted)) : NULL;
    char *ctx =
        json ? cadre__arena_printf(validation->arena, "{\"discriminator\":%s}", json) : NULL;

    if (!ctx)
        return -ENOMEM;
    return cadre__issue(validation, "union_tag_not_found", object, ctx,
                        "Unable to extract tag using discriminator '%s'", name);
}

/* Appends `"key":"text"` with the text as a JSON string. */
static void put_word(struct cadre__buf *out, const char *key, struct cadre_str text)
{
    cadre__buf_printf(out, "\"%s\":", key);
    cadre__json_write_string(out, text);
}

/* A tag as Python writes it, which is how users of Pydantic see it. */
static struct cadre_str tag_text(const struct cadre_input *tag)
{
    switch (tag->type) {
    case CADRE_INPUT_NULL:
        return CADRE_STR("None");
    case CADRE_INPUT_BOOL:
        return tag->text.ptr[0] == 't' ? CADRE_STR("True") : CADRE_STR("False");
    default:
        return tag->text;
    }
}

/* A copy for a message, with U+FFFD for characters of NUL. */
static const char *visible(struct cadre__arena *arena, struct cadre_str text)
{
    char *copy = NULL;
    struct cadre__buf buf;

    cadre__buf_init(&buf);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i])
            cadre__buf_putc(&buf, text.ptr[i]);
        else
            cadre__buf_puts(&buf, "\xef\xbf\xbd");
    }
    if (buf.error == 0)
        copy = cadre__arena_strndup(arena, buf.len > 0 ? buf.data : "", buf.len);
    cadre__buf_done(&buf);
    return copy;
}

int cadre__issue_wrong_tag(struct cadre_validation *validation, const struct cadre__type *type,
                           const struct cadre_input *object, const struct cadre_input *tag)
{
    const char *name = type->variants->discriminator;
    char *quoted = cadre__arena_printf(validation->arena, "'%s'", name), *ctx = NULL;
    struct cadre_str text = tag_text(tag);
    struct cadre__buf buf;

    if (!quoted)
        return -ENOMEM;
    cadre__buf_init(&buf);
    cadre__buf_putc(&buf, '{');
    put_word(&buf, "discriminator", cadre_str_from(quoted));
    cadre__buf_putc(&buf, ',');
    put_word(&buf, "tag", text);
    cadre__buf_putc(&buf, ',');
    put_word(&buf, "expected_tags", cadre_str_from(type->expected));
    cadre__buf_putc(&buf, '}');
    if (buf.error == 0)
        ctx = cadre__arena_strndup(validation->arena, buf.data, buf.len);
    cadre__buf_done(&buf);
    const char *word = visible(validation->arena, text);
    if (!ctx || !word)
        return -ENOMEM;
    return cadre__issue(validation, "union_tag_invalid", object, ctx,
                        "Input tag '%s' found using '%s' does not match any of the expected "
                        "tags: %s",
                        word, name, type->expected);
}

const struct cadre__variant_plan *cadre__variant_find(const struct cadre__type *type,
                                                      struct cadre_str tag)
{
    for (size_t i = 0; i < type->n_variants; i++) {
        if (cadre_str_eq(type->variant[i].tag, tag))
            return &type->variant[i];
    }
    return NULL;
}

/* The bytes of a tag: an integer of the size of the union's. */
static const void *tag_bytes(const struct cadre_union *variants, int64_t tag, uint64_t bytes[4])
{
    uint64_t value = (uint64_t)tag;

    switch (variants->tag_size) {
    case 1:
        return memcpy(bytes, &(uint8_t){(uint8_t)value}, 1);
    case 2:
        return memcpy(bytes, &(uint16_t){(uint16_t)value}, 2);
    case 4:
        return memcpy(bytes, &(uint32_t){(uint32_t)value}, 4);
    default:
        return memcpy(bytes, &value, 8);
    }
}

static void set_tag(const struct cadre__type *type, int64_t tag, void *value)
{
    uint64_t bytes[4];

    memcpy((char *)value + type->variants->tag_offset, tag_bytes(type->variants, tag, bytes),
           type->variants->tag_size);
}

static bool has_tag(const struct cadre__type *type, int64_t tag, const void *value)
{
    const char *found = (const char *)value + type->variants->tag_offset;
    uint64_t bytes[4];

    return memcmp(found, tag_bytes(type->variants, tag, bytes), type->variants->tag_size) == 0;
}

void cadre__variant_set(const struct cadre__type *type, const struct cadre__variant_plan *variant,
                        void *value)
{
    set_tag(type, variant->value, value);
}

const struct cadre__variant_plan *cadre__variant_of(const struct cadre__type *type,
                                                    const void *value)
{
    for (size_t i = 0; i < type->n_variants; i++) {
        if (has_tag(type, type->variant[i].value, value))
            return &type->variant[i];
    }
    return NULL;
}

void cadre__choice_set(const struct cadre__type *type, const struct cadre__choice *choice,
                       void *value)
{
    set_tag(type, choice->value, value);
}

const struct cadre__choice *cadre__choice_of(const struct cadre__type *type, const void *value)
{
    for (size_t i = 0; i < type->n_choices; i++) {
        if (has_tag(type, type->choice[i].value, value))
            return &type->choice[i];
    }
    return NULL;
}
