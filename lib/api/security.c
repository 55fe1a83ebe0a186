/* SPDX-License-Identifier: MIT */
/* What security schemes take out of a request: api/security.h. On the loop; never suspends. */
#include "api/security.h"

#include "gateway/response.h"
#include "model/json_scan.h"
#include "web/request.h"
#include <cadre/errors.h>
#include <errno.h>
#include <string.h>

/* What a kind is. */
struct kind {
    const char *name;      /* as FastAPI calls its class */
    const char *challenge; /* of WWW-Authenticate (RFC 9110 §11.6.1) */
    int (*find)(struct cadre_request *req, const struct cadre_security_scheme *scheme, void **ret);
};

/* --- credentials of the field Authorization (RFC 9110 §11.6.2) --- */

/* What follows the scheme, of which case is ignored; NULL: there is none of it. */
static const char *find_authorization(struct cadre_request *req, struct cadre_str scheme)
{
    const char *field = cadre_header(req, "authorization");
    struct cadre_str text;

    if (field == NULL)
        return NULL;
    text = (struct cadre_str){field, strcspn(field, " ")};
    if (!cadre_str_eq_nocase(text, scheme))
        return NULL;
    field += text.len;
    return field + strspn(field, " ");
}

/* All of a credential that is not empty, as it was sent. */
static int take_text(struct cadre_request *req, const char *text, void **ret)
{
    if (text == NULL || *text == '\0')
        return 0;
    *ret = cadre_strdup(req, text);
    return *ret == NULL ? -ENOMEM : 0;
}

static int find_bearer(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                       void **ret)
{
    (void)scheme;
    return take_text(req, find_authorization(req, CADRE_STR("Bearer")), ret);
}

static int find_digest(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                       void **ret)
{
    (void)scheme;
    return take_text(req, find_authorization(req, CADRE_STR("Digest")), ret);
}

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* Base64 (RFC 4648 §4), in place; a NUL follows. False: it is none. */
static bool decode_base64(char *text, size_t *ret_len)
{
    size_t len = strlen(text), n = 0;
    uint32_t bits = 0;

    if (len % 4 != 0)
        return false;
    for (unsigned k = 0; k < 2 && len > 0 && text[len - 1] == '='; k++)
        len--;
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(text[i]);

        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 != 0)
            text[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
    }
    text[n] = '\0';
    *ret_len = n;
    return true;
}

/* Neither user nor password holds control characters (RFC 7617 §2). */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return cadre__json_is_utf8(text, len);
}

static int find_basic(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                      void **ret)
{
    const char *sent = find_authorization(req, CADRE_STR("Basic"));
    struct cadre_basic_credentials *made;
    char *text, *colon;
    size_t len;

    (void)scheme;
    if (sent == NULL)
        return 0;
    text = cadre_strdup(req, sent);
    made = cadre_alloc(req, sizeof(*made));
    if (text == NULL || made == NULL)
        return -ENOMEM;
    if (!decode_base64(text, &len) || !is_plain(text, len) || (colon = strchr(text, ':')) == NULL)
        return -EBADMSG;
    *colon = '\0';
    *made = (struct cadre_basic_credentials){.username = text, .password = colon + 1};
    *ret = made;
    return 0;
}

/* --- keys --- */

static int find_key_header(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                           void **ret)
{
    return take_text(req, cadre_header(req, scheme->key_name), ret);
}

static int find_key_query(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                          void **ret)
{
    const char *key;

    errno = 0;
    key = cadre_query_param(req, scheme->key_name);
    return key == NULL && errno == ENOMEM ? -ENOMEM : take_text(req, key, ret);
}

static int find_key_cookie(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                           void **ret)
{
    const char *key;

    errno = 0;
    key = cadre_cookie(req, scheme->key_name);
    return key == NULL && errno == ENOMEM ? -ENOMEM : take_text(req, key, ret);
}

/* --- kinds --- */

static const struct kind kinds[] = {
    [CADRE_SECURITY_HTTP_BASIC] = {"HTTPBasic", "Basic", find_basic},
    [CADRE_SECURITY_HTTP_BEARER] = {"HTTPBearer", "Bearer", find_bearer},
    [CADRE_SECURITY_HTTP_DIGEST] = {"HTTPDigest", "Digest", find_digest},
    [CADRE_SECURITY_API_KEY_HEADER] = {"APIKeyHeader", "APIKey", find_key_header},
    [CADRE_SECURITY_API_KEY_QUERY] = {"APIKeyQuery", "APIKey", find_key_query},
    [CADRE_SECURITY_API_KEY_COOKIE] = {"APIKeyCookie", "APIKey", find_key_cookie},
    [CADRE_SECURITY_OAUTH2_PASSWORD] = {"OAuth2PasswordBearer", "Bearer", find_bearer},
    [CADRE_SECURITY_OAUTH2_CODE] = {"OAuth2AuthorizationCodeBearer", "Bearer", find_bearer},
    [CADRE_SECURITY_OPENID_CONNECT] = {"OpenIdConnect", "Bearer", find_bearer},
};

const char *cadre__security_scheme_name(const struct cadre_security_scheme *scheme)
{
    return scheme->scheme_name != NULL ? scheme->scheme_name : kinds[scheme->type].name;
}

/* --- what is wrong with a scheme --- */

static bool is_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

static const char *key_misfit(const struct cadre_security_scheme *scheme)
{
    if (is_empty(scheme->key_name))
        return "its key has no name: say which header, parameter or cookie it is in";
    if (scheme->type == CADRE_SECURITY_API_KEY_QUERY)
        return NULL;
    for (const char *c = scheme->key_name; *c != '\0'; c++) {
        if (*c <= ' ' || strchr("\"(),/:;<=>?@[\\]{}\x7f", *c) != NULL)
            return "its key's name is no token (RFC 9110 §5.6.2)";
    }
    return NULL;
}

bool cadre__security_scope_is_valid(const char *scope)
{
    const char *c = scope;

    while (*c > ' ' && *c < 0x7f && *c != '"' && *c != '\\')
        c++;
    return c > scope && *c == '\0';
}

static const char *oauth2_misfit(const struct cadre_security_scheme *scheme)
{
    const struct cadre_security_scope *scope = scheme->scopes;

    for (; scope != NULL && scope->name != NULL; scope++) {
        if (!cadre__security_scope_is_valid(scope->name))
            return "one of its scopes is none: visible ASCII but '\"' and '\\', one byte at least "
                   "(RFC 6749 §3.3)";
        for (const struct cadre_security_scope *other = scheme->scopes; other < scope; other++) {
            if (strcmp(other->name, scope->name) == 0)
                return "it offers a scope twice";
        }
    }
    if (is_empty(scheme->token_url))
        return "it has no token URL";
    if (scheme->type == CADRE_SECURITY_OAUTH2_CODE && is_empty(scheme->authorization_url))
        return "it has no authorization URL";
    return NULL;
}

const char *cadre__security_misfit(const struct cadre_dependency *dependency)
{
    const struct cadre_security_scheme *scheme = dependency->scheme;

    if (scheme->size != sizeof(*scheme))
        return "its scheme was not made by the macros of <cadre/security.h>, or with other headers: "
               "build it anew";
    if (dependency->resolve != NULL || dependency->release != NULL || dependency->params != NULL ||
        dependency->dependencies != NULL || dependency->sync || dependency->concurrent)
        return "it is a security scheme and nothing else: have another dependency need it";
    if (scheme->realm != NULL && (strpbrk(scheme->realm, "\"\\") != NULL ||
                                  !cadre__header_value_is_valid(cadre_str_from(scheme->realm))))
        return "its realm holds '\"', '\\' or control characters";
    switch (scheme->type) {
    case CADRE_SECURITY_HTTP_BASIC:
    case CADRE_SECURITY_HTTP_BEARER:
    case CADRE_SECURITY_HTTP_DIGEST:
        return NULL;
    case CADRE_SECURITY_API_KEY_HEADER:
    case CADRE_SECURITY_API_KEY_QUERY:
    case CADRE_SECURITY_API_KEY_COOKIE:
        return key_misfit(scheme);
    case CADRE_SECURITY_OAUTH2_PASSWORD:
    case CADRE_SECURITY_OAUTH2_CODE:
        return oauth2_misfit(scheme);
    case CADRE_SECURITY_OPENID_CONNECT:
        return is_empty(scheme->openid_url) ? "it has no URL of a discovery document" : NULL;
    case CADRE_SECURITY_NONE:
    case CADRE_SECURITY_END:
        break;
    }
    return "its security scheme is of no type that there is";
}

/* --- failing --- */

static int refuse(struct cadre_request *req, const struct cadre_security_scheme *scheme)
{
    const char *challenge = kinds[scheme->type].challenge;
    int r;

    if (scheme->realm != NULL &&
        (scheme->type == CADRE_SECURITY_HTTP_BASIC || scheme->type == CADRE_SECURITY_HTTP_DIGEST))
        challenge = cadre_printf(req, "%s realm=\"%s\"", challenge, scheme->realm);
    r = challenge == NULL ? -ENOMEM : cadre_fail_header(req, "www-authenticate", challenge);
    return r < 0 ? r : cadre_fail(req, 401, "Not authenticated");
}

int cadre__security_resolve(struct cadre_request *req, const struct cadre_security_scheme *scheme,
                            void **ret)
{
    int r;

    *ret = NULL;
    r = kinds[scheme->type].find(req, scheme, ret);
    if (r == -EBADMSG || (r == 0 && *ret == NULL && !scheme->no_auto_error))
        return refuse(req, scheme);
    return r;
}

/* Puts the scopes, parted by spaces, into a challenge. NULL: ENOMEM. */
static const char *make_challenge(struct cadre_request *req, int status,
                                  const struct cadre_strings *scopes)
{
    static const char error[] = " error=\"insufficient_scope\"";
    bool has_scopes = scopes != NULL && scopes->len > 0;
    size_t size = sizeof("Bearer, scope=\"\"") + sizeof(error);
    char *text, *at;

    for (size_t i = 0; has_scopes && i < scopes->len; i++)
        size += strlen(scopes->items[i]) + 1;
    text = cadre_alloc(req, size);
    if (text == NULL)
        return NULL;
    at = stpcpy(text, "Bearer");
    if (status == 403)
        at = stpcpy(at, error);
    if (has_scopes)
        at = stpcpy(at, status == 403 ? ", scope=\"" : " scope=\"");
    for (size_t i = 0; has_scopes && i < scopes->len; i++)
        at = stpcpy(stpcpy(at, i > 0 ? " " : ""), scopes->items[i]);
    if (has_scopes)
        (void)stpcpy(at, "\"");
    return text;
}

int cadre_security_fail(struct cadre_request *req, int status, const struct cadre_strings *scopes,
                        const char *detail)
{
    const char *challenge;
    int r;

    if (status != 401 && status != 403)
        return -EINVAL;
    for (size_t i = 0; scopes != NULL && i < scopes->len; i++) {
        if (!cadre__security_scope_is_valid(scopes->items[i]))
            return -EINVAL;
    }
    challenge = make_challenge(req, status, scopes);
    r = challenge == NULL ? -ENOMEM : cadre_fail_header(req, "www-authenticate", challenge);
    if (r < 0)
        return r;
    if (detail == NULL)
        detail = status == 401 ? "Not authenticated" : "Not enough permissions";
    return cadre_fail(req, status, detail);
}

bool cadre_secret_equal(const char *sent, const char *secret)
{
    size_t n_sent, n_secret;
    unsigned char differs;

    if (sent == NULL || secret == NULL)
        return false;
    n_sent = strlen(sent);
    n_secret = strlen(secret);
    differs = n_sent != n_secret;
    for (size_t i = 0, k = 0; i < n_sent; i++) {
        differs |= (unsigned char)(sent[i] ^ secret[k]);
        /* As long for a short secret; the compiler shall not know better. */
        __asm__ volatile("" : "+r"(differs));
        k = k + 1 < n_secret ? k + 1 : 0;
    }
    return differs == 0;
}
