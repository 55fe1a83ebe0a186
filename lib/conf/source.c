/* SPDX-License-Identifier: MIT */
/*
 * conf/source: the scanner in front of libconfig.
 *
 * It knows the tokens of the grammar (names, strings, numbers, comments, brackets, @include) and
 * a little of its order: a name is followed by "=" or ":", which is followed by a value. It
 * stops at the first thing that cannot be: later messages would only be confused. A missing
 * @include or a name set twice in one group does not stop it.
 */
#include "config.h"

#include "conf/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/value.h"

#define FILE_BYTES_MAX (16 << 20)
#define INCLUDES_MAX   16 /* files inside files */
#define BRACKETS_MAX   48
#define SHOWN          40 /* of a word, in messages */

/* A name that a group has so far. */
struct seen {
    struct seen *next;
    const char *name;
    struct cadre__source_line place;
};

/* A bracket that is open; [0] is the top level, with bracket '\0'. */
struct bracket {
    char close; /* what closes it */
    struct cadre__source_line place;
    struct seen *seen; /* groups only */
};

/* What came last, as far as it says what may come next. */
enum expects {
    EXPECTS_NAME,   /* a setting, or the end of the group */
    EXPECTS_ASSIGN, /* "=" or ":" */
    EXPECTS_VALUE,  /* after an assignment, or in a list */
    EXPECTS_MORE,   /* after a value: ";", ",", a name, the end of the group, another string */
};

struct scan {
    struct cadre__source *source;
    struct cadre__arena *arena;
    struct cadre__conf_errors *errs;
    const char *path;               /* of the file in hand */
    const char *at;                 /* in its text */
    unsigned line;                  /* in it */
    bool line_start;                /* only blanks since the line began */
    const char *open[INCLUDES_MAX]; /* files being read, outermost first */
    int n_open;
    struct bracket brackets[BRACKETS_MAX];
    int depth;
    int floor; /* the depth that the file in hand began at */
    enum expects expects;
    const char *name; /* the setting in hand; in the arena */
    struct cadre__source_line name_place;
};

static int scan_file(struct scan *s, const char *path, unsigned line, bool required);

/* --- output and errors --- */

static int begin_line(struct scan *s)
{
    struct cadre__source *source = s->source;

    if (source->n_lines == source->lines_size) {
        size_t size = source->lines_size == 0 ? 256 : source->lines_size * 2;
        struct cadre__source_line *lines = realloc(source->lines, size * sizeof(*lines));

        if (lines == NULL)
            return -ENOMEM;
        source->lines = lines;
        source->lines_size = size;
    }
    source->lines[source->n_lines++] = (struct cadre__source_line){s->path, s->line};
    return 0;
}

static struct cadre__source_line here(const struct scan *s)
{
    return (struct cadre__source_line){s->path, s->line};
}

/* Copies N bytes that have no line end. */
static int copy(struct scan *s, size_t n)
{
    int r = cadre__buf_append(&s->source->text, s->at, n);

    s->at += n;
    s->line_start = false;
    return r;
}

__attribute__((format(printf, 3, 4))) static int syntax(struct scan *s,
                                                        struct cadre__source_line place,
                                                        const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = cadre__arena_vprintf(s->arena, NULL, fmt, args);
    va_end(args);
    if (text == NULL)
        return -ENOMEM;
    cadre__conf_errors_add(s->errs, place.file, place.line, "syntax: %s", text);
    return -EINVAL;
}

/* Whether the innermost open bracket is that of a list or an array. */
static bool in_list(const struct scan *s)
{
    return s->brackets[s->depth].close == ']' || s->brackets[s->depth].close == ')';
}

/* The word at the scanner, in quotes, for messages. */
static const char *word_here(const struct scan *s, char *buf, size_t size)
{
    char word[SHOWN + 1];
    size_t n = 0;

    while (n < SHOWN && (unsigned char)s->at[n] > ' ' && strchr(";,{}[]()=\"#", s->at[n]) == NULL)
        n++;
    if (n == 0 && s->at[0] != '\0')
        n = 1;
    memcpy(word, s->at, n);
    word[n] = '\0';
    if (s->at[0] == '\0')
        snprintf(buf, size, "the end of the file");
    else if (s->at[0] == '"')
        snprintf(buf, size, "a string");
    else if (s->at[0] == '\n')
        snprintf(buf, size, "the end of the line");
    else
        cadre__value_quoted(word, buf, size);
    return buf;
}

/* Something that is no value where one must be. */
static int no_value(struct scan *s)
{
    char word[SHOWN + 32];

    word_here(s, word, sizeof(word));
    if (in_list(s))
        return syntax(s, here(s), "expected a value, found %s; text goes in quotes", word);
    if (s->line != s->name_place.line || s->path != s->name_place.file ||
        strchr(";,}])\n", s->at[0]) != NULL)
        return syntax(s, s->name_place, "\"%s\" has no value", s->name);
    return syntax(s, here(s), "%s: expected a value, found %s; text goes in quotes", s->name, word);
}

/* Something that cannot stand here. */
static int misplaced(struct scan *s)
{
    char word[SHOWN + 32];

    if (s->expects == EXPECTS_VALUE)
        return no_value(s);
    word_here(s, word, sizeof(word));
    if (s->expects == EXPECTS_ASSIGN)
        return syntax(s, here(s), "expected \"=\" or \":\" after \"%s\", found %s", s->name, word);
    if (s->name != NULL)
        return syntax(s, here(s), "unexpected %s after the value of \"%s\"", word, s->name);
    return syntax(s, here(s), "unexpected %s", word);
}

/* --- tokens --- */

static int scan_newline(struct scan *s)
{
    int r = cadre__buf_putc(&s->source->text, '\n');

    s->at++;
    s->line++;
    s->line_start = true;
    return r < 0 ? r : begin_line(s);
}

/* Comments are left out; the lines of a long one stay. */
static int scan_comment(struct scan *s)
{
    struct cadre__source_line begin = here(s);
    int r = cadre__buf_putc(&s->source->text, ' ');

    if (s->at[0] == '#' || s->at[1] == '/') {
        s->at += strcspn(s->at, "\n");
        return r;
    }
    for (s->at += 2; r == 0 && strncmp(s->at, "*/", 2) != 0;) {
        if (s->at[0] == '\0')
            return syntax(s, begin, "the comment that begins here has no end (\"*/\")");
        if (s->at[0] == '\n')
            r = scan_newline(s);
        else
            s->at++;
    }
    s->at += 2;
    return r;
}

/* The length of the string at TEXT with its quotes, or 0 when it does not end on its line. */
static size_t string_len(const char *text)
{
    size_t n = 1;

    while (text[n] != '"') {
        if (text[n] == '\0' || text[n] == '\n')
            return 0;
        if (text[n] == '\\' && text[n + 1] != '\0' && text[n + 1] != '\n')
            n++;
        n++;
    }
    return n + 1;
}

/* The last byte of the text so far that is no blank. */
static char last_byte(const struct scan *s)
{
    const struct cadre__buf *text = &s->source->text;
    size_t n = text->len;

    while (n > 0 && isspace((unsigned char)text->data[n - 1]))
        n--;
    return n == 0 ? '\0' : text->data[n - 1];
}

static int scan_string(struct scan *s)
{
    size_t len = string_len(s->at);

    if (len == 0)
        return syntax(s, here(s),
                      "the string that begins here has no closing quote on its line; write \\n for "
                      "a line end, and strings that follow each other are joined");
    if (s->expects == EXPECTS_NAME || s->expects == EXPECTS_ASSIGN)
        return syntax(s, here(s), "a string where a name is expected; names have no quotes");
    if (s->expects == EXPECTS_MORE && last_byte(s) != '"')
        return misplaced(s);
    s->expects = EXPECTS_MORE;
    return copy(s, len);
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

static size_t name_len(const char *text)
{
    size_t n = 0;

    while (is_name_char(text[n]))
        n++;
    return n;
}

static bool is_truth(const char *text, size_t len)
{
    return (len == 4 && strncasecmp(text, "true", 4) == 0) ||
           (len == 5 && strncasecmp(text, "false", 5) == 0);
}

/*
 * A name: remembers it for its group. One that the group already has is an error, and goes on
 * under a name that is dropped later.
 */
static int take_name(struct scan *s, size_t len)
{
    struct bracket *group = &s->brackets[s->depth];
    struct seen *seen;
    char alias[32];
    int r;

    s->name = cadre__arena_strndup(s->arena, s->at, len);
    seen = cadre__arena_alloc(s->arena, sizeof(*seen));
    if (s->name == NULL || seen == NULL)
        return -ENOMEM;
    s->name_place = here(s);
    s->expects = EXPECTS_ASSIGN;
    for (const struct seen *other = group->seen; other != NULL; other = other->next) {
        if (strcmp(other->name, s->name) != 0)
            continue;
        cadre__conf_errors_add(s->errs, s->path, s->line, "\"%s\" is set twice, first at %s:%u",
                               s->name, other->place.file, other->place.line);
        snprintf(alias, sizeof(alias), "%c%zu", CADRE__SOURCE_DUPLICATE,
                 cadre__conf_errors_count(s->errs));
        r = cadre__buf_puts(&s->source->text, alias);
        s->at += len;
        s->line_start = false;
        return r;
    }
    *seen = (struct seen){.next = group->seen, .name = s->name, .place = s->name_place};
    group->seen = seen;
    return copy(s, len);
}

static int scan_word(struct scan *s)
{
    size_t len = name_len(s->at);
    char word[SHOWN + 32];

    if (s->expects == EXPECTS_VALUE) {
        if (!is_truth(s->at, len))
            return no_value(s);
        s->expects = EXPECTS_MORE;
        return copy(s, len);
    }
    if (s->expects == EXPECTS_ASSIGN || in_list(s))
        return misplaced(s);
    if (s->at[0] == '*')
        return syntax(s, here(s), "a name begins with a letter, not with %s",
                      word_here(s, word, sizeof(word)));
    return take_name(s, len);
}

/* --- numbers --- */

/* How long the number is, and whether it is whole; *RET is its value, *RET_BIG: over 32 bits. */
static size_t number_len(const char *text, bool *ret_whole, bool *ret_big, bool *ret_overflow)
{
    size_t sign = text[0] == '-' || text[0] == '+';
    bool hex = text[sign] == '0' && (text[sign + 1] | 0x20) == 'x';
    size_t n = strspn(text + sign, "0123456789") + sign;
    char *end;
    long long value;

    *ret_whole = true;
    if (!hex && (text[n] == '.' ||
                 ((text[n] | 0x20) == 'e' && (isdigit((unsigned char)text[n + 1]) ||
                                              text[n + 1] == '-' || text[n + 1] == '+')))) {
        *ret_whole = false;
        if (text[n] == '.')
            n += 1 + strspn(text + n + 1, "0123456789");
        if ((text[n] | 0x20) == 'e') {
            n++;
            n += text[n] == '-' || text[n] == '+';
            n += strspn(text + n, "0123456789");
        }
        return n;
    }
    errno = 0;
    if (hex) {
        unsigned long long bits = strtoull(text, &end, 16);

        *ret_overflow = errno == ERANGE || bits > INT64_MAX || sign != 0;
        value = (long long)bits;
    } else {
        value = strtoll(text, &end, 10);
        *ret_overflow = errno == ERANGE;
    }
    *ret_big = value > INT32_MAX || value < INT32_MIN;
    return (size_t)(end - text);
}

static int scan_number(struct scan *s)
{
    bool whole = true, big = false, overflow = false;
    size_t len = number_len(s->at, &whole, &big, &overflow);
    size_t suffix = whole ? strspn(s->at + len, "L") : 0;
    char word[SHOWN + 32];
    int r;

    word_here(s, word, sizeof(word));
    if (s->expects != EXPECTS_VALUE)
        return misplaced(s);
    if (suffix > 2 || is_name_char(s->at[len + suffix]) || s->at[len + suffix] == '.' ||
        s->at[len + suffix] == ':' || s->at[len + suffix] == '/')
        return syntax(s, here(s), "a number with text behind it goes in quotes: %s", word);
    if (overflow)
        return syntax(s, here(s), "%s does not fit into 64 bits", word);
    s->expects = EXPECTS_MORE;
    r = copy(s, len);
    s->at += suffix;
    if (r == 0 && whole && (big || suffix > 0))
        r = cadre__buf_putc(&s->source->text, 'L');
    return r;
}

/* --- brackets and separators --- */

static int scan_open(struct scan *s)
{
    char close = s->at[0] == '{' ? '}' : s->at[0] == '[' ? ']' : ')';

    if (s->expects != EXPECTS_VALUE)
        return misplaced(s);
    if (s->depth + 1 == BRACKETS_MAX)
        return syntax(s, here(s), "groups and lists are nested deeper than %d", BRACKETS_MAX - 1);
    s->brackets[++s->depth] = (struct bracket){.close = close, .place = here(s)};
    s->expects = close == '}' ? EXPECTS_NAME : EXPECTS_VALUE;
    s->name = close == '}' ? NULL : s->name;
    return copy(s, 1);
}

static int scan_close(struct scan *s)
{
    const struct bracket *b = &s->brackets[s->depth];

    if (s->depth == s->floor)
        return syntax(s, here(s), "\"%c\" closes nothing", s->at[0]);
    if (b->close != s->at[0])
        return syntax(s, here(s), "\"%c\" where \"%c\" is expected, for the \"%c\" of %s:%u",
                      s->at[0], b->close,
                      b->close == '}'   ? '{'
                      : b->close == ']' ? '['
                                        : '(',
                      b->place.file, b->place.line);
    if (s->expects == EXPECTS_ASSIGN || (s->expects == EXPECTS_VALUE && b->close == '}'))
        return syntax(s, s->name_place, "\"%s\" has no value", s->name);
    if (s->expects == EXPECTS_VALUE && last_byte(s) == ',')
        return syntax(s, here(s), "a comma before \"%c\", and no value", s->at[0]);
    s->depth--;
    s->expects = EXPECTS_MORE;
    s->name = NULL;
    return copy(s, 1);
}

static int scan_punctuation(struct scan *s)
{
    bool list = in_list(s);

    switch (s->at[0]) {
    case '=':
    case ':':
        if (s->expects != EXPECTS_ASSIGN)
            break;
        s->expects = EXPECTS_VALUE;
        return copy(s, 1);
    case ',':
    case ';':
        if (s->expects != EXPECTS_MORE || (list && s->at[0] == ';'))
            break;
        s->expects = list ? EXPECTS_VALUE : EXPECTS_NAME;
        s->name = list ? s->name : NULL;
        return copy(s, 1);
    }
    return misplaced(s);
}

/* --- @include --- */

static int scan_include(struct scan *s)
{
    const char *begin = s->at + strlen("@include") + strspn(s->at + strlen("@include"), " \t");
    size_t len = begin[0] == '"' ? string_len(begin) : 0;
    unsigned line = s->line;
    const char *rest;
    const char *path;
    char *name;
    int r;

    if (!s->line_start || len < 3)
        return syntax(s, here(s), "write @include \"FILE\" on a line of its own");
    name = cadre__arena_strndup(s->arena, begin + 1, len - 2);
    path = name == NULL ? NULL : cadre__source_beside(s->arena, s->path, name);
    if (path == NULL)
        return -ENOMEM;
    rest = begin + len;
    r = cadre__buf_putc(&s->source->text, '\n');
    if (r == 0)
        r = scan_file(s, path, line, false);
    s->at = rest;
    s->line = line;
    s->line_start = false;
    return r < 0 ? r : begin_line(s);
}

/* --- whole texts --- */

static int scan_token(struct scan *s)
{
    char c = s->at[0];

    if (c == '\n')
        return scan_newline(s);
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
        bool line_start = s->line_start;
        int r = copy(s, 1);

        s->line_start = line_start;
        return r;
    }
    if (c == '#' || (c == '/' && (s->at[1] == '/' || s->at[1] == '*')))
        return scan_comment(s);
    if (c == '@' && strncmp(s->at, "@include", strlen("@include")) == 0)
        return scan_include(s);
    if (c == '"')
        return scan_string(s);
    if (isdigit((unsigned char)c) ||
        (strchr("+-.", c) != NULL && strchr("0123456789.", s->at[1]) != NULL && s->at[1] != '\0'))
        return scan_number(s);
    if (isalpha((unsigned char)c) || c == '*')
        return scan_word(s);
    if (c == '{' || c == '[' || c == '(')
        return scan_open(s);
    if (c == '}' || c == ']' || c == ')')
        return scan_close(s);
    return scan_punctuation(s);
}

/* Scans TEXT as the content of s->path. */
static int scan_text(struct scan *s, const char *text)
{
    int floor = s->floor;
    int r;

    s->at = text;
    s->line = 1;
    s->line_start = true;
    s->floor = s->depth;
    r = begin_line(s);
    while (r == 0 && s->at[0] != '\0')
        r = scan_token(s);
    if (r == 0 && s->depth > s->floor) {
        const struct bracket *b = &s->brackets[s->depth];

        return syntax(s, b->place, "the \"%c\" that begins here is never closed",
                      b->close == '}'   ? '{'
                      : b->close == ']' ? '['
                                        : '(');
    }
    if (r == 0 && (s->expects == EXPECTS_ASSIGN || (s->expects == EXPECTS_VALUE && !in_list(s))))
        return syntax(s, s->name_place, "\"%s\" has no value", s->name);
    s->floor = floor;
    return r < 0 ? r : cadre__buf_putc(&s->source->text, '\n');
}

/* Reads a regular file whole into BUF. 0 or a negative errno; -EISDIR for what is no file. */
static int read_whole(const char *path, struct cadre__buf *buf)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    ssize_t n = 1;
    int r = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        r = -errno;
    else if (S_ISDIR(st.st_mode))
        r = -EISDIR;
    else if (!S_ISREG(st.st_mode))
        r = -ENODEV;
    else if (st.st_size > FILE_BYTES_MAX)
        r = -EFBIG;
    while (r == 0 && n > 0) {
        r = cadre__buf_reserve(buf, 64 << 10);
        if (r < 0)
            break;
        do
            n = read(fd, buf->data + buf->len, 64 << 10);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            r = -errno;
        else
            buf->len += (size_t)n;
        if (buf->len > FILE_BYTES_MAX)
            r = -EFBIG;
    }
    close(fd);
    if (r == 0)
        r = cadre__buf_putc(buf, '\0');
    return r;
}

/* What a failed read means, for messages. */
static const char *read_fault(int r)
{
    switch (r) {
    case -EISDIR:
        return "it is a folder";
    case -ENODEV:
        return "it is no regular file";
    case -EFBIG:
        return "it is larger than 16 MiB";
    default:
        return strerror(-r);
    }
}

/* Whether PATH is among the files that are being read. */
static bool is_open(const struct scan *s, const char *path)
{
    struct stat a, b;

    if (stat(path, &a) < 0)
        return false;
    for (int i = 0; i < s->n_open; i++)
        if (stat(s->open[i], &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
            return true;
    return false;
}

/*
 * Scans the file PATH. The main file must be there; of an @include (at line LINE of s->path)
 * that is not, there is an error and the scan goes on.
 */
static int scan_file(struct scan *s, const char *path, unsigned line, bool required)
{
    const char *outer = s->path;
    struct cadre__buf buf = {0};
    const char *text;
    size_t len;
    int r = 0;

    if (is_open(s, path))
        return syntax(s, here(s), "@include \"%s\": the file includes itself", path);
    if (s->n_open == INCLUDES_MAX)
        return syntax(s, here(s), "@include \"%s\": more than %d files inside each other", path,
                      INCLUDES_MAX);
    r = read_whole(path, &buf);
    if (r < 0) {
        if (required)
            cadre__conf_errors_add(s->errs, path, 0, "cannot be read: %s", read_fault(r));
        else
            cadre__conf_errors_add(s->errs, outer, line, "@include \"%s\": cannot be read: %s",
                                   path, read_fault(r));
        r = r == -ENOMEM || required ? (r == -ENOMEM ? r : -EINVAL) : 0;
        goto out;
    }
    cadre__conf_errors_file(s->errs, path);
    s->path = path;
    text = cadre__buf_text(&buf);
    len = strlen(text);
    if (len != buf.len - 1) {
        s->line = 1;
        for (size_t i = 0; i < len; i++)
            s->line += text[i] == '\n';
        r = syntax(s, here(s), "a NUL byte: this is no text file");
        goto out;
    }
    s->open[s->n_open++] = path;
    r = scan_text(s, strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text);
    s->n_open--;
out:
    s->path = outer;
    cadre__buf_done(&buf);
    return r;
}

int cadre__source_read(struct cadre__source *source, struct cadre__arena *arena, const char *path,
                       struct cadre__conf_errors *errs)
{
    struct scan s = {.source = source, .arena = arena, .errs = errs, .path = path, .line = 1};

    memset(source, 0, sizeof(*source));
    return scan_file(&s, path, 0, true);
}

int cadre__source_take(struct cadre__source *source, struct cadre__arena *arena, const char *text,
                       struct cadre__conf_errors *errs)
{
    struct scan s = {.source = source, .arena = arena, .errs = errs, .path = "", .line = 1};

    memset(source, 0, sizeof(*source));
    return scan_text(&s, text);
}

void cadre__source_done(struct cadre__source *source)
{
    cadre__buf_done(&source->text);
    free(source->lines);
    memset(source, 0, sizeof(*source));
}

struct cadre__source_line cadre__source_at(const struct cadre__source *source, unsigned line)
{
    if (source->n_lines == 0)
        return (struct cadre__source_line){"", 0};
    if (line == 0 || line > source->n_lines)
        line = (unsigned)source->n_lines;
    return source->lines[line - 1];
}

const char *cadre__source_beside(struct cadre__arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (path[0] == '/' || slash == NULL)
        return cadre__arena_strndup(arena, path, strlen(path));
    return cadre__arena_printf(arena, "%.*s%s", (int)(slash - file + 1), file, path);
}
