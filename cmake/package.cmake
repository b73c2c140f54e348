# The Debian package: cmake --build build/release --target package, or cpack in build/release. What Debian wants
# otherwise than `cmake --install` leaves it is put right in packaging/stage.cmake.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME quilter)
set(CPACK_PACKAGE_CONTACT "Quilter maintainers <maintainers@quilter.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "milter that records mailing-list patches in PostgreSQL")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Quilter sits inside Postfix or Sendmail, reads each message of a tracked
mailing list while the SMTP client still waits, finds the patch, cover letter,
comment or pull request in it, stitches patches into series, and commits them
to PostgreSQL before the client is told that its message was accepted. While
the database is away mail waits on disk.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# init-system-helpers: the maintainer scripts. systemd-sysusers and systemd-tmpfiles: user and folders.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "init-system-helpers (>= 1.54), systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "postfix | sendmail-bin")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql, bash-completion")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script preinst postinst prerm postrm conffiles)
  if(EXISTS ${PROJECT_SOURCE_DIR}/packaging/${script})
    list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/${script})
  endif()
endforeach()

set(CPACK_SET_DESTDIR ON)  # so that the unit gets the place where the programs will be
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/stage.cmake)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
