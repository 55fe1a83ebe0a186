/* SPDX-License-Identifier: MIT */
/*
 * The command line of `cadre`.
 *
 * One table of options gives the parser and `--help`. Nothing here reads a file or prints; the
 * caller does. Runs in the master only.
 */
#ifndef CADRE_MASTER_OPTIONS_H
#define CADRE_MASTER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <cadre/macros.h>

#include "conf/load.h"

/* Room for what is wrong with a command line. */
#define OPTIONS_WHY_SIZE 256

struct options {
    char *const *argv;     /* all of it; borrowed */
    const char *conf_path; /* from argv or the default; borrowed */
    bool conf_given;       /* -c was there */
    bool test;             /* -t: check and exit */
    bool no_modules;       /* --no-modules: a check that loads no module */
    bool dump;             /* -T: print the effective conf and exit */
    bool help;             /* -h */
    bool version;          /* -V */
    const char *control;   /* --control: the socket's file; NULL: where the conf has it */
    bool json;             /* --json, of the command */
    bool watch;            /* with status: --watch */
    bool tasks;            /* with status: --tasks */
    bool soon;             /* with reload: --soon */
    bool now;              /* with stop: --now */
    const char *command;   /* "status" and so on; NULL: none; borrowed */
    bool command_is_local; /* it needs no server */
    char **arguments;      /* of the command; borrowed */
    size_t n_arguments;
    struct cadre__conf_set *sets; /* heap; in the order of the command line, texts from argv */
    size_t n_sets;
};

/*
 * Parses ARGV, whose words it may put in another order; DEFAULT_CONF is the conf file when none is
 * named. 0 with *RET set, to be freed by options_done. -EINVAL: WHY says what is wrong, in one
 * line; -ENOMEM.
 */
CADRE_MUST_CHECK int options_parse(int argc, char **argv, const char *default_conf,
                                   struct options *ret, char why[static OPTIONS_WHY_SIZE]);

void options_done(struct options *options);

/* Writes the text of --help. */
void options_help(FILE *out, const char *default_conf);

#endif
