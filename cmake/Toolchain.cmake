# How everything is compiled: language level, warnings, sanitizers, compiler cache.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

# -O3 costs a fifth more of every build; the one file that gains by it has it (src/CMakeLists.txt).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# What every x86-64 server since 2009 has, a population count among it. The program says so where it is missing.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set(LOADSTAR_ARCH "x86-64-v2" CACHE STRING "The oldest processor to build for, as -march= takes it")
  add_compile_options(-march=${LOADSTAR_ARCH})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
option(LOADSTAR_WERROR "Treat warnings as errors" ON)
if(LOADSTAR_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside the standard library's own headers at -O2 and above.
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
else()
  # What g++'s standard library calls deprecated it uses itself, in std::stable_sort.
  add_compile_options(-Wno-deprecated-declarations)
endif()

set(LOADSTAR_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined")
if(LOADSTAR_SANITIZE)
  # vptr: g++ 12 takes an object that is being constructed for one of another type.
  add_compile_options(-fsanitize=${LOADSTAR_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOADSTAR_SANITIZE})
  if(LOADSTAR_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio has fences, which g++ does not instrument and warns of
  endif()
endif()

option(LOADSTAR_FUZZ "Link the fuzz targets with libFuzzer (clang)" OFF)
if(LOADSTAR_FUZZ)
  # Coverage of the modules themselves, without which libFuzzer sees nothing of what it tests.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
