/* SPDX-License-Identifier: MIT */
/*
 * Reports of deaths; see crash_report.h.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/units.h"
#include "master/crash_report.h"
#include "master/signals.h"
#include "master/trace_text.h"

#define TRACE_SIZE 6144

bool crash_report_is_one(int wait_status)
{
    return WIFSIGNALED(wait_status) || (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0);
}

/* What the codes of siginfo mean, see sigaction(2). */
static const struct code_row {
    int signo, code;
    const char *text;
} code_rows[] = {
    {SIGSEGV, SEGV_MAPERR, "no memory at that address"},
    {SIGSEGV, SEGV_ACCERR, "that memory may not be used so"},
    {SIGSEGV, SI_KERNEL, "an address that no memory can have"},
    {SIGBUS, BUS_ADRALN, "an address of wrong alignment"},
    {SIGBUS, BUS_ADRERR, "a file that was mapped has become shorter, or memory is out"},
    {SIGBUS, BUS_OBJERR, "the hardware fails"},
    {SIGFPE, FPE_INTDIV, "an integer was divided by zero"},
    {SIGFPE, FPE_INTOVF, "an integer overflowed"},
    {SIGFPE, FPE_FLTDIV, "a number was divided by zero"},
    {SIGFPE, FPE_FLTINV, "an invalid operation on numbers"},
    {SIGILL, ILL_ILLOPC, "no instruction of this processor"},
    {SIGILL, ILL_ILLOPN, "no instruction of this processor"},
    {SIGILL, ILL_PRVOPC, "an instruction of the kernel's"},
    {SIGSYS, 1, "a system call that a filter forbids"},
};

static const char *code_text(int signo, int code)
{
    for (size_t i = 0; i < sizeof(code_rows) / sizeof(code_rows[0]); i++)
        if (code_rows[i].signo == signo && code_rows[i].code == code)
            return code_rows[i].text;
    return NULL;
}

static bool is_fault(int signo)
{
    return signo == SIGSEGV || signo == SIGBUS || signo == SIGFPE || signo == SIGILL;
}

/* Whether somebody else sent the signal: not the process itself by abort(3) or raise(3). */
static bool was_sent(const struct crash_report *r)
{
    return r->has_record && r->record.sender != 0 && r->record.sender != r->pid;
}

const char *crash_report_cause(const struct crash_report *r, char *buf, size_t size)
{
    char name[32];
    const char *code;
    int signo;

    if (!WIFSIGNALED(r->wait_status)) {
        snprintf(buf, size, "exit status %d", WEXITSTATUS(r->wait_status));
        return buf;
    }
    signo = WTERMSIG(r->wait_status);
    signal_name(signo, name, sizeof(name));
    code = r->has_record && r->record.signo == signo ? code_text(signo, r->record.code) : NULL;
    if (r->record.stack_size > 0)
        snprintf(buf, size, "%s (stack overflow, its stack has %" PRIu64 " KiB)", name,
                 r->record.stack_size / 1024);
    else if (was_sent(r))
        snprintf(buf, size, "%s (sent by process %" PRId32 ")", name, r->record.sender);
    else if (code != NULL && is_fault(signo) && r->record.code != SI_KERNEL)
        snprintf(buf, size, "%s (%s) at 0x%" PRIx64, name, code, r->record.address);
    else if (code != NULL)
        snprintf(buf, size, "%s (%s)", name, code);
    else
        snprintf(buf, size, "%s", name);
    return buf;
}

static void put_who(const struct crash_report *r, char *buf, size_t size)
{
    if (r->kind == CADRE__CHILD_WORKER)
        snprintf(buf, size, "worker %" PRIu32, r->index + 1);
    else
        snprintf(buf, size, "%s", cadre__child_kind_name(r->kind));
}

/* Appends ", WHAT TEXT" where there is a text. */
static void put_part(struct cadre__buf *line, const char *what, const char *text)
{
    if (text[0] != '\0')
        cadre__buf_printf(line, ", %s%s%s", what, what[0] != '\0' ? " " : "", text);
}

static void put_subject(struct cadre__buf *line, const struct crash_report *r)
{
    const struct cadre__crash_subject *subject = &r->record.subject;

    if (subject->module[0] != '\0')
        cadre__buf_printf(line, ", module \"%s\"", subject->module);
    put_part(line, "handler", subject->handler);
    put_part(line, "task", subject->task);
    if (subject->request[0] != '\0')
        cadre__buf_printf(line, ", request \"%s\"", subject->request);
    if (subject->module[0] == '\0' && subject->handler[0] == '\0')
        put_part(line, "in", r->place);
    if (r->has_record && strcmp(r->record.thread, "loop") != 0)
        put_part(line, "in", r->record.thread);
}

static void put_numbers(struct cadre__buf *line, const struct crash_report *r)
{
    uint64_t unit =
        r->uptime_ns < 10 * CADRE__NSEC_PER_SEC ? CADRE__NSEC_PER_MSEC : CADRE__NSEC_PER_SEC;
    char time[CADRE__UNITS_TEXT_SIZE];

    cadre__buf_printf(line, "; %" PRIu64 " request%s in %s", r->requests,
                      r->requests == 1 ? "" : "s",
                      cadre__format_duration(r->uptime_ns / unit * unit, time));
    if (r->rss_kib > 0)
        cadre__buf_printf(line, ", peak RSS %" PRIu64 ".%" PRIu64 " MiB", r->rss_kib / 1024,
                          r->rss_kib % 1024 * 10 / 1024);
    if (r->oom_kills > 0)
        cadre__buf_printf(line,
                          ", the kernel killed %" PRIu64 " process%s of the cgroup for "
                          "want of memory",
                          r->oom_kills, r->oom_kills == 1 ? "" : "es");
}

static void log_headline(const struct crash_report *r, const struct cadre__symbols_answer *answer)
{
    struct cadre__buf line;
    char who[48], cause[192], blame[512];

    cadre__buf_init(&line);
    put_who(r, who, sizeof(who));
    cadre__buf_printf(&line, "crash report: %s (pid %d) of generation %" PRIu32 ": %s", who,
                      (int)r->pid, r->generation, crash_report_cause(r, cause, sizeof(cause)));
    if (trace_blame(&r->record.trace, answer, blame, sizeof(blame)))
        cadre__buf_printf(&line, ", %s", blame);
    put_subject(&line, r);
    if (r->reason[0] != '\0')
        cadre__buf_printf(&line, "; it was killed: %s", r->reason);
    put_numbers(&line, r);
    if (line.error == 0)
        cadre__log(CADRE_LOG_CRITICAL, "%s", line.data);
    cadre__buf_done(&line);
}

static void log_threads(const struct crash_report *r)
{
    struct cadre__buf line;

    if (r->record.n_threads == 0)
        return;
    cadre__buf_init(&line);
    for (uint32_t i = 0; i < r->record.n_threads; i++) {
        const struct cadre__crash_thread *t = &r->record.threads[i];

        cadre__buf_printf(&line, "%s%s: %s%s%s", i > 0 ? ", " : "", t->name, t->module,
                          t->module[0] != '\0' ? ":" : "",
                          t->handler[0] != '\0' ? t->handler : "?");
    }
    if (line.error == 0)
        cadre__log(CADRE_LOG_ERROR, "threads of pid %d: %s", (int)r->pid, line.data);
    cadre__buf_done(&line);
}

void crash_report_log(const struct crash_report *r, const struct cadre__symbols_answer *answer)
{
    char trace[TRACE_SIZE];

    log_headline(r, answer);
    if (trace_text(&r->record.trace, answer, trace, sizeof(trace)) > 0)
        cadre__log(CADRE_LOG_ERROR, "backtrace of pid %d: %s", (int)r->pid, trace);
    log_threads(r);
}

/* --- JSON --- */

static void put_json_text(struct cadre__buf *out, const char *text)
{
    struct cadre__json_out json = {.buf = out};

    cadre__json_text(&json, text);
}

/* ,"NAME":"TEXT" where there is a text. */
static void put_member(struct cadre__buf *out, const char *name, const char *text)
{
    if (text[0] == '\0')
        return;
    cadre__buf_printf(out, ",\"%s\":", name);
    put_json_text(out, text);
}

static void put_time(struct cadre__buf *out, uint64_t when_ns)
{
    time_t seconds = (time_t)(when_ns / CADRE__NSEC_PER_SEC);
    char text[32] = "";
    struct tm tm;

    if (gmtime_r(&seconds, &tm) != NULL)
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    cadre__buf_printf(out, "{\"time\":\"%s.%03uZ\"", text,
                      (unsigned)(when_ns / CADRE__NSEC_PER_MSEC % 1000));
}

static void put_registers(struct cadre__buf *out, const struct cadre__crash_record *record)
{
    const char *name = cadre__crash_register_name(0);

    if (record->n_registers == 0 || name == NULL)
        return;
    cadre__buf_puts(out, ",\"registers\":{");
    for (uint32_t i = 0; i < record->n_registers && (name = cadre__crash_register_name(i)); i++)
        cadre__buf_printf(out, "%s\"%s\":\"0x%" PRIx64 "\"", i > 0 ? "," : "", name,
                          record->registers[i]);
    cadre__buf_putc(out, '}');
}

static void put_frame(struct cadre__buf *out, const struct cadre__backtrace *trace,
                      const struct cadre__backtrace_frame *frame,
                      const struct cadre__symbol *symbol)
{
    cadre__buf_printf(out, "{\"address\":\"0x%" PRIx64 "\"", frame->address);
    if (frame->object < trace->n_objects) {
        const struct cadre__backtrace_object *object = &trace->objects[frame->object];

        put_member(out, "object", object->path);
        if (object->build_id_len > 0)
            cadre__buf_puts(out, ",\"build_id\":\"");
        for (uint8_t i = 0; i < object->build_id_len; i++)
            cadre__buf_printf(out, "%02x", object->build_id[i]);
        if (object->build_id_len > 0)
            cadre__buf_putc(out, '"');
    }
    if (symbol != NULL) {
        put_member(out, "function", symbol->function);
        put_member(out, "file", symbol->file);
        if (symbol->line > 0)
            cadre__buf_printf(out, ",\"line\":%" PRIu32, symbol->line);
    }
    cadre__buf_putc(out, '}');
}

static void put_frames(struct cadre__buf *out, const struct cadre__backtrace *trace,
                       const struct cadre__symbols_answer *answer)
{
    bool any = false;

    cadre__buf_puts(out, ",\"frames\":[");
    for (uint32_t i = 0; i < trace->n_frames; i++) {
        uint32_t n;
        const struct cadre__symbol *symbol = trace_symbols(answer, i, &n);

        for (uint32_t k = 0; k < (n > 0 ? n : 1); k++) {
            if (any)
                cadre__buf_putc(out, ',');
            any = true;
            put_frame(out, trace, &trace->frames[i], symbol != NULL ? symbol + k : NULL);
        }
    }
    cadre__buf_putc(out, ']');
}

static void put_threads(struct cadre__buf *out, const struct cadre__crash_record *record)
{
    cadre__buf_puts(out, ",\"threads\":[");
    for (uint32_t i = 0; i < record->n_threads; i++) {
        cadre__buf_puts(out, i > 0 ? ",{\"name\":" : "{\"name\":");
        put_json_text(out, record->threads[i].name);
        put_member(out, "module", record->threads[i].module);
        put_member(out, "handler", record->threads[i].handler);
        cadre__buf_putc(out, '}');
    }
    cadre__buf_putc(out, ']');
}

static void put_record(struct cadre__buf *out, const struct crash_report *r,
                       const struct cadre__symbols_answer *answer)
{
    const struct cadre__crash_record *record = &r->record;
    char blame[512];

    if (record->sender != 0)
        cadre__buf_printf(out, ",\"sender\":%" PRId32, record->sender);
    else
        cadre__buf_printf(out, ",\"address\":\"0x%" PRIx64 "\"", record->address);
    if (record->stack_size > 0)
        cadre__buf_printf(out, ",\"stack_overflow\":%" PRIu64, record->stack_size);
    put_member(out, "thread", record->thread);
    put_member(out, "module", record->subject.module);
    put_member(out, "handler", record->subject.handler);
    put_member(out, "task", record->subject.task);
    put_member(out, "request", record->subject.request);
    if (trace_blame(&record->trace, answer, blame, sizeof(blame)))
        put_member(out, "at", blame);
    put_frames(out, &record->trace, answer);
    put_threads(out, record);
    put_registers(out, record);
}

void crash_report_json(const struct crash_report *r, const struct cadre__symbols_answer *answer,
                       struct cadre__buf *out)
{
    char text[192], name[32];

    put_time(out, r->when_ns);
    put_who(r, text, sizeof(text));
    put_member(out, "process", text);
    cadre__buf_printf(out, ",\"pid\":%d,\"generation\":%" PRIu32, (int)r->pid, r->generation);
    put_member(out, "cause", crash_report_cause(r, text, sizeof(text)));
    if (WIFSIGNALED(r->wait_status))
        put_member(out, "signal", signal_name(WTERMSIG(r->wait_status), name, sizeof(name)));
    else
        cadre__buf_printf(out, ",\"exit_status\":%d", WEXITSTATUS(r->wait_status));
    put_member(out, "reason", r->reason);
    put_member(out, "place", r->place);
    cadre__buf_printf(out,
                      ",\"requests\":%" PRIu64 ",\"uptime_ms\":%" PRIu64
                      ",\"peak_rss_kib\":%" PRIu64 ",\"oom_kills\":%" PRIu64,
                      r->requests, r->uptime_ns / CADRE__NSEC_PER_MSEC, r->rss_kib, r->oom_kills);
    if (r->has_record)
        put_record(out, r, answer);
    cadre__buf_putc(out, '}');
}
