# jemalloc and hwloc as static libraries (targets cenote_jemalloc, cenote_hwloc), built from pinned sources by
# third_party/build.  The first configure builds them, every later one takes them from the cache in a moment.

function(cenote_third_party name archive)
  set(options --cc "${CMAKE_C_COMPILER}" --floor "${PROJECT_SOURCE_DIR}/native/link/glibc_floor.h")
  if(archive)
    list(APPEND options --archive "${archive}")
  endif()
  execute_process(
    COMMAND "${PROJECT_SOURCE_DIR}/third_party/build" ${name} ${options}
    OUTPUT_VARIABLE home OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${name} could not be had; see the lines above")
  endif()
  message(STATUS "${name}: ${home}")
  add_library(cenote_${name} STATIC IMPORTED GLOBAL)
  set_target_properties(cenote_${name} PROPERTIES
    IMPORTED_LOCATION "${home}/lib/lib${name}.a"
    INTERFACE_INCLUDE_DIRECTORIES "${home}/include"
    INTERFACE_COMPILE_OPTIONS "-ffile-prefix-map=${home}=/cenote/third_party/${name}")
endfunction()

cenote_third_party(jemalloc "${CENOTE_JEMALLOC_ARCHIVE}")
cenote_third_party(hwloc "${CENOTE_HWLOC_ARCHIVE}")
