/* Memory cgroups for tests: made-up trees of files, and real ones where this process may make them. */
#ifndef CN_TEST_CGROUP_H
#define CN_TEST_CGROUP_H

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A made-up root: cn_budget reads <root>/proc/self/cgroup, <root>/proc/self/mountinfo and the mounts below it. */
typedef struct cn_test_tree {
    char root[64];
} cn_test_tree_t;

static inline bool cn_test_tree_make(cn_test_tree_t *tree)
{
    snprintf(tree->root, sizeof tree->root, "cn_test_tree_XXXXXX");
    return mkdtemp(tree->root) != NULL;
}

/* Writes a file of the tree, with the folders above it. */
static inline bool cn_test_tree_write(const cn_test_tree_t *tree, const char *path, const char *text)
{
    char whole[1024];
    snprintf(whole, sizeof whole, "%s%s", tree->root, path);
    for (char *slash = strchr(whole + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(whole, 0700) != 0 && errno != EEXIST) return false;
        *slash = '/';
    }
    FILE *file = fopen(whole, "we");
    if (file == NULL) return false;
    const bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written;
}

static inline int cn_test_tree_remove_one(const char *path, const struct stat *found, int kind, struct FTW *walk)
{
    (void)found, (void)kind, (void)walk;
    return remove(path);
}

static inline void cn_test_tree_remove(const cn_test_tree_t *tree)
{
    (void)nftw(tree->root, cn_test_tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A real cgroup of version 1 with a limit, below the one this process is in. */
typedef struct cn_test_cgroup {
    char path[512];
} cn_test_cgroup_t;

static inline bool cn_test_cgroup_set(const cn_test_cgroup_t *group, const char *file, const char *text)
{
    char path[640];
    snprintf(path, sizeof path, "%s/%s", group->path, file);
    FILE *out = fopen(path, "we");
    if (out == NULL) return false;
    const bool written = fputs(text, out) >= 0;
    return fclose(out) == 0 && written;
}

/* False where there are none, or not for us. */
static inline bool cn_test_cgroup_make(cn_test_cgroup_t *group, uint64_t limit_bytes)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[512], own[400] = "";
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*d:memory:%399s", own) == 1) break;
    }
    if (file != NULL) fclose(file);
    if (own[0] == '\0') return false;
    snprintf(group->path, sizeof group->path, "/sys/fs/cgroup/memory%s/cn_test_%d", own, (int)getpid());
    if (mkdir(group->path, 0755) != 0) return false;
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limit_bytes);
    if (cn_test_cgroup_set(group, "memory.limit_in_bytes", text)) return true;
    rmdir(group->path);
    return false;
}

/* The calling process moves in; pages it has stay where they were counted. */
static inline bool cn_test_cgroup_enter(const cn_test_cgroup_t *group)
{
    char text[32];
    snprintf(text, sizeof text, "%d", (int)getpid());
    return cn_test_cgroup_set(group, "cgroup.procs", text);
}

static inline void cn_test_cgroup_remove(const cn_test_cgroup_t *group)
{
    (void)cn_test_cgroup_set(group, "memory.force_empty", "0");
    for (int i = 0; i < 100 && rmdir(group->path) != 0; i++) {
        usleep(10000); /* the last process is just leaving */
    }
}

#endif
