/* Writes down what processes ask of the disk: every change of a file or folder below POWER_CUT_ROOT, and every
 * sync, in order, into POWER_CUT_LOG. Preloaded into Valetkey and into PostgreSQL by the power-cut tests, which play
 * the log back as a disk that lost power (disk.rs).
 *
 * A change is made first and noted then, both under one lock of all processes; a sync is only noted, for the kernel
 * outlives the server. What cannot be noted faithfully is noted as BLIND, and fails the test. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC, CREATE, MKDIR, REMOVE, RENAME, LINK, BLIND };

struct head {
  uint64_t kind, inode, offset, first, second;
};

static char root[PATH_MAX], log_path[PATH_MAX];
static int log_fd = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

static void open_log(void) {
  log_fd = REAL(open)(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) abort();
}

/* A lock belongs to an opened file, which a forked process would share with its parent. */
static void begin_again(void) {
  REAL(close)(log_fd);
  open_log();
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("POWER_CUT_ROOT"), *log = getenv("POWER_CUT_LOG");
  if (!at || !log || strlen(log) >= sizeof log_path || !realpath(at, root)) abort();
  strcpy(log_path, log);
  open_log();
  if (pthread_atfork(NULL, NULL, begin_again) != 0) abort();
}

static void lock(void) {
  int kept = errno;
  pthread_mutex_lock(&mutex);
  while (log_fd >= 0 && flock(log_fd, LOCK_EX) != 0)
    if (errno != EINTR) abort();
  errno = kept;
}

static void unlock(void) {
  int kept = errno;
  if (log_fd >= 0) flock(log_fd, LOCK_UN);
  pthread_mutex_unlock(&mutex);
  errno = kept;
}

static void note(uint64_t kind, uint64_t inode, uint64_t offset, const void *first, size_t first_length,
                 const void *second, size_t second_length) {
  int kept = errno;
  struct head head = {kind, inode, offset, first_length, second_length};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)first, first_length}, {(void *)second, second_length}};
  ssize_t whole = sizeof head + first_length + second_length;
  if (REAL(writev)(log_fd, parts, 3) != whole) abort();
  errno = kept;
}

/* The part of an absolute path below the root, or NULL. */
static const char *below(const char *path) {
  size_t length = strlen(root);
  if (log_fd < 0 || strncmp(path, root, length) != 0) return NULL;
  if (path[length] == 0) return path + length;
  return path[length] == '/' ? path + length + 1 : NULL;
}

/* The name of a file that may not exist yet, below the root; NULL when it is elsewhere. */
static const char *name_of(int folder, const char *path, char *out) {
  char copy[PATH_MAX], base[PATH_MAX], parent[PATH_MAX];
  int kept = errno;
  if (folder != AT_FDCWD && path[0] != '/') return NULL;
  if (strlen(path) >= sizeof copy) return NULL;
  strcpy(copy, path);
  strcpy(base, basename(copy));
  strcpy(copy, path);
  const char *found = NULL;
  if (realpath(dirname(copy), parent) && snprintf(out, PATH_MAX, "%s/%s", parent, base) < PATH_MAX) found = below(out);
  errno = kept;
  return found;
}

/* Whether a descriptor is of a file or folder below the root. */
static int ours(int fd, struct stat *about) {
  char link[64], path[PATH_MAX];
  int kept = errno, found = 0;
  if (log_fd >= 0 && fd != log_fd && fstat(fd, about) == 0 && (S_ISREG(about->st_mode) || S_ISDIR(about->st_mode))) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
      path[length] = 0;
      found = below(path) != NULL;
    }
  }
  errno = kept;
  return found;
}

static void blind(int fd, const char *call) {
  struct stat about;
  if (ours(fd, &about)) note(BLIND, about.st_ino, 0, call, strlen(call), NULL, 0);
}

/* A file in which each write is a sync, too. */
static int checked(int fd, int flags) {
  if (fd >= 0 && flags & O_DSYNC) blind(fd, "open with O_DSYNC");
  return fd;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char buffer[PATH_MAX];
  const char *name = flags & (O_CREAT | O_TRUNC) ? name_of(folder, path, buffer) : NULL;
  if (!name) return checked(REAL(openat)(folder, path, flags, mode), flags);
  lock();
  struct stat about;
  int is_new = stat(path, &about) != 0;
  int fd = REAL(openat)(folder, path, flags, mode);
  if (fd >= 0 && fstat(fd, &about) == 0) {
    if (is_new) note(CREATE, about.st_ino, 0, name, strlen(name), NULL, 0);
    else if (flags & O_TRUNC) note(TRUNCATE, about.st_ino, 0, NULL, 0, NULL, 0);
  }
  unlock();
  return checked(fd, flags);
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
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* Streams call the kernel behind our back. One that is written is new or emptied at first, so all that is in it when it
 * is closed is what was written; nobody here syncs a stream that is still open. */
enum { STREAMS = 64 };
static FILE *streams[STREAMS];

FILE *fopen(const char *path, const char *mode) {
  char buffer[PATH_MAX];
  const char *name = mode[0] == 'r' && !strchr(mode, '+') ? NULL : name_of(AT_FDCWD, path, buffer);
  if (!name) return REAL(fopen)(path, mode);
  lock();
  struct stat about;
  int is_new = stat(path, &about) != 0, at = 0;
  FILE *stream = REAL(fopen)(path, mode);
  if (stream && fstat(fileno(stream), &about) == 0) {
    if (is_new) note(CREATE, about.st_ino, 0, name, strlen(name), NULL, 0);
    else if (mode[0] == 'w') note(TRUNCATE, about.st_ino, 0, NULL, 0, NULL, 0);
    while (at < STREAMS && streams[at]) at++;
    if (mode[0] != 'w' || at == STREAMS) note(BLIND, 0, 0, "fopen", 5, NULL, 0);
    else streams[at] = stream;
  }
  unlock();
  return stream;
}

FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }

static void note_all(FILE *stream) {
  struct stat about;
  fflush(stream);
  int own = fileno(stream);
  if (fstat(own, &about) != 0 || about.st_size == 0) return;
  char link[64], *bytes = malloc(about.st_size);
  snprintf(link, sizeof link, "/proc/self/fd/%d", own);
  int fd = REAL(open)(link, O_RDONLY | O_CLOEXEC);
  if (!bytes || fd < 0 || pread(fd, bytes, about.st_size, 0) != about.st_size) abort();
  note(WRITE, about.st_ino, 0, bytes, about.st_size, NULL, 0);
  REAL(close)(fd);
  free(bytes);
}

int fclose(FILE *stream) {
  int at = 0;
  while (at < STREAMS && streams[at] != stream) at++;
  if (at < STREAMS) {
    lock();
    note_all(stream);
    streams[at] = NULL;
    unlock();
  }
  return REAL(fclose)(stream);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  struct stat about;
  if (!ours(fd, &about)) return REAL(write)(fd, bytes, count);
  lock();
  ssize_t written = REAL(write)(fd, bytes, count);
  if (written > 0) note(WRITE, about.st_ino, lseek(fd, 0, SEEK_CUR) - written, bytes, written, NULL, 0);
  unlock();
  return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  struct stat about;
  if (!ours(fd, &about)) return REAL(pwrite)(fd, bytes, count, offset);
  lock();
  ssize_t written = REAL(pwrite)(fd, bytes, count, offset);
  if (written > 0) note(WRITE, about.st_ino, offset, bytes, written, NULL, 0);
  unlock();
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) { return pwrite(fd, bytes, count, offset); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  struct stat about;
  if (!ours(fd, &about)) return REAL(pwritev)(fd, parts, count, offset);
  lock();
  ssize_t written = REAL(pwritev)(fd, parts, count, offset), rest = written;
  for (int at = 0; at < count && rest > 0; at++) {
    ssize_t length = (ssize_t)parts[at].iov_len < rest ? (ssize_t)parts[at].iov_len : rest;
    note(WRITE, about.st_ino, offset, parts[at].iov_base, length, NULL, 0);
    offset += length;
    rest -= length;
  }
  unlock();
  return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev(fd, parts, count, offset); }

int ftruncate(int fd, off_t length) {
  struct stat about;
  if (!ours(fd, &about)) return REAL(ftruncate)(fd, length);
  lock();
  int failed = REAL(ftruncate)(fd, length);
  if (!failed) note(TRUNCATE, about.st_ino, length, NULL, 0, NULL, 0);
  unlock();
  return failed;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int truncate(const char *path, off_t length) {
  char buffer[PATH_MAX];
  struct stat about;
  if (!name_of(AT_FDCWD, path, buffer)) return REAL(truncate)(path, length);
  lock();
  int failed = REAL(truncate)(path, length);
  if (!failed && stat(path, &about) == 0) note(TRUNCATE, about.st_ino, length, NULL, 0, NULL, 0);
  unlock();
  return failed;
}

int truncate64(const char *path, off_t length) { return truncate(path, length); }

/* Room that is made and not written reads as zeros. */
int posix_fallocate(int fd, off_t offset, off_t length) {
  struct stat about;
  if (!ours(fd, &about)) return REAL(posix_fallocate)(fd, offset, length);
  lock();
  int failed = REAL(posix_fallocate)(fd, offset, length);
  if (!failed && fstat(fd, &about) == 0) note(TRUNCATE, about.st_ino, about.st_size, NULL, 0, NULL, 0);
  unlock();
  return failed;
}

int posix_fallocate64(int fd, off_t offset, off_t length) { return posix_fallocate(fd, offset, length); }

static int synced(int fd, int (*sync)(int)) {
  struct stat about;
  if (!ours(fd, &about)) return sync(fd);
  lock();
  note(SYNC, about.st_ino, 0, NULL, 0, NULL, 0);
  unlock();
  return 0;
}

int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

int mkdir(const char *path, mode_t mode) {
  char buffer[PATH_MAX];
  struct stat about;
  const char *name = name_of(AT_FDCWD, path, buffer);
  if (!name) return REAL(mkdir)(path, mode);
  lock();
  int failed = REAL(mkdir)(path, mode);
  if (!failed && stat(path, &about) == 0) note(MKDIR, about.st_ino, 0, name, strlen(name), NULL, 0);
  unlock();
  return failed;
}

static int removed(int folder, const char *path, int flags) {
  char buffer[PATH_MAX];
  const char *name = name_of(folder, path, buffer);
  if (!name) return REAL(unlinkat)(folder, path, flags);
  lock();
  int failed = REAL(unlinkat)(folder, path, flags);
  if (!failed) note(REMOVE, 0, 0, name, strlen(name), NULL, 0);
  unlock();
  return failed;
}

int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

/* Two names in one call; a move over the root's border is more than the log can tell. */
static void note_pair(uint64_t kind, const char *from, const char *to) {
  if (from && to) note(kind, 0, 0, from, strlen(from), to, strlen(to));
  else note(BLIND, 0, 0, "a name that crosses the border", 30, NULL, 0);
}

int rename(const char *from, const char *to) {
  char from_buffer[PATH_MAX], to_buffer[PATH_MAX];
  const char *from_name = name_of(AT_FDCWD, from, from_buffer), *to_name = name_of(AT_FDCWD, to, to_buffer);
  if (!from_name && !to_name) return REAL(rename)(from, to);
  lock();
  int failed = REAL(rename)(from, to);
  if (!failed) note_pair(RENAME, from_name, to_name);
  unlock();
  return failed;
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char from_buffer[PATH_MAX], to_buffer[PATH_MAX];
  const char *from_name = name_of(from_folder, from, from_buffer), *to_name = name_of(to_folder, to, to_buffer);
  if (!from_name && !to_name) return REAL(linkat)(from_folder, from, to_folder, to, flags);
  lock();
  int failed = REAL(linkat)(from_folder, from, to_folder, to, flags);
  if (!failed) note_pair(LINK, from_name, to_name);
  unlock();
  return failed;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* A shared map is written without a call. SQLite's index of the WAL is one; it is made anew at every start. */
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  char link[64], path[PATH_MAX];
  if (fd >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t end = readlink(link, path, sizeof path - 1);
    if (end < 4 || memcmp(path + end - 4, "-shm", 4) != 0) blind(fd, "mmap");
  }
  return REAL(mmap)(at, length, protection, flags, fd, offset);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  return mmap64(at, length, protection, flags, fd, offset);
}

/* What nobody here uses is not modelled. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  blind(fd, "writev");
  return REAL(writev)(fd, parts, count);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  blind(fd, "fallocate");
  return REAL(fallocate)(fd, mode, offset, length);
}

ssize_t copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset, size_t length, unsigned int flags) {
  blind(to, "copy_file_range");
  return REAL(copy_file_range)(from, from_offset, to, to_offset, length, flags);
}
