/* SPDX-License-Identifier: MIT */
/*
 * The answer to a request that does not fit: 422, with all that is wrong (api/call.h). It is noted
 * as a refusal; web/outcome.c has it answered, by the module where it wants to. A WebSocket is
 * closed by 1008 before the accept, with the list as the reason.
 */
#include "api/call.h"

#include "web/websocket.h"

#include <cadre/error.h>
#include <errno.h>

int cadre__api_invalid(struct cadre__api_call *call)
{
    struct cadre_request *req = call->req;
    struct cadre__issues *issues = &call->validation.issues;
    bool is_websocket = cadre__websocket_of(req) != NULL;
    struct cadre__buf text;
    char *copy = NULL;
    int r;

    if (issues->n == 0 && issues->dropped > 0 && cadre__issue_dropped(&call->validation) < 0)
        return -ENOMEM;
    cadre__buf_init(&text);
    r = is_websocket ? cadre__issues_write_list(issues, &text) : cadre__issues_write(issues, &text);
    if (r == 0)
        copy = cadre__arena_strndup(req->arena, cadre__buf_text(&text), text.len);
    cadre__buf_done(&text);
    if (copy == NULL)
        return -ENOMEM;
    return is_websocket
               ? cadre__websocket_note(req, -CADRE_EVALIDATION, CADRE_WS_POLICY_VIOLATION, copy)
               : cadre__request_refuse(req, -CADRE_EVALIDATION, 422, copy);
}

/* --- one by one --- */

/* The place as JSON. */
static void write_loc(struct cadre__buf *out, const struct cadre__issue *issue)
{
    cadre__buf_putc(out, '[');
    for (uint32_t i = 0; i < issue->n_loc; i++) {
        if (i > 0)
            cadre__buf_putc(out, ',');
        if (issue->loc[i].name.ptr != NULL)
            cadre__json_write_string(out, issue->loc[i].name);
        else
            cadre__buf_printf(out, "%zu", issue->loc[i].index);
    }
    cadre__buf_putc(out, ']');
}

/* What a buffer holds, in memory of the request; NULL: ENOMEM. Empties the buffer. */
static const char *keep(struct cadre_request *req, struct cadre__buf *buf)
{
    char *copy =
        buf->error < 0 ? NULL : cadre__arena_strndup(req->arena, cadre__buf_text(buf), buf->len);

    cadre__buf_clear(buf);
    return copy;
}

bool cadre_issue_at(struct cadre_request *req, size_t index, struct cadre_issue *ret)
{
    const struct cadre__api_call *call;
    const struct cadre__issue *issue;
    struct cadre_issue made;
    struct cadre__buf buf;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    issue = call != NULL ? call->validation.issues.first : NULL;
    while (issue != NULL && index-- > 0)
        issue = issue->next;
    if (issue == NULL)
        return false;
    made = (struct cadre_issue){.type = issue->type, .msg = issue->msg, .ctx = issue->ctx};
    cadre__buf_init(&buf);
    write_loc(&buf, issue);
    made.loc = keep(req, &buf);
    cadre__json_write_input(&buf, &issue->input);
    made.input = keep(req, &buf);
    cadre__buf_done(&buf);
    if (made.loc == NULL || made.input == NULL)
        return false;
    *ret = made;
    return true;
}
