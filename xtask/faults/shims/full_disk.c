/* A disk that is full while a file exists: what lies in a folder can be changed and cannot grow.
 *
 * MINTMARK_TEST_SHIM_FOLDER  the folder on the full disk
 * MINTMARK_TEST_SHIM_FULL    the file that fills it
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_refused(int fd, off_t from, size_t size) {
    const char *folder = getenv("MINTMARK_TEST_SHIM_FOLDER"), *full = getenv("MINTMARK_TEST_SHIM_FULL");
    char link[64], path[4096];
    struct stat at;
    if (!folder || !full || access(full, F_OK) != 0 || fstat(fd, &at) != 0 || !S_ISREG(at.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0 || from + (off_t)size <= at.st_size) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*plain)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return is_refused(fd, lseek(fd, 0, SEEK_CUR), size) ? -1 : plain(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t from) {
    ssize_t (*plain)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return is_refused(fd, from, size) ? -1 : plain(fd, bytes, size, from);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t from) {
    ssize_t (*plain)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return is_refused(fd, from, size) ? -1 : plain(fd, bytes, size, from);
}
