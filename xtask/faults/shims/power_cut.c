/* Keeps what a power cut would leave of the files in a folder: of each file the bytes that were there when it was last
 * synced, and of the folder the names that were in it when it was last synced.
 *
 * MINTMARK_TEST_SHIM_FOLDER   the folder that is watched
 * MINTMARK_TEST_SHIM_KEPT     where it is kept: one file per inode, and `entries` with an inode and a name a line
 * MINTMARK_TEST_SHIM_UNSYNCED files whose name ends like this are never synced, whoever asks
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 4096

/* The bytes of a file that were written since its last sync lie between these two. */
struct dirty {
    ino_t inode;
    off_t from, to;
};

static struct dirty files[FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct dirty *find(ino_t inode) {
    for (size_t i = 0; i < FILES; i++) {
        if (files[i].inode == inode) return &files[i];
        if (files[i].inode == 0) {
            files[i] = (struct dirty){inode, 0, 0};
            return &files[i];
        }
    }
    abort();
}

static void note(int fd, off_t from, ssize_t count) {
    struct stat at;
    if (count <= 0 || from < 0 || fstat(fd, &at) != 0 || !S_ISREG(at.st_mode)) return;
    pthread_mutex_lock(&lock);
    struct dirty *file = find(at.st_ino);
    int clean = file->from == file->to;
    if (clean || from < file->from) file->from = from;
    if (clean || from + count > file->to) file->to = from + count;
    pthread_mutex_unlock(&lock);
}

static int path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static void keep_entries(const char *kept, const char *folder) {
    char draft[4096], final[4096];
    snprintf(draft, sizeof draft, "%s/entries.draft", kept);
    snprintf(final, sizeof final, "%s/entries", kept);
    FILE *out = fopen(draft, "w");
    DIR *names = opendir(folder);
    if (!out || !names) abort();
    for (struct dirent *entry; (entry = readdir(names));)
        if (entry->d_type == DT_REG) fprintf(out, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    closedir(names);
    fclose(out);
    rename(draft, final);
}

/* Through the descriptor that is there, unless it can only write: opening and closing a database would drop SQLite's
 * locks on it. */
static void keep_bytes(const char *kept, const char *source, int fd, const struct stat *at) {
    char path[4096], buffer[65536];
    snprintf(path, sizeof path, "%s/%lu", kept, (unsigned long)at->st_ino);
    int copy = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int other = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY ? open(source, O_RDONLY | O_CLOEXEC) : -1;
    int reader = other < 0 ? fd : other;
    if (copy < 0) abort();
    struct dirty *file = find(at->st_ino);
    ssize_t (*plain_pwrite)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    for (off_t place = file->from; place < file->to;) {
        size_t wanted = (size_t)(file->to - place) < sizeof buffer ? (size_t)(file->to - place) : sizeof buffer;
        ssize_t count = pread(reader, buffer, wanted, place);
        if (count == 0) break;
        if (count < 0) abort();
        if (plain_pwrite(copy, buffer, (size_t)count, place) != count) abort();
        place += count;
    }
    if (ftruncate(copy, at->st_size) != 0) abort();
    close(copy);
    if (other >= 0) close(other);
    file->from = file->to = 0;
}

static int is_never_synced(const char *path) {
    const char *ending = getenv("MINTMARK_TEST_SHIM_UNSYNCED");
    if (!ending) return 0;
    size_t length = strlen(path), end = strlen(ending);
    return length >= end && strcmp(path + length - end, ending) == 0;
}

/* After a sync that succeeded, and before its caller is told so. */
static void keep(int fd) {
    const char *folder = getenv("MINTMARK_TEST_SHIM_FOLDER"), *kept = getenv("MINTMARK_TEST_SHIM_KEPT");
    char path[4096];
    struct stat at;
    if (!folder || !kept || !path_of(fd, path, sizeof path) || fstat(fd, &at) != 0) return;
    if (strncmp(path, folder, strlen(folder)) != 0 || is_never_synced(path)) return;
    pthread_mutex_lock(&lock);
    if (S_ISDIR(at.st_mode)) {
        if (strcmp(path, folder) == 0) keep_entries(kept, folder);
    } else {
        keep_bytes(kept, path, fd, &at);
    }
    pthread_mutex_unlock(&lock);
}

int fsync(int fd) {
    int (*plain)(int) = dlsym(RTLD_NEXT, "fsync");
    int result = plain(fd);
    if (result == 0) keep(fd);
    return result;
}

int fdatasync(int fd) {
    int (*plain)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int result = plain(fd);
    if (result == 0) keep(fd);
    return result;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*plain)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    off_t from = lseek(fd, 0, SEEK_CUR);
    ssize_t count = plain(fd, bytes, size);
    note(fd, from, count);
    return count;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t from) {
    ssize_t (*plain)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    ssize_t count = plain(fd, bytes, size, from);
    note(fd, from, count);
    return count;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t from) {
    ssize_t (*plain)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    ssize_t count = plain(fd, bytes, size, from);
    note(fd, from, count);
    return count;
}
