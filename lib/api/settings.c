/* SPDX-License-Identifier: MIT */
/*
 * Settings by a model: api/settings.h. The conf and the variables become one JSON text, which is
 * read as any other: so settings are converted and checked by the rules of all models. What is
 * wrong is led back to its line by its place.
 */
#include "api/settings.h"

#include "base/str.h"
#include "conf/tree.h"
#include "model/issues.h"
#include "model/json_check.h"
#include "model/json_read.h"
#include "model/plan.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Groups in groups; a conf is not that deep. */
#define DEPTH_MAX 16

#define VARIABLE_SIZE 256

struct maker {
    const struct cadre__settings_source *source;
    struct cadre__settings_judge judge;
    struct cadre__buf json;
    struct cadre__buf refused; /* names of variables that are no JSON, a line each */
};

void cadre__settings_complain(struct cadre__settings_judge *judge, const struct cadre_conf *at,
                              const char *fmt, ...)
{
    struct cadre__buf text;
    va_list args;

    cadre__buf_init(&text);
    va_start(args, fmt);
    cadre__buf_vprintf(&text, fmt, args);
    va_end(args);
    judge->is_wrong = true;
    judge->on_wrong(judge->arg, at, cadre__buf_text(&text));
    cadre__buf_done(&text);
}

/* --- variables --- */

/* "SHOP_" and "cache", "cache__size": SHOP_CACHE__SIZE. False: it is too long to be one. */
static bool variable_name(const char *prefix, const char *key, char name[static VARIABLE_SIZE])
{
    size_t len = strlen(prefix);
    int n = snprintf(name, VARIABLE_SIZE, "%s%s", prefix, key);

    if (n < 0 || n >= VARIABLE_SIZE)
        return false;
    for (char *c = name + len; *c != '\0'; c++)
        *c = (char)(isalnum((unsigned char)*c) ? toupper((unsigned char)*c) : '_');
    return true;
}

/* The value of the variable for a setting; NULL: there is none. Its name goes to `name`. */
static const char *variable(const struct maker *maker, const char *prefix, const char *key,
                            char name[static VARIABLE_SIZE])
{
    if (prefix == NULL || !variable_name(prefix, key, name))
        return NULL;
    return maker->source->getenv != NULL ? maker->source->getenv(name) : getenv(name);
}

/* --- the conf as JSON --- */

static void write_number(struct cadre__buf *json, double number)
{
    if (isfinite(number))
        cadre__buf_printf(json, "%.17g", number);
    else /* no JSON number; models read these as text */
        cadre__buf_puts(json, isnan(number) ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"");
}

static void write_scalar(struct cadre__buf *json, const struct cadre_conf *node)
{
    const char *text = "";
    int64_t integer = 0;
    double real = 0;
    bool truth = false;

    switch (cadre_conf_type(node)) {
    case CADRE_CONF_INT:
        if (cadre_conf_int(node, NULL, 0, &integer) == 0)
            cadre__buf_printf(json, "%" PRId64, integer);
        break;
    case CADRE_CONF_FLOAT:
        if (cadre_conf_double(node, NULL, 0, &real) == 0)
            write_number(json, real);
        break;
    case CADRE_CONF_BOOL:
        if (cadre_conf_bool(node, NULL, false, &truth) == 0)
            cadre__buf_puts(json, truth ? "true" : "false");
        break;
    default:
        if (cadre_conf_string(node, NULL, "", &text) == 0)
            cadre__json_write_string(json, cadre_str_from(text));
        break;
    }
}

/* A value of which nothing is known: as it stands. */
static void write_node(struct cadre__buf *json, const struct cadre_conf *node, unsigned depth)
{
    enum cadre_conf_type type = cadre_conf_type(node);
    bool is_group = type == CADRE_CONF_GROUP;
    const struct cadre_conf *child;

    if (type != CADRE_CONF_GROUP && type != CADRE_CONF_LIST && type != CADRE_CONF_ARRAY) {
        write_scalar(json, node);
        return;
    }
    cadre__buf_putc(json, is_group ? '{' : '[');
    child = depth < DEPTH_MAX ? cadre__conf_first(node) : NULL;
    for (bool is_first = true; child != NULL; child = cadre__conf_next(node, child)) {
        if (!is_first)
            cadre__buf_putc(json, ',');
        is_first = false;
        if (is_group) {
            cadre__json_write_string(json, cadre_str_from(cadre_conf_name(child)));
            cadre__buf_putc(json, ':');
        }
        write_node(json, child, depth + 1);
    }
    cadre__buf_putc(json, is_group ? '}' : ']');
}

/* --- by the model --- */

/* What is a text in a variable; all else is JSON. */
static bool is_scalar(const struct cadre__type *type)
{
    return type->kind != CADRE_KIND_ANY && cadre__type_is_text(type);
}

static void complain_unknown(struct maker *maker, const struct cadre_conf *child,
                             const char *const *names)
{
    struct cadre__buf known;

    cadre__buf_init(&known);
    for (size_t i = 0; names[i] != NULL; i++)
        cadre__buf_printf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    cadre__settings_complain(&maker->judge, child, "unknown setting \"%s\": it knows %s",
                             cadre_conf_name(child),
                             known.len > 0 ? cadre__buf_text(&known) : "none");
    cadre__buf_done(&known);
}

/* Says which names of a group the model does not know. */
static void check_names(struct maker *maker, const struct cadre__plan *plan,
                        const struct cadre_conf *group)
{
    const char **names;

    if (plan->extra == CADRE_EXTRA_ALLOW)
        return;
    names = calloc(plan->n_members + 1, sizeof(*names));
    if (names == NULL)
        return;
    for (uint32_t i = 0, n = 0; i < plan->n_members; i++) {
        if (plan->members[i].in_input)
            names[n++] = plan->members[i].key.ptr;
    }
    for (const struct cadre_conf *child = cadre__conf_first(group); child != NULL;
         child = cadre__conf_next(group, child)) {
        const char *name = cadre_conf_name(child), *nearest;
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], name) != 0)
            i++;
        if (names[i] != NULL)
            continue;
        nearest = cadre__str_nearest(name, names);
        if (nearest != NULL)
            cadre__settings_complain(&maker->judge, child,
                                     "unknown setting \"%s\": did you mean \"%s\"?", name, nearest);
        else
            complain_unknown(maker, child, names);
    }
    free(names);
}

/* What is no scalar is JSON in a variable: whether it is, else says so. */
static bool check_json(struct maker *maker, const struct cadre__member *member, const char *name,
                       const char *value)
{
    struct cadre__json_problem problem = {.what = "there is no memory to read it"};
    const char *like;
    int r = cadre__json_check(cadre_str_from(value), CADRE__JSON_DEPTH, &problem);

    if (r == 0)
        return true;
    if (r == -EILSEQ)
        problem.what = "it is not UTF-8";
    like = member->type.kind == CADRE_KIND_LIST || member->type.kind == CADRE_KIND_TUPLE
               ? "[\"a\", \"b\"]"
           : member->type.kind == CADRE_KIND_ANY ? "\"text\""
                                                 : "{\"name\": \"value\"}";
    cadre__settings_complain(
        &maker->judge, NULL,
        "setting \"%s\", from the environment variable %s: it is not JSON: %s, at character "
        "%zu; write it like %s",
        member->key.ptr, name, problem.what, problem.offset, like);
    cadre__buf_printf(&maker->refused, "%s\n", name);
    return false;
}

/* Whether that was said of the variable. */
static bool is_refused(const struct maker *maker, const char *name)
{
    const char *found = maker->refused.len > 0 ? cadre__buf_text(&maker->refused) : "";
    size_t len = strlen(name);

    for (; *found != '\0'; found += strcspn(found, "\n") + 1) {
        if (strncmp(found, name, len) == 0 && found[len] == '\n')
            return true;
    }
    return false;
}

static void write_group(struct maker *maker, const struct cadre__plan *plan,
                        const struct cadre_conf *group, const char *prefix, unsigned depth);

/* A setting where it was given; nothing else. */
static void write_member(struct maker *maker, const struct cadre__member *member,
                         const struct cadre_conf *group, const char *prefix, unsigned depth)
{
    const struct cadre_conf *node = cadre_conf_get(group, member->key.ptr);
    char name[VARIABLE_SIZE], below[VARIABLE_SIZE + 2] = "";
    const char *value = variable(maker, prefix, member->key.ptr, name);
    bool is_group = member->type.kind == CADRE_KIND_MODEL && member->type.inside == NULL &&
                    value == NULL && depth < DEPTH_MAX &&
                    (node == NULL || cadre_conf_type(node) == CADRE_CONF_GROUP) &&
                    (node != NULL || !member->type.pointer);

    if (value == NULL && node == NULL && !is_group)
        return;
    if (value != NULL && !is_scalar(&member->type) && !check_json(maker, member, name, value))
        return;
    if (cadre__buf_text(&maker->json)[maker->json.len - 1] != '{')
        cadre__buf_putc(&maker->json, ',');
    cadre__json_write_string(&maker->json, member->key);
    cadre__buf_putc(&maker->json, ':');
    if (value != NULL && is_scalar(&member->type)) {
        cadre__json_write_string(&maker->json, cadre_str_from(value));
    } else if (value != NULL) {
        cadre__buf_puts(&maker->json, value);
    } else if (is_group) {
        if (prefix != NULL)
            snprintf(below, sizeof(below), "%s__", name);
        write_group(maker, member->type.model, node, prefix != NULL ? below : NULL, depth + 1);
    } else {
        write_node(&maker->json, node, depth);
    }
}

/* `group` may be NULL: then there are variables alone. */
static void write_group(struct maker *maker, const struct cadre__plan *plan,
                        const struct cadre_conf *group, const char *prefix, unsigned depth)
{
    size_t begin = maker->json.len;

    cadre__buf_putc(&maker->json, '{');
    if (group != NULL)
        check_names(maker, plan, group);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (plan->members[i].in_input)
            write_member(maker, &plan->members[i], group, prefix, depth);
    }
    for (const struct cadre_conf *child = group != NULL ? cadre__conf_first(group) : NULL;
         child != NULL && plan->extra == CADRE_EXTRA_ALLOW;
         child = cadre__conf_next(group, child)) {
        bool is_known = false;

        for (uint32_t i = 0; i < plan->n_members; i++)
            is_known |= strcmp(plan->members[i].key.ptr, cadre_conf_name(child)) == 0;
        if (is_known)
            continue;
        if (maker->json.len > begin + 1)
            cadre__buf_putc(&maker->json, ',');
        cadre__json_write_string(&maker->json, cadre_str_from(cadre_conf_name(child)));
        cadre__buf_putc(&maker->json, ':');
        write_node(&maker->json, child, depth + 1);
    }
    cadre__buf_putc(&maker->json, '}');
}

/* --- what is wrong --- */

/* The node of the conf at the place of an issue, or the nearest one around it. */
static const struct cadre_conf *find_node(const struct maker *maker,
                                          const struct cadre__issue *issue)
{
    const struct cadre_conf *node = maker->source->conf;

    for (uint32_t i = 0; i < issue->n_loc; i++) {
        const struct cadre_conf *next = issue->loc[i].name.ptr == NULL
                                            ? cadre_conf_at(node, issue->loc[i].index)
                                            : cadre_conf_get(node, issue->loc[i].name.ptr);

        if (next == NULL)
            return i == 0 ? NULL : node;
        node = next;
    }
    return node;
}

/* Whether a variable gave the value at the place; its name goes to `name`. */
static bool is_from_variable(const struct maker *maker, const struct cadre__issue *issue,
                             char name[static VARIABLE_SIZE])
{
    char prefix[VARIABLE_SIZE + 2];

    if (maker->source->env_prefix == NULL)
        return false;
    snprintf(prefix, sizeof(prefix), "%s", maker->source->env_prefix);
    for (uint32_t i = 0; i < issue->n_loc && issue->loc[i].name.ptr != NULL; i++) {
        if (variable(maker, prefix, issue->loc[i].name.ptr, name) != NULL)
            return true;
        if (!variable_name(prefix, issue->loc[i].name.ptr, name))
            return false;
        snprintf(prefix, sizeof(prefix), "%s__", name);
    }
    return false;
}

static void tell(struct maker *maker, const struct cadre__issue *issue)
{
    char name[VARIABLE_SIZE];
    struct cadre__buf place;

    bool is_variable = is_from_variable(maker, issue, name);

    if (is_variable && is_refused(maker, name))
        return; /* it was left out */
    cadre__buf_init(&place);
    cadre__issue_write_place(&place, issue);
    if (is_variable)
        cadre__settings_complain(&maker->judge, NULL,
                                 "setting \"%s\", from the environment variable %s: %s",
                                 cadre__buf_text(&place), name, issue->msg);
    else if (issue->n_loc == 0)
        cadre__settings_complain(&maker->judge, NULL, "settings: %s", issue->msg);
    else
        cadre__settings_complain(&maker->judge, find_node(maker, issue), "setting \"%s\": %s",
                                 cadre__buf_text(&place), issue->msg);
    cadre__buf_done(&place);
}

static void tell_all(struct maker *maker, struct cadre__issues *issues)
{
    cadre__issues_sort(issues);
    for (const struct cadre__issue *issue = issues->first; issue != NULL; issue = issue->next)
        tell(maker, issue);
}

/* --- all --- */

static int read_json(struct maker *maker, const struct cadre__plan *plan,
                     struct cadre__arena *arena, const void **ret)
{
    struct cadre_validation validation = {.arena = arena};
    struct cadre_str json;
    void *object = cadre__arena_calloc(arena, plan->size);
    int r;

    json.len = maker->json.len;
    json.ptr = cadre__arena_strndup(arena, cadre__buf_text(&maker->json), json.len);
    if (object == NULL || json.ptr == NULL || maker->json.error < 0)
        return -ENOMEM;
    r = cadre__json_read_model(&validation, plan, json, NULL, object);
    if (r == CADRE__INVALID)
        tell_all(maker, &validation.issues);
    else if (r < 0)
        return r;
    *ret = object;
    return maker->judge.is_wrong ? -EINVAL : 0;
}

int cadre__settings_make(const struct cadre__settings_source *source, struct cadre__arena *arena,
                         cadre__settings_wrong_fn on_wrong, void *arg, const void **ret)
{
    struct maker maker = {.source = source, .judge = {on_wrong, arg, false}};
    const char *why = "";
    int r = cadre_model_prepare(source->model, &why);

    if (r < 0) {
        if (r == -EINVAL)
            cadre__settings_complain(&maker.judge, NULL, "%s", why);
        return r;
    }
    cadre__buf_init(&maker.json);
    cadre__buf_init(&maker.refused);
    write_group(&maker, cadre__plan_of(source->model), source->conf, source->env_prefix, 0);
    r = read_json(&maker, cadre__plan_of(source->model), arena, ret);
    cadre__buf_done(&maker.json);
    cadre__buf_done(&maker.refused);
    return r;
}
