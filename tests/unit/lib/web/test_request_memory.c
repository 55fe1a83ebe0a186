/* SPDX-License-Identifier: MIT */
/*
 * Look-ups in a request where memory is out: "there is none" and "I cannot look" are told apart by
 * errno, and the handler goes on (lib/web/{query,cookies,links,request_names,url}.c).
 *
 * The program is linked so that our own calls of malloc and its kin come here (--wrap).
 */
#include "config.h"

#include "tests/unit/lib/web/one_handler.h"

static bool fails;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static void *none(void)
{
    errno = ENOMEM;
    return NULL;
}

void *__wrap_malloc(size_t size)
{
    return fails ? none() : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails ? none() : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails ? none() : __real_realloc(old, size);
}

/* No byte of the request's memory is left, nor any to be had. */
static void use_up(struct cadre_request *req)
{
    fails = true;
    for (size_t size = 65536; size > 0; size /= 2) {
        while (cadre_alloc(req, size) != NULL)
            ;
    }
    errno = 4711;
}

#define EXPECT_NONE(call)                                                                          \
    do {                                                                                           \
        errno = 4711;                                                                              \
        ck_assert(!(call));                                                                        \
        ck_assert_int_eq(errno, 0);                                                                \
    } while (0)
#define EXPECT_NO_MEMORY(call)                                                                     \
    do {                                                                                           \
        bool found_;                                                                               \
        int errno_;                                                                                \
                                                                                                   \
        use_up(req);                                                                               \
        found_ = (call);                                                                           \
        errno_ = errno;                                                                            \
        fails = false; /* Check needs memory itself */                                             \
        ck_assert(!found_);                                                                        \
        ck_assert_int_eq(errno_, ENOMEM);                                                          \
    } while (0)

static int query(struct cadre_request *req)
{
    const char *name, *value;

    EXPECT_NO_MEMORY(cadre_query_param(req, "a"));
    EXPECT_NO_MEMORY(cadre_query_param_nth(req, "a", 0));
    EXPECT_NO_MEMORY(cadre_query_param_at(req, 0, &name, &value));
    ck_assert_str_eq(cadre_query_param(req, "a"), "1"); /* once there is memory again */
    EXPECT_NONE(cadre_query_param(req, "b"));
    EXPECT_NONE(cadre_query_param_nth(req, "a", 1));
    EXPECT_NONE(cadre_query_param_at(req, 1, &name, &value));
    return cadre_respond_empty(req, 204);
}

static int cookies(struct cadre_request *req)
{
    const char *name, *value;

    EXPECT_NO_MEMORY(cadre_cookie(req, "a"));
    EXPECT_NO_MEMORY(cadre_cookie_at(req, 0, &name, &value));
    ck_assert_str_eq(cadre_cookie(req, "a"), "1");
    EXPECT_NONE(cadre_cookie(req, "b"));
    EXPECT_NONE(cadre_cookie_at(req, 1, &name, &value));
    return cadre_respond_empty(req, 204);
}

static int links(struct cadre_request *req)
{
    EXPECT_NO_MEMORY(cadre_url_path_for(req, "handler", (char *)NULL));
    EXPECT_NO_MEMORY(cadre_url_for(req, "handler", (char *)NULL));
    ck_assert_str_eq(cadre_url_path_for(req, "handler", (char *)NULL), "/x");
    errno = 0;
    ck_assert_ptr_null(cadre_url_for(req, "nobody", (char *)NULL));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(cadre_url_for(req, "handler", "id", "7", (char *)NULL));
    ck_assert_int_eq(errno, EINVAL);
    return cadre_respond_empty(req, 204);
}

static int texts(struct cadre_request *req)
{
    EXPECT_NO_MEMORY(cadre_url(req));
    EXPECT_NO_MEMORY(cadre_base_url(req));
    EXPECT_NO_MEMORY(cadre_printf(req, "%d", 1));
    EXPECT_NO_MEMORY(cadre_strdup(req, "x"));
    EXPECT_NO_MEMORY(cadre_json_quote(req, "x"));
    EXPECT_NO_MEMORY(cadre_alloc(req, SIZE_MAX));
    EXPECT_NONE(cadre_tracestate(req)[0] != '\0');
    ck_assert_int_eq(cadre_respond_text(req, 200, NULL), -ENOMEM);
    ck_assert_int_eq(cadre_respond_html(req, 200, NULL), -ENOMEM);
    ck_assert_int_eq(cadre_redirect(req, 303, NULL), -ENOMEM);
    return cadre_respond_empty(req, 204);
}

static const cadre_handler_fn handlers[] = {query, cookies, links, texts};

START_TEST(none_is_told_from_no_memory)
{
    struct fake fake;

    fake_init(&fake, "GET", "/x?a=1");
    fake_add_header(&fake, "cookie", "a=1");
    one_handler(handlers[_i], false, &fake);
    ck_assert_int_eq(fake.response.status, 204);
    fake_done(&fake);
}
END_TEST

UNIT_MAIN("web/request_memory",
          UNIT_LOOP(none_is_told_from_no_memory, sizeof(handlers) / sizeof(handlers[0])))
