# What `cmake --install` puts beside the programs (those: cli/CMakeLists.txt). Nothing below /etc: that is the
# administrator's. systemd looks into lib/ of /usr/local and of /usr, never into a lib/ARCHITECTURE.
set(examples ${CMAKE_INSTALL_DOCDIR}/examples)
set(man ${PROJECT_BINARY_DIR}/man)

# The unit names the programs by their place, which is known at last now (--prefix).
install(CODE "
  set(sbindir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_SBINDIR}\")
  set(docdir \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/systemd/quilter.service.in\"
                 \"${PROJECT_BINARY_DIR}/systemd/quilter.service\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/systemd/quilter.service systemd/quilter.socket DESTINATION lib/systemd/system)
install(FILES systemd/quilter.sysusers DESTINATION lib/sysusers.d RENAME quilter.conf)
install(FILES systemd/quilter.tmpfiles DESTINATION lib/tmpfiles.d RENAME quilter.conf)

install(FILES config/quilter.toml DESTINATION ${examples})
install(FILES systemd/socket-group.conf DESTINATION ${examples}/systemd)
install(DIRECTORY config/postfix config/sendmail DESTINATION ${examples})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN man EXCLUDE)
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/quilter.bash-completion DESTINATION share/bash-completion/completions RENAME quilter)

# quilter(1) is docs/tool.md, quilter.toml(5) is config/quilter.toml: so they say the same.
find_program(AWK awk REQUIRED)
file(MAKE_DIRECTORY ${man})
add_custom_command(OUTPUT ${man}/quilter.1 DEPENDS docs/man/from_markdown.awk docs/tool.md VERBATIM
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMAND ${AWK} -v name=quilter -v section=1 -v "what=looks into, and sets up, a Quilter archive"
          -v "see=quilterd(8), quilter.toml(5)" -f docs/man/from_markdown.awk docs/tool.md > ${man}/quilter.1)
add_custom_command(OUTPUT ${man}/quilter.toml.5 DEPENDS docs/man/from_toml.awk config/quilter.toml VERBATIM
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
  COMMAND ${AWK} -f docs/man/from_toml.awk config/quilter.toml > ${man}/quilter.toml.5)
add_custom_target(man ALL DEPENDS ${man}/quilter.1 ${man}/quilter.toml.5)
install(FILES ${man}/quilter.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${man}/quilter.toml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES docs/man/quilterd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)

include(cmake/package.cmake)
