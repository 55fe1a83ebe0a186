/* SPDX-License-Identifier: MIT */
/*
 * What the typed API does with a request: reads its body, resolves dependencies, converts
 * parameters, collects what is wrong, releases when all is over.
 *
 * api/call.c is the course of it, api/resolve.c runs dependencies, api/fill.c converts parameters,
 * api/body.c and api/form.c are two of their sources, api/invalid.c is the answer 422. A call lives
 * in the request's arena, from enter to leave. On the loop; may suspend where it says so.
 */
#ifndef CADRE_API_CALL_H
#define CADRE_API_CALL_H

#include "api/plan.h"
#include "model/convert.h"
#include "web/request.h"
#include <cadre/group.h>
#include <cadre/sync.h>

/* A name and its value as they were sent: still encoded. */
struct cadre__api_pair {
    struct cadre_str name, value;
};

enum cadre__api_node_phase {
    CADRE__API_WAITS,    /* its turn has not come */
    CADRE__API_INVALID,  /* parameters of it, or of what it needs, are wrong: it does not run */
    CADRE__API_RUNS,     /* in a task */
    CADRE__API_FAILED,   /* with an error, or it has answered */
    CADRE__API_MADE,     /* the value is there */
    CADRE__API_RELEASED, /* and gone */
};

struct cadre__api_state {
    enum cadre__api_node_phase phase;
    bool is_invalid; /* issues were found in its part of the body */
    bool ran;        /* its resolve has returned */
    int result;      /* what the resolve returned */
    void *params;    /* its struct; NULL: none */
    void *value;
    struct cadre__api_call *call;
    const struct cadre__api_node *node;
};

/* What a function-scoped dependency makes of a channel: it is told before the response begins. */
struct cadre__api_gate {
    struct cadre__channel channel;
    struct cadre__channel *inner;
    struct cadre__api_call *call;
};

struct cadre__api_call {
    const struct cadre__api_plan *plan;
    struct cadre_request *req;
    struct cadre_validation validation;
    void *params;     /* of the route; NULL: none */
    bool is_invalid;  /* issues were found in their part of the body */
    const void *body; /* of `.body`; NULL: none, or null */

    /* dependencies */
    struct cadre__api_state *states; /* as the plan's nodes */
    uint16_t *made;                  /* nodes whose values were made, in that order */
    size_t n_made;
    int error;                    /* what the request has failed with; for releases */
    bool has_group;               /* concurrent ones run in it */
    struct cadre_group *group;    /* arena; NULL: none are */
    struct cadre_event *settled;  /* arena; set when one of them ends */
    struct cadre__api_gate *gate; /* arena; NULL: none */

    /* sources, each read at the first question */
    const struct cadre__api_pair *query; /* arena */
    size_t n_query;
    bool has_query;
    const struct cadre_form *form; /* NULL: not read */
    uint64_t invalid_groups;       /* of the set that is filled: see cadre__api_spoil */
};

/* Something in a group of the set that is filled is wrong: its validator does not run. Those from
 * the 64th on share their fate. */
static inline void cadre__api_spoil(struct cadre__api_call *call, size_t group)
{
    call->invalid_groups |= UINT64_C(1) << (group < 63 ? group : 63);
}

static inline bool cadre__api_is_spoilt(const struct cadre__api_call *call, size_t group)
{
    return (call->invalid_groups >> (group < 63 ? group : 63) & 1) != 0;
}

static inline struct cadre__api_call *cadre__api_call_of(const struct cadre_request *req)
{
    return req->typed;
}

/* api/call.c: web/typed.h. */
int cadre__api_enter(struct cadre_request *req, const void *plan);
void cadre__api_returned(struct cadre_request *req, int error);
void cadre__api_leave(struct cadre_request *req, int error);
enum cadre__typed_held cadre__api_held(const struct cadre_request *req);

/*
 * api/resolve.c: resolves all dependencies of the plan. 0, also where one of them has answered, or
 * parameters were wrong; a negative errno of the first that failed. May suspend.
 */
CADRE_MUST_CHECK int cadre__api_resolve(struct cadre__api_call *call);

/* Releases values of that scope, the last one first. May suspend. */
void cadre__api_release(struct cadre__api_call *call, enum cadre_dependency_scope scope, int error);

/* Has those of the scope of the function be released before the response begins. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__api_gate_open(struct cadre__api_call *call);
void cadre__api_gate_close(struct cadre__api_call *call);

/*
 * api/fill.c: converts the parameters of a set but those of the body, and sets members that
 * dependencies have made. What does not fit is an issue; groups in which there is none have their
 * models' own validators called, and so has the whole where there is none in this set, nor was
 * (`is_invalid`). 0; -ENOMEM, or what a validator
 * returned. Files are read: may suspend.
 */
CADRE_MUST_CHECK int cadre__api_fill(struct cadre__api_call *call,
                                     const struct cadre__api_params *params, bool is_invalid,
                                     void *object);

/* A zeroed struct for them; NULL: ENOMEM. */
void *cadre__api_params_alloc(struct cadre__api_call *call, const struct cadre__api_params *params);

/* Whether anything was wrong so far. */
static inline size_t cadre__api_issues(const struct cadre__api_call *call)
{
    return call->validation.issues.n + call->validation.issues.dropped;
}

/* api/plan_scopes.c: the scopes that are asked of the dependency, or the route, that they are of.
 */
const struct cadre_strings *cadre__api_asked(const struct cadre__api_call *call,
                                             const struct cadre__api_params *params);

/* api/query.c: the query, cut into pairs. 0; -ENOMEM. */
CADRE_MUST_CHECK int cadre__api_query(struct cadre__api_call *call);
/* Whether the name of a pair, still encoded, is that one. */
bool cadre__api_pair_is(const struct cadre__api_pair *pair, struct cadre_str name);
/* A value or name of it decoded, as UTF-8, in memory of the request; ptr NULL: ENOMEM. */
struct cadre_str cadre__api_decode(struct cadre__api_call *call, struct cadre_str text);
/* The text as UTF-8: what is none becomes U+FFFD; of Latin-1 each byte its character. It is itself
 * where it is ASCII and ends in NUL. ptr NULL: ENOMEM. */
struct cadre_str cadre__api_utf8(struct cadre__api_call *call, struct cadre_str text);
struct cadre_str cadre__api_latin1(struct cadre__api_call *call, struct cadre_str text);

/* api/form.c: parameters from a form, which is read at the first question. As cadre__api_fill; also
 * errors of <cadre/form.h>. May suspend. */
CADRE_MUST_CHECK int cadre__api_fill_form(struct cadre__api_call *call,
                                          const struct cadre__api_params *params, void *object);

/* Adds the issue that a name is not known, at the place where the validation is; index: among such
 * names. As cadre__api_convert. */
CADRE_MUST_CHECK int cadre__api_forbid(struct cadre__api_call *call, struct cadre_str name,
                                       struct cadre_str value, size_t index);

/* Converts one parameter: its values, `n` of them, are what was sent; 0: it was not given. */
CADRE_MUST_CHECK int cadre__api_convert(struct cadre__api_call *call,
                                        const struct cadre__api_params *params,
                                        const struct cadre__api_param *param,
                                        const struct cadre_str *values, size_t n, void *object);

/*
 * api/body.c: reads the JSON body into all structs that have a part of it. 0: it was read, there
 * may be issues; -CADRE_EVALIDATION: it is no JSON, which is the only issue; errors as of
 * cadre_body. May suspend.
 */
CADRE_MUST_CHECK int cadre__api_read_body(struct cadre__api_call *call);

/* api/invalid.c: notes the answer 422 with all issues. -CADRE_EVALIDATION, or -ENOMEM. */
CADRE_MUST_CHECK int cadre__api_invalid(struct cadre__api_call *call);

/* As struct cadre__typed_ops says (lines.c). */
CADRE_MUST_CHECK int cadre__api_write(const struct cadre_model *model, const void *value,
                                      unsigned flags, struct cadre__buf *out);

#endif
