dnl Lines for sendmail.mc, above the MAILER() lines; then make sendmail.cf anew and restart Sendmail.
dnl
dnl Filters run in the order in which they stand: keep this one last, so that what the others reject is not recorded
dnl and what they change is recorded as changed.
dnl
dnl S=  the socket, as `listen' in quilter.toml has it, for the group that sendmail runs in: SocketGroup=smmsp in
dnl     quilter.socket, or socket_group = "smmsp" with the unit's drop-in socket-group.conf. Sendmail refuses a socket
dnl     in a folder that others may write to.
dnl F=T with the daemon away: tempfail, the client keeps the mail and comes again. Without F= it would pass
dnl     unrecorded.
dnl T=  R, the wait for one word of ours, is 10s by default. quilterd answers within database.deadline (5s), and says
dnl     every 4s that it is at work where a sick disk takes longer. E bounds the whole.
INPUT_MAIL_FILTER(`quilter', `S=unix:/run/quilter/quilter.sock, F=T, T=C:30s;S:30s;R:60s;E:5m')dnl
