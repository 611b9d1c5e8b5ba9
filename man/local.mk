# Pages are prose by hand with synopses, options and keys out of the program that was just built.
MAN_PAGES = man/xm.1 man/xm.cfg.5 man/xm.conf.5 man/xm-migrate.7
man_MANS = $(MAN_PAGES)
CLEANFILES += $(MAN_PAGES)
EXTRA_DIST += man/expand.sh man/xm.1.in man/xm.cfg.5.in man/xm.conf.5.in man/xm-migrate.7.in

$(MAN_PAGES): man/expand.sh cmd/xm$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && $(SHELL) $(srcdir)/man/expand.sh cmd/xm$(EXEEXT) '$(VERSION)' \
		<$(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
man/xm.1: $(srcdir)/man/xm.1.in
man/xm.cfg.5: $(srcdir)/man/xm.cfg.5.in
man/xm.conf.5: $(srcdir)/man/xm.conf.5.in
man/xm-migrate.7: $(srcdir)/man/xm-migrate.7.in
