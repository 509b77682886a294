/*
 * Loaded into a process by LD_PRELOAD, writes down what the process does to the files of one folder: opens, writes,
 * truncations, names that come and go, and above all each flush, before the process learns that it returned. From this record
 * test/crash/disk/disk.ts rebuilds what a disk holds after a power cut. Any call on that folder which is not understood is
 * recorded as such, and fails the run: a record with holes would prove nothing.
 *
 * CRASH_DISK_ROOT: the folder. CRASH_DISK_RECORD: the file to append to. CRASH_DISK_LIE: while this file exists flushes are
 * swallowed, as by a program that leaves them out or a disk that lies; the control of the harness.
 */
#define _GNU_SOURCE
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
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { START = 1, OPEN, WRITE, SYNC, CLOSE, RESIZE, RENAME, UNLINK, MKDIR, RMDIR, SHARED, UNKNOWN };
enum { MOST = 65536, IS_WATCHED = 1, IS_SHM = 2 };

struct head { uint32_t op; int32_t file; int64_t at; uint32_t flags; uint32_t length; };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static unsigned char files[MOST];
static char root[PATH_MAX];
static size_t root_length;
static int record = -1;
static const char *lie;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_close)(int);

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void note(uint32_t op, int file, int64_t at, uint32_t flags, const void *data, size_t length) {
  struct head head = { op, file, at, flags, (uint32_t)length };
  struct iovec parts[2] = { { &head, sizeof head }, { (void *)data, length } };
  int kept = errno;
  ssize_t done = real_writev(record, parts, 2);
  if (done != (ssize_t)(sizeof head + length)) { static const char text[] = "the record of a disk is full\n"; if (real_write(2, text, sizeof text - 1)) {} abort(); }
  errno = kept;
}

__attribute__((constructor)) static void start(void) {
  real_write = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  real_writev = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  real_close = (int (*)(int))dlsym(RTLD_NEXT, "close");
  const char *folder = getenv("CRASH_DISK_ROOT"), *path = getenv("CRASH_DISK_RECORD");
  if (!folder || !path || strlen(folder) >= sizeof root) return;
  lie = getenv("CRASH_DISK_LIE");
  int opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  /* High up, where the program does not expect the numbers of its own files to begin. */
  record = fcntl(opened, F_DUPFD_CLOEXEC, 1000);
  real_close(opened);
  if (record < 0) abort();
  strcpy(root, folder);
  root_length = strlen(root);
  note(START, getpid(), 0, 0, NULL, 0);
}

static int is_inside(const char *path) {
  return record >= 0 && path && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int is_watched(int file) { return record >= 0 && file >= 0 && file < MOST && (files[file] & IS_WATCHED); }

static int ends(const char *path, const char *end, size_t length) {
  size_t all = strlen(path);
  return length && all >= length && !memcmp(path + all - length, end, length);
}

static int is_lying(void) { return lie && !access(lie, F_OK); }

static void unknown(const char *what) { note(UNKNOWN, -1, 0, 0, what, strlen(what)); }

static void opened(int file, const char *path, int flags) {
  if (file >= MOST) { unknown("too many open files"); return; }
  files[file] = IS_WATCHED | (ends(path, "-shm", 4) ? IS_SHM : 0);
  uint32_t kind = (flags & O_CREAT ? 1 : 0) | (flags & O_TRUNC ? 2 : 0) | (flags & O_DIRECTORY ? 4 : 0);
  struct stat is;
  if (!fstat(file, &is) && S_ISDIR(is.st_mode)) kind |= 4;
  note(OPEN, file, 0, kind, path, strlen(path));
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; }

#define OPENER(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    va_list more; va_start(more, flags); mode_t mode = mode_of(flags, more); va_end(more); \
    if (!is_inside(path)) return real(path, flags, mode); \
    pthread_mutex_lock(&turn); \
    int file = real(path, flags, mode); \
    if (file >= 0) opened(file, path, flags); \
    pthread_mutex_unlock(&turn); \
    return file; \
  }
OPENER(open)
OPENER(open64)

#define OPENER_AT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    REAL(name); \
    va_list more; va_start(more, flags); mode_t mode = mode_of(flags, more); va_end(more); \
    if (path[0] != '/' && is_watched(folder) && flags & (O_WRONLY | O_RDWR | O_CREAT)) unknown("openat"); \
    if (!is_inside(path)) return real(folder, path, flags, mode); \
    pthread_mutex_lock(&turn); \
    int file = real(folder, path, flags, mode); \
    if (file >= 0) opened(file, path, flags); \
    pthread_mutex_unlock(&turn); \
    return file; \
  }
OPENER_AT(openat)
OPENER_AT(openat64)

int close(int file) {
  if (!is_watched(file)) return real_close(file);
  pthread_mutex_lock(&turn);
  files[file] = 0;
  note(CLOSE, file, 0, 0, NULL, 0);
  int done = real_close(file);
  pthread_mutex_unlock(&turn);
  return done;
}

/* libuv closes files by number of the system call, and could copy or write by one. */
long syscall(long number, ...) {
  REAL(syscall);
  va_list more; va_start(more, number);
  long a = va_arg(more, long), b = va_arg(more, long), c = va_arg(more, long), d = va_arg(more, long), e = va_arg(more, long), f = va_arg(more, long);
  va_end(more);
  if (number == SYS_close) return close((int)a);
  if (number == SYS_copy_file_range && is_watched((int)c)) unknown("copy_file_range");
  if ((number == SYS_pwritev2 || number == SYS_pwritev) && is_watched((int)a)) unknown("pwritev");
  /* Through a ring it could write unseen; it does without one. */
  if (number == SYS_io_uring_setup && record >= 0) { errno = ENOSYS; return -1; }
  return real(number, a, b, c, d, e, f);
}

static ssize_t wrote(int file, int64_t at, const void *data, ssize_t done) {
  if (done > 0 && !(files[file] & IS_SHM)) note(WRITE, file, at, 0, data, (size_t)done);
  return done;
}

ssize_t write(int file, const void *data, size_t length) {
  if (!is_watched(file)) return real_write(file, data, length);
  pthread_mutex_lock(&turn);
  ssize_t done = real_write(file, data, length);
  if (done > 0) wrote(file, lseek(file, 0, SEEK_CUR) - done, data, done);
  pthread_mutex_unlock(&turn);
  return done;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  if (!is_watched(file)) return real_writev(file, parts, count);
  pthread_mutex_lock(&turn);
  ssize_t done = real_writev(file, parts, count), left = done;
  for (int i = 0; i < count && left > 0; i++) {
    ssize_t part = (ssize_t)parts[i].iov_len < left ? (ssize_t)parts[i].iov_len : left;
    wrote(file, lseek(file, 0, SEEK_CUR) - left, parts[i].iov_base, part);
    left -= part;
  }
  pthread_mutex_unlock(&turn);
  return done;
}

#define WRITER_AT(name, offset) \
  ssize_t name(int file, const void *data, size_t length, offset at) { \
    REAL(name); \
    if (!is_watched(file)) return real(file, data, length, at); \
    pthread_mutex_lock(&turn); \
    ssize_t done = wrote(file, at, data, real(file, data, length, at)); \
    pthread_mutex_unlock(&turn); \
    return done; \
  }
WRITER_AT(pwrite, off_t)
WRITER_AT(pwrite64, off64_t)

#define SYNCER(name) \
  int name(int file) { \
    REAL(name); \
    if (!is_watched(file)) return real(file); \
    pthread_mutex_lock(&turn); \
    int lies = is_lying(), done = lies ? 0 : real(file); \
    if (!done && !lies) note(SYNC, file, 0, 0, NULL, 0); \
    pthread_mutex_unlock(&turn); \
    return done; \
  }
SYNCER(fsync)
SYNCER(fdatasync)

#define RESIZER(name, offset) \
  int name(int file, offset length) { \
    REAL(name); \
    if (!is_watched(file)) return real(file, length); \
    pthread_mutex_lock(&turn); \
    int done = real(file, length); \
    if (!done && !(files[file] & IS_SHM)) note(RESIZE, file, length, 0, NULL, 0); \
    pthread_mutex_unlock(&turn); \
    return done; \
  }
RESIZER(ftruncate, off_t)
RESIZER(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
  REAL(rename);
  if (!is_inside(from) && !is_inside(to)) return real(from, to);
  pthread_mutex_lock(&turn);
  int done = real(from, to);
  if (!done && is_inside(from) && is_inside(to)) {
    char both[2 * PATH_MAX];
    size_t first = strlen(from) + 1, second = strlen(to);
    memcpy(both, from, first);
    memcpy(both + first, to, second);
    note(RENAME, -1, 0, 0, both, first + second);
  } else if (!done) unknown("rename across the folder");
  pthread_mutex_unlock(&turn);
  return done;
}

#define NAMER(name, op) \
  int name(const char *path) { \
    REAL(name); \
    if (!is_inside(path)) return real(path); \
    pthread_mutex_lock(&turn); \
    int done = real(path); \
    if (!done) note(op, -1, 0, 0, path, strlen(path)); \
    pthread_mutex_unlock(&turn); \
    return done; \
  }
NAMER(unlink, UNLINK)
NAMER(remove, UNLINK)
NAMER(rmdir, RMDIR)

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  if (!is_inside(path)) return real(path, mode);
  pthread_mutex_lock(&turn);
  int done = real(path, mode);
  if (!done) note(MKDIR, -1, 0, 0, path, strlen(path));
  pthread_mutex_unlock(&turn);
  return done;
}

#define MAPPER(name, offset) \
  void *name(void *where, size_t length, int allowed, int flags, int file, offset at) { \
    static void *(*real)(void *, size_t, int, int, int, offset); \
    if (!real) real = (void *(*)(void *, size_t, int, int, int, offset))dlsym(RTLD_NEXT, #name); \
    if (is_watched(file) && allowed & PROT_WRITE && flags & MAP_SHARED && !(files[file] & IS_SHM)) unknown(#name); \
    return real(where, length, allowed, flags, file, at); \
  }
MAPPER(mmap, off_t)
MAPPER(mmap64, off64_t)

/* Ways to change a file that nothing here uses today. */
#define REFUSED_FILE(type, name, parameters, arguments, file) \
  type name parameters { REAL(name); if (is_watched(file)) unknown(#name); return real arguments; }
#define REFUSED_PATH(type, name, parameters, arguments, path) \
  type name parameters { REAL(name); if (is_inside(path)) unknown(#name); return real arguments; }
REFUSED_FILE(ssize_t, pwritev, (int f, const struct iovec *v, int n, off_t at), (f, v, n, at), f)
REFUSED_FILE(ssize_t, pwritev64, (int f, const struct iovec *v, int n, off64_t at), (f, v, n, at), f)
REFUSED_FILE(int, fallocate, (int f, int mode, off_t at, off_t n), (f, mode, at, n), f)
REFUSED_FILE(int, fallocate64, (int f, int mode, off64_t at, off64_t n), (f, mode, at, n), f)
REFUSED_FILE(int, posix_fallocate, (int f, off_t at, off_t n), (f, at, n), f)
REFUSED_FILE(int, posix_fallocate64, (int f, off64_t at, off64_t n), (f, at, n), f)
REFUSED_FILE(ssize_t, sendfile, (int f, int from, off_t *at, size_t n), (f, from, at, n), f)
REFUSED_FILE(ssize_t, sendfile64, (int f, int from, off64_t *at, size_t n), (f, from, at, n), f)
REFUSED_FILE(int, dup, (int f), (f), f)
REFUSED_FILE(int, dup2, (int f, int to), (f, to), f)
REFUSED_FILE(int, dup3, (int f, int to, int flags), (f, to, flags), f)
REFUSED_PATH(int, creat, (const char *p, mode_t m), (p, m), p)
REFUSED_PATH(int, truncate, (const char *p, off_t n), (p, n), p)
REFUSED_PATH(int, truncate64, (const char *p, off64_t n), (p, n), p)
REFUSED_PATH(int, link, (const char *from, const char *p), (from, p), p)
REFUSED_PATH(int, symlink, (const char *from, const char *p), (from, p), p)
REFUSED_PATH(int, unlinkat, (int folder, const char *p, int flags), (folder, p, flags), p)
