/* SPDX-License-Identifier: MIT */
/* Keeps routes and prints them: master/routes.h. */
#include "config.h"

#include "master/routes.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/channel.h"
#include "ipc/json_text.h"

/* The columns of a message's text, in their order. */
enum column { MODULE, METHOD, HOST, PATH, HANDLER, NAME, SOURCE, COLUMNS };

struct entry {
    char *text; /* heap; the columns point into it */
    const char *column[COLUMNS];
    unsigned line;
    unsigned flags; /* enum cadre__route_flags */
};

struct route_list {
    struct entry *entries; /* heap */
    size_t n, size;
    bool is_incomplete;
};

struct route_list *route_list_new(void)
{
    return calloc(1, sizeof(struct route_list));
}

void route_list_free(struct route_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->n; i++)
        free(list->entries[i].text);
    free(list->entries);
    free(list);
}

static bool make_room(struct route_list *list)
{
    size_t size = list->size == 0 ? 64 : 2 * list->size;
    struct entry *grown;

    if (list->n < list->size)
        return true;
    grown = reallocarray(list->entries, size, sizeof(*grown));
    if (grown == NULL)
        return false;
    list->entries = grown;
    list->size = size;
    return true;
}

void route_list_add(void *list_, const struct cadre__msg_route *route)
{
    struct route_list *list = list_;
    struct entry entry = {.line = route->line, .flags = route->flags};
    char *rest;

    entry.text = strdup(route->text);
    if (entry.text == NULL || !make_room(list)) {
        free(entry.text);
        list->is_incomplete = true;
        return;
    }
    rest = entry.text;
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *column = strsep(&rest, "\t");

        entry.column[i] = column != NULL ? column : "";
    }
    list->entries[list->n++] = entry;
}

/* --- for people --- */

/* What the table shows of a route. */
enum shown { SHOWN_METHOD, SHOWN_PATH, SHOWN_MODULE, SHOWN_HANDLER, SHOWN_SOURCE, SHOWN };

#define CELL_SIZE 512

static void write_cell(const struct entry *e, enum shown shown, char cell[static CELL_SIZE])
{
    switch (shown) {
    case SHOWN_METHOD:
        snprintf(cell, CELL_SIZE, "%s", e->column[METHOD]);
        break;
    case SHOWN_PATH:
        snprintf(cell, CELL_SIZE, "%s%s%s", e->column[HOST][0] != '\0' ? "//" : "", e->column[HOST],
                 e->column[PATH]);
        break;
    case SHOWN_MODULE:
        snprintf(cell, CELL_SIZE, "%s", e->column[MODULE]);
        break;
    case SHOWN_HANDLER:
        snprintf(cell, CELL_SIZE, "%s%s%s", e->column[HANDLER],
                 (e->flags & CADRE__ROUTE_SYNC) != 0 ? " (sync)" : "",
                 (e->flags & CADRE__ROUTE_DEPRECATED) != 0 ? " (deprecated)" : "");
        break;
    case SHOWN_SOURCE:
        if (e->column[SOURCE][0] != '\0')
            snprintf(cell, CELL_SIZE, "%s:%u", e->column[SOURCE], e->line);
        else
            cell[0] = '\0';
        break;
    case SHOWN:
        break;
    }
}

/* The last one of a line has no spaces behind it. */
static void put_cell(FILE *out, const char *text, int width, bool is_last)
{
    fprintf(out, "%-*s%s", is_last ? 0 : width, text, is_last ? "\n" : "  ");
}

static void print_table(const struct route_list *list, FILE *out)
{
    static const char *const heads[SHOWN] = {"METHOD", "PATH", "MODULE", "HANDLER", "SOURCE"};
    int width[SHOWN];
    char cell[CELL_SIZE];

    for (int k = 0; k < SHOWN; k++) {
        width[k] = (int)strlen(heads[k]);
        for (size_t i = 0; i < list->n; i++) {
            write_cell(&list->entries[i], (enum shown)k, cell);
            width[k] = (int)strlen(cell) > width[k] ? (int)strlen(cell) : width[k];
        }
    }
    for (int k = 0; k < SHOWN; k++)
        put_cell(out, heads[k], width[k], k + 1 == SHOWN);
    for (size_t i = 0; i < list->n; i++) {
        for (int k = 0; k < SHOWN; k++) {
            write_cell(&list->entries[i], (enum shown)k, cell);
            put_cell(out, cell, width[k], k + 1 == SHOWN);
        }
    }
}

/* --- for programs --- */

static json_t *to_json(const struct entry *e)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "module",
                     cadre__json_of_text_or_null(e->column[MODULE]), "method",
                     cadre__json_of_text_or_null(e->column[METHOD]), "host",
                     cadre__json_of_text_or_null(e->column[HOST]), "path",
                     cadre__json_of_text_or_null(e->column[PATH]), "handler",
                     cadre__json_of_text_or_null(e->column[HANDLER]), "name",
                     cadre__json_of_text_or_null(e->column[NAME]), "sync",
                     (e->flags & CADRE__ROUTE_SYNC) != 0, "deprecated",
                     (e->flags & CADRE__ROUTE_DEPRECATED) != 0, "file",
                     cadre__json_of_text_or_null(e->column[SOURCE]), "line",
                     e->line > 0 ? json_integer(e->line) : json_null());
}

static int print_json(const struct route_list *list, FILE *out)
{
    json_t *all = json_array();
    int r = all == NULL ? -ENOMEM : 0;

    for (size_t i = 0; r == 0 && i < list->n; i++)
        r = json_array_append_new(all, to_json(&list->entries[i])) < 0 ? -ENOMEM : 0;
    if (r == 0 && json_dumpf(all, out, JSON_INDENT(2)) < 0)
        r = -EIO;
    if (r == 0)
        fputc('\n', out);
    json_decref(all);
    return r;
}

int route_list_print(const struct route_list *list, bool json, FILE *out)
{
    int r = list->is_incomplete ? -ENOMEM : 0;

    if (r == 0 && json)
        r = print_json(list, out);
    else if (r == 0)
        print_table(list, out);
    return r == 0 && (fflush(out) != 0 || ferror(out)) ? -EIO : r;
}
