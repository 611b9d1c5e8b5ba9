# The commands in help order. A new command is cmd/NAME.c with a struct cmd_NAME in it, and its
# word here; a family in one file has its other words in COMMANDS and its file under the first.
COMMANDS = \
	version \
	help __complete __man
# Commands that share another command's file.
COMMANDS_WITHIN = help __complete __man

sbin_PROGRAMS += cmd/xm
cmd_xm_SOURCES = \
	cmd/attend.c cmd/cmd.h cmd/find.c cmd/help.c cmd/main.c cmd/options.c cmd/print.c cmd/terminal.c \
	cmd/version.c
nodist_cmd_xm_SOURCES = cmd/table.c
cmd_xm_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/cmd
cmd_xm_LDADD = lib/libxm.la
cmd_xm_LDFLAGS = -Wl,--unresolved-symbols=ignore-all

BUILT_SOURCES += cmd/table.c
CLEANFILES += cmd/table.c
cmd/table.c: $(top_srcdir)/cmd/local.mk
	$(AM_V_GEN)$(MKDIR_P) cmd && { \
	echo '/* Made from COMMANDS in cmd/local.mk. */'; echo '#include "cmd.h"'; \
	for c in $(COMMANDS); do echo "extern const struct xm_cmd cmd_`echo $$c | tr - _`;"; done; \
	echo 'const struct xm_cmd *const xm_cmds[] = {'; \
	for c in $(COMMANDS); do echo "    &cmd_`echo $$c | tr - _`,"; done; \
	echo '    NULL'; echo '};'; } > $@.tmp && mv $@.tmp $@

if INSTALL_XL
install-exec-hook:
	cd $(DESTDIR)$(sbindir) && rm -f xl && $(LN_S) xm xl
uninstall-hook:
	rm -f $(DESTDIR)$(sbindir)/xl
endif
