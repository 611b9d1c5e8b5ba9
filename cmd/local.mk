# The commands in help order. A new command is cmd/NAME.c with a struct cmd_NAME in it, and its
# word here; a family in one file has its other words in COMMANDS and its file under the first.
COMMANDS = \
	create new check start delete pause unpause suspend resume save restore migrate migrate-receive shutdown reboot destroy wait console \
	dump-core vncviewer \
	list vcpu-list uptime domid domname domstate config events \
	rename sysrq mem-set mem-max vcpu-set vcpu-pin sched-credit sched-credit2 \
	block-attach block-detach block-configure block-list network-attach network-detach network-list \
	cd-insert cd-eject \
	info log dmesg debug-keys \
	autostart autostop supervise relocation repair import-xend version \
	help __complete __man

sbin_PROGRAMS += cmd/xm
cmd_xm_SOURCES = \
	cmd/attend.c cmd/boot.c cmd/boot.h cmd/change.c cmd/cmd.h cmd/crew.c cmd/crew.h cmd/find.c cmd/help.c cmd/load.c cmd/main.c cmd/options.c cmd/print.c cmd/progress.c cmd/progress.h \
	cmd/terminal.c cmd/waiter.c \
	cmd/check.c cmd/console.c cmd/create.c cmd/delete.c cmd/destroy.c cmd/dump-core.c cmd/events.c cmd/new.c cmd/pause.c \
	cmd/autostart.c cmd/autostop.c cmd/import-xend.c \
	cmd/repair.c cmd/restore.c cmd/save.c cmd/shutdown.c cmd/start.c cmd/supervise.c cmd/suspend.c cmd/version.c \
	cmd/vncviewer.c cmd/wait.c cmd/log.c
# The listings, and what is short.
cmd_xm_SOURCES += \
	cmd/config.c cmd/cpus.c cmd/listing.h cmd/select.c \
	cmd/debug-keys.c cmd/dmesg.c cmd/domid.c cmd/domstate.c cmd/info.c cmd/list.c cmd/list-long.c cmd/rename.c \
	cmd/sysrq.c cmd/uptime.c cmd/vcpu-list.c
# What changes what a guest has.
cmd_xm_SOURCES += \
	cmd/mem-set.c cmd/sched-credit.c cmd/vcpu-pin.c cmd/vcpu-set.c
# To other hosts.
cmd_xm_SOURCES += \
	cmd/dryrun.c cmd/dryrun.h cmd/inquiry.c cmd/inquiry.h cmd/migrate.c cmd/migrate-receive.c cmd/recover.c cmd/relocation.c cmd/way.c cmd/way.h
# Devices of guests.
cmd_xm_SOURCES += \
	cmd/device.c cmd/device.h \
	cmd/block-attach.c cmd/block-configure.c cmd/block-detach.c cmd/block-list.c cmd/cd-insert.c \
	cmd/network-attach.c cmd/network-detach.c cmd/network-list.c
nodist_cmd_xm_SOURCES = cmd/table.c
cmd_xm_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/cmd
cmd_xm_LDADD = lib/libxm.la

BUILT_SOURCES += cmd/table.c
CLEANFILES += cmd/table.c
cmd/table.c: $(top_srcdir)/cmd/local.mk
	$(AM_V_GEN)$(MKDIR_P) cmd && { \
	echo '/* Made from COMMANDS in cmd/local.mk. */'; echo '#include "cmd.h"'; \
	for c in $(COMMANDS); do echo "extern const struct xm_cmd cmd_`echo $$c | tr '-' '_'`;"; done; \
	echo 'const struct xm_cmd *const xm_cmds[] = {'; \
	for c in $(COMMANDS); do echo "    &cmd_`echo $$c | tr '-' '_'`,"; done; \
	echo '    NULL'; echo '};'; } > $@.tmp && mv $@.tmp $@

if INSTALL_XL
install-exec-hook:
	cd $(DESTDIR)$(sbindir) && rm -f xl && $(LN_S) xm xl
uninstall-hook:
	rm -f $(DESTDIR)$(sbindir)/xl
endif
