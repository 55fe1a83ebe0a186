/* SPDX-License-Identifier: MIT */
/*
 * The program `cadre`: reads the command line and the conf, then checks, prints or serves.
 *
 * What is wrong with the conf is printed here, one line each, "file:line: text", so that editors
 * can follow it; nothing is started then. Serving is master/supervisor.h, the check of modules
 * master/checker.h. The exit codes are those of `cadre --help`.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/build.h"
#include "base/log.h"
#include "conf/dump.h"
#include "conf/load.h"
#include "conf/server_conf.h"
#include "master/checker.h"
#include "master/client.h"
#include "master/control_point.h"
#include "master/openapi.h"
#include "master/options.h"
#include "master/predecessor.h"
#include "master/routes.h"
#include "master/supervisor.h"

#define CONF_FILE       CADRECONFDIR "/cadre.conf"
#define WORKER_FILE     PKGLIBEXECDIR "/cadre-worker"
#define PROGRAM_FILE    SBINDIR "/cadre"
#define SYMBOLISER_NAME "cadre-symboliser"
#define LINE_SIZE       4096

enum exit_code { EXIT_CONF = 1, EXIT_USAGE = 2, EXIT_START = 3 };

/* Whether lines on standard error need journald's priority in front. */
static const char *error_prefix(void)
{
    return cadre__log_is_journal(STDERR_FILENO) ? "<3>" : "";
}

__attribute__((format(printf, 1, 2))) static void complain(const char *fmt, ...)
{
    char line[LINE_SIZE];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    fprintf(stderr, "%scadre: %s\n", error_prefix(), line);
}

/* Descriptors 0, 1 and 2 must be something, or the first files that are opened become them. */
static int hold_standard_fds(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
        if (fd < 0)
            return -errno;
    } while (fd <= STDERR_FILENO);
    close(fd);
    return 0;
}

static const char *worker_path(void)
{
    const char *path = getenv("CADRE_WORKER");

    return path == NULL || path[0] == '\0' ? WORKER_FILE : path;
}

/* The worker program. A descriptor, or a negative errno after a message. */
static int open_worker(void)
{
    const char *path = worker_path();
    struct stat st;
    int fd, r;

    fd = open(path, O_PATH | O_CLOEXEC);
    r = fd < 0 ? -errno : 0;
    if (r == 0 && fstat(fd, &st) < 0)
        r = -errno;
    else if (r == 0 && !S_ISREG(st.st_mode))
        r = -EACCES;
    if (r == 0 && access(path, X_OK) < 0)
        r = -errno;
    if (r == 0)
        return fd;
    complain("the worker program \"%s\" cannot be run: %s; install Cadre anew, or set CADRE_WORKER",
             path, strerror(-r));
    if (fd >= 0)
        close(fd);
    return r;
}

/* The symboliser, beside the worker program. A descriptor; -1: it was not built or installed, and
 * reports of crashes have no lines of source. */
static int open_symboliser(void)
{
    const char *worker = worker_path();
    const char *slash = strrchr(worker, '/');
    char path[PATH_MAX];
    int fd;

    if (snprintf(path, sizeof(path), "%.*s" SYMBOLISER_NAME,
                 slash != NULL ? (int)(slash + 1 - worker) : 0, worker) >= (int)sizeof(path) ||
        access(path, X_OK) < 0)
        return -1;
    fd = open(path, O_PATH | O_CLOEXEC);
    return fd < 0 ? -1 : fd;
}

static void print_errors(const struct cadre__conf_errors *errs, bool serving)
{
    char line[LINE_SIZE];
    size_t n = cadre__conf_errors_count(errs);

    for (size_t i = 0; i < n; i++) {
        cadre__conf_errors_format(errs, i, line, sizeof(line));
        fprintf(stderr, "%s%s\n", error_prefix(), line);
    }
    complain("%zu error%s in the conf%s", n, n == 1 ? "" : "s",
             serving ? "; nothing was started" : "");
}

/* Prints the effective conf on standard output. */
static int dump(const struct cadre__conf_tree *tree, const struct cadre__server_conf *conf)
{
    char *text = cadre__conf_dump(tree, conf);

    if (text == NULL) {
        complain("out of memory");
        return EXIT_CONF;
    }
    fputs(text, stdout);
    free(text);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("cannot write the conf: %s", strerror(errno));
        return EXIT_CONF;
    }
    return EXIT_SUCCESS;
}

static int test(const struct options *options, const struct cadre__conf_tree *tree,
                const struct cadre__server_conf *conf)
{
    struct check_request request = {.tree = tree, .conf = conf, .worker_fd = -1, .report_fd = -1};
    int code = EXIT_SUCCESS;

    if (!options->no_modules && conf->n_module > 0) {
        request.worker_fd = open_worker();
        if (request.worker_fd < 0)
            return EXIT_CONF;
        code = checker_run(&request);
        close(request.worker_fd);
    }
    if (code == EXIT_SUCCESS)
        fprintf(stderr, "cadre: the conf %s is good: %zu listener%s, %zu module%s%s\n",
                options->conf_path, conf->n_listen, conf->n_listen == 1 ? "" : "s", conf->n_module,
                conf->n_module == 1 ? "" : "s",
                options->no_modules && conf->n_module > 0 ? " (not loaded)" : "");
    return code;
}

/* Lists the routes of all modules. */
static int list_routes(const struct options *options, const struct cadre__conf_tree *tree,
                       const struct cadre__server_conf *conf)
{
    struct route_list *list = route_list_new();
    struct check_request request = {.tree = tree,
                                    .conf = conf,
                                    .worker_fd = -1,
                                    .report_fd = -1,
                                    .on_route = route_list_add,
                                    .arg = list};
    int code = EXIT_CONF, r;

    if (list == NULL) {
        complain("out of memory");
        return EXIT_CONF;
    }
    request.worker_fd = open_worker();
    if (request.worker_fd >= 0) {
        code = checker_run(&request);
        close(request.worker_fd);
    }
    if (code == EXIT_SUCCESS && (r = route_list_print(list, options->json, stdout)) < 0) {
        complain("the routes cannot be written: %s", strerror(-r));
        code = EXIT_CONF;
    }
    route_list_free(list);
    return code;
}

/* Prints the document of one module. */
static int print_openapi(const struct options *options, const struct cadre__conf_tree *tree,
                         const struct cadre__server_conf *conf)
{
    const char *name = options->n_arguments > 0 ? options->arguments[0] : NULL;
    struct check_request request = {
        .tree = tree, .conf = conf, .worker_fd = -1, .report_fd = -1, .on_document = openapi_add};
    struct openapi *openapi;
    char why[OPENAPI_WHY_SIZE];
    int code = EXIT_CONF, r;

    r = openapi_find_module(conf, name != NULL && !openapi_is_file(name) ? name : NULL, why,
                            sizeof(why));
    if (r < 0) {
        complain("%s", why);
        return EXIT_USAGE;
    }
    request.arg = openapi = openapi_new((size_t)r);
    if (openapi == NULL) {
        complain("out of memory");
        return EXIT_CONF;
    }
    request.worker_fd = open_worker();
    if (request.worker_fd >= 0) {
        code = checker_run(&request);
        close(request.worker_fd);
    }
    if (code == EXIT_SUCCESS && (r = openapi_print(openapi, stdout)) < 0) {
        complain("the document cannot be written: %s", strerror(-r));
        code = EXIT_CONF;
    }
    openapi_free(openapi);
    return code;
}

/* The path of this program, as it was when it started: another may be there at an upgrade. */
static void find_program(char buf[static PATH_MAX])
{
    ssize_t len = readlink("/proc/self/exe", buf, PATH_MAX - 1);

    snprintf(buf + (len > 0 ? len : 0), PATH_MAX - (size_t)(len > 0 ? len : 0), "%s",
             len > 0 ? "" : PROGRAM_FILE);
}

static int serve(const struct options *options, struct predecessor *predecessor,
                 struct cadre__conf_tree *tree, struct cadre__server_conf *conf)
{
    char program[PATH_MAX];
    struct supervisor_options supervisor = {
        .conf_path = options->conf_path,
        .sets = options->n_sets > 0 ? options->sets : NULL,
        .tree = tree,
        .conf = conf,
        .predecessor = predecessor,
        .program = program,
        .argv = options->argv,
    };
    int code;

    find_program(program);
    supervisor.worker_fd = open_worker();
    if (supervisor.worker_fd < 0) {
        cadre__server_conf_free(conf);
        cadre__conf_tree_free(tree);
        predecessor_tell_failed(predecessor, "its worker program cannot be run; see the log");
        return EXIT_START;
    }
    supervisor.symboliser_fd = open_symboliser();
    code = supervisor_run(&supervisor);
    close(supervisor.worker_fd);
    if (supervisor.symboliser_fd >= 0)
        close(supervisor.symboliser_fd);
    return code;
}

/*
 * A command for a server that runs. Its socket is where the conf says; that the conf is wrong by
 * now must not keep anybody from asking how the server is, so it is read for that alone. Returns
 * the exit code.
 */
static int command(const struct options *options)
{
    const struct cadre__conf_set *sets = options->n_sets > 0 ? options->sets : NULL;
    const char *hint = NULL;
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    char path[CONTROL_PATH_SIZE];

    if (options->control != NULL)
        return client_run(options, options->control, NULL);
    if (cadre__conf_glance(options->conf_path, sets, &tree, &conf) < 0)
        hint = "the conf cannot be read, so this is the usual place: name another by --control, or "
               "see what is wrong by `cadre -t`";
    control_point_path(conf != NULL ? conf->runtime_dir : NULL, path, sizeof(path));
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
    if (path[0] == '\0') {
        complain("runtime_dir is \"off\" in %s: that server has no control socket",
                 options->conf_path);
        return CLIENT_EXIT_NO_SERVER;
    }
    return client_run(options, path, hint);
}

/* Why an upgrade to this program fails: the first thing that is wrong with the conf. */
static void tell_predecessor(struct predecessor *predecessor, const struct cadre__conf_errors *errs,
                             int error)
{
    size_t n = cadre__conf_errors_count(errs);
    char line[LINE_SIZE], more[48] = "", text[LINE_SIZE + sizeof(more)];

    if (n > 0)
        cadre__conf_errors_format(errs, 0, line, sizeof(line));
    else
        snprintf(line, sizeof(line), "the conf cannot be read: %s", strerror(-error));
    if (n > 1)
        snprintf(more, sizeof(more), " (and %zu more)", n - 1);
    snprintf(text, sizeof(text), "%s%s", line, more);
    predecessor_tell_failed(predecessor, text);
}

/* All that needs the conf. Returns the exit code. */
static int run(const struct options *options, struct predecessor *predecessor)
{
    bool serving = !options->test && !options->dump && options->command == NULL;
    struct cadre__conf_errors errs;
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
    int code = EXIT_SUCCESS;
    int r;

    cadre__conf_errors_init(&errs);
    r = cadre__conf_read(options->conf_path, options->n_sets > 0 ? options->sets : NULL, &tree,
                         &conf, &errs);
    if (r < 0) {
        tell_predecessor(predecessor, &errs, r);
        if (r == -EINVAL)
            print_errors(&errs, serving);
        else
            complain("the conf cannot be read: %s", strerror(-r));
        if (!options->conf_given && access(options->conf_path, F_OK) < 0)
            complain("name a conf file by -c FILE");
    }
    cadre__conf_errors_done(&errs);
    if (r < 0)
        return EXIT_CONF;
    if (serving)
        return serve(options, predecessor, tree, conf);
    if (options->dump)
        code = dump(tree, conf);
    if (options->test && code == EXIT_SUCCESS)
        code = test(options, tree, conf);
    if (options->command != NULL)
        code = strcmp(options->command, "openapi") == 0 ? print_openapi(options, tree, conf)
                                                        : list_routes(options, tree, conf);
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
    return code;
}

/* The document of a file: by a conf that has nothing but it. */
static int openapi_of_file(const struct options *options, struct predecessor *predecessor)
{
    struct options own = *options;
    char path[32];
    int code, fd;

    if (options->conf_given) {
        complain(
            "\"-c %s\" goes with the name of a module in that conf: %s is a file, whose document "
            "needs no conf",
            options->conf_path, options->arguments[0]);
        return EXIT_USAGE;
    }
    fd = openapi_make_conf(options->arguments[0]);
    if (fd < 0) {
        complain("cannot make a conf for %s: %s", options->arguments[0], strerror(-fd));
        return EXIT_CONF;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    own.conf_path = path;
    code = run(&own, predecessor);
    close(fd);
    return code;
}

/* A command that needs no server, or none: to serve. */
static int run_here(const struct options *options, struct predecessor *predecessor)
{
    bool is_openapi = options->command != NULL && strcmp(options->command, "openapi") == 0;

    if (is_openapi && options->n_arguments > 0 && openapi_is_file(options->arguments[0]))
        return openapi_of_file(options, predecessor);
    return run(options, predecessor);
}

int main(int argc, char **argv)
{
    struct predecessor predecessor;
    struct options options;
    char why[OPTIONS_WHY_SIZE];
    int code = EXIT_SUCCESS;
    int r;

    r = hold_standard_fds();
    if (r < 0) {
        complain("cannot open /dev/null: %s", strerror(-r));
        return EXIT_START;
    }
    predecessor_open(&predecessor);
    r = options_parse(argc, argv, CONF_FILE, &options, why);
    if (r < 0) {
        predecessor_tell_failed(&predecessor, "its command line is wrong; see the log");
        predecessor_close(&predecessor);
        complain("%s; try \"cadre --help\"", r == -EINVAL ? why : strerror(-r));
        return EXIT_USAGE;
    }
    if (options.help)
        options_help(stdout, CONF_FILE);
    else if (options.version)
        printf("cadre %s (build %.16s)\n", cadre__version(), cadre__build_id());
    else if (options.command != NULL && !options.command_is_local)
        code = command(&options);
    else
        code = run_here(&options, &predecessor);
    predecessor_close(&predecessor);
    options_done(&options);
    return code;
}
