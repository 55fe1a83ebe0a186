/* SPDX-License-Identifier: MIT */
/*
 * A module's file as ELF: worker/module_file.h. Only the class, byte order and machine of this
 * program itself are read; the rest is named and refused.
 */
#include "config.h"

#include "worker/module_file.h"

#include "web/request.h"
#include <assert.h>
#include <cadre/error.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* More symbols than this are not looked at: a bound for broken tables. */
#define SYMBOLS_MAX 10000000u

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#elif defined(__i386__)
#define OUR_MACHINE EM_386
#elif defined(__arm__)
#define OUR_MACHINE EM_ARM
#else
#define OUR_MACHINE EM_NONE /* not checked here; dlopen does */
#endif

#define OUR_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OUR_DATA  (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

/* The file, mapped, and where its dynamic tables are. */
struct file {
    const unsigned char *data;
    size_t size;
    char *why;
    size_t why_size;

    const ElfW(Ehdr) * header;
    const ElfW(Phdr) * segments;
    size_t n_segments;
    bool has_interpreter; /* PT_INTERP: a program */

    uint64_t strings_at; /* addresses, as in the dynamic segment; 0: none */
    uint64_t strings_len;
    uint64_t symbols_at;
    uint64_t hash_at;
    uint64_t gnu_hash_at;
    bool is_pie;
};

static CADRE_PRINTF(2, 3) int refuse(const struct file *file, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(file->why, file->why_size, fmt, args);
    va_end(args);
    return -ENOEXEC;
}

/* len bytes at that offset of the file, or NULL where it ends before. */
static const void *at_offset(const struct file *file, uint64_t offset, uint64_t len)
{
    if (offset > file->size || len > file->size - offset)
        return NULL;
    return file->data + offset;
}

/* len bytes at that address of the image, or NULL where no segment of the file holds them. */
static const void *at_address(const struct file *file, uint64_t address, uint64_t len)
{
    for (size_t i = 0; i < file->n_segments; i++) {
        const ElfW(Phdr) *segment = &file->segments[i];

        if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
            address - segment->p_vaddr > segment->p_filesz ||
            len > segment->p_filesz - (address - segment->p_vaddr))
            continue;
        return at_offset(file, segment->p_offset + (address - segment->p_vaddr), len);
    }
    return NULL;
}

static const char *string_at(const struct file *file, uint64_t index)
{
    const char *strings = at_address(file, file->strings_at, file->strings_len);

    if (strings == NULL || index >= file->strings_len ||
        memchr(strings + index, '\0', file->strings_len - index) == NULL)
        return NULL;
    return strings + index;
}

/* --- what kind of file it is --- */

static int refuse_stranger(const struct file *file)
{
    const char *text = (const char *)file->data;
    size_t n = file->size;

    if (n == 0)
        return refuse(file, "the file is empty: build it again");
    if (n > 7 && memcmp(text, "!<arch>", 7) == 0)
        return refuse(file, "it is a static library: link a shared object, cc -shared");
    if (memmem(text, n < 200 ? n : 200, "libtool library file", 20) != NULL)
        return refuse(file, "it is libtool's description of a library: name the .so, which libtool "
                            "keeps in .libs until it is installed");
    return refuse(file, "it is not a shared object (no ELF file): build it by cc -shared -fPIC");
}

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_X86_64:
        return "x86-64";
    case EM_AARCH64:
        return "aarch64";
    case EM_386:
        return "i386";
    case EM_ARM:
        return "arm";
    case EM_RISCV:
        return "riscv";
    case EM_PPC64:
        return "ppc64";
    case EM_S390:
        return "s390";
    default:
        return "another machine";
    }
}

static int check_kind(struct file *file)
{
    const unsigned char *ident = file->data;

    if (file->size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) != 0)
        return refuse_stranger(file);
    file->header = at_offset(file, 0, sizeof(*file->header));
    if (file->header == NULL)
        return refuse(file, "the file is cut: build it again");
    if (ident[EI_CLASS] != OUR_CLASS)
        return refuse(file, "it is built for %d bits, this server for %d: build it for the same",
                      ident[EI_CLASS] == ELFCLASS64 ? 64 : 32, (int)sizeof(void *) * 8);
    if (ident[EI_DATA] != OUR_DATA ||
        (OUR_MACHINE != EM_NONE && file->header->e_machine != OUR_MACHINE))
        return refuse(file, "it is built for %s, this server runs on %s: build it for the same",
                      machine_name(file->header->e_machine), machine_name(OUR_MACHINE));
    if (file->header->e_type == ET_REL)
        return refuse(file, "it is an object file: link it, cc -shared");
    if (file->header->e_type != ET_DYN)
        return refuse(file, "it is a program, not a shared object: link it by cc -shared -fPIC");
    return 0;
}

/* --- the dynamic segment --- */

static int read_segments(struct file *file)
{
    assert(file->header != NULL);
    file->n_segments = file->header->e_phnum;
    file->segments = at_offset(file, file->header->e_phoff,
                               (uint64_t)file->n_segments * sizeof(*file->segments));
    if (file->segments == NULL || file->header->e_phentsize != sizeof(*file->segments) ||
        file->header->e_phoff % _Alignof(ElfW(Phdr)) != 0)
        return refuse(file, "the file is cut or broken: build it again");
    for (size_t i = 0; i < file->n_segments; i++) {
        const ElfW(Phdr) *segment = &file->segments[i];

        file->has_interpreter |= segment->p_type == PT_INTERP;
        if (segment->p_type == PT_LOAD &&
            at_offset(file, segment->p_offset, segment->p_filesz) == NULL)
            return refuse(file, "the file is cut: build it again");
    }
    return 0;
}

static const ElfW(Dyn) * dynamic_entries(const struct file *file, size_t *ret_n)
{
    for (size_t i = 0; i < file->n_segments; i++) {
        const ElfW(Phdr) *segment = &file->segments[i];

        if (segment->p_type != PT_DYNAMIC || segment->p_offset % _Alignof(ElfW(Dyn)) != 0)
            continue;
        *ret_n = segment->p_filesz / sizeof(ElfW(Dyn));
        return at_offset(file, segment->p_offset, segment->p_filesz);
    }
    return NULL;
}

static void note_entry(struct file *file, const ElfW(Dyn) * entry)
{
    switch (entry->d_tag) {
    case DT_STRTAB:
        file->strings_at = entry->d_un.d_ptr;
        break;
    case DT_STRSZ:
        file->strings_len = entry->d_un.d_val;
        break;
    case DT_SYMTAB:
        file->symbols_at = entry->d_un.d_ptr;
        break;
    case DT_HASH:
        file->hash_at = entry->d_un.d_ptr;
        break;
    case DT_GNU_HASH:
        file->gnu_hash_at = entry->d_un.d_ptr;
        break;
    case DT_FLAGS_1:
        file->is_pie = (entry->d_un.d_val & DF_1_PIE) != 0;
        break;
    default:
        break;
    }
}

static int read_dynamic(struct file *file)
{
    size_t n = 0;
    const ElfW(Dyn) *entries = dynamic_entries(file, &n);

    if (entries == NULL)
        return refuse(file, "it cannot be loaded (no dynamic segment): link it by cc -shared");
    for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++)
        note_entry(file, &entries[i]);
    if (file->is_pie)
        return refuse(file, "it is a program, not a shared object: link it by cc -shared -fPIC");
    for (size_t i = 0; i < n && entries[i].d_tag != DT_NULL; i++) {
        const char *name;

        if (entries[i].d_tag != DT_NEEDED)
            continue;
        name = string_at(file, entries[i].d_un.d_val);
        if (name != NULL && strncmp(name, "libcadre.so", 11) == 0)
            return refuse(file,
                          "it is linked to %s, a second copy of the runtime: modules link nothing "
                          "of Cadre; leave -lcadre out",
                          name);
    }
    return 0;
}

/* --- symbols --- */

static size_t count_by_hash(const struct file *file)
{
    const uint32_t *table = at_address(file, file->hash_at, 2 * sizeof(uint32_t));

    return table != NULL && file->hash_at % sizeof(uint32_t) == 0 ? table[1] : 0;
}

/* The highest symbol of the highest chain, plus one. */
static size_t count_by_gnu_hash(const struct file *file)
{
    const uint32_t *table = at_address(file, file->gnu_hash_at, 4 * sizeof(uint32_t));
    uint64_t buckets_at, chains_at;
    const uint32_t *buckets;
    uint32_t last = 0;

    if (table == NULL || file->gnu_hash_at % sizeof(uint32_t) != 0)
        return 0;
    buckets_at = file->gnu_hash_at + 16 + (uint64_t)table[2] * sizeof(ElfW(Addr));
    chains_at = buckets_at + (uint64_t)table[0] * 4;
    buckets = at_address(file, buckets_at, (uint64_t)table[0] * 4);
    if (buckets == NULL)
        return 0;
    for (uint32_t i = 0; i < table[0]; i++)
        last = buckets[i] > last ? buckets[i] : last;
    if (last < table[1])
        return 0; /* it exports nothing */
    for (; last < SYMBOLS_MAX; last++) {
        const uint32_t *hash = at_address(file, chains_at + (uint64_t)(last - table[1]) * 4, 4);

        if (hash == NULL || (*hash & 1) != 0)
            return hash == NULL ? 0 : (size_t)last + 1;
    }
    return 0;
}

static int refuse_copy(const struct file *file, const char *what)
{
    return refuse(file,
                  "it brings a copy of Cadre's runtime along (%s): modules link nothing of Cadre; "
                  "leave libcadre out",
                  what);
}

static int check_symbol(const struct file *file, const ElfW(Sym) * symbol, bool *has_descriptor)
{
    const char *name;

    if (symbol->st_shndx == SHN_UNDEF)
        return 0;
    name = string_at(file, symbol->st_name);
    if (name == NULL || strncmp(name, "cadre_", 6) != 0)
        return 0;
    if (strcmp(name, "cadre_module") == 0) {
        if (symbol->st_size < sizeof(struct cadre_module_descriptor))
            return refuse(file,
                          "its \"cadre_module\" has %llu bytes, which is no module's descriptor: "
                          "write CADRE_MODULE = {...}; of <cadre.h>",
                          (unsigned long long)symbol->st_size);
        *has_descriptor = true;
        return 0;
    }
    if (dlsym(RTLD_DEFAULT, name) != NULL) {
        char what[120];

        snprintf(what, sizeof(what), "it defines %.80s", name);
        return refuse_copy(file, what);
    }
    return 0;
}

static int check_symbols(const struct file *file)
{
    size_t n = file->gnu_hash_at != 0 ? count_by_gnu_hash(file) : count_by_hash(file);
    const ElfW(Sym) *symbols =
        n < SYMBOLS_MAX ? at_address(file, file->symbols_at, n * sizeof(*symbols)) : NULL;
    bool has_descriptor = false;
    int r = 0;

    if (symbols == NULL || file->symbols_at % _Alignof(ElfW(Sym)) != 0)
        n = 0;
    for (size_t i = 0; i < n && r == 0; i++)
        r = check_symbol(file, &symbols[i], &has_descriptor);
    if (r < 0)
        return r;
    if (memmem(file->data, file->size, cadre__runtime_marker, strlen(cadre__runtime_marker)) !=
        NULL)
        return refuse_copy(file, "hidden in it");
    if (!has_descriptor && file->has_interpreter)
        return refuse(file, "it is a program, not a handler module");
    if (!has_descriptor)
        return refuse(file, "it is no handler module, since it exports no \"cadre_module\": write "
                            "CADRE_MODULE = {...}; once in it, at file scope, outside of any "
                            "namespace");
    return 0;
}

/* --- the file --- */

/* Maps an open file. NULL with errno. */
static const unsigned char *map_file(int fd, size_t size)
{
    void *data;

    if (size == 0)
        return (const unsigned char *)""; /* there is nothing to map */
    data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    return data != MAP_FAILED ? data : NULL;
}

static int refuse_unread(char *why, size_t why_size, int error)
{
    snprintf(why, why_size, "cannot read it: %s", cadre_strerror(error));
    return error;
}

int module_file_open(const char *path, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    return fd < 0 ? refuse_unread(why, why_size, -errno) : fd;
}

static int read_file(int fd, char *why, size_t why_size, struct file *ret)
{
    struct file file = {.why = why, .why_size = why_size};
    struct stat st;

    if (fstat(fd, &st) < 0)
        return refuse_unread(why, why_size, -errno);
    if (!S_ISREG(st.st_mode))
        return refuse(&file, "it is %s: name the module's .so file",
                      S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
    file.size = (size_t)st.st_size;
    file.data = map_file(fd, file.size);
    if (file.data == NULL)
        return refuse_unread(why, why_size, -errno);
    *ret = file;
    return 0;
}

int module_file_check(int fd, char *why, size_t why_size)
{
    struct file file = {.data = (const unsigned char *)""};
    int r = read_file(fd, why, why_size, &file);

    if (r < 0)
        return r;
    r = check_kind(&file);
    if (r == 0)
        r = read_segments(&file);
    if (r == 0)
        r = read_dynamic(&file);
    if (r == 0)
        r = check_symbols(&file);
    if (file.size > 0)
        munmap((void *)(uintptr_t)file.data, file.size);
    return r;
}
