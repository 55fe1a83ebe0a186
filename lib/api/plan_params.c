/* SPDX-License-Identifier: MIT */
/*
 * The plan of a struct of parameters: which comes from where (api/plan.h). While the process
 * starts.
 */
#include "api/plan.h"

#include "web/pattern.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const source_names[] = {
    [CADRE_IN_NOTHING] = "nothing",
    [CADRE_IN_PATH] = "path",
    [CADRE_IN_QUERY] = "query",
    [CADRE_IN_HEADER] = "header",
    [CADRE_IN_COOKIE] = "cookie",
    [CADRE_IN_FORM] = "form",
    [CADRE_IN_FILE] = "file",
    [CADRE_IN_BODY] = "body",
    [CADRE_IN_DEPENDENCY] = "dependency",
    [CADRE_IN_SCOPES] = "scopes",
};

#define N_SOURCES (sizeof(source_names) / sizeof(source_names[0]))

/* --- what fits where --- */

/* A nested model whose fields are parameters. */
static bool is_group(const struct cadre__member *member)
{
    unsigned source = member->type.rules->source;

    return member->type.kind == CADRE_KIND_MODEL && !member->type.inside &&
           source >= CADRE_IN_QUERY && source <= CADRE_IN_FORM;
}

/* Why a value of that type cannot come from there; NULL: it can. */
static const char *misfit(const struct cadre__type *type, enum cadre_source source)
{
    enum cadre_kind kind = type->kind;

    switch (source) {
    case CADRE_IN_NOTHING:
        return "it has no source: say which by CADRE_QUERY or one of its kin";
    case CADRE_IN_PATH:
        return cadre__type_is_text(type)
                   ? NULL
                   : "a part of a path is one value: no list, no model, no file";
    case CADRE_IN_COOKIE:
        return cadre__type_is_text(type) ? NULL : "a cookie is one value: no list, no file";
    case CADRE_IN_QUERY:
    case CADRE_IN_HEADER:
    case CADRE_IN_FORM:
        if (cadre__type_is_text(type) ||
            (kind == CADRE_KIND_LIST && cadre__type_is_text(type->items)))
            return NULL;
        return "it can be one value or a list of values; files come from CADRE_FILE, all else from "
               "the body";
    case CADRE_IN_FILE:
        if (kind == CADRE_KIND_FILE || kind == CADRE_KIND_BYTES ||
            (kind == CADRE_KIND_LIST && type->items->kind == CADRE_KIND_FILE))
            return NULL;
        return "a file is a const struct cadre_upload *, a list of them, or struct cadre_bytes";
    case CADRE_IN_BODY:
        return kind == CADRE_KIND_FILE || kind == CADRE_KIND_OPAQUE
                   ? "JSON holds no files: take CADRE_FILE"
                   : NULL;
    case CADRE_IN_DEPENDENCY:
        return kind == CADRE_KIND_OPAQUE ? NULL : "write CADRE_DEPENDS";
    case CADRE_IN_SCOPES:
        return kind == CADRE_KIND_OPAQUE ? NULL : "write CADRE_ASKED_SCOPES";
    }
    return "its source is none";
}

/* --- names --- */

/* The place of the path's parameter of that name, then of the host's; -1: there is none. */
static int find_in_path(const struct cadre__typed_route *route, const char *name)
{
    const struct cadre__pattern *patterns[] = {route->pattern, route->host};
    int before = 0;

    for (size_t k = 0; k < 2 && patterns[k] != NULL; k++) {
        for (size_t i = 0; i < patterns[k]->n_params; i++) {
            if (strcmp(cadre__pattern_param_name(patterns[k], i), name) == 0)
                return before + (int)i;
        }
        before += (int)patterns[k]->n_params;
    }
    return -1;
}

static void say_not_in_path(struct cadre__api_maker *maker, const char *name)
{
    const struct cadre__pattern *pattern = maker->route->pattern;
    const char *names[CADRE__API_NODES_MAX + 1];
    const char *nearest;
    size_t n = 0;

    for (; n < pattern->n_params && n < CADRE__API_NODES_MAX; n++)
        names[n] = cadre__pattern_param_name(pattern, n);
    names[n] = NULL;
    nearest = cadre__str_nearest(name, names);
    cadre__api_complain(maker, "parameter \"%s\" is not in the route's path%s%s%s", name,
                        nearest != NULL ? "; did you mean \"" : ": write {",
                        nearest != NULL ? nearest : name, nearest != NULL ? "\"?" : "} there");
}

/* The names of a parameter: of a header with '-', and to be found in lower case; one of a group is
 * told by its field's name. 0; -ENOMEM. */
static int set_names(struct cadre__arena *arena, const struct cadre__member *member,
                     enum cadre_source source, struct cadre__api_param *param)
{
    const struct cadre_field *rules = member->type.rules;
    char *name, *match;

    param->name = param->match = member->key;
    if (source != CADRE_IN_HEADER)
        return 0;
    name = cadre__arena_strndup(arena, member->key.ptr, member->key.len);
    match = cadre__arena_strndup(arena, member->key.ptr, member->key.len);
    if (name == NULL || match == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < member->key.len; i++) {
        if (name[i] == '_' && rules->alias == NULL && !rules->keep_underscores)
            name[i] = match[i] = '-';
        match[i] = (char)tolower((unsigned char)match[i]);
    }
    if (param->group == 0)
        param->name.ptr = name;
    param->match.ptr = match;
    return 0;
}

/* --- the table --- */

/* How many parameters and groups a struct has. */
static void count(const struct cadre__plan *plan, size_t *n_params, size_t *n_groups)
{
    ++*n_groups;
    for (uint32_t i = 0; i < plan->n_members; i++) {
        if (is_group(&plan->members[i]))
            count(plan->members[i].type.model, n_params, n_groups);
        else
            ++*n_params;
    }
}

/* What a struct is filled from: its own source or that of the group that it is. */
static enum cadre_source source_of(const struct cadre__api_group *group,
                                   const struct cadre__member *member)
{
    unsigned source = member->type.rules->source;

    return group->source != CADRE_IN_NOTHING ? group->source : (enum cadre_source)source;
}

/* Adds those members of a group that come from `source`. 0; -ENOMEM. */
static int add_members(struct cadre__api_maker *maker, struct cadre__api_params *params,
                       uint32_t group_index, enum cadre_source source)
{
    const struct cadre__api_group *group = &params->groups[group_index];
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < group->plan->n_members; i++) {
        const struct cadre__member *member = &group->plan->members[i];
        struct cadre__api_param *param = &params->params[params->n_params];
        int path_index = -1;

        if (is_group(member) || member->is_computed || source_of(group, member) != source)
            continue;
        if (source == CADRE_IN_PATH) {
            path_index = find_in_path(maker->route, member->key.ptr);
            if (path_index < 0 && misfit(&member->type, source) == NULL)
                say_not_in_path(maker, member->key.ptr);
        }
        *param = (struct cadre__api_param){
            .member = member,
            .group = group_index,
            .offset = group->offset + member->offset,
            .rank = (group_index << 16) + member->index,
            .path_index = path_index < 0 ? 0 : (uint16_t)path_index,
            .is_list = member->type.kind == CADRE_KIND_LIST && !member->type.inside,
        };
        r = set_names(&params->arena, member, source, param);
        params->n_params++;
        params->range[source].n++;
    }
    return r;
}

/* Adds a struct's groups, itself first, and looks at each of its members. */
static void add_groups(struct cadre__api_maker *maker, struct cadre__api_params *params,
                       const struct cadre__plan *plan, uint32_t offset, enum cadre_source source)
{
    struct cadre__api_group *group = &params->groups[params->n_groups++];

    *group = (struct cadre__api_group){.plan = plan,
                                       .offset = offset,
                                       .source = source,
                                       .forbids = plan->extra == CADRE_EXTRA_FORBID};
    if (plan->extra == CADRE_EXTRA_ALLOW)
        cadre__api_complain(maker,
                            "model \"%s\": parameters keep no unknown names: leave "
                            "CADRE_EXTRA_INTO out",
                            plan->name);
    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];
        enum cadre_source from = source_of(group, member);
        const char *wrong = is_group(member) ? NULL : misfit(&member->type, from);

        if (is_group(member) && member->type.pointer)
            wrong = "a group of parameters is in the struct itself, not behind a pointer";
        else if (is_group(member))
            add_groups(maker, params, member->type.model, offset + member->offset, from);
        else if (member->key.len > CADRE__API_NAME_MAX)
            wrong = "its name is too long";
        if (member->is_computed)
            wrong = NULL;
        if (wrong != NULL)
            cadre__api_complain(maker, "parameter \"%s\" of model \"%s\", from %s: %s",
                                member->name.ptr, plan->name,
                                (size_t)from < N_SOURCES ? source_names[from] : "?", wrong);
    }
}

/* Notes what is read of a request's body. */
static void note_body(struct cadre__api_maker *maker, struct cadre__api_params *params)
{
    const struct cadre__plan *plan = params->plan;

    for (uint32_t i = 0; i < plan->n_members; i++) {
        unsigned source = plan->members[i].type.rules->source;

        maker->plan->reads_form |= source == CADRE_IN_FORM || source == CADRE_IN_FILE;
        maker->plan->reads_json |= source == CADRE_IN_BODY;
        maker->n_bodies += source == CADRE_IN_BODY;
    }
}

static int make_tables(struct cadre__api_maker *maker, struct cadre__api_params *params)
{
    size_t n_params = 0, n_groups = 0;
    int r = 0;

    count(params->plan, &n_params, &n_groups);
    params->groups = cadre__arena_calloc(&params->arena, n_groups * sizeof(*params->groups));
    params->params = cadre__arena_calloc(&params->arena, (n_params + 1) * sizeof(*params->params));
    if (params->groups == NULL || params->params == NULL)
        return -ENOMEM;
    add_groups(maker, params, params->plan, 0, CADRE_IN_NOTHING);
    for (unsigned source = CADRE_IN_PATH; r == 0 && source < CADRE_IN_BODY; source++) {
        params->range[source].first = (uint32_t)params->n_params;
        for (uint32_t k = 0; r == 0 && k < params->n_groups; k++)
            r = add_members(maker, params, k, (enum cadre_source)source);
    }
    note_body(maker, params);
    return r;
}

int cadre__api_params_new(struct cadre__api_maker *maker, const struct cadre_model *model,
                          struct cadre__api_params **ret)
{
    struct cadre__api_params *params;
    int r = 0;
    const struct cadre__plan *plan = cadre__api_prepare(maker, model, &r);

    *ret = NULL;
    if (plan == NULL)
        return r;
    params = calloc(1, sizeof(*params));
    if (params == NULL)
        return -ENOMEM;
    cadre__arena_init(&params->arena, 1024);
    params->plan = plan;
    r = make_tables(maker, params);
    if (r < 0) {
        cadre__api_params_free(params);
        return r;
    }
    *ret = params;
    return 0;
}

void cadre__api_params_free(struct cadre__api_params *params)
{
    if (params == NULL)
        return;
    cadre__arena_done(&params->arena);
    free(params->links);
    free(params);
}

/* --- the body --- */

/*
 * A model of the body's members alone, in the same struct. As with all models its plan is made once
 * and stays as long as the process, so these are kept in a list: the one that this process has.
 */
struct embedded {
    struct embedded *next;
    const struct cadre_model *of; /* all of the parameters */
    struct cadre_model model;
    const struct cadre__plan *plan; /* the model's */
    struct cadre_field fields[];
};

static struct embedded *all_embedded;

static struct embedded *make_embedded(const struct cadre_model *of, size_t n)
{
    struct embedded *made = calloc(1, sizeof(*made) + (n + 1) * sizeof(made->fields[0]));
    size_t k = 0;

    if (made == NULL)
        return NULL;
    for (const struct cadre_field *field = of->fields; field->name != NULL; field++) {
        if (field->source != CADRE_IN_BODY)
            continue;
        made->fields[k] = *field;
        made->fields[k].source = CADRE_IN_NOTHING;
        made->fields[k].embed = made->fields[k].keep_underscores = false;
        k++;
    }
    made->of = of;
    made->model = *of;
    made->model.fields = made->fields;
    made->model.plan = &made->plan;
    made->model.extra = CADRE_EXTRA_IGNORE;
    made->model.extra_at = made->model.set_at = 0;
    made->model.before = NULL;
    made->model.after = NULL;
    made->next = all_embedded;
    return all_embedded = made;
}

static int embed(struct cadre__api_maker *maker, struct cadre__api_params *params, size_t n)
{
    const struct cadre_model *model = params->plan->model;
    struct embedded *embedded = all_embedded;
    int r = 0;

    while (embedded != NULL && embedded->of != model)
        embedded = embedded->next;
    if (embedded == NULL)
        embedded = make_embedded(model, n);
    if (embedded == NULL)
        return -ENOMEM;
    params->body_plan = cadre__api_prepare(maker, &embedded->model, &r);
    params->body = CADRE__API_EMBEDDED;
    return r;
}

int cadre__api_params_settle(struct cadre__api_maker *maker, struct cadre__api_params *params)
{
    const struct cadre__plan *plan = params->plan;
    const struct cadre__member *only = NULL;
    bool is_embedded = maker->n_bodies > 1;
    size_t n = 0;

    for (uint32_t i = 0; i < plan->n_members; i++) {
        const struct cadre__member *member = &plan->members[i];

        if (member->type.rules->source != CADRE_IN_BODY)
            continue;
        n++;
        only = member;
        is_embedded |= member->type.rules->embed;
        params->body_is_required |= member->is_required;
    }
    if (n == 0)
        return 0;
    if (is_embedded)
        return embed(maker, params, n);
    params->body = CADRE__API_WHOLE;
    params->body_member = only;
    return 0;
}
