/* SPDX-License-Identifier: MIT */
/* Models as JSON Schema: every kind and constraint, both forms, names. */
#include "config.h"

#include "model/schema.h"

#include "tests/unit/unit.h"

#include <string.h>

#include "choice_models.h"
#include "every.h"
#include "json_models.h"

static struct cadre__buf buf;

static const struct cadre__plan *prepared(const struct cadre_model *model)
{
    const char *why = "";
    int r = cadre_model_prepare(model, &why);

    ck_assert_msg(r == 0, "%s", why);
    return cadre__plan_of(model);
}

static struct cadre__schemas *set_of(const struct cadre_model *model, unsigned forms)
{
    struct cadre__schemas *set;

    ck_assert_int_eq(cadre__schemas_new("#/$defs/", &set), 0);
    for (int form = 0; form < CADRE__SCHEMA_FORMS; form++) {
        if ((forms & 1u << form) != 0)
            ck_assert_int_eq(
                cadre__schemas_add_model(set, prepared(model), (enum cadre__schema_form)form), 0);
    }
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    return set;
}

#define INPUT  (1u << CADRE__SCHEMA_INPUT)
#define OUTPUT (1u << CADRE__SCHEMA_OUTPUT)

/* All schemas that a model in those forms makes. */
static const char *all_of(const struct cadre_model *model, unsigned forms)
{
    struct cadre__schemas *set = set_of(model, forms);
    struct cadre__json_out out = {.buf = &buf};

    cadre__buf_clear(&buf);
    cadre__json_open(&out, '{');
    cadre__schemas_put_all(set, &out);
    cadre__json_close(&out, '}');
    cadre__schemas_free(set);
    return cadre__buf_text(&buf);
}

/* The schema of one member of struct every, as it is taken. */
static const char *member_of(const struct cadre_model *model, const char *name,
                             enum cadre__schema_form form)
{
    const struct cadre__plan *plan = prepared(model);
    struct cadre__schemas *set = set_of(model, INPUT | OUTPUT);
    struct cadre__json_out out = {.buf = &buf};
    uint32_t i = 0;

    while (strcmp(plan->members[i].name.ptr, name) != 0)
        i++;
    cadre__buf_clear(&buf);
    cadre__schema_put_member(set, &plan->members[i], name, form, CADRE__SCHEMA_ALL_WORDS, &out);
    cadre__schemas_free(set);
    return cadre__buf_text(&buf);
}

static const struct {
    const char *name, *schema;
} members[] = {
    {"i8", "{\"type\":\"integer\",\"maximum\":127,\"minimum\":-128,\"title\":\"I8\"}"},
    {"u8", "{\"type\":\"integer\",\"maximum\":255,\"minimum\":0,\"title\":\"U8\"}"},
    {"u32", "{\"type\":\"integer\",\"maximum\":4294967295,\"minimum\":0,\"title\":\"U32\"}"},
    {"i32", "{\"type\":\"integer\",\"format\":\"int32\",\"title\":\"I32\"}"},
    {"i64", "{\"type\":\"integer\",\"format\":\"int64\",\"title\":\"I64\"}"},
    {"u64", "{\"type\":\"integer\",\"minimum\":0,\"title\":\"U64\"}"},
    {"u64_edge", "{\"type\":\"integer\",\"minimum\":18446744073709551614,\"title\":\"U64 Edge\"}"},
    {"i64_gt0", "{\"type\":\"integer\",\"exclusiveMinimum\":0,\"format\":\"int64\","
                "\"title\":\"I64 Gt0\"}"},
    {"i64_1to10", "{\"type\":\"integer\",\"maximum\":10,\"minimum\":1,\"format\":\"int64\","
                  "\"title\":\"I64 1To10\"}"},
    {"i64_by5", "{\"type\":\"integer\",\"multipleOf\":5,\"format\":\"int64\","
                "\"title\":\"I64 By5\"}"},
    {"d", "{\"type\":\"number\",\"title\":\"D\"}"},
    {"d_le1", "{\"type\":\"number\",\"maximum\":1.5,\"title\":\"D Le1\"}"},
    {"d_by", "{\"type\":\"number\",\"multipleOf\":0.1,\"title\":\"D By\"}"},
    {"b", "{\"type\":\"boolean\",\"title\":\"B\"}"},
    {"s_2to5", "{\"type\":\"string\",\"maxLength\":5,\"minLength\":2,\"title\":\"S 2To5\"}"},
    {"s_letters", "{\"type\":\"string\",\"pattern\":\"^[a-z]+$\",\"title\":\"S Letters\"}"},
    {"bytes", "{\"type\":\"string\",\"maxLength\":4,\"minLength\":2,\"format\":\"binary\","
              "\"title\":\"Bytes\"}"},
    {"color", "{\"$ref\":\"#/$defs/color\"}"},
    {"color_literal", "{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"],"
                      "\"title\":\"Color Literal\"}"},
    {"level_literal", "{\"type\":\"integer\",\"enum\":[-1,10],\"title\":\"Level Literal\"}"},
    {"date", "{\"type\":\"string\",\"format\":\"date\",\"title\":\"Date\"}"},
    {"time", "{\"type\":\"string\",\"format\":\"time\",\"title\":\"Time\"}"},
    {"dt", "{\"type\":\"string\",\"format\":\"date-time\",\"title\":\"Dt\"}"},
    {"duration", "{\"type\":\"string\",\"format\":\"duration\",\"title\":\"Duration\"}"},
    {"uuid", "{\"type\":\"string\",\"format\":\"uuid\",\"title\":\"Uuid\"}"},
    {"uuid4", "{\"type\":\"string\",\"format\":\"uuid4\",\"title\":\"Uuid4\"}"},
    {"dec", "{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"string\"}],\"title\":\"Dec\"}"},
    {"email", "{\"type\":\"string\",\"format\":\"email\",\"title\":\"Email\"}"},
    {"url", "{\"type\":\"string\",\"maxLength\":2083,\"minLength\":1,\"format\":\"uri\","
            "\"title\":\"Url\"}"},
    {"any", "{\"title\":\"Any\"}"},
};

START_TEST(every_kind_has_its_schema)
{
    ck_assert_str_eq(member_of(&every_model, members[_i].name, CADRE__SCHEMA_INPUT),
                     members[_i].schema);
}
END_TEST

START_TEST(a_decimal_is_written_as_text)
{
    ck_assert_str_eq(member_of(&every_model, "dec", CADRE__SCHEMA_OUTPUT),
                     "{\"type\":\"string\",\"title\":\"Dec\"}");
}
END_TEST

START_TEST(models_refer_to_one_another)
{
    ck_assert_str_eq(
        all_of(&order_model, INPUT | OUTPUT),
        "{\"address\":{\"properties\":{\"city\":{\"type\":\"string\",\"title\":\"City\"},"
        "\"street\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"title\":\"Street\"}},"
        "\"type\":\"object\",\"required\":[\"city\"],\"title\":\"address\"},"
        "\"cat\":{\"properties\":{\"pet_type\":{\"type\":\"string\",\"const\":\"cat\","
        "\"title\":\"Pet Type\"},\"lives\":{\"type\":\"integer\",\"format\":\"int32\","
        "\"title\":\"Lives\"}},\"type\":\"object\",\"required\":[\"pet_type\",\"lives\"],"
        "\"title\":\"cat\"},"
        "\"color\":{\"type\":\"string\",\"enum\":[\"red\",\"green\",\"blue\"],"
        "\"title\":\"color\"},"
        "\"dog\":{\"properties\":{\"pet_type\":{\"type\":\"string\",\"const\":\"dog\","
        "\"title\":\"Pet Type\"},\"barks\":{\"type\":\"integer\",\"format\":\"int32\","
        "\"title\":\"Barks\"}},\"type\":\"object\",\"required\":[\"pet_type\",\"barks\"],"
        "\"title\":\"dog\"},"
        "\"line\":{\"properties\":{\"product\":{\"type\":\"string\",\"title\":\"Product\"},"
        "\"count\":{\"type\":\"integer\",\"exclusiveMinimum\":0,\"format\":\"int32\","
        "\"title\":\"Count\"}},\"type\":\"object\",\"required\":[\"product\",\"count\"],"
        "\"title\":\"line\"},"
        "\"order\":{\"properties\":{\"id\":{\"type\":\"integer\",\"format\":\"int64\","
        "\"title\":\"Id\"},\"customer\":{\"type\":\"string\",\"minLength\":1,"
        "\"title\":\"Customer\"},\"total\":{\"type\":\"number\",\"title\":\"Total\"},"
        "\"color\":{\"$ref\":\"#/$defs/color\",\"default\":\"green\"},"
        "\"note\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}],\"title\":\"Note\"},"
        "\"discount\":{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"null\"}],"
        "\"title\":\"Discount\"},"
        "\"lines\":{\"items\":{\"$ref\":\"#/$defs/line\"},\"type\":\"array\","
        "\"title\":\"Lines\"},"
        "\"tags\":{\"items\":{\"type\":\"string\"},\"type\":\"array\",\"title\":\"Tags\"},"
        "\"matrix\":{\"anyOf\":[{\"items\":{\"items\":{\"type\":\"integer\","
        "\"format\":\"int32\"},\"type\":\"array\"},\"type\":\"array\"},{\"type\":\"null\"}],"
        "\"title\":\"Matrix\"},"
        "\"prices\":{\"additionalProperties\":{\"type\":\"number\"},\"type\":\"object\","
        "\"title\":\"Prices\"},"
        "\"address\":{\"$ref\":\"#/$defs/address\"},"
        "\"delivery\":{\"anyOf\":[{\"$ref\":\"#/$defs/address\"},{\"type\":\"null\"}]},"
        "\"pet\":{\"oneOf\":[{\"$ref\":\"#/$defs/cat\"},{\"$ref\":\"#/$defs/dog\"}],"
        "\"discriminator\":{\"propertyName\":\"pet_type\",\"mapping\":{"
        "\"cat\":\"#/$defs/cat\",\"dog\":\"#/$defs/dog\"}},\"title\":\"Pet\"},"
        "\"extra\":{\"title\":\"Extra\"}},"
        "\"type\":\"object\",\"required\":[\"id\",\"customer\",\"total\",\"lines\",\"tags\","
        "\"prices\",\"address\",\"pet\"],\"title\":\"order\"}}");
}
END_TEST

/* --- words, defaults, both forms --- */

static int count_letters(struct cadre_arena *arena, const void *object, void *value)
{
    (void)arena;
    (void)object;
    *(int *)value = 3;
    return 0;
}

struct account {
    int64_t id;
    const char *name;
    const char *password;
    const char *token;
    CADRE_LIST_OF(const char *) roles;
    CADRE_MAP_OF(int) limits;
    int internal;
    struct account *parent;
};
CADRE_MODEL_DECLARE(account_model, struct account);
static const struct cadre_field account_fields[] = {
    CADRE_FIELD(struct account, id, .read_only = true),
    CADRE_FIELD(struct account, name, .alias = "fullName", .title = "The name",
                .description = "As it is \"written\"", CADRE_EXAMPLES("\"Zo\\u00eb\"", "\"Al\""),
                CADRE_DEFAULT("nobody")),
    CADRE_FIELD(struct account, password, .write_only = true, .deprecated = true),
    CADRE_FIELD(struct account, token, .secret = true, CADRE_DEFAULT("hush")),
    CADRE_LIST(struct account, roles, .set = true, .min_items = 1, .max_items = 3,
               CADRE_EACH(.max_length = 9), CADRE_DEFAULT_JSON("[\"a\"]")),
    CADRE_MAP(struct account, limits, CADRE_DEFAULT_EMPTY, .max_items = 5, .min_items = 0),
    CADRE_FIELD(struct account, internal, .hidden = true, CADRE_DEFAULT(1)),
    CADRE_OPT_NESTED(struct account, parent, account_model),
    CADRE_COMPUTED(letters, int, count_letters),
    CADRE_FIELDS_END,
};
CADRE_MODEL(account_model, struct account, account_fields, .extra = CADRE_EXTRA_FORBID,
            .description = "Who may come in", .title = "Account");

#define ACCOUNT_MIDDLE                                                                             \
    "\"fullName\":{\"type\":\"string\",\"title\":\"The name\",\"description\":\"As it is "         \
    "\\\"written\\\"\",\"default\":\"nobody\",\"examples\":[\"Zo\\u00eb\",\"Al\"]}"
#define ACCOUNT_END(form)                                                                          \
    "\"token\":{\"type\":\"string\",\"format\":\"password\",\"writeOnly\":true,"                   \
    "\"title\":\"Token\"},\"roles\":{\"items\":{\"type\":\"string\",\"maxLength\":9},"             \
    "\"type\":\"array\",\"maxItems\":3,\"minItems\":1,\"uniqueItems\":true,\"title\":\"Roles\","   \
    "\"default\":[\"a\"]},"                                                                        \
    "\"limits\":{\"additionalProperties\":{\"type\":\"integer\",\"format\":\"int32\"},"            \
    "\"type\":\"object\",\"maxProperties\":5,\"title\":\"Limits\",\"default\":{}},"                \
    "\"parent\":{\"anyOf\":[{\"$ref\":\"#/$defs/account" form "\"},{\"type\":\"null\"}]}"
#define ACCOUNT_INPUT(form)                                                                        \
    "{\"properties\":{" ACCOUNT_MIDDLE ",\"password\":{\"type\":\"string\","                       \
    "\"title\":\"Password\",\"deprecated\":true,\"writeOnly\":true}," ACCOUNT_END(                 \
        form) "},"                                                                                 \
              "\"additionalProperties\":false,\"type\":\"object\",\"required\":[\"password\"],"    \
              "\"title\":\"Account\",\"description\":\"Who may come in\"}"
#define ACCOUNT_OUTPUT(form)                                                                          \
    "{\"properties\":{\"id\":{\"type\":\"integer\",\"format\":\"int64\",\"title\":\"Id\","            \
    "\"readOnly\":true}," ACCOUNT_MIDDLE "," ACCOUNT_END(                                             \
        form) ",\"letters\":{\"type\":"                                                               \
              "\"integer\",\"format\":\"int32\",\"title\":\"Letters\",\"readOnly\":true}},"           \
              "\"additionalProperties\":false,\"type\":\"object\",\"required\":[\"id\",\"letters\"]," \
              "\"title\":\"Account\",\"description\":\"Who may come in\"}"

START_TEST(a_model_of_one_form_has_its_plain_name)
{
    ck_assert_str_eq(all_of(&account_model, INPUT), "{\"account\":" ACCOUNT_INPUT("") "}");
    ck_assert_str_eq(all_of(&account_model, OUTPUT), "{\"account\":" ACCOUNT_OUTPUT("") "}");
}
END_TEST

START_TEST(input_and_output_that_differ_are_two_schemas)
{
    ck_assert_str_eq(all_of(&account_model, INPUT | OUTPUT),
                     "{\"account-Input\":" ACCOUNT_INPUT(
                         "-Input") ",\"account-Output\":" ACCOUNT_OUTPUT("-Output") "}");
}
END_TEST

/* --- tuples, strings that hold JSON, addresses --- */

struct point {
    double x;
    int y;
};
static const struct cadre_field point_fields[] = {
    CADRE_FIELD(struct point, x, CADRE_GE(0)),
    CADRE_FIELD(struct point, y),
    CADRE_FIELDS_END,
};
CADRE_MODEL(point_model, struct point, point_fields);

struct packed {
    struct point at;
    struct cadre_ip any_ip, ip4, ip6;
    CADRE_LIST_OF(int) numbers;
};
static const struct cadre_field packed_fields[] = {
    CADRE_TUPLE(struct packed, at, point_model),
    CADRE_FIELD(struct packed, any_ip),
    CADRE_FIELD(struct packed, ip4, .ip_version = 4),
    CADRE_FIELD(struct packed, ip6, .ip_version = 6),
    CADRE_LIST(struct packed, numbers, .json = true),
    CADRE_FIELDS_END,
};
CADRE_MODEL(packed_model, struct packed, packed_fields);

#define POINT                                                                                      \
    "\"point\":{\"prefixItems\":[{\"type\":\"number\",\"minimum\":0,\"title\":\"X\"},{\"type\":"   \
    "\"integer\",\"format\":\"int32\",\"title\":\"Y\"}],\"type\":\"array\",\"maxItems\":2,"        \
    "\"minItems\":2,\"title\":\"point\"}"
#define PACKED(numbers)                                                                            \
    "{\"properties\":{\"at\":{\"$ref\":\"#/$defs/point\"},\"any_ip\":{\"type\":\"string\","        \
    "\"format\":\"ipvanyaddress\",\"title\":\"Any Ip\"},\"ip4\":{\"type\":\"string\",\"format\":"  \
    "\"ipv4\",\"title\":\"Ip4\"},\"ip6\":{\"type\":\"string\",\"format\":\"ipv6\",\"title\":"      \
    "\"Ip6\"},\"numbers\":" numbers "},\"type\":\"object\",\"required\":[\"at\",\"any_ip\","       \
    "\"ip4\",\"ip6\",\"numbers\"],\"title\":\"packed\"}"
#define NUMBERS "\"items\":{\"type\":\"integer\",\"format\":\"int32\"},\"type\":\"array\""

START_TEST(tuples_and_packed_json_have_schemas)
{
    ck_assert_str_eq(
        all_of(&packed_model, INPUT | OUTPUT),
        "{\"packed-Input\":" PACKED(
            "{\"type\":\"string\",\"contentMediaType\":"
            "\"application/json\",\"contentSchema\":{" NUMBERS
            "},\"title\":\"Numbers\"}") ",\"packed-Output\":" PACKED("{" NUMBERS
                                                                     ",\"title\":\"Numbers\"}") "," POINT
                                                                                                "}");
}
END_TEST

/* --- unions without a discriminator --- */

struct chosen {
    struct pick pick, decimal;
    struct pick *maybe, *packed;
    CADRE_LIST_OF(struct pick) list;
};
static const struct cadre_field chosen_fields[] = {
    CADRE_UNION(struct chosen, pick, bounded_union, CADRE_DEFAULT_JSON("6")),
    CADRE_UNION(struct chosen, decimal, decimal_float_union),
    CADRE_OPT_UNION(struct chosen, maybe, color_int_union),
    CADRE_OPT_UNION(struct chosen, packed, color_int_union, .json = true),
    CADRE_LIST_UNION(struct chosen, list, int_str_union),
    CADRE_FIELDS_END,
};
CADRE_MODEL(chosen_model, struct chosen, chosen_fields);

#define PICK_SCHEMA                                                                                \
    "\"pick\":{\"anyOf\":[{\"type\":\"integer\",\"exclusiveMinimum\":5,\"format\":\"int64\"},"     \
    "{\"type\":\"string\",\"maxLength\":2},{\"$ref\":\"#/$defs/kitten\"}],\"title\":\"Pick\","     \
    "\"default\":6},"
#define ANY_COLOR                                                                                  \
    "\"anyOf\":[{\"$ref\":\"#/$defs/color\"},{\"type\":\"integer\",\"format\":\"int64\"}"

START_TEST(choices_are_any_of)
{
    const char *all = all_of(&chosen_model, INPUT | OUTPUT);

    ck_assert_ptr_nonnull(
        strstr(all, "\"chosen-Input\":{\"properties\":{" PICK_SCHEMA
                    "\"decimal\":{\"anyOf\":[{\"anyOf\":[{\"type\":\"number\"},{\"type\":"
                    "\"string\"}]},{\"type\":\"number\"}],\"title\":\"Decimal\"},"
                    "\"maybe\":{" ANY_COLOR ",{\"type\":\"null\"}],\"title\":\"Maybe\"},"
                    "\"packed\":{\"anyOf\":[{\"type\":\"string\",\"contentMediaType\":"
                    "\"application/json\",\"contentSchema\":{" ANY_COLOR
                    "]}},{\"type\":\"null\"}],\"title\":\"Packed\"},"
                    "\"list\":{\"items\":{\"anyOf\":[{\"type\":\"integer\",\"format\":\"int64\"},"
                    "{\"type\":\"string\"}]},\"type\":\"array\",\"title\":\"List\"}},"));
    ck_assert_ptr_nonnull(strstr(all, "\"packed\":{" ANY_COLOR ",{\"type\":\"null\"}]"));
    ck_assert_ptr_nonnull(strstr(all, "\"kitten\":{\"properties\":{"));
    ck_assert_ptr_nonnull(strstr(all, "\"color\":{\"type\":\"string\""));
}
END_TEST

struct bow {
    struct knot knot;
};
static const struct cadre_field bow_fields[] = {
    CADRE_TUPLE(struct bow, knot, knot_model),
    CADRE_FIELDS_END,
};
CADRE_MODEL(bow_model, struct bow, bow_fields);

START_TEST(a_tuple_in_itself_has_an_end)
{
    ck_assert_str_eq(all_of(&bow_model, INPUT),
                     "{\"bow\":{\"properties\":{\"knot\":{\"$ref\":\"#/$defs/knot\"}},"
                     "\"type\":\"object\",\"required\":[\"knot\"],\"title\":\"bow\"},"
                     "\"knot\":{\"prefixItems\":[{\"anyOf\":[{\"$ref\":\"#/$defs/knot\"},"
                     "{\"type\":\"null\"}]}],\"type\":\"array\",\"maxItems\":1,\"minItems\":1,"
                     "\"title\":\"knot\"}}");
}
END_TEST

/* --- names --- */

static const struct cadre_field other_line_fields[] = {
    CADRE_FIELD(struct line, count),
    CADRE_FIELDS_END,
};
CADRE_MODEL(other_line, struct line, other_line_fields);
CADRE_MODEL(spaced, struct line, other_line_fields, .name = "a line!");

START_TEST(schemas_of_one_name_get_a_number)
{
    struct cadre__schemas *set;
    struct cadre__json_out out = {.buf = &buf};

    ck_assert_int_eq(cadre__schemas_new("#", &set), 0);
    ck_assert_int_eq(cadre__schemas_add_model(set, prepared(&line_model), CADRE__SCHEMA_INPUT), 0);
    ck_assert_int_eq(cadre__schemas_add_model(set, prepared(&other_line), CADRE__SCHEMA_INPUT), 0);
    ck_assert_int_eq(cadre__schemas_add_model(set, prepared(&spaced), CADRE__SCHEMA_INPUT), 0);
    ck_assert_int_eq(cadre__schemas_settle(set), 0);
    ck_assert_int_eq(cadre__schemas_add_text(set, "line", CADRE_STR("1")), 0); /* is there */
    ck_assert_int_eq(cadre__schemas_add_text(set, "more", CADRE_STR("{}")), 0);
    cadre__buf_clear(&buf);
    cadre__json_open(&out, '[');
    cadre__schema_put_model(set, prepared(&line_model), CADRE__SCHEMA_OUTPUT, &out);
    cadre__schema_put_model(set, prepared(&other_line), CADRE__SCHEMA_INPUT, &out);
    cadre__schema_put_model(set, prepared(&spaced), CADRE__SCHEMA_INPUT, &out);
    cadre__json_close(&out, ']');
    ck_assert_str_eq(cadre__buf_text(&buf),
                     "[{\"$ref\":\"#line\"},{\"$ref\":\"#line_2\"},{\"$ref\":\"#a_line_\"}]");
    cadre__buf_clear(&buf);
    out.wants_comma = false;
    cadre__schemas_put_all(set, &out);
    ck_assert_ptr_nonnull(strstr(cadre__buf_text(&buf), "\"more\":{}"));
    ck_assert_ptr_null(strstr(cadre__buf_text(&buf), "\"line\":1"));
    cadre__schemas_free(set);
}
END_TEST

UNIT_MAIN("model/schema",
          UNIT_LOOP(every_kind_has_its_schema, sizeof(members) / sizeof(members[0])),
          UNIT_CASE(a_decimal_is_written_as_text), UNIT_CASE(models_refer_to_one_another),
          UNIT_CASE(a_model_of_one_form_has_its_plain_name),
          UNIT_CASE(input_and_output_that_differ_are_two_schemas),
          UNIT_CASE(tuples_and_packed_json_have_schemas), UNIT_CASE(choices_are_any_of),
          UNIT_CASE(a_tuple_in_itself_has_an_end), UNIT_CASE(schemas_of_one_name_get_a_number))
