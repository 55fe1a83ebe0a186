/* SPDX-License-Identifier: MIT */
/* model/schema: members with their words, and models, as JSON Schema. */
#include "config.h"

#include "model/schema_set.h"

#include <ctype.h>

#include "model/json_write.h"

/* --- members --- */

void cadre__schema_title(const char *name, struct cadre__buf *buf)
{
    bool is_begin = true;

    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;

        cadre__buf_putc(buf, c == '_' ? ' ' : (char)(is_begin ? toupper(c) : tolower(c)));
        is_begin = !isalpha(c);
    }
}

/* The title of a member. One that refers to a schema has that one's, unless its table says it. */
static void put_title(const struct cadre__member *member, const char *name,
                      struct cadre__json_out *out)
{
    const struct cadre_field *rules = member->type.rules;
    bool refers = member->type.kind == CADRE_KIND_MODEL || member->type.kind == CADRE_KIND_TUPLE ||
                  (member->type.kind == CADRE_KIND_ENUM && !rules->literal);
    struct cadre__buf buf;

    if (rules->title != NULL || (refers && !member->is_nullable)) {
        cadre__json_put_text(out, "title", rules->title);
        return;
    }
    if (refers)
        return;
    cadre__buf_init(&buf);
    cadre__schema_title(name, &buf);
    cadre__json_put_buf(out, "title", &buf);
}

static void put_default(const struct cadre__member *member, struct cadre__json_out *out)
{
    const struct cadre_field *rules = member->type.rules;
    struct cadre__arena arena;
    struct cadre__buf buf;

    if (rules->default_empty) {
        cadre__json_key(out, "default");
        cadre__json_raw(out,
                        member->type.kind == CADRE_KIND_LIST ? CADRE_STR("[]") : CADRE_STR("{}"));
        return;
    }
    if (member->initial == NULL || rules->secret)
        return;
    cadre__buf_init(&buf);
    cadre__arena_init(&arena, 256);
    if (cadre__json_write_value(&member->type, member->initial, 0, &arena, &buf) == 0) {
        cadre__json_key(out, "default");
        cadre__json_raw(out, cadre__buf_str(&buf));
    }
    if (buf.error < 0)
        out->buf->error = buf.error;
    cadre__arena_done(&arena);
    cadre__buf_done(&buf);
}

static void put_examples(const char *const *examples, struct cadre__json_out *out)
{
    if (examples == NULL || examples[0] == NULL)
        return;
    cadre__json_key(out, "examples");
    cadre__json_open(out, '[');
    for (; *examples != NULL; examples++)
        cadre__json_raw(out, cadre_str_from(*examples));
    cadre__json_close(out, ']');
}

void cadre__schema_put_member(const struct cadre__schemas *set, const struct cadre__member *member,
                              const char *name, enum cadre__schema_form form,
                              enum cadre__schema_words words, struct cadre__json_out *out)
{
    const struct cadre_field *rules = member->type.rules;

    cadre__json_open(out, '{');
    if (member->is_nullable && member->type.kind != CADRE_KIND_ANY)
        cadre__schema_put_any_of(set, &member->type, form, true, out);
    else
        cadre__schema_put_inside(set, &member->type, form, out);
    put_title(member, name, out);
    if (words == CADRE__SCHEMA_ALL_WORDS)
        cadre__json_put_text(out, "description", rules->description);
    put_default(member, out);
    if (words == CADRE__SCHEMA_ALL_WORDS) {
        cadre__json_put_true(out, "deprecated", rules->deprecated);
        cadre__json_put_true(out, "readOnly", rules->read_only || member->is_computed);
        cadre__json_put_true(out, "writeOnly", rules->write_only && !rules->secret);
        put_examples(rules->examples, out);
    }
    cadre__json_close(out, '}');
}

/* --- models --- */

static void put_words(const struct cadre__plan *plan, struct cadre__json_out *out)
{
    const struct cadre_model *model = plan->model;

    cadre__json_put_text(out, "title", model->title != NULL ? model->title : plan->name);
    cadre__json_put_text(out, "description", model->description);
    put_examples(model->examples, out);
}

/* Whether it is always there: it has to be given; or is always written, though never given. */
static bool is_required(const struct cadre__member *member, enum cadre__schema_form form)
{
    if (member->is_required)
        return true;
    return form == CADRE__SCHEMA_OUTPUT && !member->in_input && !member->is_nullable &&
           !member->has_default;
}

static void put_required(const struct cadre__schema *schema, enum cadre__schema_form form,
                         struct cadre__json_out *out)
{
    const struct cadre__plan *plan = schema->plan;
    bool has_any = false;

    for (uint32_t i = 0; i <= plan->n_members; i++) {
        bool is_tag = i == 0;
        const struct cadre__member *member = is_tag ? NULL : &plan->members[i - 1];

        if (is_tag ? schema->discriminator == NULL
                   : !cadre__schema_has_member(member, form) || !is_required(member, form))
            continue;
        if (!has_any) {
            cadre__json_key(out, "required");
            cadre__json_open(out, '[');
        }
        has_any = true;
        cadre__json_text(out, is_tag ? schema->discriminator : member->key.ptr);
    }
    if (has_any)
        cadre__json_close(out, ']');
}

/* The field of a variant that tells which it is. */
static void put_tag(const struct cadre__schema *schema, struct cadre__json_out *out)
{
    struct cadre__buf title;

    cadre__buf_init(&title);
    cadre__schema_title(schema->discriminator, &title);
    cadre__json_key(out, schema->discriminator);
    cadre__json_open(out, '{');
    cadre__json_put_text(out, "type", "string");
    cadre__json_key(out, "const");
    cadre__json_str(out, schema->tag);
    cadre__json_put_buf(out, "title", &title);
    cadre__json_close(out, '}');
}

static void put_model(const struct cadre__schemas *set, const struct cadre__schema *schema,
                      enum cadre__schema_form form, struct cadre__json_out *out)
{
    const struct cadre__plan *plan = schema->plan;

    cadre__json_key(out, "properties");
    cadre__json_open(out, '{');
    if (schema->discriminator != NULL)
        put_tag(schema, out);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];

        if (!cadre__schema_has_member(member, form))
            continue;
        cadre__json_key(out, member->key.ptr);
        cadre__schema_put_member(set, member, member->key.ptr, form, CADRE__SCHEMA_ALL_WORDS, out);
    }
    cadre__json_close(out, '}');
    if (plan->extra != CADRE_EXTRA_IGNORE) {
        cadre__json_key(out, "additionalProperties");
        cadre__json_bool(out, plan->extra == CADRE_EXTRA_ALLOW);
    }
    cadre__json_put_text(out, "type", "object");
    put_required(schema, form, out);
    put_words(plan, out);
}

/* A model as an array, with a place for each of its fields. */
static void put_tuple(const struct cadre__schemas *set, const struct cadre__schema *schema,
                      enum cadre__schema_form form, struct cadre__json_out *out)
{
    const struct cadre__plan *plan = schema->plan;

    cadre__json_key(out, "prefixItems");
    cadre__json_open(out, '[');
    for (uint32_t i = 0; i < plan->n_members; i++)
        cadre__schema_put_member(set, &plan->members[i], plan->members[i].key.ptr, form,
                                 CADRE__SCHEMA_ALL_WORDS, out);
    cadre__json_close(out, ']');
    cadre__json_put_text(out, "type", "array");
    cadre__json_put_uint(out, "maxItems", plan->n_members);
    cadre__json_put_uint(out, "minItems", plan->n_members);
    put_words(plan, out);
}

void cadre__schema_put(const struct cadre__schemas *set, const struct cadre__schema *schema,
                       enum cadre__schema_form form, struct cadre__json_out *out)
{
    if (schema->text != NULL) {
        cadre__json_raw(out, cadre_str_from(schema->text));
        return;
    }
    cadre__json_open(out, '{');
    if (schema->enumeration != NULL) {
        cadre__schema_put_enum(schema->enumeration, out);
        cadre__json_put_text(out, "title", schema->name[CADRE__SCHEMA_INPUT]);
    } else if (schema->is_tuple) {
        put_tuple(set, schema, form, out);
    } else {
        put_model(set, schema, form, out);
    }
    cadre__json_close(out, '}');
}
