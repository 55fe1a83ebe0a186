/* SPDX-License-Identifier: MIT */
/*
 * <cadre/security.h>: who asks, told by what the request carries, as dependencies.
 *
 *     static CADRE_OAUTH2_PASSWORD(oauth2, "token",
 *         .scopes = CADRE_SECURITY_SCOPES({"items", "Read items"}, {"admin", "Do all"}));
 *
 *     struct token_params {
 *         const char *token;
 *         const struct cadre_strings *asked;
 *     };
 *     static const struct cadre_field token_fields[] = {
 *         CADRE_DEPENDS(struct token_params, token, oauth2),
 *         CADRE_ASKED_SCOPES(struct token_params, asked),
 *         CADRE_FIELDS_END
 *     };
 *     CADRE_MODEL(token_params, struct token_params, token_fields);
 *
 *     static int find_user(struct cadre_request *req, const void *params, void **ret)
 *     {
 *         const struct token_params *p = params;
 *         struct user *user = user_by_token(p->token);
 *         if (user == NULL)
 *             return cadre_security_fail(req, 401, p->asked, "Could not validate credentials");
 *         if (!user_may(user, p->asked))
 *             return cadre_security_fail(req, 403, p->asked, NULL);
 *         *ret = user;
 *         return 0;
 *     }
 *     static CADRE_DEPENDENCY(current_user, find_user, .params = &token_params);
 *
 *     CADRE_GET("/items", list_items,
 *               .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(current_user, "items"))),
 *
 * A scheme is a dependency (<cadre/dependency.h>) like any other: of a route, a mount, a module, of
 * another dependency or as a member of parameters. It takes the credential out of the request and
 * describes itself in the OpenAPI document; whether the credential is good is for the module to
 * say. What it makes, in memory of the request:
 *
 *     CADRE_HTTP_BASIC               const struct cadre_basic_credentials *
 *     CADRE_HTTP_DIGEST              const char *: what follows "Digest" (RFC 7616 §3.4)
 *     CADRE_HTTP_BEARER, CADRE_OAUTH2_*, CADRE_OPENID_CONNECT
 *                                    const char *: the token (RFC 6750 §2.1)
 *     CADRE_API_KEY_*                const char *: the key
 *
 * Where there is none, or an empty one, or one of another scheme, the request fails: 401,
 * {"detail": "Not authenticated"}, with WWW-Authenticate "Basic" or "Digest" (and the realm),
 * "Bearer" or "APIKey". With `.no_auto_error = true` the value is NULL then; a broken one of HTTP
 * basic fails all the same.
 *
 * A digest is checked by what the server knows of it: its nonce, the hash of the password. Who does
 * so says `.no_auto_error = true`, and by cadre_fail_header (<cadre/errors.h>) the whole challenge,
 * `Digest realm="...", nonce="...", qop="auth"`, which a client needs for its first answer.
 *
 * Scopes: what a dependency says by `.scopes`, or who needs it by CADRE_WITH_SCOPES, is asked of it
 * and of all that it needs. CADRE_ASKED_SCOPES has it as a parameter, the outermost first, each
 * once. A dependency that looks at scopes, itself or in what it needs, is resolved once for each
 * set of them; all others once for a request.
 */
#ifndef CADRE_SECURITY_H
#define CADRE_SECURITY_H

#include <cadre/dependency.h>
#include <cadre/macros.h>
#include <cadre/model.h>
#include <cadre/params.h>
#include <cadre/str.h>
#include <stdbool.h>
#include <stdint.h>

CADRE_BEGIN_DECLS

struct cadre_request;

enum cadre_security_type {
    CADRE_SECURITY_NONE,
    CADRE_SECURITY_HTTP_BASIC,
    CADRE_SECURITY_HTTP_BEARER,
    CADRE_SECURITY_API_KEY_HEADER,
    CADRE_SECURITY_API_KEY_QUERY,
    CADRE_SECURITY_API_KEY_COOKIE,
    CADRE_SECURITY_OAUTH2_PASSWORD,
    CADRE_SECURITY_OAUTH2_CODE,
    CADRE_SECURITY_OPENID_CONNECT,
    CADRE_SECURITY_HTTP_DIGEST,
    CADRE_SECURITY_END
};

/* A scope that an OAuth2 scheme offers. One without a name ends the list. */
struct cadre_security_scope {
    /* "items:read": visible ASCII but '"' and '\\' (RFC 6749 §3.3), as of all scopes */
    const char *name CADRE_OPTIONAL;
    const char *description CADRE_OPTIONAL; /* for the document */
};

/* A scheme. All strings live as long as the module. Made by the macros below. */
struct cadre_security_scheme {
    uint32_t size CADRE_OPTIONAL; /* of this struct; the macro sets it */
    enum cadre_security_type type CADRE_OPTIONAL;
    const char *scheme_name CADRE_OPTIONAL; /* in the document; NULL: that of its kind,
                                               "HTTPBearer", "OAuth2PasswordBearer" ... */
    const char *description CADRE_OPTIONAL; /* in Markdown */
    const char *key_name CADRE_OPTIONAL;    /* of an API key: of the header, parameter or cookie */
    const char *realm
        CADRE_OPTIONAL; /* of HTTP basic and digest, for WWW-Authenticate; NULL: none */
    const char *bearer_format CADRE_OPTIONAL;     /* of HTTP bearer: "JWT"; for the document */
    const char *authorization_url CADRE_OPTIONAL; /* of OAuth2; absolute, or relative to the docs */
    const char *token_url CADRE_OPTIONAL;
    const char *refresh_url CADRE_OPTIONAL; /* NULL: none */
    const char *openid_url CADRE_OPTIONAL;  /* of OpenID Connect: that of its discovery */
    const struct cadre_security_scope *scopes CADRE_OPTIONAL; /* of OAuth2: CADRE_SECURITY_SCOPES */
    bool no_auto_error CADRE_OPTIONAL; /* no credential is a value of NULL, not a failure */
};

/* What HTTP basic has sent (RFC 7617), as UTF-8. */
struct cadre_basic_credentials {
    const char *username; /* without ':'; may be empty */
    const char *password; /* may be empty */
};

/*
 * Fails the request as OAuth2 wants it told (RFC 6750 §3), with the scopes that it asks for; NULL,
 * or none of them: without. 401: who it is is not known or not believed, `WWW-Authenticate: Bearer
 * scope="..."`, and the detail, NULL: "Not authenticated". 403: that one may not, `Bearer
 * error="insufficient_scope", scope="..."`, NULL: "Not enough permissions". The detail is copied.
 * Returns what cadre_fail of <cadre/errors.h> returns; -EINVAL also for another status, and for
 * what is no scope. Never suspends.
 */
CADRE_API CADRE_MUST_CHECK int cadre_security_fail(struct cadre_request *req, int status,
                                                   const struct cadre_strings *scopes,
                                                   const char *detail);

/*
 * Whether a secret that was sent is the right one, in a time that does not tell how much of it is
 * right: it hangs on the length of what was sent alone. NULL is never right. Any thread.
 */
CADRE_API bool cadre_secret_equal(const char *sent, const char *secret);

/*
 * The form by which OAuth2's password flow asks for a token (RFC 6749 §4.3.2): a dependency of the
 * route at the scheme's token URL. What does not fit is 422.
 *
 *     static int give_token(struct cadre_request *req)
 *     {
 *         const struct cadre_password_form *form =
 *             cadre_dependency_value(req, &cadre_password_form);
 *         ...
 *     CADRE_POST("/token", give_token, .dependencies = CADRE_DEPENDENCIES(&cadre_password_form)),
 */
struct cadre_password_form {
    const char *grant_type;      /* "password"; NULL: not given */
    const char *username;        /* */
    const char *password;        /* */
    const char *scope;           /* as it was sent; "" without */
    const char *client_id;       /* NULL: not given */
    const char *client_secret;   /* NULL: not given */
    struct cadre_strings scopes; /* those in `scope`, which spaces part */
};
CADRE_API extern const struct cadre_dependency cadre_password_form;

CADRE_END_DECLS

#ifndef __cplusplus

/* Schemes; further members of struct cadre_security_scheme follow. */
#define CADRE_HTTP_BASIC(...)  CADRE__SCHEME(CADRE_SECURITY_HTTP_BASIC, __VA_ARGS__, )
#define CADRE_HTTP_BEARER(...) CADRE__SCHEME(CADRE_SECURITY_HTTP_BEARER, __VA_ARGS__, )
#define CADRE_HTTP_DIGEST(...) CADRE__SCHEME(CADRE_SECURITY_HTTP_DIGEST, __VA_ARGS__, )
#define CADRE_API_KEY_HEADER(symbol_, ...)                                                         \
    CADRE__SCHEME(CADRE_SECURITY_API_KEY_HEADER, symbol_, .key_name = __VA_ARGS__, )
#define CADRE_API_KEY_QUERY(symbol_, ...)                                                          \
    CADRE__SCHEME(CADRE_SECURITY_API_KEY_QUERY, symbol_, .key_name = __VA_ARGS__, )
#define CADRE_API_KEY_COOKIE(symbol_, ...)                                                         \
    CADRE__SCHEME(CADRE_SECURITY_API_KEY_COOKIE, symbol_, .key_name = __VA_ARGS__, )
/* OAuth2 where the module itself takes name and password: its token URL. */
#define CADRE_OAUTH2_PASSWORD(symbol_, ...)                                                        \
    CADRE__SCHEME(CADRE_SECURITY_OAUTH2_PASSWORD, symbol_, .token_url = __VA_ARGS__, )
/* OAuth2 where the user goes elsewhere to say yes: authorization URL, token URL. */
#define CADRE_OAUTH2_CODE(symbol_, authorization_url_, ...)                                        \
    CADRE__SCHEME(CADRE_SECURITY_OAUTH2_CODE, symbol_, .authorization_url = (authorization_url_),  \
                  .token_url = __VA_ARGS__, )
/* OpenID Connect: the URL of the discovery document. */
#define CADRE_OPENID_CONNECT(symbol_, ...)                                                         \
    CADRE__SCHEME(CADRE_SECURITY_OPENID_CONNECT, symbol_, .openid_url = __VA_ARGS__, )
#define CADRE__SCHEME(type_, symbol_, ...)                                                         \
    const struct cadre_dependency symbol_ = {                                                      \
        .size = sizeof(struct cadre_dependency),                                                   \
        .name = #symbol_,                                                                          \
        .scheme = &(const struct cadre_security_scheme){                                           \
            .size = sizeof(struct cadre_security_scheme), .type = (type_), __VA_ARGS__}}

/* .scopes = CADRE_SECURITY_SCOPES({"items", "Read items"}, ...) of an OAuth2 scheme. */
#define CADRE_SECURITY_SCOPES(...)                                                                 \
    ((const struct cadre_security_scope[]){__VA_ARGS__, {.name = (const char *)0}})

/* The dependency with those scopes asked of it, in the dependency's place: in a list
 * CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(current_user, "items")), or in CADRE_DEPENDS. At file scope
 * only. */
#define CADRE_WITH_SCOPES(dependency_, ...)                                                        \
    ((const struct cadre_dependency){.size = sizeof(struct cadre_dependency),                      \
                                     .name = #dependency_,                                         \
                                     .of = &(dependency_),                                         \
                                     .scopes = CADRE_STRINGS(__VA_ARGS__)})

/* A member `const struct cadre_strings *` of parameters: the scopes that are asked. Of a route's
 * own parameters none are. */
#define CADRE_ASKED_SCOPES(type_, member_)                                                         \
    {                                                                                              \
        CADRE__BASE(type_, member_),                                                               \
            .kind = (enum cadre_kind)(                                                             \
                CADRE_KIND_OPAQUE +                                                                \
                CADRE__CHECK(                                                                      \
                    __builtin_types_compatible_p(__typeof__(CADRE__MEMBER(type_, member_)),        \
                                                 const struct cadre_strings *),                    \
                    #type_ "." #member_ " must be a const struct cadre_strings *")),               \
            .size = sizeof(void *), .source = CADRE_IN_SCOPES                                      \
    }

#endif /* __cplusplus */

#endif
