#!/bin/sh
# SPDX-License-Identifier: MIT
# Tables of models that disagree with their struct do not compile, and the compiler's message names
# the member and the rule. (Those that compile and contradict themselves are refused at load:
# tests/unit/lib/model/test_model_check.c.)
set -u
. "$(dirname "$0")/tap.sh"

CC=${CC:-cc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What all snippets begin with: right tables, and a struct to describe wrongly.
cat >"$folder/head.h" <<'END'
#include <cadre/model.h>

enum color { RED, GREEN };
enum size { SMALL, LARGE };
CADRE_ENUM_TYPE(colors, enum color, {"red", RED}, {"green", GREEN});
CADRE_ENUM_TYPE(sizes, enum size, {"small", SMALL}, {"large", LARGE});
CADRE_ENUM_TYPE(tiny_sizes, int8_t, {"small", 0}, {"large", 1});

struct cat { int lives; };
struct dog { bool good; };
static const struct cadre_field cat_fields[] = {CADRE_FIELD(struct cat, lives), CADRE_FIELDS_END};
static const struct cadre_field dog_fields[] = {CADRE_FIELD(struct dog, good), CADRE_FIELDS_END};
CADRE_MODEL(cat_model, struct cat, cat_fields);
CADRE_MODEL(dog_model, struct dog, dog_fields);

struct pet { enum color kind; union { struct cat cat; struct dog dog; }; };
struct other_pet { enum color kind; struct cat cat; };
static const struct cadre_variant variants[] = {
    CADRE_VARIANT(struct pet, "cat", RED, cat, cat_model),
    CADRE_VARIANT(struct pet, "dog", GREEN, dog, dog_model), CADRE_VARIANTS_END};
CADRE_UNION_TYPE(pets, struct pet, kind, "type", variants);

struct thing {
    int n;
    float real;
    char letters[8];
    char *owned;
    char letter;
    void *pointer;
    int *number;
    unsigned bits : 3;
    enum color color;
    struct cat cat;
    struct cat *cat_pointer;
    struct pet pet;
    struct other_pet other_pet;
    struct cadre_opt_int opt;
    CADRE_OPT_OF(float) opt_real;
    CADRE_OPT_OF(enum color) opt_color;
    CADRE_LIST_OF(float) reals;
    CADRE_LIST_OF(int) numbers;
    CADRE_LIST_OF(struct cat) cats;
    CADRE_LIST_OF(CADRE_LIST_OF(float)) matrix;
    CADRE_MAP_OF(double) map;
    CADRE_MAP_OF(float) real_map;
    struct { int *items; int len; } short_list;
    struct { struct { int key; int value; } *items; size_t len; } number_map;
    struct { int items[4]; size_t len; } array_list;
};
END

# compile SNIPPET: what the compiler says of a table with that row, or of that declaration.
compile() {
    case $1 in
    CADRE_UNION_TYPE* | CADRE_MODEL* | static*) printf '#include "head.h"\n%s\n' "$1" ;;
    *) printf '#include "head.h"\nconst struct cadre_field rows[] = {%s, CADRE_FIELDS_END};\n' "$1" ;;
    esac >"$folder/one.c"
    # shellcheck disable=SC2086 # a list of words
    $CC -std=gnu11 -Wall -Wextra -Werror -I"$top_srcdir/lib/include" -I"$folder" -fsyntax-only \
        "$folder/one.c" 2>&1
}

# refused SNIPPET TEXT: it does not compile, and the compiler says TEXT.
refused() {
    said=$(compile "$1") && {
        fail "refused: $1" "it compiles"
        return
    }
    case $said in
    *"$2"*) pass "refused: $1" ;;
    *) fail "refused: $1" "the compiler does not say: $2
$(printf '%s\n' "$said" | head -n 5)" ;;
    esac
}

judge "right rows compile" "$(compile 'CADRE_FIELD(struct thing, n), CADRE_FIELD(struct thing, opt),
    CADRE_ENUM(struct thing, color, colors), CADRE_OPT_ENUM(struct thing, opt_color, colors),
    CADRE_NESTED(struct thing, cat, cat_model), CADRE_OPT_NESTED(struct thing, cat_pointer, cat_model),
    CADRE_UNION(struct thing, pet, pets), CADRE_LIST(struct thing, numbers),
    CADRE_LIST_NESTED(struct thing, cats, cat_model), CADRE_MAP(struct thing, map)')"

awk -v folder="$folder" '/^```c$/ { name = folder "/page" ++n ".c"; next } /^```$/ { name = "" }
    name != "" { print >name }' "$top_srcdir/docs/models.md"
for page in "$folder"/page*.c; do
    judge "listing $(basename "$page" .c) of docs/models.md compiles" "$(# shellcheck disable=SC2086
        $CC -std=gnu11 -Wall -Wextra -Werror -Wno-unused-const-variable \
            -I"$top_srcdir/lib/include" -fsyntax-only "$page" 2>&1)"
done

type="its type is not among those of CADRE_FIELD"
refused 'CADRE_FIELD(struct thing, missing)' "missing"
refused 'CADRE_FIELD(struct thing, real)' "struct thing.real: $type"
refused 'CADRE_FIELD(struct thing, letters)' "struct thing.letters: $type"
refused 'CADRE_FIELD(struct thing, owned)' "struct thing.owned: $type"
refused 'CADRE_FIELD(struct thing, letter)' "struct thing.letter: $type"
refused 'CADRE_FIELD(struct thing, pointer)' "struct thing.pointer: $type"
refused 'CADRE_FIELD(struct thing, number)' "struct thing.number: $type"
refused 'CADRE_FIELD(struct thing, bits)' "bit"
refused 'CADRE_FIELD(struct thing, cat)' "struct thing.cat: $type"
refused 'CADRE_FIELD(struct thing, numbers)' "struct thing.numbers: $type"
refused 'CADRE_FIELD(struct thing, map)' "struct thing.map: $type"
refused 'CADRE_FIELD(struct thing, opt_color)' "struct thing.opt_color: $type"
refused 'CADRE_OPT(struct thing, opt_real)' "struct thing.opt_real: $type"
refused 'CADRE_OPT(struct thing, n)' "n"
refused 'CADRE_ENUM(struct thing, color, sizes)' "struct thing.color is not of the type of sizes"
refused 'CADRE_ENUM(struct thing, color, tiny_sizes)' \
    "struct thing.color is not of the type of tiny_sizes"
refused 'CADRE_ENUM(struct thing, cat, colors)' "struct thing.cat is not of the type of colors"
refused 'CADRE_OPT_ENUM(struct thing, opt_color, sizes)' \
    "struct thing.opt_color is not of the type of sizes"
refused 'CADRE_ENUM(struct thing, color, no_such_enum)' "no_such_enum"
refused 'CADRE_NESTED(struct thing, cat, dog_model)' \
    "struct thing.cat is not of the struct of dog_model"
refused 'CADRE_NESTED(struct thing, n, cat_model)' "struct thing.n is not of the struct of cat_model"
refused 'CADRE_NESTED(struct thing, cat_pointer, cat_model)' \
    "struct thing.cat_pointer is not of the struct of cat_model"
refused 'CADRE_OPT_NESTED(struct thing, cat_pointer, dog_model)' \
    "struct thing.cat_pointer is not of the struct of dog_model"
refused 'CADRE_OPT_NESTED(struct thing, cat, cat_model)' "cat"
refused 'CADRE_NESTED(struct thing, cat, no_such_model)' "no_such_model"
refused 'CADRE_LIST(struct thing, reals)' "struct thing.reals: $type"
refused 'CADRE_LIST(struct thing, cats)' "struct thing.cats: $type"
refused 'CADRE_LIST(struct thing, n)' "n"
refused 'CADRE_LIST(struct thing, short_list)' "struct thing.short_list must be a CADRE_LIST_OF(...)"
refused 'CADRE_LIST(struct thing, array_list)' "struct thing.array_list must be a CADRE_LIST_OF(...)"
refused 'CADRE_LIST_NESTED(struct thing, cats, dog_model)' \
    "struct thing.cats is not of the struct of dog_model"
refused 'CADRE_LIST_ENUM(struct thing, numbers, sizes)' \
    "struct thing.numbers is not of the type of sizes"
refused 'CADRE_LIST_LIST(struct thing, matrix)' "struct thing.matrix: $type"
refused 'CADRE_LIST_LIST(struct thing, numbers)' "items"
refused 'CADRE_MAP(struct thing, real_map)' "struct thing.real_map: $type"
refused 'CADRE_MAP(struct thing, numbers)' "numbers"
refused 'CADRE_MAP(struct thing, number_map)' "struct thing.number_map must be a CADRE_MAP_OF(...)"
refused 'CADRE_MAP_NESTED(struct thing, map, cat_model)' \
    "struct thing.map is not of the struct of cat_model"
refused 'static const struct cadre_choice wrong[] = {
    CADRE_CHOICE(struct thing, "float", RED, real), CADRE_CHOICES_END};' \
    "struct thing.real: its type is not among those of CADRE_FIELD"
refused 'static const struct cadre_choice wrong[] = {
    CADRE_CHOICE_NESTED(struct pet, "cat", RED, cat, dog_model), CADRE_CHOICES_END};' \
    "struct pet.cat is not of the struct of dog_model"
refused 'static const struct cadre_choice wrong[] = {
    CADRE_CHOICE_ENUM(struct pet, "color", RED, kind, sizes), CADRE_CHOICES_END};' \
    "struct pet.kind is not of the type of sizes"
refused 'CADRE_UNION(struct thing, other_pet, pets)' \
    "struct thing.other_pet is not of the struct of pets"
refused 'CADRE_UNION(struct thing, cat, pets)' "struct thing.cat is not of the struct of pets"
refused 'CADRE_COMPUTED(total, float, 0)' "computed field total: $type"
refused 'static const struct cadre_variant wrong[] = {
    CADRE_VARIANT(struct pet, "cat", RED, cat, dog_model), CADRE_VARIANTS_END};' \
    "struct pet.cat is not the struct of dog_model"
refused 'CADRE_MODEL(wrong, struct thing, cat_fields, CADRE_EXTRA_INTO(struct thing, n));' \
    "struct thing.n must be a struct cadre_extra"
refused 'CADRE_MODEL(wrong, struct thing, cat_fields, CADRE_SET_INTO(struct thing, n));' \
    "struct thing.n must be a struct cadre_fields_set"

finish
