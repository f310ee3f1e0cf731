/* Tests that register themselves, on top of cmocka.
 *
 *     #include "cn_test.h"
 *
 *     CN_TEST(depot, pop_of_empty_returns_null)
 *     {
 *         assert_null(cn_depot_pop(&top));
 *     }
 *
 *     CN_TEST_MAIN(depot)
 *
 * Assertions, and skip() for what this machine cannot show, are cmocka's.  The program takes one argument: a pattern
 * with '*' of the tests to run. */
#ifndef CN_TEST_H
#define CN_TEST_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CN_TESTS_MAX 256U

static struct CMUnitTest cn_tests[CN_TESTS_MAX];
static size_t cn_tests_count;

static inline void cn_test_register(const char *name, CMUnitTestFunction function)
{
    if (cn_tests_count == CN_TESTS_MAX) abort();
    cn_tests[cn_tests_count++] = (struct CMUnitTest){name, function, NULL, NULL, NULL};
}

#define CN_TEST(module, name)                                                                                          \
    static void cn_test_##module##_##name(void **state);                                                               \
    __attribute__((constructor)) static void cn_test_register_##module##_##name(void)                                  \
    {                                                                                                                  \
        cn_test_register(#name, cn_test_##module##_##name);                                                            \
    }                                                                                                                  \
    static void cn_test_##module##_##name(__attribute__((unused)) void **state)

#define CN_TEST_MAIN(module)                                                                                           \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        if (argc > 1) cmocka_set_test_filter(argv[1]);                                                                 \
        return _cmocka_run_group_tests(#module, cn_tests, cn_tests_count, NULL, NULL);                                 \
    }

/* Says why and skips: a skipped test shows in the result. */
#define CN_SKIP(reason)                                                                                                \
    do {                                                                                                               \
        print_message("           (%s)\n", reason);                                                                    \
        skip();                                                                                                        \
    } while (0)

/* The thread sanitizer keeps several bytes for each byte of memory: limits of memory mean something else then. */
#if defined(__SANITIZE_THREAD__)
#define CN_TEST_HAS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CN_TEST_HAS_TSAN 1
#endif
#endif
#ifndef CN_TEST_HAS_TSAN
#define CN_TEST_HAS_TSAN 0
#endif

/* Runs `body` in a child process: for limits, lost capabilities and threads that must not outlive the test.  The child
 * tells by its exit code: 0 all right, CN_CHILD_SKIP cannot be shown here, else wrong.  cmocka's assertions are for the
 * parent; the child says CN_CHILD_CHECK. */
#define CN_CHILD_SKIP 77

#define CN_CHILD_CHECK(expression)                                                                                     \
    do {                                                                                                               \
        if (!(expression)) {                                                                                           \
            fprintf(stderr, "           child: expected %s (%s:%d)\n", #expression, __FILE__, __LINE__);               \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static inline int cn_test_child(void (*body)(void *), void *argument)
{
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        body(argument);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) != child) {}
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "           child: killed by signal %d\n", WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    return WEXITSTATUS(status);
}

#define CN_TEST_IN_CHILD(body, argument)                                                                               \
    do {                                                                                                               \
        const int cn_child_result = cn_test_child(body, argument);                                                     \
        if (cn_child_result == CN_CHILD_SKIP) skip();                                                                  \
        assert_int_equal(cn_child_result, 0);                                                                          \
    } while (0)

#endif
