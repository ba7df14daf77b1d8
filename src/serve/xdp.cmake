# loadstar_xdp: libxdp, libbpf and the XDP program as clang compiles it for the kernel; without them xdp_missing.cpp says so.
add_library(loadstar_xdp INTERFACE)
set(xdp_sources serve/xdp_interface.cpp serve/xdp_program.cpp serve/xdp_socket.cpp serve/xdp_thread.cpp)
if(NOT LOADSTAR_HAS_XDP)
  set_source_files_properties(${xdp_sources} PROPERTIES HEADER_FILE_ONLY ON)
  return()
endif()
set_source_files_properties(serve/xdp_missing.cpp PROPERTIES HEADER_FILE_ONLY ON)
target_link_libraries(loadstar_xdp INTERFACE PkgConfig::libbpf PkgConfig::libxdp)

# -g: libbpf reads the types of the maps from what it says. A Debian compiler for another target has to be told where this
# machine's headers are.
set(filter "${CMAKE_CURRENT_BINARY_DIR}/xdp_filter.bpf.o")
add_custom_command(OUTPUT "${filter}"
  COMMAND "${LOADSTAR_BPF_CLANG}" -target bpf -O2 -g -Wall -Wextra -Werror -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
    -MD -MF "${filter}.d" -c "${CMAKE_CURRENT_SOURCE_DIR}/serve/xdp_filter.bpf.c" -o "${filter}"
  DEPENDS serve/xdp_filter.bpf.c DEPFILE "${filter}.d" COMMENT "Compiling the XDP program" VERBATIM)
set_source_files_properties(serve/xdp_program.cpp PROPERTIES
  COMPILE_DEFINITIONS LOADSTAR_XDP_FILTER="${filter}" OBJECT_DEPENDS "${filter}")
