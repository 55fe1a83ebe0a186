/* SPDX-License-Identifier: MIT */
/*
 * conf/dump: writes a bound conf, row by row of the table of directives. See the header.
 *
 * Values come from the bound struct, so that they are what the server really uses; where they
 * come from is told by the tree. A module's settings are written as they stand.
 */
#include "config.h"

#include "conf/dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/build.h"
#include "base/str.h"
#include "base/units.h"
#include "conf/address.h"
#include "conf/directive.h"
#include "conf/expand.h"
#include "conf/value.h"

#define COMMENT_COLUMN 44
#define INDENT         4

struct dump {
    const struct cadre__server_conf *conf;
    const struct cadre_conf *root;
    struct cadre__buf out;
    struct cadre__arena arena;
    size_t line; /* where the line in hand begins in `out` */
    int depth;
};

/* --- lines --- */

static void begin(struct dump *d)
{
    d->line = d->out.len;
    cadre__buf_printf(&d->out, "%*s", d->depth * INDENT, "");
}

/* Ends a line, with where NODE comes from; NULL: a default. */
static void end(struct dump *d, const struct cadre_conf *node)
{
    size_t len = d->out.len - d->line;

    cadre__buf_printf(&d->out, "%*s  # ", len < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - len) : 0,
                      "");
    if (node == NULL)
        cadre__buf_puts(&d->out, "default");
    else if (cadre__conf_origin(node) == CADRE__CONF_ENVIRONMENT)
        cadre__buf_printf(&d->out, "environment %s (%s:%u)", cadre__conf_environment(node),
                          cadre_conf_file(node), cadre_conf_line(node));
    else if (cadre__conf_origin(node) == CADRE__CONF_COMMAND_LINE)
        cadre__buf_puts(&d->out, "command line");
    else
        cadre__buf_printf(&d->out, "%s:%u", cadre_conf_file(node), cadre_conf_line(node));
}

static void open_group(struct dump *d, const char *name)
{
    begin(d);
    cadre__buf_printf(&d->out, "%s: {\n", name);
    d->depth++;
}

static void close_group(struct dump *d)
{
    d->depth--;
    cadre__buf_printf(&d->out, "%*s};\n", d->depth * INDENT, "");
}

/* --- values --- */

static void put_string(struct dump *d, const char *text)
{
    const char *plain = cadre__unexpand(&d->arena, text);
    size_t size = plain == NULL ? 0 : 4 * strlen(plain) + 16;
    char *buf = plain == NULL ? NULL : cadre__arena_alloc(&d->arena, size);

    if (buf == NULL)
        d->out.error = -1;
    else
        cadre__buf_puts(&d->out, cadre__value_quoted(plain, buf, size));
}

static void put_int(struct dump *d, int64_t value)
{
    cadre__buf_printf(&d->out, "%" PRId64 "%s", value,
                      value > INT32_MAX || value < INT32_MIN ? "L" : "");
}

static void put_float(struct dump *d, double value)
{
    char text[48];

    snprintf(text, sizeof(text), "%.17g", value);
    cadre__buf_printf(&d->out, "%s%s", text, strpbrk(text, ".e") == NULL ? ".0" : "");
}

static void put_strings(struct dump *d, const struct cadre__conf_strings *strings)
{
    cadre__buf_putc(&d->out, '[');
    for (size_t i = 0; i < strings->n; i++) {
        if (i > 0)
            cadre__buf_puts(&d->out, ", ");
        put_string(d, strings->list[i]);
    }
    cadre__buf_putc(&d->out, ']');
}

/* Whether the number is one of the row's words; if so writes it. */
static bool put_word(struct dump *d, const struct cadre__directive *row, int64_t value)
{
    for (const struct cadre__conf_word *w = row->words; w != NULL && w->word != NULL; w++)
        if (w->value == value) {
            cadre__buf_printf(&d->out, "\"%s\"", w->word);
            return true;
        }
    return false;
}

static void put_number(struct dump *d, const struct cadre__directive *row, const void *field)
{
    char text[CADRE__UNITS_TEXT_SIZE];
    int64_t value;

    if (row->kind == CADRE__KIND_INT || row->kind == CADRE__KIND_WORD)
        value = *(const int *)field;
    else
        memcpy(&value, field, sizeof(value));
    if (put_word(d, row, value))
        return;
    if (row->kind == CADRE__KIND_DURATION)
        cadre__buf_printf(&d->out, "\"%s\"", cadre__format_duration((uint64_t)value, text));
    else if (row->kind == CADRE__KIND_SIZE)
        cadre__buf_printf(&d->out, "\"%s\"", cadre__format_size((uint64_t)value, text));
    else
        put_int(d, value);
}

/* The value of a row; false where it has none. */
static bool put_value(struct dump *d, const struct cadre__directive *row, const void *base)
{
    const void *field = (const char *)base + row->offset;

    switch (row->kind) {
    case CADRE__KIND_INT:
    case CADRE__KIND_COUNT:
    case CADRE__KIND_DURATION:
    case CADRE__KIND_SIZE:
    case CADRE__KIND_WORD:
        put_number(d, row, field);
        return true;
    case CADRE__KIND_BOOL:
        cadre__buf_puts(&d->out, *(const bool *)field ? "true" : "false");
        return true;
    case CADRE__KIND_MODE:
        cadre__buf_printf(&d->out, "\"%04o\"", (unsigned)*(const mode_t *)field);
        return true;
    case CADRE__KIND_STRINGS:
    case CADRE__KIND_PATHS:
        put_strings(d, field);
        return true;
    case CADRE__KIND_STRING:
    case CADRE__KIND_PATH:
    case CADRE__KIND_ADDRESS:
    case CADRE__KIND_MOUNT:
        if (*(const char *const *)field == NULL)
            return false;
        put_string(d, *(const char *const *)field);
        return true;
    case CADRE__KIND_SETTINGS:
    case CADRE__KIND_LAYERS:
    case CADRE__KIND_SECTION:
    case CADRE__KIND_INCLUDE:
        break;
    }
    return false;
}

/* --- a module's settings --- */

static void put_node(struct dump *d, const struct cadre_conf *node);

/* The children of a list, an array, or a group inside one, on one line. */
static void put_inline(struct dump *d, const struct cadre_conf *node, const char *brackets,
                       const char *separator)
{
    cadre__buf_putc(&d->out, brackets[0]);
    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c)) {
        if (c != node + 1)
            cadre__buf_puts(&d->out, separator);
        if (cadre_conf_name(c)[0] != '\0')
            cadre__buf_printf(&d->out, "%s = ", cadre_conf_name(c));
        put_node(d, c);
    }
    cadre__buf_putc(&d->out, brackets[1]);
}

static void put_node(struct dump *d, const struct cadre_conf *node)
{
    switch (cadre_conf_type(node)) {
    case CADRE_CONF_GROUP:
        put_inline(d, node, "{}", "; ");
        break;
    case CADRE_CONF_LIST:
        put_inline(d, node, "()", ", ");
        break;
    case CADRE_CONF_ARRAY:
        put_inline(d, node, "[]", ", ");
        break;
    case CADRE_CONF_STRING:
        put_string(d, cadre__conf_text(node));
        break;
    case CADRE_CONF_INT:
        put_int(d, node->value.integer);
        break;
    case CADRE_CONF_FLOAT:
        put_float(d, node->value.real);
        break;
    case CADRE_CONF_BOOL:
        cadre__buf_puts(&d->out, node->value.integer ? "true" : "false");
        break;
    }
}

/* A group, each of its values on a line of its own; or a value on one. NULL: an empty group. */
static void put_setting(struct dump *d, const char *name, const struct cadre_conf *node)
{
    if (node == NULL || cadre_conf_type(node) == CADRE_CONF_GROUP) {
        open_group(d, name);
        for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c))
            put_setting(d, cadre_conf_name(c), c);
        close_group(d);
        return;
    }
    begin(d);
    cadre__buf_printf(&d->out, "%s = ", name);
    put_node(d, node);
    cadre__buf_putc(&d->out, ';');
    end(d, node);
    cadre__buf_putc(&d->out, '\n');
}

/* --- rows --- */

/* Whether a directive of a listener may stand there: reading the dump back must work. */
static bool belongs(const struct cadre__directive *row, const struct cadre__listen_conf *listen)
{
    if (listen == NULL)
        return true;
    if (row->offset == offsetof(struct cadre__listen_conf, ipv6_only))
        return listen->sockaddr.ss_family == AF_INET6;
    if (row->offset == offsetof(struct cadre__listen_conf, backlog))
        return cadre__address_socket_name(listen->address) == NULL;
    if (row->offset == offsetof(struct cadre__listen_conf, reuse_port))
        return listen->sockaddr_len != 0 && listen->sockaddr.ss_family != AF_UNIX;
    if (row->offset == offsetof(struct cadre__listen_conf, address) ||
        row->offset == offsetof(struct cadre__listen_conf, proxy_protocol))
        return true;
    return listen->sockaddr.ss_family == AF_UNIX;
}

/* What a default is where the row alone does not tell. */
static void put_remark(struct dump *d, const struct cadre__directive *row)
{
    const struct cadre__server_conf *conf = d->conf;
    const char *variable = getenv("CADRE_MODULE_PATH");

    if (row->section != CADRE__SECTION_TOP)
        return;
    if (row->offset == offsetof(struct cadre__server_conf, workers) && conf->workers == 0)
        cadre__buf_printf(&d->out, "; now %d: %s", conf->workers_resolved, conf->workers_reason);
    if (row->offset == offsetof(struct cadre__server_conf, module_path) &&
        row->kind == CADRE__KIND_PATHS && cadre_conf_get(d->root, row->name) == NULL &&
        variable != NULL && variable[0] != '\0')
        cadre__buf_puts(&d->out, "; from the environment CADRE_MODULE_PATH");
}

static void put_row(struct dump *d, const struct cadre__directive *row, const void *base,
                    const struct cadre_conf *node)
{
    begin(d);
    cadre__buf_printf(&d->out, "%s = ", row->name);
    if (put_value(d, row, base)) {
        cadre__buf_putc(&d->out, ';');
        end(d, node);
        put_remark(d, row);
    } else {
        d->out.len = d->line; /* nothing to set: say so instead */
        cadre__buf_printf(&d->out, "%*s# %s is not set: %s", d->depth * INDENT, "", row->name,
                          row->fallback_doc == NULL ? "no value" : row->fallback_doc);
    }
    cadre__buf_putc(&d->out, '\n');
}

/* All rows of a section's element. */
static void put_element(struct dump *d, enum cadre__conf_section section, const char *name,
                        const void *base, const struct cadre_conf *group,
                        const struct cadre__listen_conf *listen)
{
    open_group(d, name);
    for (const struct cadre__directive *row = cadre__directives; row->name != NULL; row++) {
        const struct cadre_conf *node = cadre_conf_get(group, row->name);

        if (row->section != section || !belongs(row, listen))
            continue;
        if (row->kind == CADRE__KIND_SETTINGS || row->kind == CADRE__KIND_LAYERS)
            put_setting(d, row->name, node);
        else
            put_row(d, row, base, node);
    }
    close_group(d);
}

static void put_sections(struct dump *d, const struct cadre__directive *row)
{
    const struct cadre__server_conf *conf = d->conf;
    const struct cadre_conf *group = cadre_conf_get(d->root, row->name);

    open_group(d, row->name);
    if (row->offset == offsetof(struct cadre__server_conf, listen))
        for (size_t i = 0; i < conf->n_listen; i++)
            put_element(d, CADRE__SECTION_LISTEN, conf->listen[i].name, &conf->listen[i],
                        cadre_conf_get(group, conf->listen[i].name), &conf->listen[i]);
    else
        for (size_t i = 0; i < conf->n_module; i++)
            put_element(d, CADRE__SECTION_MODULE, conf->module[i].name, &conf->module[i],
                        cadre_conf_get(group, conf->module[i].name), NULL);
    close_group(d);
}

char *cadre__conf_dump(const struct cadre__conf_tree *tree, const struct cadre__server_conf *conf)
{
    struct dump d = {.conf = conf, .root = cadre__conf_tree_root(tree)};
    char *text;

    cadre__arena_init(&d.arena, 4096);
    cadre__buf_init(&d.out);
    cadre__buf_printf(&d.out, "# The effective conf of %s, by cadre %s. See cadre.conf(5).\n",
                      cadre__conf_tree_path(tree), cadre__version());
    for (const struct cadre__directive *row = cadre__directives; row->name != NULL; row++) {
        if (row->section != CADRE__SECTION_TOP || row->kind == CADRE__KIND_INCLUDE)
            continue;
        if (row->kind == CADRE__KIND_SECTION)
            put_sections(&d, row);
        else
            put_row(&d, row, conf, cadre_conf_get(d.root, row->name));
    }
    text = cadre__buf_take(&d.out);
    cadre__arena_done(&d.arena);
    return text;
}
