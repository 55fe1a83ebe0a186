/* SPDX-License-Identifier: MIT */
/*
 * The command line of `cadre`: the table of options, the parser, the text of --help.
 */
#include "config.h"

#include "master/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define OPTIONS_MAX 16

enum id {
    OPT_CONF = 'c',
    OPT_TEST = 't',
    OPT_DUMP = 'T',
    OPT_HELP = 'h',
    OPT_VERSION = 'V',
    OPT_NO_MODULES = 256,
    OPT_SET
};

static const struct row {
    enum id id; /* a letter is the short option */
    const char *name;
    const char *argument; /* NULL: takes none */
    const char *help;     /* lines, broken by hand */
} rows[] = {
    {OPT_CONF, "conf", "FILE", "the conf file"},
    {OPT_TEST, "test", NULL,
     "check the conf, load the modules as the workers' user,\n"
     "say all that is wrong, start nothing"},
    {OPT_NO_MODULES, "no-modules", NULL, "with -t: do not load the modules"},
    {OPT_DUMP, "dump", NULL,
     "print every effective value and where it comes from,\n"
     "as a conf that can be read back; start nothing"},
    {OPT_SET, "set", "NAME=VALUE",
     "set a directive over what the conf says, at reloads\n"
     "too; as often as needed: --set log_level=debug\n"
     "--set listen.web.address=127.0.0.1:0"},
    {OPT_HELP, "help", NULL, "this text"},
    {OPT_VERSION, "version", NULL, "the version and the build"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char help_head[] =
    "Usage: cadre [OPTION]...\n"
    "\n"
    "Serves handler modules over HTTP: a master that binds and watches, and workers\n"
    "that answer. Stays in the foreground and logs to standard error unless the conf\n"
    "says otherwise.\n"
    "\n"
    "Options:\n";

static const char help_tail[] =
    "\n"
    "Signals to the master:\n"
    "  TERM, QUIT   stop: answer what is in hand (graceful_timeout), then end\n"
    "  INT          stop now: cancel what is in hand; from a terminal as TERM.\n"
    "               A second TERM, QUIT or INT forces the end\n"
    "  HUP          reload: read the conf, start new workers, then drain the old;\n"
    "               if anything fails the old ones go on\n"
    "  USR1         open the log file anew\n"
    "  TTIN, TTOU   one worker more, one fewer, until the next reload; not on a terminal\n"
    "  WINCH        drain all workers; the sockets stay open; not on a terminal\n"
    "\n"
    "Exit codes:\n"
    "  0  stopped as told, or the check found nothing\n"
    "  1  the conf or a module is wrong\n"
    "  2  the command line is wrong\n"
    "  3  the first start failed; the last line of the log says why\n"
    "  4  gave up after too many failed starts (restart_limit)\n"
    "\n"
    "Environment:\n"
    "  CADRE_MODULE_PATH  folders for modules, separated by colons (module_path)\n"
    "  CADRE_WORKER       the worker program, for use out of a build tree\n"
    "\n"
    "See cadre(8) and cadre.conf(5).\n";

static void make_tables(char *letters, struct option *longs)
{
    *letters++ = ':';
    for (size_t i = 0; i < N_ROWS; i++) {
        longs[i] = (struct option){.name = rows[i].name,
                                   .has_arg = rows[i].argument ? required_argument : no_argument,
                                   .val = (int)rows[i].id};
        if ((int)rows[i].id > 255)
            continue;
        *letters++ = (char)rows[i].id;
        if (rows[i].argument != NULL)
            *letters++ = ':';
    }
    longs[N_ROWS] = (struct option){0};
    *letters = '\0';
}

/* The list has room for all: there are fewer of them than arguments. */
static void add_set(struct options *o, const char *text)
{
    struct cadre__conf_set *set = &o->sets[o->n_sets];

    *set = (struct cadre__conf_set){.text = text};
    if (o->n_sets > 0)
        o->sets[o->n_sets - 1].next = set;
    o->n_sets++;
}

static void apply(struct options *o, int id, const char *argument)
{
    switch (id) {
    case OPT_CONF:
        o->conf_path = argument;
        o->conf_given = true;
        break;
    case OPT_TEST:
        o->test = true;
        break;
    case OPT_NO_MODULES:
        o->no_modules = true;
        break;
    case OPT_DUMP:
        o->dump = true;
        break;
    case OPT_SET:
        add_set(o, argument);
        break;
    case OPT_HELP:
        o->help = true;
        break;
    case OPT_VERSION:
        o->version = true;
        break;
    }
}

/* An option that there is not, or that lacks or has a value against its row. */
static int refuse(char *const *argv, int result, char *why)
{
    const char *arg = argv[optind - 1];
    const char *names[N_ROWS + 1];
    const char *near = NULL;
    bool is_long = strncmp(arg, "--", 2) == 0;
    size_t len = strcspn(arg, "=");

    if (result == ':') {
        snprintf(why, OPTIONS_WHY_SIZE, "option \"%.64s\" needs a value", arg);
        return -EINVAL;
    }
    if (!is_long) {
        snprintf(why, OPTIONS_WHY_SIZE, "unknown option \"-%c\"", optopt);
        return -EINVAL;
    }
    for (size_t i = 0; i < N_ROWS; i++) {
        names[i] = rows[i].name;
        if (strlen(rows[i].name) == len - 2 && strncmp(rows[i].name, arg + 2, len - 2) == 0) {
            snprintf(why, OPTIONS_WHY_SIZE, "option \"--%s\" takes no value", rows[i].name);
            return -EINVAL;
        }
    }
    names[N_ROWS] = NULL;
    if (len < 64) {
        char word[64];

        snprintf(word, sizeof(word), "%.*s", (int)(len - 2), arg + 2);
        near = cadre__str_nearest(word, names);
    }
    snprintf(why, OPTIONS_WHY_SIZE, "unknown option \"%.*s\"%s%s%s", (int)(len > 64 ? 64 : len),
             arg, near ? "; did you mean \"--" : "", near ? near : "", near ? "\"?" : "");
    return -EINVAL;
}

static int check(const struct options *o, int argc, char **argv, char *why)
{
    if (optind < argc) {
        snprintf(why, OPTIONS_WHY_SIZE, "unexpected argument \"%.64s\"", argv[optind]);
        return -EINVAL;
    }
    if (o->conf_path[0] == '\0') {
        snprintf(why, OPTIONS_WHY_SIZE, "option \"-c\" needs a value");
        return -EINVAL;
    }
    if (o->no_modules && !o->test) {
        snprintf(why, OPTIONS_WHY_SIZE, "\"--no-modules\" goes with \"-t\"");
        return -EINVAL;
    }
    return 0;
}

int options_parse(int argc, char **argv, const char *default_conf, struct options *ret,
                  char why[static OPTIONS_WHY_SIZE])
{
    struct options o = {.conf_path = default_conf};
    struct option longs[OPTIONS_MAX];
    char letters[2 * OPTIONS_MAX + 2];
    int r = 0;
    int id;

    _Static_assert(N_ROWS < OPTIONS_MAX, "room for the end of the table");
    make_tables(letters, longs);
    o.sets = calloc((size_t)argc, sizeof(*o.sets));
    if (o.sets == NULL)
        return -ENOMEM;
    optind = 0;
    opterr = 0;
    while (r == 0 && (id = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (id == '?' || id == ':')
            r = refuse(argv, id, why);
        else
            apply(&o, id, optarg);
    }
    if (r == 0)
        r = check(&o, argc, argv, why);
    if (r < 0) {
        options_done(&o);
        return r;
    }
    *ret = o;
    return 0;
}

void options_done(struct options *options)
{
    free(options->sets);
    options->sets = NULL;
    options->n_sets = 0;
}

static void help_row(FILE *out, const struct row *row)
{
    char left[40];
    const char *text = row->help;

    if ((int)row->id < 256)
        snprintf(left, sizeof(left), "-%c, --%s%s%s", (char)row->id, row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
    else
        snprintf(left, sizeof(left), "    --%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
    for (;;) {
        int len = (int)strcspn(text, "\n");

        fprintf(out, "  %-22s  %.*s", left, len, text);
        left[0] = '\0';
        text += len;
        if (*text == '\0')
            break;
        fputc('\n', out);
        text++;
    }
}

void options_help(FILE *out, const char *default_conf)
{
    fputs(help_head, out);
    for (size_t i = 0; i < N_ROWS; i++) {
        help_row(out, &rows[i]);
        if (rows[i].id == OPT_CONF)
            fprintf(out, "; without it\n%26s%s", "", default_conf);
        fputc('\n', out);
    }
    fputs(help_tail, out);
}
