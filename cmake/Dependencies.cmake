# The outside libraries, all from Debian. Which module may use which is said in src/CMakeLists.txt.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
pkg_check_modules(ldns REQUIRED IMPORTED_TARGET ldns)
# Its header else makes bool a macro, which clang does not take from the standard library behind it.
set_property(TARGET PkgConfig::ldns APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS __bool_true_false_are_defined=1)
pkg_check_modules(libmaxminddb REQUIRED IMPORTED_TARGET libmaxminddb)
pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)

# The one that can be missing.
pkg_check_modules(libseccomp QUIET IMPORTED_TARGET libseccomp)
add_library(loadstar_seccomp INTERFACE)
if(libseccomp_FOUND)
  target_compile_definitions(loadstar_seccomp INTERFACE LOADSTAR_SECCOMP)
  target_link_libraries(loadstar_seccomp INTERFACE PkgConfig::libseccomp)
else()
  message(NOTICE "libseccomp is not installed: `loadstar dns` will not be able to deny system calls to itself")
endif()

# AF_XDP: libxdp has its rings, libbpf loads the program, which clang compiles.
set(LOADSTAR_XDP AUTO CACHE STRING "Queries past the sockets by AF_XDP: AUTO (if all that it takes is there), ON or OFF")
if(LOADSTAR_XDP)
  pkg_check_modules(libbpf QUIET IMPORTED_TARGET libbpf>=1.0)
  pkg_check_modules(libxdp QUIET IMPORTED_TARGET libxdp)
  find_program(LOADSTAR_BPF_CLANG NAMES clang-19 clang DOC "Compiler of the XDP program")
endif()
if(libbpf_FOUND AND libxdp_FOUND AND LOADSTAR_BPF_CLANG)
  set(LOADSTAR_HAS_XDP ON)
elseif(LOADSTAR_XDP STREQUAL "AUTO")
  message(NOTICE "libxdp, libbpf or clang is not installed: `loadstar dns` will not be able to use XDP")
elseif(LOADSTAR_XDP)
  message(FATAL_ERROR "LOADSTAR_XDP needs libxdp, libbpf and clang")
endif()

# Asio is compiled once, in src/base/asio.cpp, instead of in every file that includes it.
add_library(loadstar_asio INTERFACE)
target_compile_definitions(loadstar_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(loadstar_asio INTERFACE Boost::headers Threads::Threads)
