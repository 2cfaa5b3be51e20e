/* A disk that fails and a clock that jumps, for the fault tests. Preloaded into the server; what is on is read from
 * FAULTS_CONTROL, a small file that the test and the server share as memory. Errors are made for files below
 * FAULTS_ROOT alone.
 *
 * A write that fails leaves a part of it behind, as a disk does; one to a disk that is read-only leaves nothing. With
 * `drop`, a sync that fails puts back what was there before: the kernel may forget what it could not write. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The first five are error numbers, 0 for none. `room` is how many more writes succeed before they fail. */
struct control {
  volatile int32_t write, sync, read, open, log, drop, made, room;
  volatile int64_t clock;
};

static struct control nothing, *control = &nothing;
static char root[PATH_MAX];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULTS_ROOT"), *shared = getenv("FAULTS_CONTROL");
  if (!at || !shared || !realpath(at, root)) abort();
  int fd = REAL(open)(shared, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (control == MAP_FAILED) abort();
  REAL(close)(fd);
}

static int below(const char *path) {
  size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int ours(int fd) {
  char link[64], path[PATH_MAX];
  int kept = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = kept;
  if (length <= 0) return 0;
  path[length] = 0;
  return below(path);
}

/* Whether a call is to fail with an error, which is then set. */
static int fails(int32_t error, int fd) {
  if (!error || !ours(fd)) return 0;
  __atomic_add_fetch(&control->made, 1, __ATOMIC_RELAXED);
  errno = error;
  return 1;
}

/* The same of a write, for which there may be room still. */
static int write_fails(int fd) {
  if (!control->write || !ours(fd)) return 0;
  if (control->room > 0 && __atomic_fetch_sub(&control->room, 1, __ATOMIC_RELAXED) > 0) return 0;
  return fails(control->write, fd);
}

/* What was there before the writes that no sync has confirmed. */
struct before {
  ino_t inode;
  off_t offset, size;
  size_t length;
  struct before *older;
  char bytes[];
};

static struct before *newest;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void remember(int fd, size_t count, off_t offset) {
  struct stat about;
  if (!control->drop || !ours(fd) || fstat(fd, &about) != 0) return;
  struct before *before = malloc(sizeof *before + count);
  if (!before) abort();
  ssize_t found = REAL(pread)(fd, before->bytes, count, offset);
  *before = (struct before){about.st_ino, offset, about.st_size, found > 0 ? found : 0, newest};
  newest = before;
}

static void synced(int fd, int put_back) {
  struct stat about;
  if (!newest || fstat(fd, &about) != 0) return;
  for (struct before **at = &newest; *at;) {
    struct before *before = *at;
    if (before->inode != about.st_ino) {
      at = &before->older;
      continue;
    }
    if (put_back && REAL(pwrite)(fd, before->bytes, before->length, before->offset) < 0) abort();
    if (put_back && REAL(ftruncate)(fd, before->size) != 0) abort();
    *at = before->older;
    free(before);
  }
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  if (write_fails(fd)) {
    int error = errno;
    if (error == ENOSPC || error == EIO) (void)!REAL(pwrite)(fd, bytes, count / 3, offset);
    errno = error;
    return -1;
  }
  pthread_mutex_lock(&mutex);
  remember(fd, count, offset);
  ssize_t written = REAL(pwrite)(fd, bytes, count, offset);
  int error = errno;
  pthread_mutex_unlock(&mutex);
  errno = error;
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) { return pwrite(fd, bytes, count, offset); }

ssize_t write(int fd, const void *bytes, size_t count) {
  if (fd == STDERR_FILENO && control->log) {
    errno = control->log;
    return -1;
  }
  return write_fails(fd) ? -1 : REAL(write)(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (fd == STDERR_FILENO && control->log) {
    errno = control->log;
    return -1;
  }
  return write_fails(fd) ? -1 : REAL(writev)(fd, parts, count);
}

int ftruncate(int fd, off_t length) { return write_fails(fd) ? -1 : REAL(ftruncate)(fd, length); }
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int fallocate(int fd, int mode, off_t offset, off_t length) {
  return write_fails(fd) ? -1 : REAL(fallocate)(fd, mode, offset, length);
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  return write_fails(fd) ? errno : REAL(posix_fallocate)(fd, offset, length);
}

static int sync_or_fail(int fd, int (*sync)(int)) {
  pthread_mutex_lock(&mutex);
  int failed = fails(control->sync, fd) ? -1 : sync(fd);
  int error = errno;
  synced(fd, failed);
  pthread_mutex_unlock(&mutex);
  errno = error;
  return failed;
}

int fsync(int fd) { return sync_or_fail(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_or_fail(fd, REAL(fdatasync)); }

ssize_t pread(int fd, void *bytes, size_t count, off_t offset) {
  return fails(control->read, fd) ? -1 : REAL(pread)(fd, bytes, count, offset);
}

ssize_t pread64(int fd, void *bytes, size_t count, off_t offset) { return pread(fd, bytes, count, offset); }

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char parent[PATH_MAX];
  int changes = flags & (O_CREAT | O_TRUNC) || (flags & O_ACCMODE) != O_RDONLY;
  if (control->open && changes && path[0] == '/' && (below(path) || (realpath(path, parent) && below(parent)))) {
    __atomic_add_fetch(&control->made, 1, __ATOMIC_RELAXED);
    errno = control->open;
    return -1;
  }
  return REAL(openat)(folder, path, flags, mode);
}

#define MODE(flags)                                       \
  mode_t mode = 0;                                        \
  if ((flags) & O_CREAT) {                                \
    va_list rest;                                         \
    va_start(rest, flags);                                \
    mode = va_arg(rest, mode_t);                          \
    va_end(rest);                                         \
  }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return opened(folder, path, flags, mode); }

/* The wall clock, moved; what counts time passed is left alone. */
int clock_gettime(clockid_t clock, struct timespec *out) {
  int failed = REAL(clock_gettime)(clock, out);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += control->clock;
  return failed;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  int failed = REAL(gettimeofday)(out, zone);
  if (!failed) out->tv_sec += control->clock;
  return failed;
}

time_t time(time_t *out) {
  time_t now = REAL(time)(NULL) + control->clock;
  if (out) *out = now;
  return now;
}
