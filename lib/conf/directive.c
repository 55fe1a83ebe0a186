/* SPDX-License-Identifier: MIT */
/*
 * conf/directive: look-ups in the table of directives, and its words for messages.
 *
 * Linear searches: the table has some sixty rows and is read at start and at reloads only.
 */
#include "conf/directive.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"

#define NAMES_MAX 128

const struct cadre__directive *cadre__directive_find(enum cadre__conf_section section,
                                                     const char *name)
{
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++)
        if (d->section == section && strcmp(d->name, name) == 0)
            return d;
    return NULL;
}

const char *cadre__directive_nearest(enum cadre__conf_section section, const char *name)
{
    const char *names[NAMES_MAX];
    size_t n = 0;

    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++)
        if (d->section == section && n < NAMES_MAX - 1)
            names[n++] = d->name;
    names[n] = NULL;
    return cadre__str_nearest(name, names);
}

const char *cadre__conf_when_word(enum cadre__conf_when when)
{
    switch (when) {
    case CADRE__WHEN_LIVE:
        return "live";
    case CADRE__WHEN_RELOAD:
        return "reload";
    case CADRE__WHEN_RESTART:
        return "restart";
    }
    return "";
}

/* --- what a value must be --- */

/* Text that grows in a buffer of fixed size and is cut there. */
struct text {
    char *buf;
    size_t size;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, args);
    va_end(args);
    if (n > 0)
        t->len += (size_t)n < t->size - t->len ? (size_t)n : t->size - t->len - 1;
}

static void add_amount(struct text *t, enum cadre__conf_kind kind, int64_t value)
{
    char buf[CADRE__UNITS_TEXT_SIZE];

    if (kind == CADRE__KIND_DURATION)
        add(t, "%s", cadre__format_duration((uint64_t)value, buf));
    else if (kind == CADRE__KIND_SIZE)
        add(t, "%s", cadre__format_size((uint64_t)value, buf));
    else
        add(t, "%" PRId64, value);
}

static void add_range(struct text *t, const struct cadre__directive *d)
{
    add(t, " from ");
    add_amount(t, d->kind, d->min);
    add(t, " to ");
    add_amount(t, d->kind, d->max);
    if (d->zero != NULL)
        add(t, ", or 0 (%s)", d->zero);
}

/* "\"a\", \"b\" or \"c\"" */
static void add_words(struct text *t, const struct cadre__conf_word *words)
{
    for (size_t i = 0; words[i].word != NULL; i++)
        add(t, "%s\"%s\"", i == 0 ? "" : words[i + 1].word == NULL ? " or " : ", ", words[i].word);
}

static void add_kind(struct text *t, const struct cadre__directive *d)
{
    switch (d->kind) {
    case CADRE__KIND_INT:
    case CADRE__KIND_COUNT:
        add(t, "a whole number");
        add_range(t, d);
        break;
    case CADRE__KIND_DURATION:
        add(t, "a duration (\"500ms\", \"30s\", \"5m\")");
        add_range(t, d);
        break;
    case CADRE__KIND_SIZE:
        add(t, "a size (\"64k\", \"1m\")");
        add_range(t, d);
        break;
    case CADRE__KIND_BOOL:
        add(t, "true or false");
        break;
    case CADRE__KIND_WORD:
        break;
    case CADRE__KIND_STRING:
        add(t, "a string");
        break;
    case CADRE__KIND_PATH:
        add(t, "a path");
        break;
    case CADRE__KIND_MODE:
        add(t, "octal digits in quotes (\"0660\") up to \"0%" PRIo64 "\"", (uint64_t)d->max);
        break;
    case CADRE__KIND_STRINGS:
        add(t, "an array of strings ([\"a\", \"b\"])");
        break;
    case CADRE__KIND_PATHS:
    case CADRE__KIND_INCLUDE:
        add(t, "an array of paths ([\"a\", \"b\"])");
        break;
    case CADRE__KIND_ADDRESS:
        add(t, "\"ADDRESS:PORT\", \"[IPV6]:PORT\", \":PORT\" or \"unix:PATH\"");
        break;
    case CADRE__KIND_MOUNT:
        add(t, "a path of a URL (\"/\", \"/shop\")");
        break;
    case CADRE__KIND_SETTINGS:
        add(t, "a group ({ name = value; })");
        break;
    case CADRE__KIND_LAYERS:
        add(t, "a group of named groups ({ cors: { ... }; }), or a list of such groups");
        break;
    case CADRE__KIND_SECTION:
        add(t, "a group of named groups ({ name: { ... } })");
        break;
    }
}

const char *cadre__directive_expects(const struct cadre__directive *d, char *buf, size_t size)
{
    struct text t = {.buf = buf, .size = size};

    buf[0] = '\0';
    add_kind(&t, d);
    if (d->words != NULL) {
        bool one = d->words[1].word == NULL;

        if (t.len > 0)
            add(&t, "%s", one && d->zero == NULL ? " or " : one ? ", or " : ", ");
        add_words(&t, d->words);
    }
    return buf;
}
