/* SPDX-License-Identifier: MIT */
/* Text for man(7) on standard output: conf/man.h. */
#include "conf/man.h"

#include <stdbool.h>
#include <stdio.h>

void cadre__man_text(const char *text)
{
    bool code = false;

    if (text[0] == '.' || text[0] == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '`') {
            code = !code;
            fputs(code ? "\\fI" : "\\fR", stdout);
        } else if (*text == '\\') {
            fputs("\\e", stdout);
        } else if (*text == '-') {
            fputs("\\-", stdout);
        } else if (*text == '"') {
            fputs("\\(dq", stdout);
        } else if (*text == '\n' && (text[1] == '.' || text[1] == '\'')) {
            fputs("\n\\&", stdout);
        } else {
            putchar(*text);
        }
    }
    putchar('\n');
}

void cadre__man_section(const char *title)
{
    fputs(".SH ", stdout);
    for (; *title != '\0'; title++)
        putchar(*title >= 'a' && *title <= 'z' ? *title - 'a' + 'A' : *title);
    putchar('\n');
}

void cadre__man_paragraph(const char *text)
{
    cadre__man_text(text);
    puts(".PP");
}
