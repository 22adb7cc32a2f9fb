// Exchanges folders for links that lead out, as fast as it can, until its input ends; then tells how often it did.
// Arguments: the root, then for each victim its path, the link's path, and the link's target. What is missing is planted anew.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *files[] = { "secret", "a", "b", "inner", "leaf" };

static int type_of(int root, const char *path)
{
    struct stat status;
    return fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? (int)(status.st_mode & S_IFMT) : 0;
}

static void make_folder(int root, const char *path)
{
    char above[256];
    snprintf(above, sizeof above, "%s", path);
    char *slash = strrchr(above, '/');
    if (slash) {
        *slash = 0;
        mkdirat(root, above, 0755);
    }
    mkdirat(root, path, 0755);
    // Into the folder itself, never through a link.
    int folder = openat(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (folder < 0)
        return;
    mkdirat(folder, "folder", 0755);
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        int file = openat(folder, files[i], O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);
        if (file >= 0)
            close(file);
    }
    close(folder);
}

static void plant(int root, const char *path, const char *link, const char *target)
{
    static unsigned long old;
    char away[64];
    if (type_of(root, link) == S_IFDIR && type_of(root, path) != S_IFLNK) {
        snprintf(away, sizeof away, "traps/old%lu", old++);
        renameat(root, link, root, away);
    }
    if (type_of(root, link) == S_IFLNK && type_of(root, path) == S_IFLNK)
        unlinkat(root, path, 0);
    if (type_of(root, link) != S_IFDIR)
        make_folder(root, path);
    symlinkat(target, root, link);
}

int main(int count, char **arguments)
{
    int root = open(arguments[1], O_RDONLY | O_DIRECTORY);
    if (root < 0)
        return 1;
    unsigned long swaps = 0;
    mkdirat(root, "traps", 0755);
    for (int i = 2; i + 2 < count; i += 3)
        plant(root, arguments[i], arguments[i + 1], arguments[i + 2]);
    puts("ready");
    fflush(stdout);
    for (unsigned long turn = 0;; turn++) {
        for (int i = 2; i + 2 < count; i += 3) {
            if (renameat2(root, arguments[i], root, arguments[i + 1], RENAME_EXCHANGE) == 0)
                swaps++;
            else if (errno == ENOENT || errno == ENOTDIR)
                plant(root, arguments[i], arguments[i + 1], arguments[i + 2]);
            if (turn % 64 == 0)
                plant(root, arguments[i], arguments[i + 1], arguments[i + 2]);
        }
        struct pollfd input = { .fd = 0, .events = POLLIN };
        if (turn % 64 == 0 && poll(&input, 1, 0) != 0)
            break;
    }
    printf("%lu\n", swaps);
    return 0;
}
