/* What the kernel says about the test's own mappings: /proc/self/smaps and /proc/self/status. */
#ifndef CN_TEST_MAPS_H
#define CN_TEST_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One mapping, or the sum of several. */
typedef struct cn_test_map {
    uint64_t bytes;
    uint64_t resident_bytes;
    uint64_t lazy_bytes; /* given up by MADV_FREE, not yet taken */
    uint32_t mappings;
    bool huge_pages; /* advised: VmFlags hg, in every one of them */
} cn_test_map_t;

/* Sums up the mappings that overlap [base, base + bytes). */
static inline cn_test_map_t cn_test_map(const void *base, uint64_t bytes)
{
    cn_test_map_t sum = {.huge_pages = true};
    const uint64_t from = (uint64_t)(uintptr_t)base;
    FILE *file = fopen("/proc/self/smaps", "re");
    if (file == NULL) return sum;
    char line[1024];
    bool inside = false;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long long start, end, kilobytes;
        if (sscanf(line, "%llx-%llx ", &start, &end) == 2) {
            inside = start < from + bytes && end > from;
            if (inside) {
                sum.bytes += end - start;
                sum.mappings++;
            }
        } else if (inside && sscanf(line, "Rss: %llu", &kilobytes) == 1) {
            sum.resident_bytes += kilobytes * 1024U;
        } else if (inside && sscanf(line, "LazyFree: %llu", &kilobytes) == 1) {
            sum.lazy_bytes += kilobytes * 1024U;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            sum.huge_pages = sum.huge_pages && strstr(line, " hg") != NULL;
        }
    }
    fclose(file);
    sum.huge_pages = sum.huge_pages && sum.mappings != 0;
    return sum;
}

/* A line of /proc/self/status such as "VmSize:", in bytes. */
static inline uint64_t cn_test_status_bytes(const char *key)
{
    FILE *file = fopen("/proc/self/status", "re");
    if (file == NULL) return 0;
    char line[256];
    unsigned long long kilobytes = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%llu", &kilobytes) == 1) break;
    }
    fclose(file);
    return kilobytes * 1024U;
}

/* Address space of the whole process. */
static inline uint64_t cn_test_mapped_bytes(void)
{
    return cn_test_status_bytes("VmSize:");
}

#endif
