/* SPDX-License-Identifier: MIT */
/*
 * cadre-symboliser: turns raw frames into functions, files and lines, by libdw.
 *
 * The master starts it when a process has crashed or hangs, as `cadre-symboliser [UID GID]` with a
 * SOCK_SEQPACKET socket as standard input, asks it (ipc/symbols.h), and lets it go by closing that.
 * It drops its rights before it reads anything, since what it reads are the files that a process
 * which was out of its mind has named: debug information of anybody's making. It links no runtime
 * and loads no module. One thread; blocks; keeps what it has read of a file for the next question.
 */
#include "config.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/symbols.h"

enum { EXIT_USAGE = 2, EXIT_RIGHTS = 3, FILES_MAX = 32 };

/* A file that was opened; by path, build id and, of a module, what it was when it was loaded. */
struct file {
    struct cadre__backtrace_object object;
    struct cadre__file_id id; /* what it was then */
    Dwfl *dwfl;
    Dwfl_Module *module; /* NULL: it cannot be read, or is another build */
    bool stale;
};

static struct file files[FILES_MAX];
static size_t n_files;

_Static_assert(FILES_MAX >= CADRE__BACKTRACE_OBJECTS, "a question's files have room");

static void close_all(int fds[static CADRE__BACKTRACE_OBJECTS])
{
    for (size_t i = 0; i < CADRE__BACKTRACE_OBJECTS; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
        fds[i] = -1;
    }
}

/* --- rights --- */

static bool parse_id(const char *text, unsigned *ret)
{
    char *end;
    unsigned long id;

    errno = 0;
    id = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || id > UINT_MAX)
        return false;
    *ret = (unsigned)id;
    return true;
}

static int drop_rights(int argc, char **argv)
{
    unsigned uid, gid;
    gid_t group;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return EXIT_RIGHTS;
    if (argc == 1)
        return 0;
    if (argc != 3 || !parse_id(argv[1], &uid) || !parse_id(argv[2], &gid))
        return EXIT_USAGE;
    group = (gid_t)gid;
    if (geteuid() == 0 && setgroups(1, &group) < 0)
        return EXIT_RIGHTS;
    if (setresgid(group, group, group) < 0 || setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid) < 0 ||
        (uid != 0 && setuid(0) == 0))
        return EXIT_RIGHTS;
    return 0;
}

/* --- files --- */

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

/* Whether it is what the process had loaded. Without build ids, of a module the file has to be the
 * very one. */
static bool is_build(Dwfl_Module *module, const struct cadre__backtrace_object *object,
                     const struct cadre__file_id *file)
{
    const unsigned char *id;
    GElf_Addr at;
    int len = dwfl_module_build_id(module, &id, &at);

    if (object->build_id_len == 0 || len <= 0)
        return object->build_id_len == 0 && len <= 0 &&
               (object->file.ino == 0 || cadre__file_id_is(file, &object->file));
    if (len > CADRE__BUILD_ID_BYTES_MAX)
        len = CADRE__BUILD_ID_BYTES_MAX;
    return len == object->build_id_len && memcmp(id, object->build_id, (size_t)len) == 0;
}

static void close_file(struct file *file)
{
    if (file->dwfl != NULL)
        dwfl_end(file->dwfl);
    *file = (struct file){.dwfl = NULL};
}

static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Reads it as it would lie at address 0, so that its addresses are those of the frames. `fd`, of
 * that file, is taken; -1: by its name. */
static void open_file(struct file *file, int fd)
{
    GElf_Addr begin;

    if (fd < 0)
        fd = open(file->object.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    if (!is_regular(fd) || cadre__file_id_of(fd, &file->id) < 0) {
        (void)close(fd);
        return;
    }
    file->dwfl = dwfl_begin(&callbacks);
    if (file->dwfl == NULL) {
        (void)close(fd);
        return;
    }
    dwfl_report_begin(file->dwfl);
    file->module = dwfl_report_elf(file->dwfl, "", file->object.path, fd, 0, true);
    if (file->module == NULL) /* else it is libdwfl's */
        (void)close(fd);
    (void)dwfl_report_end(file->dwfl, NULL, NULL);
    if (file->module == NULL)
        return;
    (void)dwfl_module_getelf(file->module, &begin);
    if (!is_build(file->module, &file->object, &file->id)) {
        file->module = NULL;
        file->stale = true;
    }
}

/* `now`: what there is to be opened. */
static bool is_same(const struct file *file, const struct cadre__backtrace_object *object,
                    const struct cadre__file_id *now)
{
    return strcmp(file->object.path, object->path) == 0 &&
           file->object.build_id_len == object->build_id_len &&
           memcmp(file->object.build_id, object->build_id, object->build_id_len) == 0 &&
           cadre__file_id_is(&file->id, now);
}

/* Modules that were replaced many times are forgotten, so that there is room for `n`. */
static void make_room(size_t n)
{
    if (n_files + n <= FILES_MAX)
        return;
    for (size_t i = 0; i < n_files; i++)
        close_file(&files[i]);
    n_files = 0;
}

/* `fd` is taken; -1: the file has its name alone. There is room for one. */
static struct file *find_file(const struct cadre__backtrace_object *object, int fd)
{
    struct cadre__file_id now = {.ino = 0};
    struct file *file;
    int r = fd >= 0 ? cadre__file_id_of(fd, &now) : cadre__file_id_at(object->path, &now);

    for (size_t i = 0; i < n_files && r == 0; i++) {
        if (is_same(&files[i], object, &now)) {
            if (fd >= 0)
                (void)close(fd);
            return &files[i];
        }
    }
    file = &files[n_files++];
    *file = (struct file){.object = *object};
    open_file(file, fd);
    return file;
}

/* --- symbols --- */

static void set_text(char *dst, size_t size, const char *text)
{
    snprintf(dst, size, "%s", text != NULL ? text : "");
}

/* A long one loses its beginning. */
static void set_path(char dst[static 144], const char *path)
{
    size_t len = path != NULL ? strlen(path) : 0;
    const size_t room = sizeof(((struct cadre__symbol *)0)->file) - 1;

    if (len <= room)
        set_text(dst, room + 1, path);
    else
        snprintf(dst, room + 1, "...%s", path + len - (room - 3));
}

static struct cadre__symbol *add_symbol(struct cadre__symbols_answer *answer, uint32_t frame)
{
    struct cadre__symbol *symbol;

    if (answer->n >= CADRE__SYMBOLS_MAX)
        return NULL;
    symbol = &answer->symbols[answer->n++];
    *symbol = (struct cadre__symbol){.frame = frame};
    return symbol;
}

static const char *die_name(Dwarf_Die *die)
{
    Dwarf_Attribute attr;

    return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));
}

static Dwarf_Word die_number(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attr;
    Dwarf_Word value = 0;

    if (dwarf_formudata(dwarf_attr(die, name, &attr), &value) != 0)
        return 0;
    return value;
}

/* Where the inlined function `die` was called, by the file table of its unit. */
static void set_call_site(struct cadre__symbol *symbol, Dwarf_Die *unit, Dwarf_Die *die)
{
    Dwarf_Word number = die_number(die, DW_AT_call_file);
    Dwarf_Files *table;
    size_t n;

    if (dwarf_getsrcfiles(unit, &table, &n) == 0 && number < n)
        set_path(symbol->file, dwarf_filesrc(table, number, NULL, NULL));
    symbol->line = (uint32_t)die_number(die, DW_AT_call_line);
}

/* The functions that the address is in, by debug information: an inlined one, the one that it was
 * inlined into, and so on. `symbol` has file and line of the first already. */
static void name_scopes(struct cadre__symbols_answer *answer, struct cadre__symbol *symbol,
                        Dwfl_Module *module, GElf_Addr address)
{
    Dwarf_Die *scopes = NULL, *inlined = NULL;
    Dwarf_Addr bias;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    int n = unit != NULL ? dwarf_getscopes(unit, address - bias, &scopes) : 0;

    /* Scopes are lexical: those of the innermost, followed to where it was inlined. */
    if (n > 0) {
        Dwarf_Die innermost = scopes[0];

        free(scopes);
        scopes = NULL;
        n = dwarf_getscopes_die(&innermost, &scopes);
    }
    for (int i = 0; i < n && symbol != NULL; i++) {
        int tag = dwarf_tag(&scopes[i]);

        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
            continue;
        if (inlined != NULL) {
            symbol = add_symbol(answer, symbol->frame);
            if (symbol == NULL)
                break;
            set_call_site(symbol, unit, inlined);
        }
        set_text(symbol->function, sizeof(symbol->function), die_name(&scopes[i]));
        inlined = &scopes[i];
        if (tag == DW_TAG_subprogram)
            break;
    }
    free(scopes);
}

static void add_frame(struct cadre__symbols_answer *answer, const struct file *file, uint32_t frame,
                      GElf_Addr address)
{
    struct cadre__symbol *symbol;
    Dwfl_Line *line;
    int number = 0;

    if (file->module == NULL)
        return;
    symbol = add_symbol(answer, frame);
    if (symbol == NULL)
        return;
    line = dwfl_module_getsrc(file->module, address);
    if (line != NULL)
        set_path(symbol->file, dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL));
    symbol->line = number > 0 ? (uint32_t)number : 0;
    name_scopes(answer, symbol, file->module, address);
    if (symbol->function[0] == '\0')
        set_text(symbol->function, sizeof(symbol->function),
                 dwfl_module_addrname(file->module, address));
    if (symbol->function[0] == '\0' && symbol->line == 0)
        answer->n--; /* it has nothing to say */
}

/* `fds`, an object's each, are taken; -1: none came along. */
static void answer_question(const struct cadre__backtrace *trace,
                            int fds[static CADRE__BACKTRACE_OBJECTS],
                            struct cadre__symbols_answer *answer)
{
    const struct file *found[CADRE__BACKTRACE_OBJECTS] = {NULL};

    answer->n = 0;
    answer->stale = 0;
    make_room(trace->n_objects);
    for (uint32_t i = 0; i < trace->n_frames; i++) {
        const struct cadre__backtrace_frame *frame = &trace->frames[i];
        const struct file *file;

        if (frame->object == CADRE__BACKTRACE_NO_OBJECT)
            continue;
        file = found[frame->object];
        if (file == NULL) {
            file = find_file(&trace->objects[frame->object], fds[frame->object]);
            fds[frame->object] = -1;
            found[frame->object] = file;
        }
        if (file->stale)
            answer->stale |= UINT32_C(1) << frame->object;
        add_frame(answer, file, i, cadre__backtrace_lookup(frame));
    }
    close_all(fds);
}

/* --- questions --- */

/* The descriptors that came along, each to its object. */
static void take_files(struct msghdr *packet, uint32_t objects,
                       int fds[static CADRE__BACKTRACE_OBJECTS])
{
    const struct cmsghdr *cmsg = CMSG_FIRSTHDR(packet);
    size_t n = 0, at = 0;

    if (cmsg == NULL || cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
        return;
    n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (uint32_t i = 0; i < CADRE__BACKTRACE_OBJECTS && at < n; i++)
        if ((objects >> i & 1) != 0)
            memcpy(&fds[i], CMSG_DATA(cmsg) + at++ * sizeof(int), sizeof(int));
}

/* Waits for the next. 1; 0: there are no more; -1: that was none. */
static int receive(struct cadre__symbols_question *question,
                   int fds[static CADRE__BACKTRACE_OBJECTS])
{
    struct iovec part = {.iov_base = question, .iov_len = sizeof(*question)};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(CADRE__BACKTRACE_OBJECTS * sizeof(int))];
    } control;
    struct msghdr packet;
    ssize_t n;

    do {
        packet = (struct msghdr){.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof(control.bytes)};
        n = recvmsg(STDIN_FILENO, &packet, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    for (size_t i = 0; i < CADRE__BACKTRACE_OBJECTS; i++)
        fds[i] = -1;
    if (n <= 0)
        return n == 0 ? 0 : -1;
    take_files(&packet, question->files, fds);
    return n == (ssize_t)sizeof(*question) && question->magic == CADRE__SYMBOLS_MAGIC ? 1 : -1;
}

int main(int argc, char **argv)
{
    static struct cadre__symbols_question question;
    static struct cadre__symbols_answer answer;
    int fds[CADRE__BACKTRACE_OBJECTS];
    int r = drop_rights(argc, argv);

    if (r != 0) {
        fprintf(stderr, "cadre-symboliser is started by cadre, not by hand: see cadre(8)\n");
        return r;
    }
    while ((r = receive(&question, fds)) > 0) {
        cadre__backtrace_check(&question.trace);
        answer_question(&question.trace, fds, &answer);
        answer.magic = CADRE__SYMBOLS_MAGIC;
        answer.id = question.id;
        if (send(STDIN_FILENO, &answer, CADRE__SYMBOLS_ANSWER_SIZE(answer.n), MSG_NOSIGNAL) < 0)
            return EXIT_FAILURE;
    }
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
