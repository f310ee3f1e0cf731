# The compiler's flags, in two targets: cenote_flags (everything of ours) and cenote_strict (the core's warnings).

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_SKIP_RPATH ON)
set(CMAKE_C_FLAGS_DEBUG "-Og -g3")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g3")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g -DNDEBUG")

add_library(cenote_flags INTERFACE)
target_compile_definitions(cenote_flags INTERFACE _GNU_SOURCE)
target_compile_options(cenote_flags INTERFACE
  -Wall -Wextra
  -fPIC -fvisibility=hidden -fno-omit-frame-pointer
  # The same sources give the same bytes wherever they lie.
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=/cenote" "-ffile-prefix-map=${CMAKE_BINARY_DIR}=/cenote/build")
if(CENOTE_WERROR)
  target_compile_options(cenote_flags INTERFACE -Werror)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$")
  # cmpxchg16b: the swap of {head, stamp}.
  target_compile_options(cenote_flags INTERFACE -mcx16)
endif()
if(CENOTE_CHECKS OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(cenote_flags INTERFACE CN_DEBUG)
endif()

if(CENOTE_SANITIZE)
  if(NOT CENOTE_SANITIZE MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "CENOTE_SANITIZE=${CENOTE_SANITIZE}: known are address, undefined, address,undefined, thread")
  endif()
  target_compile_options(cenote_flags INTERFACE "-fsanitize=${CENOTE_SANITIZE}" -fno-sanitize-recover=all)
  target_link_options(cenote_flags INTERFACE "-fsanitize=${CENOTE_SANITIZE}")
  if(CENOTE_SANITIZE STREQUAL "thread" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # TSan emits a fence but draws no order from it: it may report too much, never too little.  Not worth an error.
    target_compile_options(cenote_flags INTERFACE -Wno-tsan)
  endif()
else()
  # A sanitizer's own wrappers have no symbol versions; the floor is a matter of real builds only.
  target_compile_options(cenote_flags INTERFACE
    "SHELL:-include \"${PROJECT_SOURCE_DIR}/native/link/glibc_floor.h\"")
endif()

# USDT probes: one nop each.  A header only, nothing to link.
find_path(CENOTE_SDT_INCLUDE sys/sdt.h)
if(NOT CENOTE_SDT_INCLUDE)
  message(FATAL_ERROR "sys/sdt.h is missing (Debian: systemtap-sdt-dev; ci/setup installs it).  "
    "The library's trace points need it.")
endif()
target_compile_definitions(cenote_flags INTERFACE CN_PROBES)

if(CENOTE_FAULT)
  find_library(CENOTE_FIU fiu)
  find_path(CENOTE_FIU_INCLUDE fiu.h)
  if(NOT CENOTE_FIU OR NOT CENOTE_FIU_INCLUDE)
    message(FATAL_ERROR "libfiu is missing (Debian: libfiu-dev; ci/setup installs it).  The fault preset needs it.")
  endif()
  target_compile_definitions(cenote_flags INTERFACE CN_FAULTS FIU_ENABLE)
  target_link_libraries(cenote_flags INTERFACE "${CENOTE_FIU}")
endif()

add_library(cenote_strict INTERFACE)
target_compile_options(cenote_strict INTERFACE
  -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align -Wwrite-strings -Wundef
  -Wvla -Wformat=2 -Wno-format-nonliteral)
