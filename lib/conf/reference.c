/* SPDX-License-Identifier: MIT */
/*
 * The program conf-reference: writes docs/conf-reference.md or cadre.conf(5) from the table of
 * directives; what lib/middleware/reference.c writes stands behind it, and then, in the man page,
 * "man-end". Runs at build time only.
 *
 * The texts around the table stand here, in one markup for both: `x` is code, a line that begins
 * with four blanks is literal. A printer for each format knows how to write a heading, a
 * paragraph and a literal.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/directive.h"
#include "conf/man.h"

struct printer {
    void (*head)(void);
    void (*section)(const char *title);
    void (*directive)(const char *name);
    void (*paragraph)(const char *text);
    void (*literal)(const char *text);
    void (*facts)(const struct cadre__directive *d);
};

/* --- texts --- */

static const char intro[] =
    "The conf of `cadre` is one file, `cadre.conf`, and what it includes. It is read at start and "
    "at each reload (SIGHUP); a reload whose conf is wrong changes nothing. `cadre -t` checks a "
    "conf and tells all that is wrong in one run; `cadre -T` prints every effective value with its "
    "origin (those of secrets too).";

static const char example[] = "workers = \"auto\";\n"
                              "user    = \"www-data\";\n"
                              "\n"
                              "listen: {\n"
                              "    web: { address = \"0.0.0.0:8080\"; };\n"
                              "};\n"
                              "\n"
                              "module: {\n"
                              "    shop: {\n"
                              "        file  = \"shop.so\";\n"
                              "        mount = \"/shop\";\n"
                              "        settings: { currency = \"EUR\"; };\n"
                              "    };\n"
                              "};";

static const char *const grammar[] = {
    "The grammar is libconfig's. A setting is `NAME = VALUE;` (`:` may stand for `=`, and the "
    "semicolon may be left out). A value is a string in double quotes, a whole number, a number "
    "with a point, `true` or `false`, a group `{ NAME = VALUE; ... }`, an array `[ VALUE, ... ]` of "
    "values of one type, or a list `( VALUE, ... )`. Comments are `# ...`, `// ...` and "
    "`/* ... */`. In strings `\\n`, `\\t`, `\\\"`, `\\\\` and `\\x41` are known; strings that follow "
    "each other are joined; a string ends on its line.",
    "Durations are strings with a unit: `ns`, `us`, `ms`, `s`, `m`, `h`, `d` (\"500ms\", \"30s\", "
    "\"1h30m\"); a bare number is seconds. Sizes are strings with `k`, `m`, `g` or `t`, powers of "
    "1024 (\"64k\"); a bare number is bytes. A number in quotes is a number.",
    "In strings `${NAME}` is the value of an environment variable of the server, and an error if it "
    "is not set; `${NAME:-default}` takes the default if it is unset or empty. `$${` is a plain "
    "`${`. What a variable holds never changes the structure of the conf.",
    "`@include \"FILE\"` on a line of its own puts the text of a file in its place, relative to the "
    "folder of the including file. The directive `include` reads whole files and merges them.",
    "`cadre --set NAME=VALUE` sets a directive over what the files say, at start and at reloads. The "
    "parts of a name are joined by dots: `--set listen.web.address=127.0.0.1:0`.",
    "Everything unknown is an error. An error is one line, `file:line: what is wrong`, with what was "
    "expected and the nearest known name.",
    NULL,
};

static const char effect[] =
    "Each directive says when a change takes effect: \"reload\" means with the new workers that a "
    "reload starts, \"live\" at a reload in the processes that run, \"restart\" at the next start of "
    "the server.";

struct section_text {
    const char *title;
    const char *text;
};

static const struct section_text sections[CADRE__SECTIONS] = {
    [CADRE__SECTION_TOP] = {"Top level", effect},
    [CADRE__SECTION_LISTEN] =
        {"listen", "Each group in `listen` is one listening socket; its name is for the "
                   "log. The server needs at least one."},
    [CADRE__SECTION_MODULE] = {"module",
                               "Each group in `module` is one handler module; its name is for the "
                               "log. Two modules cannot have one mount."},
};

/* The default as one would write it, or what it is made of. */
static const char *default_text(const struct cadre__directive *d, char *buf, size_t size)
{
    bool quoted = d->kind == CADRE__KIND_DURATION || d->kind == CADRE__KIND_SIZE ||
                  d->kind == CADRE__KIND_MODE || d->kind == CADRE__KIND_MOUNT ||
                  d->kind == CADRE__KIND_STRING || d->words != NULL;

    if (d->fallback == NULL)
        return NULL;
    snprintf(buf, size, quoted ? "\"%s\"" : "%s", d->fallback);
    return buf;
}

/* --- markdown --- */

static void md_head(void)
{
    puts("# Conf reference\n");
    puts("<!-- Made from the table of directives by lib/conf/reference.c: do not edit. -->\n");
}

static void md_section(const char *title)
{
    printf("## %s\n\n", title);
}

static void md_directive(const char *name)
{
    printf("### %s\n\n", name);
}

static void md_paragraph(const char *text)
{
    printf("%s\n\n", text);
}

static void md_literal(const char *text)
{
    printf("```\n%s\n```\n\n", text);
}

static void md_facts(const struct cadre__directive *d)
{
    char expects[256];
    char fallback[64];

    printf("- value: %s\n", cadre__directive_expects(d, expects, sizeof(expects)));
    if (d->required)
        puts("- required");
    else if (default_text(d, fallback, sizeof(fallback)) != NULL)
        printf("- default: `%s`\n", fallback);
    else if (d->fallback_doc != NULL)
        printf("- default: %s\n", d->fallback_doc);
    printf("- takes effect: %s\n", cadre__conf_when_word(d->when));
    if (d->example != NULL)
        printf("- example: `%s = %s;`\n", d->name, d->example);
    putchar('\n');
}

/* --- man --- */

static void man_head(void)
{
    puts(".\\\" SPDX-License-Identifier: MIT");
    puts(".\\\" Made from the table of directives by lib/conf/reference.c: do not edit.");
    puts(".TH CADRE.CONF 5 \"\" \"Cadre\" \"File Formats Manual\"");
    puts(".SH NAME\ncadre.conf \\- the conf of cadre(8)\n.SH DESCRIPTION");
}

static void man_directive(const char *name)
{
    printf(".TP\n.B %s\n", name);
}

static void man_literal(const char *text)
{
    puts(".nf\n.RS");
    cadre__man_text(text);
    puts(".RE\n.fi\n.PP");
}

static void man_facts(const struct cadre__directive *d)
{
    char expects[256];
    char fallback[64];

    cadre__man_text(d->doc);
    puts(".br");
    fputs("Value: ", stdout);
    cadre__man_text(cadre__directive_expects(d, expects, sizeof(expects)));
    puts(".br");
    if (d->required) {
        fputs("Required; takes effect: ", stdout);
    } else {
        fputs("Default: ", stdout);
        if (default_text(d, fallback, sizeof(fallback)) != NULL)
            cadre__man_text(fallback);
        else
            cadre__man_text(d->fallback_doc == NULL ? "none" : d->fallback_doc);
        puts(".br");
        fputs("Takes effect: ", stdout);
    }
    cadre__man_text(cadre__conf_when_word(d->when));
    if (d->example != NULL) {
        puts(".br");
        fputs("Example: ", stdout);
        printf("%s = ", d->name);
        cadre__man_text(d->example);
    }
}

/* --- both --- */

static const struct printer markdown = {md_head,      md_section, md_directive,
                                        md_paragraph, md_literal, md_facts};
static const struct printer man = {
    man_head, cadre__man_section, man_directive, cadre__man_paragraph, man_literal, man_facts};

static void print_section(const struct printer *p, int section, bool doc_first)
{
    p->section(sections[section].title);
    p->paragraph(sections[section].text);
    for (const struct cadre__directive *d = cadre__directives; d->name != NULL; d++) {
        if ((int)d->section != section)
            continue;
        p->directive(d->name);
        if (doc_first)
            p->paragraph(d->doc);
        p->facts(d);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    bool is_man = strcmp(what, "man") == 0;
    const struct printer *p = is_man ? &man : &markdown;

    if (strcmp(what, "man-end") == 0)
        return puts(".SH SEE ALSO\n.BR cadre (8)") >= 0 && fflush(stdout) == 0 ? 0 : 1;
    if (!is_man && strcmp(what, "markdown") != 0) {
        fputs("usage: conf-reference markdown|man|man-end\n", stderr);
        return 2;
    }
    p->head();
    p->paragraph(intro);
    p->literal(example);
    p->section("Grammar");
    for (size_t i = 0; grammar[i] != NULL; i++)
        p->paragraph(grammar[i]);
    for (int s = 0; s < CADRE__SECTIONS; s++)
        print_section(p, s, !is_man);
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
