# What `cmake --install` puts beside the programs (those: cli/CMakeLists.txt). Nothing below /etc: that is the
# administrator's. systemd looks into lib/ of /usr/local and of /usr, never into a lib/ARCHITECTURE.
set(examples ${CMAKE_INSTALL_DOCDIR}/examples)
configure_file(systemd/quilter.service.in systemd/quilter.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/systemd/quilter.service systemd/quilter.socket DESTINATION lib/systemd/system)
install(FILES systemd/quilter.sysusers DESTINATION lib/sysusers.d RENAME quilter.conf)
install(FILES systemd/quilter.tmpfiles DESTINATION lib/tmpfiles.d RENAME quilter.conf)
install(FILES config/quilter.toml DESTINATION ${examples})
install(DIRECTORY config/postfix config/sendmail DESTINATION ${examples})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
