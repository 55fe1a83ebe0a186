/* SPDX-License-Identifier: MIT */
/*
 * The program middleware-reference: writes the part of docs/conf-reference.md or cadre.conf(5) that
 * is about bundled middleware, from the models of its options (middleware/options.h). Runs at build
 * time only. In the texts `x` is code.
 */
#include "middleware/options.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/man.h"

static const char intro[] =
    "What a module's `middleware` may hold. Each is the type of that name in `<cadre/...>`, with the "
    "options of its struct; in the conf they are a group of that name. The first one is the "
    "outermost, and all of them stand outside of the module's own.";

struct printer {
    void (*section)(const char *title);
    void (*layer)(const struct cadre__layer_options *layer);
    void (*paragraph)(const char *text);
    void (*option)(const struct cadre_field *field);
};

/* --- what an option may be --- */

static bool is_given(const struct cadre_constant *constant)
{
    return constant->type != CADRE_CONSTANT_NONE;
}

static void print_values(const struct cadre_enum *enumeration)
{
    const struct cadre_enum_value *value = enumeration->values;

    for (size_t i = 0; value[i].name != NULL; i++)
        printf("%s\"%s\"", i == 0 ? "" : value[i + 1].name == NULL ? " or " : ", ", value[i].name);
}

static void print_type(const struct cadre_field *field)
{
    switch (field->kind) {
    case CADRE_KIND_BOOL:
        printf("true or false");
        break;
    case CADRE_KIND_ENUM:
        print_values(field->enumeration);
        break;
    case CADRE_KIND_LIST:
        printf("an array of strings");
        break;
    case CADRE_KIND_STRING:
        printf("a string");
        break;
    default:
        printf("a whole number");
        if (is_given(&field->ge))
            printf(" from %" PRId64, (int64_t)field->ge.integer);
        if (is_given(&field->le))
            printf(" to %" PRId64, (int64_t)field->le.integer);
        break;
    }
}

/* The default as one would write it. */
static void print_default(const struct cadre_field *field)
{
    if (field->kind == CADRE_KIND_ENUM) {
        for (const struct cadre_enum_value *v = field->enumeration->values; v->name != NULL; v++) {
            if (v->value == (int64_t)field->initial.integer)
                printf("\"%s\"", v->name);
        }
    } else if (field->kind == CADRE_KIND_BOOL) {
        printf("%s", field->initial.integer != 0 ? "true" : "false");
    } else {
        printf("%" PRId64, (int64_t)field->initial.integer);
    }
}

static bool is_required(const struct cadre_field *field)
{
    return !is_given(&field->initial) && !field->optional && !field->default_empty;
}

/* --- markdown --- */

static void md_section(const char *title)
{
    printf("## %s\n\n", title);
}

static void md_paragraph(const char *text)
{
    printf("%s\n\n", text);
}

static void md_layer(const struct cadre__layer_options *layer)
{
    printf("### %s\n\n%s\n\n", layer->name, layer->doc);
    printf("- example: `middleware: { %s: { %s%s}; }`\n\n", layer->name, layer->example,
           layer->example[0] != '\0' ? " " : "");
}

static void md_option(const struct cadre_field *field)
{
    printf("- `%s`: ", field->name);
    print_type(field);
    if (is_required(field)) {
        printf(", required");
    } else if (is_given(&field->initial)) {
        printf(", default `");
        print_default(field);
        putchar('`');
    }
    printf(". %s\n", field->description);
}

/* --- man --- */

static void man_layer(const struct cadre__layer_options *layer)
{
    printf(".TP\n.B %s\n", layer->name);
    cadre__man_text(layer->doc);
}

static void man_option(const struct cadre_field *field)
{
    printf(".br\n\\fI%s\\fR: ", field->name);
    print_type(field);
    if (is_required(field)) {
        printf(", required");
    } else if (is_given(&field->initial)) {
        printf(", default ");
        print_default(field);
    }
    fputs(". ", stdout);
    cadre__man_text(field->description);
}

/* --- both --- */

static const struct printer markdown = {md_section, md_layer, md_paragraph, md_option};
static const struct printer man = {cadre__man_section, man_layer, cadre__man_paragraph, man_option};

int main(int argc, char **argv)
{
    bool is_man = argc == 2 && strcmp(argv[1], "man") == 0;
    const struct printer *p = is_man ? &man : &markdown;

    if (argc != 2 || (!is_man && strcmp(argv[1], "markdown") != 0)) {
        fputs("usage: middleware-reference markdown|man\n", stderr);
        return 2;
    }
    p->section("middleware");
    p->paragraph(intro);
    for (const struct cadre__layer_options *layer = cadre__layer_options; layer->name != NULL;
         layer++) {
        const struct cadre_field *field = layer->model != NULL ? layer->model->fields : NULL;

        p->layer(layer);
        for (; field != NULL && field->name != NULL; field++)
            p->option(field);
        if (layer->model != NULL && !is_man)
            putchar('\n');
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
