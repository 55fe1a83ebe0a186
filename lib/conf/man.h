/* SPDX-License-Identifier: MIT */
/*
 * Text for man(7) on standard output, for the programs that make cadre.conf(5) while Cadre is
 * built. Part of no other program.
 */
#ifndef CADRE_CONF_MAN_H
#define CADRE_CONF_MAN_H

/* A text and the end of its line: what stands in backquotes in italics, what troff would take for
 * its own escaped. */
void cadre__man_text(const char *text);

/* The head of a section, in capitals. */
void cadre__man_section(const char *title);

/* A text that is a paragraph of its own. */
void cadre__man_paragraph(const char *text);

#endif
