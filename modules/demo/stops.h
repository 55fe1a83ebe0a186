/* SPDX-License-Identifier: MIT */
/* The stops of the demo's tour: what each page says, and whose sources it shows. */
#ifndef MODULES_DEMO_STOPS_H
#define MODULES_DEMO_STOPS_H

#define STOP_HANDLERS_MAX 4

struct stop {
    const char *name;  /* in the path of the page; NULL ends the table */
    const char *title; /* of the page */
    const char *about; /* for the list of all */
    const char *text;  /* HTML; links begin with the way to the module's "/", "../" */
    const char *handlers[STOP_HANDLERS_MAX]; /* whose sources are shown */
};

extern const struct stop stops[];

#endif
