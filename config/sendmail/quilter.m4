dnl Lines for sendmail.mc, above the MAILER() lines; then make sendmail.cf anew and restart Sendmail.
dnl
dnl Filters run in the order in which they stand: keep this one last, so that what the others reject is not recorded
dnl and what they change is recorded as changed.
dnl
dnl S=  the socket, as `listen' in quilter.toml has it, with socket_group = "smmsp" or the group that sendmail runs
dnl     in. Sendmail refuses a socket in a folder that others may write to.
dnl F=T with the daemon away: tempfail, the client keeps the mail and comes again. Without F= it would pass
dnl     unrecorded.
dnl T=  R, the wait for one reply, is 10s by default: less than a message may wait for the database
dnl     (lease_timeout + lock_timeout + statement_timeout, and more when it is run again). E bounds the whole.
INPUT_MAIL_FILTER(`quilter', `S=unix:/run/quilter/quilter.sock, F=T, T=C:30s;S:30s;R:60s;E:5m')dnl
