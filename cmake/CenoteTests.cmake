# cenote_test_folder(): each program of a test folder becomes an executable and a ctest.

find_library(CENOTE_CMOCKA cmocka)
if(NOT CENOTE_CMOCKA)
  message(FATAL_ERROR "cmocka is missing (Debian: libcmocka-dev; ci/setup installs it).  "
    "Without tests: -DCENOTE_TESTS=OFF.")
endif()

# Every *.c of the calling folder is one program, named like the file; a file cn_*.c is a helper linked into each.
# LABEL goes to `ctest -L`; TIMEOUT in seconds catches a hang, it measures nothing.
# The thread sanitizer's deadlock detector holds 64 locks at most; jemalloc takes more of them before a fork.
function(cenote_test_folder label timeout)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
  set(helpers ${sources})
  list(FILTER helpers INCLUDE REGEX "/cn_[^/]*\\.c$")
  list(FILTER sources EXCLUDE REGEX "/cn_[^/]*\\.c$")
  foreach(source IN LISTS sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(${name} "${source}" ${helpers})
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests/native")
    target_link_libraries(${name} PRIVATE cenote_core "${CENOTE_CMOCKA}")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${timeout} ENVIRONMENT
      "ASAN_OPTIONS=abort_on_error=1:strict_string_checks=1;UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=exitcode=66:detect_deadlocks=0")
  endforeach()
endfunction()

# The program `test` once more, with `sources` of the core compiled anew under `defines`.
function(cenote_variant name test)
  cmake_parse_arguments(arg "" "" "SOURCES;DEFINES" ${ARGN})
  set(objects "$<TARGET_OBJECTS:cenote_core>")
  set(sources)
  foreach(source IN LISTS arg_SOURCES)
    set(objects "$<FILTER:${objects},EXCLUDE,/${source}\\.o$>")
    list(APPEND sources "${PROJECT_SOURCE_DIR}/native/src/${source}")
  endforeach()
  add_executable(${name} "${test}" ${sources} "${objects}")
  target_compile_definitions(${name} PRIVATE ${arg_DEFINES})
  target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests/native"
    "${PROJECT_SOURCE_DIR}/native/include" "${PROJECT_SOURCE_DIR}/native/src")
  target_link_libraries(${name} PRIVATE cenote_flags cenote_jemalloc cenote_hwloc "${CENOTE_CMOCKA}" pthread dl m)
endfunction()

# A detector must detect: a variant whose defines seed a bug.  Its ctest, labelled mutant, passes when the program fails.
function(cenote_mutant name test)
  cmake_parse_arguments(arg "" "" "SOURCES;DEFINES;ARGUMENTS" ${ARGN})
  cenote_variant(${name} "${test}" SOURCES ${arg_SOURCES} DEFINES ${arg_DEFINES})
  add_test(NAME ${name} COMMAND "${PROJECT_SOURCE_DIR}/tests/must_fail" $<TARGET_FILE:${name}> ${arg_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES LABELS mutant TIMEOUT 900 ENVIRONMENT "TSAN_OPTIONS=exitcode=66:detect_deadlocks=0")
endfunction()
