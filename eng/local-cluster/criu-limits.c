/*
 * Lets CRIU dump another user's processes on a machine without CAP_SYS_RESOURCE, as a container often is: the kernel then refuses
 * prlimit64(2) for them (CRIU: "Can't get rlimit 0: Operation not permitted"), but shows the same numbers in /proc/PID/limits.
 * For this node of tests alone: a node of a real cluster has the capability, and nothing of this is ever shipped.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* "Max cpu time             unlimited            unlimited            seconds": the columns of fs/proc/base.c. */
enum { COLUMN = 26, LONGEST_LINE = 128 };

static long (*next)(long, ...);

__attribute__((constructor)) static void find_next(void) { next = dlsym(RTLD_NEXT, "syscall"); }

static rlim64_t limit(const char *text) { return strcmp(text, "unlimited") == 0 ? RLIM64_INFINITY : strtoull(text, NULL, 10); }

/* One line for each resource, in the order of their numbers, below a line of titles. */
static long read_limit(int pid, int resource, struct rlimit64 *old)
{
    char line[LONGEST_LINE], soft[21], hard[21];
    snprintf(line, sizeof line, "/proc/%d/limits", pid);
    FILE *limits = fopen(line, "re");
    if (limits == NULL)
        return -1;
    int lines = 0;
    while (fgets(line, sizeof line, limits) != NULL && lines <= resource)
        lines++;
    fclose(limits);
    if (lines <= resource || strlen(line) <= COLUMN || sscanf(line + COLUMN, "%20s %20s", soft, hard) != 2) {
        errno = EINVAL;
        return -1;
    }
    old->rlim_cur = limit(soft);
    old->rlim_max = limit(hard);
    return 0;
}

/* CRIU asks by syscall(2) itself. */
long syscall(long number, ...)
{
    __builtin_va_list arguments;
    long a[6];
    __builtin_va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = __builtin_va_arg(arguments, long);
    __builtin_va_end(arguments);
    long result = next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == SYS_prlimit64 && result == -1 && errno == EPERM && a[2] == 0 && a[3] != 0)
        return read_limit((int)a[0], (int)a[1], (struct rlimit64 *)a[3]);
    return result;
}
