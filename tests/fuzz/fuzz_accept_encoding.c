/* SPDX-License-Identifier: MIT */
/*
 * An Accept-Encoding field of any text. The weights that we find are those of the rule written down
 * a second time (RFC 9110 §12.5.3, §12.4.2); blanks and the case of letters have no say; and a
 * response is coded by what has the most weight, or not at all, and says so; who gives plain bytes
 * more weight (by "identity" or "*") gets them.
 */
#include "config.h"

#include <ctype.h>

#include "tests/fuzz/layered.h"
#include "web/accept.h"

/* --- the rule, a second time: on a copy, by the functions of C --- */

static char *strip(char *text)
{
    char *end = text + strlen(text);

    while (*text == ' ' || *text == '\t')
        text++;
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    return text;
}

/* In thousandths: "0" or "1", a point, up to three digits, of which a 1 has but zeros. */
static unsigned weight(const char *text)
{
    size_t len = strlen(text);
    unsigned value = 0;

    if (len < 1 || len > 5 || strspn(text, "0123456789.") != len || (text[0] & ~1) != '0')
        return 0;
    if (len > 1 && (text[1] != '.' || strchr(text + 2, '.') != NULL))
        return 0;
    for (size_t i = 0; i < 5; i++) {
        if (i != 1)
            value = value * 10 + (i < len ? (unsigned)(text[i] - '0') : 0);
    }
    return value > 1000 ? 0 : value;
}

static unsigned expected(const char *field, const char *coding)
{
    char *copy = strdup(field), *rest = copy, *element;
    unsigned found = 0, any = 0;
    bool is_named = false;

    FUZZ_CHECK(copy != NULL);
    while (!is_named && (element = strsep(&rest, ",")) != NULL) {
        char *name = strsep(&element, ";"), *parameter;
        unsigned q = 1000;

        while ((parameter = strsep(&element, ";")) != NULL) {
            char *left = strsep(&parameter, "=");

            if (strcasecmp(strip(left), "q") == 0) {
                q = parameter != NULL ? weight(strip(parameter)) : 0;
                break;
            }
        }
        name = strip(name);
        is_named = strcasecmp(name, coding) == 0;
        if (is_named)
            found = q;
        else if (strcmp(name, "*") == 0)
            any = q;
    }
    free(copy);
    return is_named ? found : any;
}

/* --- that neither blanks nor case count --- */

static void check_spaced(const char *field, const char *coding, unsigned w)
{
    size_t len = strlen(field), n = 0;
    char *spaced = malloc(3 * len + 1);

    FUZZ_CHECK(spaced != NULL);
    for (size_t i = 0; i < len; i++) {
        bool is_border = field[i] == ',' || field[i] == ';';

        if (is_border)
            spaced[n++] = '\t';
        spaced[n++] = (char)(i % 2 == 0 ? toupper((unsigned char)field[i])
                                        : tolower((unsigned char)field[i]));
        if (is_border)
            spaced[n++] = ' ';
    }
    spaced[n] = '\0';
    FUZZ_CHECK(cadre__accept_encoding((struct cadre_str){spaced, n}, coding) == w);
    free(spaced);
}

/* --- a response --- */

static int text(struct cadre_request *req)
{
    static char line[1001];

    memset(line, 'a', sizeof(line) - 1);
    return cadre_respond_text(req, 200, line);
}

static const struct cadre_route routes[] = {CADRE_GET("/", text), CADRE_ROUTES_END};
static const struct cadre_middleware layers[] = {CADRE_MIDDLEWARE_OF(cadre_compress, NULL),
                                                 CADRE_MIDDLEWARE_END};
static const struct cadre_module module = {.routes = routes, .middleware = layers};

static void check_response(const char *field, unsigned br, unsigned gzip, unsigned identity)
{
    unsigned most = br >= gzip ? br : gzip;
    static const struct cadre_test_module modules[] = {{.module = &module}};
    struct cadre_test_client *client = layered_client(modules, 1);
    char *header = malloc(strlen(field) + sizeof("accept-encoding: "));
    const char *const headers[] = {header, NULL};
    const struct cadre_test_response *res;
    const char *coding;

    FUZZ_CHECK(header != NULL);
    stpcpy(stpcpy(header, "accept-encoding: "), field);
    res = cadre_test_request(client, .target = "/", .headers = headers);
    free(header);
    coding = cadre_test_header(res, "content-encoding");
    FUZZ_CHECK(cadre_test_status(res) == 200);
    FUZZ_CHECK(strcmp(cadre_test_header(res, "vary"), "Accept-Encoding") == 0);
    FUZZ_CHECK((coding == NULL) == (most == 0 || identity > most));
    FUZZ_CHECK(coding == NULL || strcmp(coding, br >= gzip ? "br" : "gzip") == 0);
    FUZZ_CHECK((cadre_test_body(res).len == 1000) == (coding == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codings[] = {"br", "gzip", "identity"};
    unsigned weights[3];
    char *field;

    if (size > 2048 || (size > 0 && memchr(data, '\0', size) != NULL))
        return 0;
    field = malloc(size + 1);
    FUZZ_CHECK(field != NULL);
    if (size > 0)
        memcpy(field, data, size);
    field[size] = '\0';
    for (int i = 0; i < 3; i++) {
        weights[i] = cadre__accept_encoding((struct cadre_str){field, size}, codings[i]);
        FUZZ_CHECK(weights[i] == expected(field, codings[i]));
        check_spaced(field, codings[i], weights[i]);
    }
#if defined(HAVE_ZLIB) && defined(HAVE_BROTLI)
    if (layered_is_value(field, size))
        check_response(field, weights[0], weights[1], weights[2]);
#else
    (void)check_response;
#endif
    free(field);
    return 0;
}
