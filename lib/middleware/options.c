/* SPDX-License-Identifier: MIT */
/* The tables of middleware/options.h. */
#include "middleware/options.h"

#include <cadre/compress.h>
#include <cadre/cors.h>
#include <cadre/guards.h>
#include <cadre/rate_limit.h>
#include <cadre/session.h>

/* A member that may be left out, and is NULL or nothing then. */
#define TEXT(type_, member_, ...) CADRE_FIELD(type_, member_, .optional = true, __VA_ARGS__)
#define LIST(type_, member_, ...) CADRE_LIST(type_, member_, CADRE_DEFAULT_EMPTY, __VA_ARGS__)
#define FLAG(type_, member_, ...) CADRE_FIELD(type_, member_, CADRE_DEFAULT(false), __VA_ARGS__)

/* --- cors --- */

#define CORS struct cadre_cors_options

static const struct cadre_field cors_fields[] = {
    LIST(CORS, allow_origins,
         .description = "Origins whose scripts may read, `https://app.example.org`, without a "
                        "path; `*` is all of them."),
    TEXT(CORS, allow_origin_regex,
         .description = "A pattern (PCRE2) that the whole origin matches."),
    LIST(CORS, allow_methods, .description = "`*` is all. Without any: GET."),
    LIST(CORS, allow_headers,
         .description = "Header fields that scripts may send; `*` is all that are asked for. "
                        "Accept, Accept-Language, Content-Language and Content-Type always are."),
    LIST(CORS, expose_headers, .description = "Header fields of responses that scripts may read."),
    FLAG(CORS, allow_credentials, .description = "Cookies may come along."),
    FLAG(CORS, allow_private_network,
         .description = "A public page may ask this server in a private network."),
    CADRE_FIELD(CORS, max_age_s, CADRE_DEFAULT(600), CADRE_GE(1),
                .description = "Seconds that a preflight holds; 4294967295: it does not."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cors_options_model, CORS, cors_fields, .extra = CADRE_EXTRA_FORBID);

/* --- compress --- */

#define COMPRESS struct cadre_compress_options

static const struct cadre_field compress_fields[] = {
    CADRE_FIELD(COMPRESS, minimum_size, CADRE_DEFAULT(500), CADRE_GE(1),
                .description = "Bytes of a body; smaller ones stay as they are."),
    CADRE_FIELD(COMPRESS, gzip_level, CADRE_DEFAULT(6), CADRE_GE(-1), CADRE_LE(9),
                .description = "From 1, fast, to 9, small; 0 is 6; -1: no gzip."),
    CADRE_FIELD(COMPRESS, brotli_level, CADRE_DEFAULT(4), CADRE_GE(-1), CADRE_LE(11),
                .description = "From 1, fast, to 11, small; 0 is 4; -1: no brotli."),
    LIST(COMPRESS, types,
         .description = "Media types that are compressed, `application/pdf` or `font/*`, in "
                        "place of those that are text."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(compress_options_model, COMPRESS, compress_fields, .extra = CADRE_EXTRA_FORBID);

/* --- guards --- */

#define HOSTS struct cadre_trusted_hosts_options

static const struct cadre_field hosts_fields[] = {
    CADRE_LIST(HOSTS, hosts, .min_items = 1,
               .description = "`example.org`; `*.example.org`, which is all below it; `*`."),
    FLAG(HOSTS, no_www_redirect,
         .description = "A host is not sent to the one with `www.` before it, where that is one "
                        "of them."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(hosts_options_model, HOSTS, hosts_fields, .extra = CADRE_EXTRA_FORBID);

#define NETWORKS struct cadre_networks_options

static const struct cadre_field networks_fields[] = {
    LIST(NETWORKS, allow,
         .description = "Networks that may come, and nobody else, where there are some: "
                        "`10.0.0.0/8`, an address, `unix`, `*`."),
    LIST(NETWORKS, deny, .description = "Networks that may not, whatever `allow` says."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(networks_options_model, NETWORKS, networks_fields, .extra = CADRE_EXTRA_FORBID);

#define SECURITY struct cadre_security_headers_options

static const struct cadre_field security_fields[] = {
    TEXT(SECURITY, strict_transport_security,
         .description = "Of responses over https. Without it: `max-age=31536000`."),
    TEXT(SECURITY, content_security_policy, .description = "Without it the field is not sent."),
    TEXT(SECURITY, content_type_options, .description = "Without it: `nosniff`."),
    TEXT(SECURITY, frame_options, .description = "Without it: `DENY`."),
    TEXT(SECURITY, referrer_policy,
         .description = "Without it: `strict-origin-when-cross-origin`."),
    TEXT(SECURITY, permissions_policy, .description = "Without it the field is not sent."),
    TEXT(SECURITY, cross_origin_opener_policy, .description = "Without it: `same-origin`."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(security_options_model, SECURITY, security_fields, .extra = CADRE_EXTRA_FORBID);

#define TIME_LIMIT struct cadre_time_limit_options

static const struct cadre_field time_limit_fields[] = {
    CADRE_FIELD(TIME_LIMIT, ms, CADRE_GE(1),
                .description = "Milliseconds until the response has to begin."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(time_limit_options_model, TIME_LIMIT, time_limit_fields, .extra = CADRE_EXTRA_FORBID);

#define REQUEST_ID struct cadre_request_id_options

static const struct cadre_field request_id_fields[] = {
    TEXT(REQUEST_ID, header,
         .description = "The field, in small letters. Without it: `x-request-id`."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(request_id_options_model, REQUEST_ID, request_id_fields, .extra = CADRE_EXTRA_FORBID);

/* --- rate_limit --- */

#define RATE struct cadre_rate_limit_options

CADRE_ENUM_TYPE(rate_keys, enum cadre_rate_key, {"client", CADRE_RATE_CLIENT},
                {"header", CADRE_RATE_HEADER}, {"all", CADRE_RATE_ALL});

static const struct cadre_field rate_fields[] = {
    CADRE_FIELD(RATE, requests, CADRE_GE(1), CADRE_LE(1000000000),
                .description = "How many there may be in `per_ms`, on the long run."),
    CADRE_FIELD(RATE, per_ms, CADRE_DEFAULT(1000), CADRE_GE(1), .description = "Milliseconds."),
    CADRE_FIELD(RATE, burst, CADRE_DEFAULT(0),
                .description = "How many may come at once after a pause; 0: as many as "
                               "`requests`."),
    CADRE_ENUM(RATE, key, rate_keys, CADRE_DEFAULT(CADRE_RATE_CLIENT),
               .description = "What requests are counted for: the client's address, a header "
                              "field, all together."),
    TEXT(RATE, header, .description = "Of `key = \"header\"`: the field."),
    CADRE_FIELD(RATE, ipv4_bits, CADRE_DEFAULT(32), CADRE_GE(1), CADRE_LE(32),
                .description = "So many bits of an address are the client."),
    CADRE_FIELD(RATE, ipv6_bits, CADRE_DEFAULT(64), CADRE_GE(1), CADRE_LE(128),
                .description = "The same of IPv6."),
    FLAG(RATE, headers,
         .description = "Responses say how much is left, by RateLimit-Policy and RateLimit."),
    TEXT(RATE, name,
         .description = "Two limits of a module that are alike in name, key and `per_ms` count "
                        "together, and have to be alike in the rest. Without it: `default`."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(rate_options_model, RATE, rate_fields, .extra = CADRE_EXTRA_FORBID);

/* --- sessions --- */

#define SESSION struct cadre_session_options

CADRE_ENUM_TYPE(same_sites, enum cadre_same_site, {"lax", CADRE_SAME_SITE_LAX},
                {"strict", CADRE_SAME_SITE_STRICT}, {"none", CADRE_SAME_SITE_NONE},
                {"unset", CADRE_SAME_SITE_UNSET});

static const struct cadre_field session_fields[] = {
    LIST(SESSION, keys,
         .description = "Each of at least 16 bytes; the first one signs, all are good for "
                        "reading. Better not in a file: see `keys_env`."),
    TEXT(SESSION, keys_env,
         .description = "The variable of the environment that holds them, separated by spaces or "
                        "commas."),
    TEXT(SESSION, cookie, .description = "Its name. Without it: `session`."),
    TEXT(SESSION, path, .description = "Of the cookie. Without it: `/`."),
    TEXT(SESSION, domain, .description = "Of the cookie. Without it: this host alone."),
    CADRE_FIELD(SESSION, max_age_s, CADRE_DEFAULT(1209600),
                .description = "Seconds; below 0: until the browser ends."),
    CADRE_ENUM(SESSION, same_site, same_sites, CADRE_DEFAULT(CADRE_SAME_SITE_LAX),
               .description = "Whether other sites have it sent."),
    FLAG(SESSION, secure, .description = "It is sent over TLS alone."),
    CADRE_FIELDS_END,
};
CADRE_MODEL(session_options_model, SESSION, session_fields, .extra = CADRE_EXTRA_FORBID);

/* --- all --- */

const struct cadre__layer_options cadre__layer_options[] = {
    {.name = "cors",
     .model = &cors_options_model,
     .doc = "Lets scripts of other origins use the module.",
     .example = "allow_origins = [\"https://app.example.org\"];"},
    {.name = "compress",
     .model = &compress_options_model,
     .doc = "Compresses responses by brotli or gzip, whichever the client prefers.",
     .example = "minimum_size = 1000;"},
    {.name = "sessions",
     .model = &session_options_model,
     .doc = "Keeps a JSON object with the client, in a signed cookie: cadre_session().",
     .example = "keys_env = \"SHOP_SESSION_KEYS\";"},
    {.name = "rate_limit",
     .model = &rate_options_model,
     .doc = "Lets each client do only so much in a time, over all workers; beyond it is 429 with "
            "Retry-After.",
     .example = "requests = 100; per_ms = 60000;"},
    {.name = "time_limit",
     .model = &time_limit_options_model,
     .doc = "A time until the response begins; beyond it is 504.",
     .example = "ms = 5000;"},
    {.name = "trusted_hosts",
     .model = &hosts_options_model,
     .doc = "Requests for other hosts than these are answered 400.",
     .example = "hosts = [\"example.org\", \"*.example.org\"];"},
    {.name = "https_redirect", .doc = "Sends http to https, by 307.", .example = ""},
    {.name = "networks",
     .model = &networks_options_model,
     .doc = "Who may come, by address; others get 403.",
     .example = "allow = [\"10.0.0.0/8\"];"},
    {.name = "security_headers",
     .model = &security_options_model,
     .doc = "Header fields by which a browser is careful, on every response that does not set "
            "them; an empty string leaves one out.",
     .example = "content_security_policy = \"default-src 'self'\";"},
    {.name = "request_ids",
     .model = &request_id_options_model,
     .doc = "Says the id of the request in a field of the response.",
     .example = "header = \"x-trace\";"},
    {.name = NULL},
};
