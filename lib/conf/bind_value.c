/* SPDX-License-Identifier: MIT */
/*
 * conf/bind_value: one node to one field, by the kind of its directive.
 *
 * Each set_* function stores the value or adds one error that says what was expected and what
 * was found. Never asks the system. See conf/bind.h.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/str.h"
#include "conf/address.h"
#include "conf/bind.h"
#include "conf/value.h"

#define EXPECTS_SIZE 256
#define WORDS_MAX    16

/* One value on its way: what the set_* functions need. */
struct job {
    struct cadre__binder *b;
    const struct cadre__directive *d;
    const char *where;
    void *base;
    const struct cadre_conf *node;
};

static void *field(const struct job *j)
{
    return (char *)j->base + j->d->offset;
}

void cadre__bind_error(struct cadre__binder *b, const struct cadre_conf *node, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = cadre__arena_vprintf(&b->bound->arena, NULL, fmt, args);
    va_end(args);
    if (text == NULL)
        b->out_of_memory = true;
    else
        cadre__conf_errors_add(b->errs, cadre_conf_file(node), cadre_conf_line(node), "%s", text);
}

/* The word of the directive nearest to what was written, or NULL. */
static const char *nearest_word(const struct job *j)
{
    const char *text = cadre__conf_text(j->node);
    const char *names[WORDS_MAX];
    size_t n = 0;

    if (text == NULL || j->d->words == NULL)
        return NULL;
    for (; n < WORDS_MAX - 1 && j->d->words[n].word != NULL; n++)
        names[n] = j->d->words[n].word;
    names[n] = NULL;
    return cadre__str_nearest(text, names);
}

/* "expected X, found Y" at NODE, which is the job's own or an element of it. */
static void refuse_node(const struct job *j, const struct cadre_conf *node)
{
    char expects[EXPECTS_SIZE];
    char found[CADRE__CONF_FOUND_SIZE];
    const char *near = nearest_word(j);

    cadre__bind_error(j->b, node, "%s%s: expected %s, found %s%s%s%s", j->where, j->d->name,
                      cadre__directive_expects(j->d, expects, sizeof(expects)),
                      cadre__value_found(node, found), near ? "; did you mean \"" : "",
                      near ? near : "", near ? "\"?" : "");
}

static void refuse(const struct job *j)
{
    refuse_node(j, j->node);
}

static bool take_word(const struct job *j, int64_t *ret)
{
    const char *text = cadre__conf_text(j->node);

    for (const struct cadre__conf_word *w = j->d->words; text && w && w->word; w++)
        if (strcmp(w->word, text) == 0) {
            *ret = w->value;
            return true;
        }
    return false;
}

static bool in_range(const struct cadre__directive *d, int64_t value)
{
    return (value >= d->min && value <= d->max) || (value == 0 && d->zero != NULL);
}

/* The number of a node for the kinds that are numbers, in the field's unit. */
static int take_number(const struct job *j, int64_t *ret)
{
    uint64_t value = 0;
    int r;

    if (j->d->kind == CADRE__KIND_INT || j->d->kind == CADRE__KIND_COUNT)
        return cadre__value_int(j->node, ret);
    if (j->d->kind == CADRE__KIND_DURATION)
        r = cadre__value_duration(j->node, &value);
    else
        r = cadre__value_size(j->node, &value);
    if (r < 0 || value > INT64_MAX)
        return -EINVAL;
    *ret = (int64_t)value;
    return 0;
}

static void set_number(const struct job *j)
{
    int64_t value;

    if (!take_word(j, &value) && (take_number(j, &value) < 0 || !in_range(j->d, value))) {
        refuse(j);
        return;
    }
    if (j->d->kind == CADRE__KIND_INT)
        *(int *)field(j) = (int)value;
    else
        memcpy(field(j), &value, sizeof(value));
}

static void set_word(const struct job *j)
{
    int64_t value;

    if (!take_word(j, &value))
        refuse(j);
    else
        *(int *)field(j) = (int)value;
}

static void set_bool(const struct job *j)
{
    if (cadre__value_bool(j->node, field(j)) < 0)
        refuse(j);
}

static void set_mode(const struct job *j)
{
    unsigned mode;

    if (cadre__value_mode(j->node, (unsigned)j->d->max, &mode) < 0)
        refuse(j);
    else
        *(mode_t *)field(j) = mode;
}

/* The text of a string that is not empty; refuses any other node. */
static const char *take_text(const struct job *j, const struct cadre_conf *node)
{
    const char *text = cadre__conf_text(node);

    if (text != NULL && text[0] != '\0')
        return text;
    if (text != NULL)
        cadre__bind_error(j->b, node, "%s%s: must not be empty", j->where, j->d->name);
    else
        refuse_node(j, node);
    return NULL;
}

static void set_string(const struct job *j)
{
    const char *text = take_text(j, j->node);

    if (text != NULL)
        *(const char **)field(j) = text;
}

const char *cadre__bind_path(struct cadre__binder *b, const char *folder, const char *path)
{
    const char *joined;

    while (path[0] == '.' && path[1] == '/')
        for (path += 2; path[0] == '/';)
            path++;
    if (path[0] == '/')
        return path;
    if (path[0] == '\0' || strcmp(path, ".") == 0)
        return folder;
    joined = cadre__arena_printf(&b->bound->arena, "%s%s%s", folder,
                                 strcmp(folder, "/") == 0 ? "" : "/", path);
    if (joined == NULL)
        b->out_of_memory = true;
    return joined;
}

static void set_path(const struct job *j)
{
    int64_t unused;
    const char *text;

    if (take_word(j, &unused)) {
        *(const char **)field(j) = cadre__conf_text(j->node);
        return;
    }
    text = take_text(j, j->node);
    if (text == NULL)
        return;
    text = cadre__bind_path(j->b, j->b->directory, text);
    if (text != NULL)
        *(const char **)field(j) = text;
}

/* --- lists --- */

static bool element_fits(const struct job *j, const struct cadre_conf *node, const char *text)
{
    const struct cadre__conf_element *element = j->d->element;
    char quoted[CADRE__CONF_FOUND_SIZE];

    if (element == NULL || element->fits(text))
        return true;
    cadre__bind_error(j->b, node, "%s: expected %s, found %s", j->d->name, element->expected,
                      cadre__value_quoted(text, quoted, sizeof(quoted)));
    return false;
}

static const char *take_element(const struct job *j, const struct cadre_conf *node)
{
    const char *text;

    if (cadre__conf_origin(node) == CADRE__CONF_BROKEN)
        return NULL;
    text = take_text(j, node);
    if (text == NULL)
        return NULL;
    if (j->d->kind == CADRE__KIND_PATHS)
        return cadre__bind_path(j->b, j->b->directory, text);
    return element_fits(j, node, text) ? text : NULL;
}

static void set_strings(const struct job *j)
{
    struct cadre__conf_strings *strings = field(j);
    const struct cadre_conf *node = j->node;
    size_t n = cadre_conf_count(node);
    const char **list;
    size_t kept = 0;

    if (cadre_conf_type(node) != CADRE_CONF_ARRAY && cadre_conf_type(node) != CADRE_CONF_LIST) {
        refuse(j);
        return;
    }
    list = cadre__arena_alloc(&j->b->bound->arena, (n + 1) * sizeof(*list));
    if (list == NULL) {
        j->b->out_of_memory = true;
        return;
    }
    for (const struct cadre_conf *c = cadre__conf_first(node); c; c = cadre__conf_next(node, c)) {
        list[kept] = take_element(j, c);
        kept += list[kept] != NULL;
    }
    list[kept] = NULL;
    *strings = (struct cadre__conf_strings){.list = list, .n = kept};
}

/* --- addresses and mounts --- */

/* The row's field is the address in a struct cadre__listen_conf, which is filled. */
static void set_address(const struct job *j)
{
    struct cadre__listen_conf *listen =
        CADRE__CONTAINER_OF((const char **)field(j), struct cadre__listen_conf, address);
    const char *text = take_text(j, j->node);
    char why[CADRE__ADDRESS_WHY_SIZE];
    char quoted[CADRE__CONF_FOUND_SIZE];

    if (text == NULL)
        return;
    if (cadre__address_parse(text, j->b->directory, &listen->sockaddr, &listen->sockaddr_len, why) <
        0) {
        cadre__bind_error(j->b, j->node, "%s%s: %s %s", j->where, j->d->name,
                          cadre__value_quoted(text, quoted, sizeof(quoted)), why);
        listen->sockaddr_len = 0;
        return;
    }
    listen->address = text;
}

/* What is wrong with a mount, or NULL. */
static const char *mount_fault(const char *mount)
{
    size_t len = strlen(mount);

    if (mount[0] != '/')
        return "must begin with \"/\"";
    if (len > 1 && mount[len - 1] == '/')
        return "must not end with \"/\"";
    if (strstr(mount, "//") != NULL)
        return "must not have an empty segment (\"//\")";
    if (strstr(mount, "/./") || strstr(mount, "/../") ||
        (len >= 2 && strcmp(mount + len - 2, "/.") == 0) ||
        (len >= 3 && strcmp(mount + len - 3, "/..") == 0))
        return "must not have a segment \".\" or \"..\"";
    if (strpbrk(mount, "?#%{}") != NULL)
        return "is a plain path: no \"?\", \"#\", \"%\", \"{\" or \"}\"";
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)mount[i] <= ' ' || mount[i] == 0x7f)
            return "must not have blanks or control characters";
    return NULL;
}

/* A refused mount is left NULL, so that no check takes the default for it. */
static void set_mount(const struct job *j)
{
    const char *text = take_text(j, j->node);
    const char *fault = text == NULL ? NULL : mount_fault(text);
    char quoted[CADRE__CONF_FOUND_SIZE];

    if (fault != NULL) {
        cadre__bind_error(j->b, j->node, "%s%s: %s %s; write \"/\" or \"/shop\"", j->where,
                          j->d->name, cadre__value_quoted(text, quoted, sizeof(quoted)), fault);
        text = NULL;
    }
    *(const char **)field(j) = text;
}

static void set_settings(const struct job *j)
{
    if (cadre_conf_type(j->node) != CADRE_CONF_GROUP)
        refuse(j);
    else
        *(const struct cadre_conf **)field(j) = j->node;
}

static bool is_list_of_groups(const struct cadre_conf *list)
{
    for (const struct cadre_conf *c = cadre__conf_first(list); c; c = cadre__conf_next(list, c)) {
        if (cadre_conf_type(c) != CADRE_CONF_GROUP)
            return false;
    }
    return cadre_conf_type(list) == CADRE_CONF_LIST;
}

/* The names in it are for whoever has the layers. */
static void set_layers(const struct job *j)
{
    if (cadre_conf_type(j->node) != CADRE_CONF_GROUP && !is_list_of_groups(j->node))
        refuse(j);
    else
        *(const struct cadre_conf **)field(j) = j->node;
}

void cadre__bind_value(struct cadre__binder *b, const struct cadre__directive *d, const char *where,
                       void *base, const struct cadre_conf *node)
{
    const struct job j = {.b = b, .d = d, .where = where, .base = base, .node = node};
    size_t before = cadre__conf_errors_count(b->errs);

    if (cadre__conf_origin(node) == CADRE__CONF_BROKEN) {
        b->failed[d - cadre__directives] = true;
        if (d->kind == CADRE__KIND_MOUNT)
            *(const char **)field(&j) = NULL;
        return;
    }
    switch (d->kind) {
    case CADRE__KIND_INT:
    case CADRE__KIND_COUNT:
    case CADRE__KIND_DURATION:
    case CADRE__KIND_SIZE:
        set_number(&j);
        break;
    case CADRE__KIND_BOOL:
        set_bool(&j);
        break;
    case CADRE__KIND_WORD:
        set_word(&j);
        break;
    case CADRE__KIND_STRING:
        set_string(&j);
        break;
    case CADRE__KIND_PATH:
        set_path(&j);
        break;
    case CADRE__KIND_MODE:
        set_mode(&j);
        break;
    case CADRE__KIND_STRINGS:
    case CADRE__KIND_PATHS:
        set_strings(&j);
        break;
    case CADRE__KIND_ADDRESS:
        set_address(&j);
        break;
    case CADRE__KIND_MOUNT:
        set_mount(&j);
        break;
    case CADRE__KIND_SETTINGS:
        set_settings(&j);
        break;
    case CADRE__KIND_LAYERS:
        set_layers(&j);
        break;
    case CADRE__KIND_SECTION:
    case CADRE__KIND_INCLUDE:
        break; /* not one field: bind.c and the loader take them */
    }
    if (cadre__conf_errors_count(b->errs) != before)
        b->failed[d - cadre__directives] = true;
}
