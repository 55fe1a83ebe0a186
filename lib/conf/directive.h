/* SPDX-License-Identifier: MIT */
/*
 * conf/directive: the table of all directives, and what is made from it.
 *
 * One row gives a directive's name, type, range, default, unit, when a change takes effect and
 * one line of documentation. The binder, `cadre -t`, `cadre -T`, cadre.conf(5) and
 * docs/conf-reference.md all read this table, so they cannot disagree. To add a directive, add
 * a field to struct cadre__server_conf (or to a section's struct) and a row here.
 */
#ifndef CADRE__CONF_DIRECTIVE_H
#define CADRE__CONF_DIRECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a directive stands. */
enum cadre__conf_section {
    CADRE__SECTION_TOP,
    CADRE__SECTION_LISTEN, /* listen: { NAME: { here } } */
    CADRE__SECTION_MODULE, /* module: { NAME: { here } } */
    CADRE__SECTIONS
};

/* When a changed value takes effect. */
enum cadre__conf_when {
    CADRE__WHEN_LIVE,    /* at a reload, in the processes that run */
    CADRE__WHEN_RELOAD,  /* at a reload, in the new generation */
    CADRE__WHEN_RESTART, /* at the next start of the server; a reload says that it waits */
};

/* What a value is, and the field that it fills. */
enum cadre__conf_kind {
    CADRE__KIND_INT,      /* int; or one of `words` */
    CADRE__KIND_DURATION, /* uint64_t, nanoseconds */
    CADRE__KIND_SIZE,     /* size_t, uint64_t or int64_t, bytes: 64 bits; or one of `words` */
    CADRE__KIND_COUNT,    /* int64_t; or one of `words` */
    CADRE__KIND_BOOL,     /* bool */
    CADRE__KIND_WORD,     /* int: one of `words` */
    CADRE__KIND_STRING,   /* const char *, not empty */
    CADRE__KIND_PATH,     /* const char *, made absolute by working_directory; or one of `words` */
    CADRE__KIND_MODE,     /* mode_t, octal, a string */
    CADRE__KIND_STRINGS,  /* struct cadre__conf_strings */
    CADRE__KIND_PATHS,    /* struct cadre__conf_strings, each as CADRE__KIND_PATH */
    CADRE__KIND_ADDRESS,  /* const char *, and the listener's sockaddr */
    CADRE__KIND_MOUNT,    /* const char *, a path of a URL */
    CADRE__KIND_SETTINGS, /* const struct cadre_conf *: a group that the module defines */
    CADRE__KIND_LAYERS,   /* const struct cadre_conf *: a group of groups, or a list of those */
    CADRE__KIND_SECTION,  /* a group of named groups */
    CADRE__KIND_INCLUDE,  /* taken by the loader */
};

/* A word that a value may be, and what it stands for. */
struct cadre__conf_word {
    const char *word;
    int64_t value;
};

/* What the strings of a list must be. */
struct cadre__conf_element {
    bool (*fits)(const char *text);
    const char *expected; /* "a network (...)", for messages */
};

struct cadre__directive {
    enum cadre__conf_section section;
    const char *name;
    enum cadre__conf_kind kind;
    enum cadre__conf_when when;
    size_t offset; /* in struct cadre__server_conf or the section's struct */
    int64_t min;   /* in the field's unit; INT, DURATION, SIZE, COUNT; max of MODE */
    int64_t max;
    const char *zero; /* what 0 means, where 0 is allowed below min ("never"); NULL else */
    const struct cadre__conf_word *words;      /* ended by a NULL word; NULL: none */
    const struct cadre__conf_element *element; /* STRINGS only */
    const char *fallback;     /* the default, as one would write it; NULL: none; see required */
    const char *fallback_doc; /* said in the documents where the default is made at run time */
    const char *doc;          /* what it does, one or two sentences */
    const char *example;      /* as one would write it, for the reference; NULL: the default */
    uint8_t required;         /* a section without it is an error */
};

/* All rows, by section, in the order of the documents; ended by a row without name. */
extern const struct cadre__directive cadre__directives[];

/* The row of NAME in SECTION, or NULL. */
const struct cadre__directive *cadre__directive_find(enum cadre__conf_section section,
                                                     const char *name);

/* The known name of SECTION nearest to NAME, or NULL when none is near. */
const char *cadre__directive_nearest(enum cadre__conf_section section, const char *name);

/*
 * Writes what a value of D must be: "a whole number from 1 to 500 or \"auto\"". BUF is cut to
 * SIZE. Returns BUF.
 */
const char *cadre__directive_expects(const struct cadre__directive *d, char *buf, size_t size);

/* "live", "reload", "restart". */
const char *cadre__conf_when_word(enum cadre__conf_when when);

#endif
