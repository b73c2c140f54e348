dnl Lines for sendmail.mc, above the MAILER() lines, or include() of this file there; then make sendmail.cf anew and
dnl restart Sendmail: on Debian `sendmailconfig' does both.
dnl
dnl Filters run in the order in which they stand: keep this one last, so that what the others reject is not recorded
dnl and what they change is recorded as changed. That holds for DKIM, DMARC and ARC too; Quilter changes nothing, so
dnl signatures stay whole. Where confINPUT_MAIL_FILTERS is defined, it names the order instead.
dnl
dnl S=  the socket, as `listen' in quilter.toml has it. Sendmail is not chrooted, and Debian's runs as root, to which
dnl     the socket is open as it is. With confRUN_AS_USER it must be for that user's group: SocketGroup= of
dnl     quilter.socket, or socket_group with the unit's drop-in socket-group.conf. Nobody else may write to any folder
dnl     of its path (so none below /tmp): Sendmail would not start. Its log says `local socket name ... unsafe' of
dnl     that, of a socket that is closed to it, and of one that is not there.
dnl F=T with the daemon away: tempfail, the client keeps the mail and comes again. Without F= it would pass
dnl     unrecorded.
dnl T=  R, the wait for one word of ours, is 10s by default. quilterd answers within database.deadline (5s), and says
dnl     every 4s that it is at work where a sick disk takes longer. E bounds the whole.
INPUT_MAIL_FILTER(`quilter', `S=unix:/run/quilter/quilter.sock, F=T, T=C:30s;S:30s;R:60s;E:5m')dnl

dnl Instead: by TCP. Each message waits some 80 ms longer there, for acknowledgements; and whoever reaches the port can
dnl have mail recorded: loopback, or a network of your own. In quilter.toml
dnl     listen = "inet:8892@127.0.0.1"
dnl INPUT_MAIL_FILTER(`quilter', `S=inet:8892@127.0.0.1, F=T, T=C:30s;S:30s;R:60s;E:5m')dnl

dnl Mail of sendmail(1), and of list managers that post that way, passes the filters too: submit.cf hands it to the
dnl daemon by SMTP. With quilterd away it waits in the client's queue.
dnl
dnl Where a content filter hands mail back by SMTP, that listener sees each message again. That is harmless: a message
dnl id is recorded once, and the log says already-stored. It is saved with a listener without filters; copies that
dnl a list manager on this host hands back may go there too (docs/operations.md, `Lists on this host'):
dnl     DAEMON_OPTIONS(`Name=again, Addr=127.0.0.1, Port=10026, InputMailFilters=')dnl
