// Runs one program and tells what it took: launch RESULT STDOUT STDERR BYTES PROGRAM ARGUMENT…
// RESULT gets "NANOSECONDS CPU-MICROSECONDS PEAK-KIB STATUS". It is C because a program inherits its starter's peak of memory: that of .NET is larger than what is measured.
// So many bytes of free memory are touched and freed first. The host of a virtual machine takes back what was free for a while, and what it has to give anew
// takes many times as long to touch: which program would pay for that depends on what ran before it and on how long ago that was.
// CPU is that of the whole tree of processes, the peak that of the largest of them (getrusage(2)).
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void give(const char *path, int descriptor) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, descriptor) < 0) { perror(path); exit(125); }
    close(file);
}

// No more than seven eighths of what is free: nothing is driven out of the page cache for it.
static void touch(long long bytes) {
    long long free = (long long)sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE) / 8 * 7;
    size_t length = bytes < free ? bytes : free;
    if (length == 0)
        return;
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED || munmap(memory, length) < 0) { perror("touching memory"); exit(125); }
}

int main(int count, char **arguments) {
    if (count < 6) { fprintf(stderr, "usage: launch RESULT STDOUT STDERR BYTES PROGRAM ARGUMENT...\n"); return 125; }
    struct timespec begun, ended;
    struct rusage usage;
    int status;
    touch(atoll(arguments[4]));
    clock_gettime(CLOCK_MONOTONIC, &begun);
    pid_t child = fork();
    if (child < 0) { perror("fork"); return 125; }
    if (child == 0) {
        give(arguments[2], 1);
        give(arguments[3], 2);
        execvp(arguments[5], arguments + 5);
        perror(arguments[5]);
        _exit(127);
    }
    if (wait4(child, &status, 0, &usage) != child) { perror("wait4"); return 125; }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    FILE *result = fopen(arguments[1], "w");
    if (!result) { perror(arguments[1]); return 125; }
    fprintf(result, "%lld %lld %ld %d\n",
        (ended.tv_sec - begun.tv_sec) * 1000000000LL + ended.tv_nsec - begun.tv_nsec,
        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
        usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(result) == 0 ? 0 : 125;
}
