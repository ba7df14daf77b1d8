# loadstar_module(NAME USES module... LIBRARIES target...)
#
# One static library per module: sources in src/NAME, public headers in include/loadstar/NAME. A module sees the headers of
# the modules named in USES and of nothing else: each module's headers are reached through a folder of their own in the build
# tree, so an include that the table in src/CMakeLists.txt does not allow does not compile. LIBRARIES are private to the
# .cpp files.
function(loadstar_module name)
  cmake_parse_arguments(PARSE_ARGV 1 module "" "" "USES;LIBRARIES")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  set(view "${CMAKE_BINARY_DIR}/include/${name}")
  file(MAKE_DIRECTORY "${view}/loadstar")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/include/loadstar/${name}" "${view}/loadstar/${name}" SYMBOLIC)
  add_library(loadstar_${name} STATIC ${sources})
  add_library(loadstar::${name} ALIAS loadstar_${name})
  target_include_directories(loadstar_${name} PUBLIC "${view}")
  foreach(used IN LISTS module_USES)
    target_link_libraries(loadstar_${name} PUBLIC loadstar::${used})
  endforeach()
  target_link_libraries(loadstar_${name} PRIVATE ${module_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY LOADSTAR_MODULES ${name})
  set_property(GLOBAL PROPERTY LOADSTAR_USES_${name} ${module_USES})
endfunction()
