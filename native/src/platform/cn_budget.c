/* Reads the memory limit of the process's cgroup and of every cgroup above it, and how full a NUMA node is.
 *
 * The tightest level counts.  Files: v2 memory.max, memory.high, memory.current, memory.stat (Linux
 * admin-guide/cgroup-v2.rst); v1 memory.limit_in_bytes, memory.usage_in_bytes, memory.stat (cgroup-v1/memory.rst). */
#include "platform/cn_budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cn_error.h"
#include "base/cn_fault.h"
#include "platform/cn_os.h"

#define CN_BUDGET_PATH_MAX    1024U
#define CN_BUDGET_TEXT_MAX    262144U             /* mountinfo of a busy host */
#define CN_BUDGET_NONE        (UINT64_C(1) << 62) /* v1 says "no limit" by a number about this large */
#define CN_BUDGET_RESERVE     64U                 /* 1/64 of the limit is for everyone else */
#define CN_BUDGET_FRESH_NANOS UINT64_C(10000000)
#define CN_BUDGET_TRUST       8U /* without another look: 1/8 of the room that the last look found */

typedef struct cn_budget_files {
    const char *limit;
    const char *high; /* NULL: there is no such file */
    const char *used;
    const char *inactive_file;
    const char *active_file;
} cn_budget_files_t;

static const cn_budget_files_t cn_budget_v2 = {
    .limit = "memory.max",
    .high = "memory.high",
    .used = "memory.current",
    .inactive_file = "inactive_file ",
    .active_file = "active_file ",
};
static const cn_budget_files_t cn_budget_v1 = {
    .limit = "memory.limit_in_bytes",
    .high = NULL,
    .used = "memory.usage_in_bytes",
    .inactive_file = "total_inactive_file ",
    .active_file = "total_active_file ",
};

/* The process's cgroup: found once. */
typedef struct cn_budget_place {
    const cn_budget_files_t *files; /* NULL: no memory cgroup */
    size_t mount_length;            /* the walk up ends here */
    char path[CN_BUDGET_PATH_MAX];
} cn_budget_place_t;

static cn_os_mutex_t cn_budget_lock = CN_OS_MUTEX_INIT; /* guards all that follows */
static const char *cn_budget_root = "";
static bool cn_budget_known;
static cn_budget_place_t cn_budget_place;
static cn_budget_t cn_budget_seen;
static uint64_t cn_budget_seen_at;
static uint64_t cn_budget_granted; /* since the last look */
static CN_ATOMIC(uint32_t) cn_budget_unlimited;

static uint64_t cn_budget_after_reserve(const cn_budget_t *budget)
{
    const uint64_t limit = budget->limit_bytes - budget->limit_bytes / CN_BUDGET_RESERVE;
    return limit > budget->used_bytes ? limit - budget->used_bytes : 0;
}

/* The value of the line that starts with `key`, or 0. */
static uint64_t cn_budget_stat(const char *text, const char *key)
{
    const size_t length = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0) return strtoull(line + length, NULL, 10);
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return 0;
}

/* The text of one file of a cgroup. */
static int cn_budget_text(const char *directory, size_t directory_length, const char *file, char *text, size_t text_max)
{
    char path[CN_BUDGET_PATH_MAX + 64U];
    const int length = snprintf(path, sizeof path, "%.*s/%s", (int)directory_length, directory, file);
    size_t bytes;
    if (length < 0 || (size_t)length >= sizeof path || CN_FAULT(budget_read)) return CN_EIO;
    return cn_os_read_file(path, text, text_max, &bytes);
}

/* A number, or "max".  CN_EIO when there is no such file or it says something else. */
static int cn_budget_number(const char *directory, size_t directory_length, const char *file, uint64_t *out)
{
    char text[64];
    const int result = cn_budget_text(directory, directory_length, file, text, sizeof text);
    if (result != CN_OK) return result;
    if (strncmp(text, "max", 3) == 0) {
        *out = UINT64_MAX;
        return CN_OK;
    }
    char *end;
    *out = strtoull(text, &end, 10);
    return end == text ? CN_EIO : CN_OK;
}

/* Limit and use of one level; no limit there leaves *out alone. */
static int cn_budget_level(const cn_budget_files_t *files, const char *directory, size_t length, cn_budget_t *out)
{
    cn_budget_t found;
    if (cn_budget_number(directory, length, files->limit, &found.limit_bytes) != CN_OK) {
        return CN_OK; /* the root has no such file */
    }
    uint64_t high;
    if (files->high != NULL && cn_budget_number(directory, length, files->high, &high) == CN_OK &&
        high < found.limit_bytes) {
        found.limit_bytes = high; /* above it the kernel does not kill, but stalls every thread */
    }
    if (found.limit_bytes >= CN_BUDGET_NONE) return CN_OK;

    static char stat[CN_BUDGET_TEXT_MAX]; /* under the lock */
    if (cn_budget_number(directory, length, files->used, &found.used_bytes) != CN_OK ||
        cn_budget_text(directory, length, "memory.stat", stat, sizeof stat) != CN_OK) {
        return CN_EIO;
    }
    const uint64_t cache = cn_budget_stat(stat, files->inactive_file) + cn_budget_stat(stat, files->active_file);
    found.used_bytes -= cache < found.used_bytes ? cache : found.used_bytes;
    if (out->limit_bytes == UINT64_MAX || cn_budget_after_reserve(&found) < cn_budget_after_reserve(out)) *out = found;
    return CN_OK;
}

/* The path after "::" or ":memory:" in the text of /proc/self/cgroup; cut at the line's end.  NULL: no such line. */
static const char *cn_budget_membership(char *text, bool version1, char **end)
{
    for (char *line = text; *line != '\0';) {
        char *stop = strchrnul(line, '\n');
        char *names = memchr(line, ':', (size_t)(stop - line));
        char *path = names == NULL ? NULL : memchr(names + 1, ':', (size_t)(stop - names - 1));
        if (path != NULL) {
            bool mine = !version1 && path == names + 1 && strncmp(line, "0:", 2) == 0;
            for (char *name = names + 1; version1 && name < path;) { /* "4:cpu,memory:/x" */
                const size_t length = strcspn(name, ",:");
                mine = mine || (length == 6 && strncmp(name, "memory", 6) == 0);
                name += length + 1U;
            }
            if (mine) {
                *end = stop;
                return path + 1;
            }
        }
        line = *stop == '\0' ? stop : stop + 1;
    }
    return NULL;
}

/* Finds in the text of /proc/self/mountinfo where the hierarchy is mounted, and which of its directories is mounted
 * there (a container may see only its own).  Fields: proc(5), /proc/pid/mountinfo. */
static bool cn_budget_mount(char *text, bool version1, char *root, char *mount)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        const char *tail = strstr(line, " - ");
        if (tail == NULL) continue;
        const bool right_kind = version1 ? strncmp(tail, " - cgroup ", 10) == 0 : strncmp(tail, " - cgroup2 ", 11) == 0;
        if (!right_kind) continue;
        if (version1) { /* the super options name the controllers: "... - cgroup cgroup rw,memory" */
            const char *options = strrchr(tail, ' ');
            const char *name = options == NULL ? NULL : strstr(options, "memory");
            if (name == NULL || (name[6] != '\0' && name[6] != ',') || (name[-1] != ',' && name[-1] != ' ')) continue;
        }
        if (sscanf(line, "%*s %*s %*s %1023s %1023s", root, mount) == 2) return true;
    }
    return false;
}

/* Where the files of this process's cgroup lie, by version; false: it has none there. */
static bool cn_budget_find_version(bool version1, char *text, cn_budget_place_t *out)
{
    char path[CN_BUDGET_PATH_MAX];
    size_t bytes;
    int length = snprintf(path, sizeof path, "%s/proc/self/cgroup", cn_budget_root);
    if (length < 0 || (size_t)length >= sizeof path) return false;
    if (cn_os_read_file(path, text, CN_BUDGET_TEXT_MAX, &bytes) != CN_OK) return false;
    char *end = text;
    const char *member = cn_budget_membership(text, version1, &end);
    if (member == NULL) return false;
    char own[CN_BUDGET_PATH_MAX];
    length = snprintf(own, sizeof own, "%.*s", (int)(end - member), member);
    if (length < 0 || (size_t)length >= sizeof own) return false;

    char root[CN_BUDGET_PATH_MAX] = "/";
    char mount[CN_BUDGET_PATH_MAX] = "/sys/fs/cgroup";
    if (version1) strcat(mount, "/memory");
    length = snprintf(path, sizeof path, "%s/proc/self/mountinfo", cn_budget_root);
    if (length > 0 && (size_t)length < sizeof path &&
        cn_os_read_file(path, text, CN_BUDGET_TEXT_MAX, &bytes) == CN_OK &&
        !cn_budget_mount(text, version1, root, mount)) {
        return false;
    }
    /* Below the directory that is mounted; outside of it ("/.." in a cgroup namespace) the mount is all we see. */
    const size_t root_length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    const bool inside = strncmp(own, root, root_length) == 0 && (own[root_length] == '/' || own[root_length] == '\0') &&
                        strstr(own, "..") == NULL;
    const char *below = inside ? own + root_length : "";
    length =
        snprintf(out->path, sizeof out->path, "%s%s%s", cn_budget_root, mount, strcmp(below, "/") == 0 ? "" : below);
    if (length < 0 || (size_t)length >= sizeof out->path) return false;
    out->mount_length = strlen(cn_budget_root) + strlen(mount);
    out->files = version1 ? &cn_budget_v1 : &cn_budget_v2;

    /* A v2 mount beside v1 ones may lack the memory controller ("hybrid"): no level of it tells of memory then. */
    char probe[64];
    return version1 || cn_budget_text(out->path, strlen(out->path), "memory.current", probe, sizeof probe) == CN_OK;
}

static void cn_budget_find(cn_budget_place_t *out)
{
    static char text[CN_BUDGET_TEXT_MAX]; /* under the lock */
    if (!cn_budget_find_version(false, text, out) && !cn_budget_find_version(true, text, out)) out->files = NULL;
}

/* Looks at every level.  Under the lock. */
static int cn_budget_look(cn_budget_t *out)
{
    *out = (cn_budget_t){.limit_bytes = UINT64_MAX, .used_bytes = 0};
    if (CN_FAULT(budget_read)) return CN_EIO;
    if (!cn_budget_known) {
        cn_budget_find(&cn_budget_place);
        cn_budget_known = true;
    }
    if (cn_budget_place.files == NULL) return CN_OK;
    size_t length = strlen(cn_budget_place.path);
    for (;;) {
        const int result = cn_budget_level(cn_budget_place.files, cn_budget_place.path, length, out);
        if (result != CN_OK) {
            *out = (cn_budget_t){.limit_bytes = UINT64_MAX, .used_bytes = 0};
            return result;
        }
        if (length <= cn_budget_place.mount_length) return CN_OK;
        while (length > cn_budget_place.mount_length && cn_budget_place.path[length - 1U] != '/') {
            length--;
        }
        length--; /* the slash too */
    }
}

int cn_budget_read(cn_budget_t *out)
{
    cn_os_mutex_lock(&cn_budget_lock);
    const int result = cn_budget_look(out);
    cn_os_mutex_unlock(&cn_budget_lock);
    return result;
}

bool cn_budget_allows(uint64_t bytes)
{
    if (cn_load_relaxed(&cn_budget_unlimited) != 0) return true; /* a hint that never turns wrong */

    cn_os_mutex_lock(&cn_budget_lock);
    const uint64_t now = cn_os_nanos();
    const uint64_t room_then = cn_budget_after_reserve(&cn_budget_seen);
    const bool fresh = cn_budget_seen_at != 0 && now - cn_budget_seen_at < CN_BUDGET_FRESH_NANOS &&
                       cn_budget_granted <= room_then / CN_BUDGET_TRUST &&
                       bytes <= room_then / CN_BUDGET_TRUST - cn_budget_granted;
    if (!fresh) {
        const int result = cn_budget_look(&cn_budget_seen);
        cn_budget_seen_at = result == CN_OK ? now : 0;
        cn_budget_granted = 0;
        if (result == CN_OK && cn_budget_seen.limit_bytes == UINT64_MAX) cn_store_relaxed(&cn_budget_unlimited, 1U);
    }
    const bool allowed = cn_budget_seen.limit_bytes == UINT64_MAX ||
                         (cn_budget_granted <= cn_budget_after_reserve(&cn_budget_seen) &&
                          bytes <= cn_budget_after_reserve(&cn_budget_seen) - cn_budget_granted);
    if (allowed) cn_budget_granted += bytes;
    cn_os_mutex_unlock(&cn_budget_lock);
    return allowed;
}

/* The number of kilobytes after "Node 0 MemFree:" and the like, in bytes; 0 when there is no such line. */
static uint64_t cn_budget_node_line(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found == NULL ? 0 : strtoull(found + strlen(key), NULL, 10) * 1024U;
}

bool cn_budget_node_allows(uint32_t os_index, uint64_t bytes)
{
    char path[CN_BUDGET_PATH_MAX], text[4096];
    size_t length;
    const int wrote =
        snprintf(path, sizeof path, "%s/sys/devices/system/node/node%u/meminfo", cn_budget_root, os_index);
    if (wrote < 0 || (size_t)wrote >= sizeof path || CN_FAULT(budget_read) ||
        cn_os_read_file(path, text, sizeof text, &length) != CN_OK) {
        return true; /* nobody tells: then the kernel decides */
    }
    /* What the kernel frees before it kills.  The total is not asked: where memory is found late, it is too small. */
    const uint64_t room = cn_budget_node_line(text, " MemFree:") + cn_budget_node_line(text, " Active(file):") +
                          cn_budget_node_line(text, " Inactive(file):");
    const uint64_t reserve = cn_budget_node_line(text, " MemTotal:") / CN_BUDGET_RESERVE;
    return room > reserve && bytes <= room - reserve;
}

void cn_budget_use_root(const char *root)
{
    cn_os_mutex_lock(&cn_budget_lock);
    cn_budget_root = root == NULL ? "" : root;
    cn_budget_known = false;
    cn_budget_seen_at = 0;
    cn_budget_granted = 0;
    cn_store_relaxed(&cn_budget_unlimited, 0U);
    cn_os_mutex_unlock(&cn_budget_lock);
}
