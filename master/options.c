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

#define OPTIONS_MAX 20

enum id {
    OPT_CONF = 'c',
    OPT_TEST = 't',
    OPT_DUMP = 'T',
    OPT_HELP = 'h',
    OPT_VERSION = 'V',
    OPT_NO_MODULES = 256,
    OPT_SET,
    OPT_CONTROL,
    OPT_JSON,
    OPT_WATCH,
    OPT_TASKS,
    OPT_SOON,
    OPT_NOW,
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
    {OPT_CONTROL, "control", "FILE",
     "with a command: the socket of the server that is\n"
     "meant; without it the one in the conf's runtime_dir"},
    {OPT_JSON, "json", NULL, "with status, crashes, routes: as JSON"},
    {OPT_WATCH, "watch", NULL, "with status: a table that is made anew each second"},
    {OPT_TASKS, "tasks", NULL,
     "with status: what each worker's tasks wait for, and\n"
     "for how long"},
    {OPT_SOON, "soon", NULL,
     "with reload: come back when the new workers serve,\n"
     "not only when the old ones have gone"},
    {OPT_NOW, "now", NULL, "with stop: cancel what is in hand"},
    {OPT_HELP, "help", NULL, "this text"},
    {OPT_VERSION, "version", NULL, "the version and the build"},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const char help_head[] =
    "Usage: cadre [OPTION]...\n"
    "       cadre [OPTION]... COMMAND\n"
    "\n"
    "Serves handler modules over HTTP: a master that binds and watches, and workers\n"
    "that answer. Stays in the foreground and logs to standard error unless the conf\n"
    "says otherwise. With a command it speaks to a server that runs,\n"
    "or tells about the conf.\n"
    "\n"
    "Options:\n";

/* What the server that runs can be told, and what needs none. */
static const struct command_row {
    const char *name;
    const char *help;     /* lines, broken by hand */
    int options[4];       /* that go with it alone; 0 ends them */
    size_t arguments;     /* how many it has */
    const char *argument; /* their name; NULL: none */
    size_t more;          /* how many it may have besides */
    bool is_local;        /* it needs no server */
} command_rows[] = {
    {"status", "how the server is", {OPT_JSON, OPT_WATCH, OPT_TASKS}, 0},
    {"reload",
     "read the conf, start new workers, then drain the old;\n"
     "says what came of it",
     {OPT_SOON},
     0},
    {"stop", "stop, and wait until the server has gone", {OPT_NOW}, 0},
    {"workers", "have N workers serve, until the next reload", {0}, 1, "N"},
    {"reopen", "open the log files anew", {0}, 0},
    {"crashes", "the reports of the last 20 crashes, the newest first", {OPT_JSON}, 0},
    {"upgrade", "have the program that is on disk now take over", {0}, 0},
    {"routes",
     "all routes of the conf's modules, each with its\n"
     "handler and the line where it is written",
     {OPT_JSON},
     0,
     .is_local = true},
    {"openapi",
     "the OpenAPI document of a module: one of the conf by\n"
     "its name, or a file, SHOP.so, that needs no conf",
     {0},
     0,
     "[MODULE]",
     .more = 1,
     .is_local = true},
};

#define N_COMMANDS (sizeof(command_rows) / sizeof(command_rows[0]))

static const char help_tail[] =
    "\n"
    "Signals to the master:\n"
    "  TERM, QUIT   stop: answer what is in hand (graceful_timeout), then end\n"
    "  INT          stop now: cancel what is in hand; from a terminal as TERM.\n"
    "               A second TERM, QUIT or INT forces the end\n"
    "  HUP          reload: read the conf, start new workers, then drain the old;\n"
    "               if anything fails the old ones go on\n"
    "  USR1         open the log file anew\n"
    "  USR2         upgrade: have the program that is on disk now take over\n"
    "  TTIN, TTOU   one worker more, one fewer, until a reload; not on a terminal\n"
    "  WINCH        drain all workers; the sockets stay open; not on a terminal\n"
    "\n"
    "Exit codes:\n"
    "  0  stopped as told, the check found nothing, the command was done\n"
    "  1  the conf or a module is wrong\n"
    "  2  the command line is wrong\n"
    "  3  the first start failed; the last line of the log says why\n"
    "  4  gave up after too many failed starts (restart_limit)\n"
    "  5  the server that a command is for does not answer, or refuses it\n"
    "A reload that fails has the code that a start with the same fault has.\n"
    "\n"
    "Environment:\n"
    "  CADRE_MODULE_PATH  folders for modules, separated by colons (module_path)\n"
    "  CADRE_PAGES_DIR    files of the pages /docs and /redoc, for use out of a\n"
    "                     build tree\n"
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
    case OPT_CONTROL:
        o->control = argument;
        break;
    case OPT_JSON:
        o->json = true;
        break;
    case OPT_WATCH:
        o->watch = true;
        break;
    case OPT_TASKS:
        o->tasks = true;
        break;
    case OPT_SOON:
        o->soon = true;
        break;
    case OPT_NOW:
        o->now = true;
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

static const struct command_row *find_command(const char *name)
{
    for (size_t i = 0; name != NULL && i < N_COMMANDS; i++)
        if (strcmp(command_rows[i].name, name) == 0)
            return &command_rows[i];
    return NULL;
}

/* The words that are no options: a command and its arguments. */
static int take_command(struct options *o, int argc, char **argv, char *why)
{
    const char *names[N_COMMANDS + 1];
    const char *near;

    if (optind == argc)
        return 0;
    o->command = argv[optind];
    o->arguments = argv + optind + 1;
    o->n_arguments = (size_t)(argc - optind - 1);
    if (find_command(o->command) != NULL)
        return 0;
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = command_rows[i].name;
    names[N_COMMANDS] = NULL;
    near = cadre__str_nearest(o->command, names);
    snprintf(why, OPTIONS_WHY_SIZE, "unknown command \"%.64s\"%s%s%s", o->command,
             near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return -EINVAL;
}

static const char *option_name(int id)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if ((int)rows[i].id == id)
            return rows[i].name;
    return "?";
}

static bool takes(const struct command_row *command, int id)
{
    for (size_t k = 0; command != NULL && k < 4 && command->options[k] != 0; k++)
        if (command->options[k] == id)
            return true;
    return false;
}

/* "\"status\" or \"crashes\"": the commands that an option goes with. Returns BUF. */
static const char *commands_of(int id, char *buf, size_t size)
{
    size_t len = 0, n = 0, seen = 0;

    for (size_t i = 0; i < N_COMMANDS; i++)
        n += takes(&command_rows[i], id);
    buf[0] = '\0';
    for (size_t i = 0; i < N_COMMANDS && len < size; i++)
        if (takes(&command_rows[i], id))
            len += (size_t)snprintf(buf + len, size - len, "%s\"%s\"",
                                    seen++ == 0 ? ""
                                    : seen == n ? " or "
                                                : ", ",
                                    command_rows[i].name);
    return buf;
}

/* An option without the command that it goes with, or a command with what it does not take. */
static int check_command(struct options *o, char *why)
{
    const struct command_row *command = find_command(o->command);
    const int given[] = {o->json ? OPT_JSON : 0, o->watch ? OPT_WATCH : 0, o->tasks ? OPT_TASKS : 0,
                         o->soon ? OPT_SOON : 0, o->now ? OPT_NOW : 0};
    char names[64];

    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
        if (given[i] != 0 && !takes(command, given[i])) {
            snprintf(why, OPTIONS_WHY_SIZE, "\"--%s\" goes with %s", option_name(given[i]),
                     commands_of(given[i], names, sizeof(names)));
            return -EINVAL;
        }
    if ((command == NULL || command->is_local) && o->control != NULL) {
        snprintf(why, OPTIONS_WHY_SIZE, "\"--control\" goes with a command to a server");
        return -EINVAL;
    }
    if (command == NULL)
        return 0;
    if (o->test || o->dump) {
        snprintf(why, OPTIONS_WHY_SIZE, "\"-%c\" looks at the conf: it goes with no command",
                 o->test ? OPT_TEST : OPT_DUMP);
        return -EINVAL;
    }
    if (o->n_arguments < command->arguments) {
        snprintf(why, OPTIONS_WHY_SIZE, "\"%s\" needs %s", command->name, command->argument);
        return -EINVAL;
    }
    if (o->n_arguments > command->arguments + command->more) {
        snprintf(why, OPTIONS_WHY_SIZE, "unexpected argument \"%.64s\"",
                 o->arguments[command->arguments + command->more]);
        return -EINVAL;
    }
    o->command_is_local = command->is_local;
    return 0;
}

static int check(const struct options *o, char *why)
{
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
    struct options o = {.argv = argv, .conf_path = default_conf};
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
        r = take_command(&o, argc, argv, why);
    if (r == 0)
        r = check(&o, why);
    if (r == 0)
        r = check_command(&o, why);
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

/* One row of two columns; the text may have several lines. */
static void help_text(FILE *out, char left[static 40], const char *text)
{
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

static void help_row(FILE *out, const struct row *row)
{
    char left[40];

    if ((int)row->id < 256)
        snprintf(left, sizeof(left), "-%c, --%s%s%s", (char)row->id, row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
    else
        snprintf(left, sizeof(left), "    --%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
    help_text(out, left, row->help);
}

static void help_commands(FILE *out, bool local)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const struct command_row *row = &command_rows[i];
        char left[40];

        if (row->is_local != local)
            continue;
        snprintf(left, sizeof(left), "%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
        help_text(out, left, row->help);
        fputc('\n', out);
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
    fputs("\nCommands to a server that runs, by its control socket:\n", out);
    help_commands(out, false);
    fputs("\nCommands that need no server:\n", out);
    help_commands(out, true);
    fputs(help_tail, out);
}
