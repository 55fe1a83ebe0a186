/* SPDX-License-Identifier: MIT */
/* Fields that make browsers careful (lib/middleware/security_headers.c). */
#include "tests/unit/lib/middleware/layered.h"

static int hello(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "hello");
}

static int framed(struct cadre_request *req)
{
    int r = cadre_header_set(req, "X-Frame-Options", "SAMEORIGIN");

    return r < 0 ? r : cadre_respond_text(req, 200, "framed");
}

static int broken(struct cadre_request *req)
{
    (void)req;
    return -EIO;
}

static const struct cadre_route routes[] = {
    CADRE_GET("/", hello),
    CADRE_GET("/framed", framed),
    CADRE_GET("/broken", broken),
    CADRE_ROUTES_END,
};

static struct cadre_test_client *client_with(const void *options, const char *base_url)
{
    const struct cadre_test_app app = {.base_url = base_url, .keep_redirects = true};

    return layered_open(routes, &cadre_security_headers, options, &app);
}

START_TEST(browsers_are_told_to_be_careful)
{
    static const struct cadre_security_headers_options own = {
        .content_security_policy = "default-src 'self'", .referrer_policy = CADRE_NO_HEADER};
    const struct cadre_security_headers_options *options = _i == 0 ? NULL : &own;
    struct cadre_test_client *client =
        client_with(options, _i == 0 ? "http://shop.org" : "https://shop.org");
    const struct cadre_test_response *res = cadre_test_get(client, "/");

    cadre_assert_header(res, "x-content-type-options", "nosniff");
    cadre_assert_header(res, "x-frame-options", "DENY");
    cadre_assert_header(res, "cross-origin-opener-policy", "same-origin");
    cadre_assert_header(res, "permissions-policy", NULL);
    cadre_assert_header(res, "strict-transport-security", _i == 0 ? NULL : "max-age=31536000");
    cadre_assert_header(res, "content-security-policy", _i == 0 ? NULL : "default-src 'self'");
    cadre_assert_header(res, "referrer-policy", _i == 0 ? "strict-origin-when-cross-origin" : NULL);
    cadre_assert_header(cadre_test_get(client, "/framed"), "x-frame-options", "SAMEORIGIN");
    cadre_assert_header(cadre_test_get(client, "/broken"), "x-frame-options", "DENY");
    cadre_test_close(client);
}
END_TEST

/* Else no response could be sent with it. */
START_TEST(a_value_of_two_lines_is_refused)
{
    static const struct cadre_security_headers_options two = {
        .content_security_policy = "default-src 'self';\n img-src *"};

    layered_refused(&cadre_security_headers, &two,
                    "content_security_policy: it holds a control byte");
}
END_TEST

UNIT_MAIN("middleware/security_headers", UNIT_LOOP(browsers_are_told_to_be_careful, 2),
          UNIT_CASE(a_value_of_two_lines_is_refused))
