/* Lets the n-th call of one kind fail with EIO, on the files of a database, as a dying disk does.
 *
 * MINTMARK_TEST_SHIM_FILE  the database; its log counts as well
 * MINTMARK_TEST_SHIM_FAIL  sync:N or write:N
 * MINTMARK_TEST_SHIM_TOLD  a file that is made when the call has failed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;

/* The database itself or its log; the index of the log is memory. */
static int is_watched(int fd) {
    const char *file = getenv("MINTMARK_TEST_SHIM_FILE");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!file || length < 0) return 0;
    path[length] = 0;
    size_t stem = strlen(file);
    return strncmp(path, file, stem) == 0 && (path[stem] == 0 || strcmp(path + stem, "-wal") == 0);
}

static int fails(const char *kind, int fd) {
    const char *wanted = getenv("MINTMARK_TEST_SHIM_FAIL");
    size_t length = strlen(kind);
    if (!wanted || strncmp(wanted, kind, length) != 0 || wanted[length] != ':' || !is_watched(fd)) return 0;
    if (atomic_fetch_add(&calls, 1) + 1 != atol(wanted + length + 1)) return 0;
    const char *told = getenv("MINTMARK_TEST_SHIM_TOLD");
    if (told) close(open(told, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    errno = EIO;
    return 1;
}

int fsync(int fd) {
    int (*plain)(int) = dlsym(RTLD_NEXT, "fsync");
    return fails("sync", fd) ? -1 : plain(fd);
}

int fdatasync(int fd) {
    int (*plain)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return fails("sync", fd) ? -1 : plain(fd);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*plain)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return fails("write", fd) ? -1 : plain(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t from) {
    ssize_t (*plain)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return fails("write", fd) ? -1 : plain(fd, bytes, size, from);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t from) {
    ssize_t (*plain)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return fails("write", fd) ? -1 : plain(fd, bytes, size, from);
}
