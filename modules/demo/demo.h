/* SPDX-License-Identifier: MIT */
/*
 * The demo: what a newcomer sees first, and a module to read. A file a subject, each with its
 * handlers and the table of their routes; demo.c puts them together. docs/writing-a-module.md
 * explains all of it step by step.
 */
#ifndef MODULES_DEMO_H
#define MODULES_DEMO_H

#include <cadre.h>

/* What the server lifespan publishes: bytes that all workers read, so no pointers. */
struct server_facts {
    int64_t started_at; /* seconds since 1970 */
    int64_t pid;        /* of the process that it ran in */
};

/* What `settings` in the conf says. */
struct demo_settings {
    const char *greeting; /* the word of /hello */
    bool allow_blocks;    /* whether /blocks and /crash do what they say */
    bool allow_crash;
    const char *database; /* the path of the SQLite file; NULL: where database.h says */
    int64_t max_items;    /* so many there may be, of all workers */
    const char *api_key;  /* of those who may delete items; NULL: nobody may */
};

/* The state of one worker: what its lifespan hands to its handlers. */
struct demo {
    const struct demo_settings *settings;
    struct store *store;         /* for threads: store.h */
    char tone_path[40];          /* of the file that /tone.wav sends */
    unsigned long long requests; /* counted on the loop, so no lock */
    unsigned long long letters;  /* written behind responses */
};

/* The state, for an async handler: it counts the request. */
static inline struct demo *demo_of(struct cadre_request *req)
{
    struct demo *demo = cadre_state(req);

    demo->requests++;
    return demo;
}

/* The routes of each file. */
extern const struct cadre_route basics_routes[];
extern const struct cadre_route waiting_routes[];
extern const struct cadre_route forms_routes[];
extern const struct cadre_route upload_routes[];
extern const struct cadre_route cookies_routes[];
extern const struct cadre_route files_routes[];
extern const struct cadre_route background_routes[];
extern const struct cadre_route links_routes[];
extern const struct cadre_route trouble_routes[];
extern const struct cadre_route pages_routes[];

/* Makes the file of files.c: its descriptor, which is closed by the caller, and its path. A
 * negative errno. */
CADRE_MUST_CHECK int make_tone(char *path, size_t path_size);

/* The source of that handler, wherever it stands: from the comment above it to the brace that ends
 * it. False: there is none of that name. */
bool find_source(const char *handler, struct cadre_str *ret);

/* Takes the file NAME.c, in which it stands, into the module: from NAME_source to NAME_source_end.
 */
#define SHOWS_SOURCE(name)                                                                         \
    __asm__(".pushsection .rodata\n"                                                               \
            ".hidden " #name "_source\n"                                                           \
            ".hidden " #name "_source_end\n"                                                       \
            ".global " #name "_source\n"                                                           \
            ".global " #name "_source_end\n" #name "_source: .incbin \"" DEMO_FOLDER "/" #name     \
            ".c\"\n" #name "_source_end:\n"                                                        \
            ".popsection\n");                                                                      \
    extern const char name##_source[]

#endif
