/* SPDX-License-Identifier: MIT */
/*
 * Routes that use all that can be declared, each named as its twin in tests/e2e/twin.py, which is
 * written for FastAPI: their documents are compared, and this one's is given to validators. What
 * has no twin stands below /own.
 */
#include <cadre.h>

static int run(struct cadre_request *req)
{
    return cadre_respond_text(req, 200, "ok");
}

/* --- models --- */

enum Color { RED, GREEN };
CADRE_ENUM_TYPE(colors, enum Color, {"red", RED}, {"green", GREEN});
enum level { LOW = 1, HIGH = 10 };
CADRE_ENUM_NUMBERS(levels, enum level, {"low", LOW}, {"high", HIGH});

struct Item {
    const char *name;
    struct cadre_opt_str description;
    double price;
    struct cadre_opt_double tax;
    CADRE_LIST_OF(const char *) tags;
};
static const struct cadre_field item_fields[] = {
    CADRE_FIELD(struct Item, name, .min_length = 1, .max_length = 80, .title = "The name"),
    CADRE_FIELD(struct Item, description, .description = "What it is", .max_length = 300),
    CADRE_FIELD(struct Item, price, CADRE_GT(0), .description = "In euro"),
    CADRE_FIELD(struct Item, tax, CADRE_GE(0), CADRE_LT(1.5)),
    CADRE_LIST(struct Item, tags, CADRE_DEFAULT_EMPTY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_model, struct Item, item_fields, .description = "A thing to sell");

struct User {
    const char *username;
    struct cadre_email email;
};
static const struct cadre_field user_fields[] = {
    CADRE_FIELD(struct User, username, .pattern = "^[a-z]+$"),
    CADRE_FIELD(struct User, email),
    CADRE_FIELDS_END,
};
CADRE_MODEL(user_model, struct User, user_fields);

struct Line {
    int64_t item_id;
    int64_t count;
};
static const struct cadre_field line_fields[] = {
    CADRE_FIELD(struct Line, item_id),
    CADRE_FIELD(struct Line, count, CADRE_DEFAULT(1), CADRE_GE(1)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(line_model, struct Line, line_fields);

struct Order {
    struct cadre_uuid id;
    struct User user;
    CADRE_LIST_OF(struct Line) lines;
    CADRE_MAP_OF(double) rates;
    enum Color color;
    struct cadre_datetime placed;
    struct cadre_uri link;
    struct Item *gift;
};
static const struct cadre_field order_fields[] = {
    CADRE_FIELD(struct Order, id),
    CADRE_NESTED(struct Order, user, user_model),
    CADRE_LIST_NESTED(struct Order, lines, line_model, .min_items = 1, .max_items = 50),
    CADRE_MAP(struct Order, rates, CADRE_DEFAULT_EMPTY),
    CADRE_ENUM(struct Order, color, colors, CADRE_DEFAULT(RED)),
    CADRE_FIELD(struct Order, placed),
    CADRE_FIELD(struct Order, link),
    CADRE_OPT_NESTED(struct Order, gift, item_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(order_model, struct Order, order_fields);

struct Cat {
    int64_t lives;
};
static const struct cadre_field cat_fields[] = {
    CADRE_FIELD(struct Cat, lives),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cat_model, struct Cat, cat_fields);
struct Dog {
    double barks;
};
static const struct cadre_field dog_fields[] = {
    CADRE_FIELD(struct Dog, barks),
    CADRE_FIELDS_END,
};
CADRE_MODEL(dog_model, struct Dog, dog_fields);

struct pet {
    enum { CAT, DOG } kind;
    union {
        struct Cat cat;
        struct Dog dog;
    };
};
static const struct cadre_variant pet_variants[] = {
    CADRE_VARIANT(struct pet, "cat", CAT, cat, cat_model),
    CADRE_VARIANT(struct pet, "dog", DOG, dog, dog_model),
    CADRE_VARIANTS_END,
};
CADRE_UNION_TYPE(pets, struct pet, kind, "pet_type", pet_variants);

struct Owner {
    const char *name;
    struct pet pet;
};
static const struct cadre_field owner_fields[] = {
    CADRE_FIELD(struct Owner, name),
    CADRE_UNION(struct Owner, pet, pets),
    CADRE_FIELDS_END,
};
CADRE_MODEL(owner_model, struct Owner, owner_fields);

struct Message {
    const char *message;
};
static const struct cadre_field message_fields[] = {
    CADRE_FIELD(struct Message, message),
    CADRE_FIELDS_END,
};
CADRE_MODEL(message_model, struct Message, message_fields);

/* --- parameters --- */

struct item_id {
    int64_t item_id;
};
static const struct cadre_field item_id_fields[] = {
    CADRE_PATH(struct item_id, item_id, CADRE_GE(1), .title = "The ID",
               .description = "Of an item"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(item_id_params, struct item_id, item_id_fields);

struct name {
    const char *name;
};
static const struct cadre_field name_fields[] = {
    CADRE_PATH(struct name, name, .min_length = 2, .max_length = 20, .pattern = "^[a-z]*$"),
    CADRE_FIELDS_END,
};
CADRE_MODEL(name_params, struct name, name_fields);

struct ids {
    struct cadre_uuid id;
    enum Color color;
    double factor;
    bool on;
};
static const struct cadre_field ids_fields[] = {
    CADRE_PATH(struct ids, id),
    CADRE_ENUM(struct ids, color, colors, CADRE_FROM_PATH),
    CADRE_PATH(struct ids, factor, CADRE_GT(0), CADRE_LE(10.5)),
    CADRE_PATH(struct ids, on),
    CADRE_FIELDS_END,
};
CADRE_MODEL(ids_params, struct ids, ids_fields);

struct page {
    double needed;
    int64_t skip, limit;
    struct cadre_opt_str q;
    bool brief;
};
static const struct cadre_field page_fields[] = {
    CADRE_QUERY(struct page, needed),
    CADRE_QUERY(struct page, skip, CADRE_DEFAULT(0), CADRE_GE(0)),
    CADRE_QUERY(struct page, limit, CADRE_DEFAULT(10), CADRE_LE(100)),
    CADRE_QUERY(struct page, q, .max_length = 50),
    CADRE_QUERY(struct page, brief, CADRE_DEFAULT(false)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(page_params, struct page, page_fields);

struct words {
    const char *item_query;
    CADRE_LIST_OF(const char *) tags;
    CADRE_LIST_OF(int64_t) numbers;
};
static const struct cadre_field words_fields[] = {
    CADRE_LIST(struct words, numbers, CADRE_FROM_QUERY, .set = true),
    CADRE_QUERY(struct words, item_query, .alias = "item-query", .title = "Query string",
                .description = "What to look for", .min_length = 3, .deprecated = true),
    CADRE_LIST(struct words, tags, CADRE_FROM_QUERY, CADRE_DEFAULT_JSON("[\"a\",\"b\"]")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(words_params, struct words, words_fields);

struct headers {
    const char *x_token;
    struct cadre_opt_str user_agent;
    CADRE_LIST_OF(const char *) x_tags;
    const char *plain_name;
};
static const struct cadre_field headers_fields[] = {
    CADRE_HEADER(struct headers, x_token),
    CADRE_HEADER(struct headers, user_agent),
    CADRE_LIST(struct headers, x_tags, CADRE_FROM_HEADER, CADRE_DEFAULT_EMPTY),
    CADRE_HEADER(struct headers, plain_name, .keep_underscores = true, CADRE_DEFAULT("x")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(headers_params, struct headers, headers_fields);

struct cookies {
    struct cadre_opt_str ads_id;
    const char *session;
};
static const struct cadre_field cookies_fields[] = {
    CADRE_COOKIE(struct cookies, session),
    CADRE_COOKIE(struct cookies, ads_id),
    CADRE_FIELDS_END,
};
CADRE_MODEL(cookies_params, struct cookies, cookies_fields);

struct moments {
    struct cadre_date day;
    struct cadre_datetime at;
    struct cadre_time time;
};
static const struct cadre_field moments_fields[] = {
    CADRE_QUERY(struct moments, day),
    CADRE_QUERY(struct moments, at),
    CADRE_QUERY(struct moments, time),
    CADRE_FIELDS_END,
};
CADRE_MODEL(moments_params, struct moments, moments_fields);

struct put {
    int64_t item_id;
    struct cadre_opt_str q;
    struct Item item;
};
static const struct cadre_field put_fields[] = {
    CADRE_PATH(struct put, item_id),
    CADRE_QUERY(struct put, q),
    CADRE_BODY(struct put, item, item_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(put_params, struct put, put_fields);

struct several {
    struct Item item;
    struct User user;
    int64_t importance;
};
static const struct cadre_field several_fields[] = {
    CADRE_BODY(struct several, item, item_model),
    CADRE_BODY(struct several, user, user_model),
    CADRE_FIELD(struct several, importance, CADRE_FROM_BODY, CADRE_GT(0)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(several_params, struct several, several_fields);

struct embedded {
    struct Item item;
};
static const struct cadre_field embedded_fields[] = {
    CADRE_BODY(struct embedded, item, item_model, .embed = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(embedded_params, struct embedded, embedded_fields);

struct scalar {
    CADRE_LIST_OF(int64_t) numbers;
};
static const struct cadre_field scalar_fields[] = {
    CADRE_LIST(struct scalar, numbers, CADRE_FROM_BODY),
    CADRE_FIELDS_END,
};
CADRE_MODEL(scalar_params, struct scalar, scalar_fields);

struct login {
    const char *username, *password;
    bool remember;
};
static const struct cadre_field login_fields[] = {
    CADRE_FORM(struct login, username),
    CADRE_FORM(struct login, password, .min_length = 8),
    CADRE_FORM(struct login, remember, CADRE_DEFAULT(false)),
    CADRE_FIELDS_END,
};
CADRE_MODEL(login_params, struct login, login_fields);

struct upload {
    const struct cadre_upload *file;
    struct cadre_bytes raw;
    const char *note;
};
static const struct cadre_field upload_fields[] = {
    CADRE_FILE(struct upload, file, .description = "A picture"),
    CADRE_FILE(struct upload, raw),
    CADRE_FORM(struct upload, note, CADRE_DEFAULT("")),
    CADRE_FIELDS_END,
};
CADRE_MODEL(upload_params, struct upload, upload_fields);

struct uploads {
    CADRE_LIST_OF(const struct cadre_upload *) files;
};
static const struct cadre_field uploads_fields[] = {
    CADRE_LIST(struct uploads, files, CADRE_FROM_FILE),
    CADRE_FIELDS_END,
};
CADRE_MODEL(uploads_params, struct uploads, uploads_fields);

/* --- dependencies, security --- */

static int resolve(struct cadre_request *req, const void *params, void **ret)
{
    (void)req;
    (void)params;
    (void)ret;
    return 0;
}
static CADRE_DEPENDENCY(paging, resolve, .params = &page_params);

struct member {
    const char *member;
    void *page;
};
static const struct cadre_field member_fields[] = {
    CADRE_PATH(struct member, member),
    CADRE_DEPENDS(struct member, page, paging),
    CADRE_FIELDS_END,
};
CADRE_MODEL(member_params, struct member, member_fields);

static CADRE_HTTP_BASIC(basic);
static CADRE_HTTP_BEARER(bearer);
static CADRE_HTTP_DIGEST(digest);
static CADRE_API_KEY_HEADER(key_header, "X-Key");
static CADRE_API_KEY_QUERY(key_query, "key");
static CADRE_API_KEY_COOKIE(key_cookie, "key");
static CADRE_OAUTH2_PASSWORD(oauth2, "token",
                             .scopes = CADRE_SECURITY_SCOPES({"items", "Read items"},
                                                             {"admin", "Do all"}));
static CADRE_OAUTH2_CODE(code, "https://auth.example/authorize", "https://auth.example/token",
                         .refresh_url = "https://auth.example/refresh");
static CADRE_OPENID_CONNECT(openid, "https://auth.example/.well-known/openid-configuration");

/* --- what has no twin --- */

static int count_letters(struct cadre_arena *arena, const void *object, void *value)
{
    (void)arena;
    (void)object;
    *(int *)value = 0;
    return 0;
}

struct point {
    double x, y;
};
static const struct cadre_field point_fields[] = {
    CADRE_FIELD(struct point, x),
    CADRE_FIELD(struct point, y),
    CADRE_FIELDS_END,
};
CADRE_MODEL(point_model, struct point, point_fields);

struct account {
    uint64_t id;
    const char *password;
    const char *token;
    struct cadre_decimal balance;
    int8_t tiny;
    unsigned short port;
    enum level level;
    struct cadre_duration idle;
    struct cadre_ip address;
    struct point home;
    struct cadre_any extra;
    CADRE_LIST_OF(int) packed;
    CADRE_LIST_OF(CADRE_LIST_OF(double)) matrix;
    CADRE_MAP_OF(struct point) places;
    struct cadre_bytes raw;
    struct account *parent;
};
CADRE_MODEL_DECLARE(account_model, struct account);
static const struct cadre_field account_fields[] = {
    CADRE_FIELD(struct account, id, .read_only = true),
    CADRE_FIELD(struct account, password, .write_only = true, .min_length = 12,
                CADRE_EXAMPLES("\"correct horse\"", "\"battery staple\"")),
    CADRE_FIELD(struct account, token, .secret = true, CADRE_DEFAULT("none")),
    CADRE_FIELD(struct account, balance, .max_places = 2, CADRE_GE(0)),
    CADRE_FIELD(struct account, tiny, CADRE_DEFAULT(-1)),
    CADRE_FIELD(struct account, port, .deprecated = true),
    CADRE_ENUM(struct account, level, levels, .literal = true),
    CADRE_FIELD(struct account, idle, CADRE_DEFAULT("PT1H")),
    CADRE_FIELD(struct account, address, .ip_version = 4),
    CADRE_TUPLE(struct account, home, point_model),
    CADRE_FIELD(struct account, extra, .optional = true),
    CADRE_LIST(struct account, packed, .json = true),
    CADRE_LIST_LIST(struct account, matrix, .optional = true),
    CADRE_MAP_NESTED(struct account, places, point_model, .max_items = 9),
    CADRE_FIELD(struct account, raw),
    CADRE_OPT_NESTED(struct account, parent, account_model),
    CADRE_COMPUTED(letters, int, count_letters),
    CADRE_FIELDS_END,
};
CADRE_MODEL(account_model, struct account, account_fields, .extra = CADRE_EXTRA_FORBID);

static const struct cadre_route hooks[] = {
    CADRE_WEBHOOK("POST", "new-item", new_item, .body = &item_model, .tags = CADRE_TAGS("items")),
    CADRE_ROUTES_END,
};

static const struct cadre_route own_routes[] = {
    CADRE_POST("/accounts", run, .name = "create_account", .body = &account_model,
               .response = &account_model, .status = 201),
    CADRE_ANY("/any/{thing:uuid}/{rest:path}", run, .name = "any_thing"),
    CADRE_HEAD("/head", run, .name = "head_thing"),
    CADRE_OPTIONS("/options", run, .name = "options_thing"),
    CADRE_GET("/of-host", run, .name = "of_host", .host = "{shop}.example.com"),
    CADRE_GET("/optional", run, .name = "optional_key",
              .dependencies = CADRE_DEPENDENCIES(&basic, &key_header)),
    CADRE_ROUTES_END,
};

/* --- the twins --- */

static const struct cadre_route order_callbacks[] = {
    CADRE_CALLBACK("POST", "{$request.body#/link}/orders/{$request.body#/id}", order_sent,
                   .body = &message_model, .response = &item_model),
    CADRE_CALLBACK("PUT", "{$request.query.url}", order_lost, .params = &page_params,
                   .summary = "It is lost", .tags = CADRE_TAGS("orders")),
    CADRE_ROUTES_END,
};

static const struct cadre_route org_routes[] = {
    CADRE_GET("", run, .name = "read_org"),
    CADRE_GET("/members/{member}", run, .name = "read_member", .params = &member_params,
              .tags = CADRE_TAGS("members")),
    CADRE_ROUTES_END,
};

static const struct cadre_route routes[] = {
    CADRE_GET("/", run, .name = "root"),
    CADRE_GET("/items/{item_id}", run, .name = "read_item", .params = &item_id_params,
              .response = &item_model,
              .responses = CADRE_RESPONSES({.status = 404, .model = &message_model},
                                           {.status = 409, .description = "Taken"})),
    CADRE_GET("/names/{name}", run, .name = "read_name", .params = &name_params),
    CADRE_GET("/files/{file_path:path}", run, .name = "read_file"),
    CADRE_GET("/ids/{id}/{color}/{factor}/{on}", run, .name = "read_ids", .params = &ids_params),
    CADRE_GET("/items", run, .name = "list_items", .params = &page_params,
              .tags = CADRE_TAGS("items", "lists"), .summary = "All items",
              .description = "Page by **page**"),
    CADRE_GET("/stock", run, .name = "list_stock", .response = &item_model, .response_list = true),
    CADRE_GET("/words", run, .name = "read_words", .params = &words_params),
    CADRE_GET("/headers", run, .name = "read_headers", .params = &headers_params),
    CADRE_GET("/cookies", run, .name = "read_cookies", .params = &cookies_params),
    CADRE_GET("/moments", run, .name = "read_moments", .params = &moments_params),
    CADRE_POST("/items", run, .name = "create_item", .body = &item_model, .response = &item_model,
               .status = 201),
    CADRE_PUT("/items/{item_id}", run, .name = "update_item", .params = &put_params),
    CADRE_DELETE("/items/{item_id}", run, .name = "delete_item", .params = &item_id_params,
                 .status = 204),
    CADRE_POST("/several", run, .name = "create_several", .params = &several_params),
    CADRE_POST("/embedded", run, .name = "create_embedded", .params = &embedded_params),
    CADRE_POST("/numbers", run, .name = "sum_numbers", .params = &scalar_params),
    CADRE_POST("/orders", run, .name = "create_order", .body = &order_model,
               .response = &order_model, .callbacks = order_callbacks),
    CADRE_POST("/owners", run, .name = "create_owner", .body = &owner_model),
    CADRE_POST("/login", run, .name = "login", .params = &login_params),
    CADRE_POST("/upload", run, .name = "upload_file", .params = &upload_params),
    CADRE_POST("/uploads", run, .name = "upload_files", .params = &uploads_params),
    CADRE_GET("/deprecated", run, .name = "old_thing", .deprecated = true,
              .operation_id = "theOldThing"),
    CADRE_PUT("/extra/{name}", run, .name = "put_extra", .params = &name_params,
              .tags = CADRE_TAGS("extra"),
              .openapi_extra = "{\"x-cost\": 3, \"tags\": [\"more\"],"
                               " \"parameters\": [{\"name\": \"x-more\", \"in\": \"header\","
                               " \"schema\": {\"type\": \"string\"}}],"
                               " \"requestBody\": {\"content\": {\"application/yaml\": {\"schema\":"
                               " {\"type\": \"object\"}}}, \"required\": true},"
                               " \"responses\": {\"200\": {\"description\": \"Put\"}}}"),
    CADRE_GET("/hidden", run, .name = "hidden", .not_in_schema = true),
    CADRE_GET("/paged", run, .name = "read_paged", .dependencies = CADRE_DEPENDENCIES(&paging)),
    CADRE_MOUNT("/orgs/{org}", org_routes, .tags = CADRE_TAGS("orgs")),
    CADRE_GET("/basic", run, .name = "read_basic", .dependencies = CADRE_DEPENDENCIES(&basic)),
    CADRE_GET("/bearer", run, .name = "read_bearer", .dependencies = CADRE_DEPENDENCIES(&bearer)),
    CADRE_GET("/digest", run, .name = "read_digest", .dependencies = CADRE_DEPENDENCIES(&digest)),
    CADRE_GET("/key-header", run, .name = "read_key_header",
              .dependencies = CADRE_DEPENDENCIES(&key_header)),
    CADRE_GET("/key-query", run, .name = "read_key_query",
              .dependencies = CADRE_DEPENDENCIES(&key_query)),
    CADRE_GET("/key-cookie", run, .name = "read_key_cookie",
              .dependencies = CADRE_DEPENDENCIES(&key_cookie)),
    CADRE_GET("/oauth2", run, .name = "read_oauth2",
              .dependencies = CADRE_DEPENDENCIES(&CADRE_WITH_SCOPES(oauth2, "items"))),
    CADRE_GET("/code", run, .name = "read_code", .dependencies = CADRE_DEPENDENCIES(&code)),
    CADRE_GET("/openid", run, .name = "read_openid", .dependencies = CADRE_DEPENDENCIES(&openid)),
    CADRE_MOUNT("/own", own_routes),
    CADRE_ROUTES_END,
};

CADRE_MODULE = {
    .title = "Every",
    .version = "1.0.0",
    .description = "All that can be declared",
    .routes = routes,
    .openapi = CADRE_OPENAPI(
            .terms_of_service = "https://example.com/terms",
            .contact = {.name = "All of us", .url = "https://example.com/us"},
            .license = {.name = "MIT", .url = "https://example.com/license"},
            .tags = CADRE_OPENAPI_TAGS(
                {"items", "What is *for sale*", {"https://example.com/items", "More of them"}},
                {"orgs"}),
            .servers = CADRE_OPENAPI_SERVERS(
                {"https://{region}.example.com", "Where it is",
                 CADRE_OPENAPI_VARIABLES({"region", "eu", .values = CADRE_NAMES("eu", "us")})},
                {"/v2"})),
    .webhooks = hooks,
};
