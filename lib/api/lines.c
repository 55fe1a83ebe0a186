/* SPDX-License-Identifier: MIT */
/* Structs of models in streams: JSON lines (<cadre/lines.h>), data of events (web/typed.h). */
#include "api/call.h"

#include "model/json_write.h"
#include <cadre/lines.h>
#include <errno.h>

/* Ends of lines stand between tokens alone, of JSON that a client sent and a struct kept as it was
 * (struct cadre_any, fields that were kept unknown). */
static void join_lines(struct cadre__buf *buf, size_t from)
{
    for (size_t i = from; i < buf->len; i++) {
        if (buf->data[i] == '\n' || buf->data[i] == '\r')
            buf->data[i] = ' ';
    }
}

int cadre__api_write(const struct cadre_model *model, const void *value, unsigned flags,
                     struct cadre__buf *out)
{
    const struct cadre__plan *plan = cadre__plan_of(model);
    struct cadre__arena arena; /* for computed fields */
    size_t from = out->len;
    int r;

    if (plan == NULL || value == NULL)
        return -EINVAL;
    cadre__arena_init(&arena, 1024);
    r = cadre__json_write(plan, value, flags, &arena, out);
    cadre__arena_done(&arena);
    join_lines(out, from);
    return r;
}

int cadre_lines_start(struct cadre_request *req)
{
    const struct cadre__api_call *call;
    int r;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    r = cadre_header_set(req, "content-type", "application/jsonl");
    return r < 0 ? r : cadre_start(req, call != NULL ? call->plan->status : 200);
}

int cadre_lines_write(struct cadre_request *req, const struct cadre_model *model, const void *value)
{
    const struct cadre__api_call *call;
    struct cadre__buf line;
    int r;

    cadre__request_check(req);
    call = cadre__api_call_of(req);
    cadre__buf_init(&line);
    r = cadre__api_write(model, value, call != NULL ? call->plan->respond_flags : 0, &line);
    if (r == 0)
        r = cadre__buf_putc(&line, '\n');
    if (r == 0)
        r = cadre_write(req, cadre__buf_text(&line), line.len);
    cadre__buf_done(&line);
    return r;
}
