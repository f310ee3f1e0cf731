/* Error codes: each has a text, and none means two things. */
#include "base/cn_error.h"

#include <string.h>

#include "cn_test.h"

static const int codes[] = {
#define CENOTE_ERROR(name, value, text) CN_##name,
#include "cenote/errors.def"
#undef CENOTE_ERROR
};

CN_TEST(error, every_code_is_negative_and_has_its_own_text)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_true(codes[i] < 0);
        const char *text = cn_error_text(codes[i]);
        assert_non_null(text);
        assert_true(strlen(text) > 10);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(codes[i], codes[j]);
            assert_string_not_equal(text, cn_error_text(codes[j]));
        }
    }
}

CN_TEST(error, an_unknown_code_has_no_text)
{
    assert_null(cn_error_text(0));
    assert_null(cn_error_text(1));
    assert_null(cn_error_text(-1));
    assert_null(cn_error_text(-100000));
}

CN_TEST(error, codes_that_java_knows_by_number_stay_as_they_are)
{
    assert_int_equal(CN_ENOMEM, -12);
    assert_int_equal(CN_EINVAL, -22);
    assert_int_equal(CN_EXHAUSTED, -200);
    assert_int_equal(CN_CLOSED, -203);
    assert_int_equal(CN_BUDGET, -204);
}

CN_TEST_MAIN(error)
