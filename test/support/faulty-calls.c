/*
 * LD_PRELOAD: file system calls on a path that contains FAULT_PATH never return, as on a hard NFS mount whose server is
 * gone, or fail with FAULT_ERRNO. FAULT_CALL names the call: opendir, readdir, open, read, write, fsync, link, rename.
 * Each one that is hit says so on standard error.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* 1 when the call is to fail, with errno set. */
static int faulty(const char *call, const char *path) {
  const char *wanted = getenv("FAULT_CALL"), *part = getenv("FAULT_PATH"), *number = getenv("FAULT_ERRNO");
  if (!wanted || !part || !path || strcmp(wanted, call) != 0 || !strstr(path, part)) return 0;
  dprintf(2, "faulty %s\n", call);
  while (!number) pause();
  errno = atoi(number);
  return 1;
}

static int faulty_fd(const char *call, int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return faulty(call, path);
}

DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *);
  return faulty("opendir", path) ? NULL : real(path);
}

struct dirent *readdir(DIR *dir) {
  REAL(struct dirent *, "readdir", DIR *);
  return faulty_fd("readdir", dirfd(dir)) ? NULL : real(dir);
}

struct dirent64 *readdir64(DIR *dir) {
  REAL(struct dirent64 *, "readdir64", DIR *);
  return faulty_fd("readdir", dirfd(dir)) ? NULL : real(dir);
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = va_arg(rest, mode_t); \
    va_end(rest); \
    REAL(int, #name, const char *, int, ...); \
    return faulty("open", path) ? -1 : real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

ssize_t read(int fd, void *room, size_t length) {
  REAL(ssize_t, "read", int, void *, size_t);
  return faulty_fd("read", fd) ? -1 : real(fd, room, length);
}

ssize_t pread64(int fd, void *room, size_t length, off64_t at) {
  REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
  return faulty_fd("read", fd) ? -1 : real(fd, room, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  return faulty_fd("write", fd) ? -1 : real(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  return faulty_fd("write", fd) ? -1 : real(fd, bytes, length, at);
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return faulty_fd("fsync", fd) ? -1 : real(fd);
}

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return faulty("rename", from) || faulty("rename", to) ? -1 : real(from, to);
}

int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  return faulty("link", from) || faulty("link", to) ? -1 : real(from, to);
}
