// SPDX-License-Identifier: MIT
// simdjson's side of bench_json: its tree, and a walk over all that is in it. The parser is kept,
// as its documentation advises.
#include "tests/bench/simdjson_walk.h"

#include <simdjson.h>

static uint64_t walk(simdjson::dom::element element)
{
    using simdjson::dom::element_type;
    uint64_t sum = 1;

    switch (element.type()) {
    case element_type::ARRAY:
        for (simdjson::dom::element item : simdjson::dom::array(element))
            sum += walk(item);
        return sum;
    case element_type::OBJECT:
        for (auto field : simdjson::dom::object(element))
            sum += field.key.size() + walk(field.value);
        return sum;
    case element_type::INT64:
        return sum + uint64_t(int64_t(element));
    case element_type::UINT64:
        return sum + uint64_t(element);
    case element_type::DOUBLE:
        return sum + uint64_t(double(element));
    case element_type::STRING:
        return sum + std::string_view(element).size();
    case element_type::BOOL:
        return sum + bool(element);
    default:
        return sum;
    }
}

extern "C" uint64_t simdjson_walk(const char *text, size_t len)
{
    static simdjson::dom::parser parser;
    simdjson::dom::element document;

    // The text is copied, as it is not known what is behind it; ours does not read there either.
    if (parser.parse(text, len).get(document))
        return 0;
    return walk(document);
}
