# Run by CPack over what it installed: Debian's places and forms, which `cmake --install` does not use elsewhere.
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(source ${CMAKE_CURRENT_LIST_DIR}/..)
set(doc ${root}/usr/share/doc/quilter)

# Policy 10.7: configuration below /etc, kept when the administrator changed it (packaging/conffiles).
file(COPY ${source}/config/quilter.toml DESTINATION ${root}/etc/quilter)
# Policy 12.5, 12.7.
configure_file(${source}/packaging/copyright ${doc}/copyright COPYONLY)
file(REMOVE ${doc}/LICENSE)
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
# Policy 4.4: of the package; the program's own is changelog.
file(TIMESTAMP ${source}/CHANGELOG.md date "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
file(WRITE ${doc}/changelog.Debian "quilter (${version}) bookworm; urgency=medium

  * Built from Quilter ${CPACK_PACKAGE_VERSION}; what is new: changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
# Policy 12.1, 12.7: gzip -9n, the same bytes from the same source.
file(GLOB compressed ${doc}/changelog* ${root}/usr/share/man/man*/*)
foreach(file IN LISTS compressed)
  execute_process(COMMAND gzip -9n ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
# Not by the umask of who builds.
execute_process(COMMAND chmod -R u=rwX,go=rX ${root} COMMAND_ERROR_IS_FATAL ANY)
