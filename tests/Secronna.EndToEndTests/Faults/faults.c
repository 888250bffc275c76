/* Makes fsync fail with EIO while the file "fsync-fails" exists in the folder TEST_FAULTS, and writes fail with ENOSPC while
   "disk-full" exists there. Applies to files with TEST_FAULTS_FILE in their path, by default to the database's files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int triggered(const char *name)
{
    char path[4096];
    const char *folder = getenv("TEST_FAULTS");
    int saved = errno, found;
    if (folder == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    found = access(path, F_OK) == 0;
    errno = saved;
    return found;
}

static int is_database(int fd)
{
    char link[64], path[4096];
    const char *file = getenv("TEST_FAULTS_FILE");
    int saved = errno;
    ssize_t length;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, file != NULL ? file : "secronna.db") != NULL;
}

static int fails(int fd, const char *name, int error)
{
    if (!triggered(name) || !is_database(fd))
        return 0;
    errno = error;
    return 1;
}

#define NEXT(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

int fsync(int fd) { return fails(fd, "fsync-fails", EIO) ? -1 : NEXT(fsync)(fd); }

int fdatasync(int fd) { return fails(fd, "fsync-fails", EIO) ? -1 : NEXT(fdatasync)(fd); }

ssize_t write(int fd, const void *bytes, size_t count)
{
    return fails(fd, "disk-full", ENOSPC) ? -1 : NEXT(write)(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    return fails(fd, "disk-full", ENOSPC) ? -1 : NEXT(pwrite)(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset)
{
    return fails(fd, "disk-full", ENOSPC) ? -1 : NEXT(pwrite64)(fd, bytes, count, offset);
}
