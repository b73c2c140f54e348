# Compiler settings of every target, and the two functions that make a folder into a library.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(quilter_settings INTERFACE)
target_include_directories(quilter_settings INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(quilter_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(QUILTER_WERROR)
  target_compile_options(quilter_settings INTERFACE -Werror)
endif()
if(CMAKE_UNITY_BUILD)  # no warnings of what is one file's own: all files of a folder are included by one
  target_compile_options(quilter_settings INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(QUILTER_SANITIZE)  # vptr needs a pipe to look at an object: without descriptors, which is tested, it finds all of them broken
  target_compile_options(quilter_settings INTERFACE -fsanitize=${QUILTER_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  target_link_options(quilter_settings INTERFACE -fsanitize=${QUILTER_SANITIZE})
endif()
if(QUILTER_FUZZ)
  target_compile_options(quilter_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_package(Threads REQUIRED)
target_link_libraries(quilter_settings INTERFACE Threads::Threads)

configure_file(cmake/version.hpp.in generated/quilter/version.hpp @ONLY)

# Every .cpp of the folder is built: a file that no target builds would rot.
function(quilter_folder name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  add_library(quilter_${name} STATIC ${sources})
  target_link_libraries(quilter_${name} PUBLIC quilter_settings ${ARGN})
endfunction()

# The migrations are compiled into the program, so that `quilter migrate` needs no files beside it.
function(quilter_schema folder)
  file(GLOB migrations CONFIGURE_DEPENDS ${folder}/[0-9][0-9][0-9]_*.sql)
  list(SORT migrations)
  set(rows "")
  foreach(file IN LISTS migrations)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    string(SUBSTRING ${name} 0 3 number)
    string(REGEX REPLACE "^0+" "" number ${number})
    file(READ ${file} sql)
    string(APPEND rows "    {${number}, \"${name}\", R\"__sql__(${sql})__sql__\"},\n")
  endforeach()
  set(QUILTER_MIGRATION_ROWS "${rows}")
  configure_file(cmake/migrations.inc.in ${PROJECT_BINARY_DIR}/generated/quilter/migrations.inc @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/grants.sql)
  file(READ ${folder}/grants.sql QUILTER_GRANTS)
  configure_file(cmake/grants.inc.in ${PROJECT_BINARY_DIR}/generated/quilter/grants.inc @ONLY)
endfunction()
