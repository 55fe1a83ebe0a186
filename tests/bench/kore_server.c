/* SPDX-License-Identifier: MIT */
/* The handler of kore in the benchmark of the peers (tests/bench/run), a module that it loads. */
#include <kore/kore.h>

#include <kore/http.h>

int plaintext(struct http_request *req);

int plaintext(struct http_request *req)
{
    static const char body[] = "Hello, World!";

    http_response_header(req, "content-type", "text/plain");
    http_response(req, HTTP_STATUS_OK, body, sizeof(body) - 1);
    return KORE_RESULT_OK;
}

/* --- what tests/bench/typed.py asks for: kore's own way of validation --- */

int read_item(struct http_request *req);
int echo_order(struct http_request *req);

/* Path, limit and q were checked by the route's validators. */
int read_item(struct http_request *req)
{
    struct kore_buf text;
    int64_t limit = 10;
    char *q = NULL;

    http_populate_qs(req);
    (void)http_argument_get_int64(req, "limit", &limit);
    if (!http_argument_get_string(req, "q", &q)) {
        http_response(req, 422, NULL, 0);
        return KORE_RESULT_OK;
    }
    kore_buf_init(&text, 128);
    kore_buf_appendf(&text, "{\"item_id\":%s,\"limit\":%ld,\"q\":\"%s\"}",
                     req->path + sizeof("/items/") - 1, (long)limit, q);
    http_response_header(req, "content-type", "application/json");
    http_response(req, HTTP_STATUS_OK, text.data, text.offset);
    kore_buf_cleanup(&text);
    return KORE_RESULT_OK;
}

/* The ten fields of an order, each found and of its type. */
static int is_order(struct kore_json_item *root)
{
    static const struct {
        const char *name;
        u_int32_t type;
    } fields[] = {
        {"id", KORE_JSON_TYPE_INTEGER_U64},       {"name", KORE_JSON_TYPE_STRING},
        {"street", KORE_JSON_TYPE_STRING},        {"city", KORE_JSON_TYPE_STRING},
        {"country", KORE_JSON_TYPE_STRING},       {"email", KORE_JSON_TYPE_STRING},
        {"quantity", KORE_JSON_TYPE_INTEGER_U64}, {"price", KORE_JSON_TYPE_NUMBER},
        {"express", KORE_JSON_TYPE_LITERAL},      {"note", KORE_JSON_TYPE_STRING},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (kore_json_find(root, fields[i].name, fields[i].type) == NULL)
            return 0;
    }
    return 1;
}

int echo_order(struct http_request *req)
{
    struct kore_json json;
    struct kore_buf text;

    kore_json_init(&json, req->http_body->data, req->http_body_length);
    if (!kore_json_parse(&json) || !is_order(json.root)) {
        http_response(req, 422, NULL, 0);
    } else {
        kore_buf_init(&text, 1024);
        kore_json_item_tobuf(json.root, &text);
        http_response_header(req, "content-type", "application/json");
        http_response(req, HTTP_STATUS_OK, text.data, text.offset);
        kore_buf_cleanup(&text);
    }
    kore_json_cleanup(&json);
    return KORE_RESULT_OK;
}
