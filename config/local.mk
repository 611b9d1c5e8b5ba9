# Examples are installed as examples: /etc is the administrator's.
exampledir = $(docdir)/examples
dist_example_DATA = config/xm.conf \
	config/xmexample.cluster.py config/xmexample.devices.cfg config/xmexample.hvm.py config/xmexample.plain.cfg \
	config/xmexample.pv.py config/xmexample.pvh.cfg config/xmexample.vmid.py

# For the init system of configure's choice; `make install-init INIT=...` installs for another.
INIT = @with_init@
systemdsystemunitdir = @systemdsystemunitdir@
systemd_units = config/xm-supervise.service config/xm-autostart.service config/xm-relocation.service
init_files = $(systemd_units) config/sysv/xm config/openrc/xm
noinst_DATA = $(init_files)
EXTRA_DIST += config/xm-supervise.service.in config/xm-autostart.service.in config/xm-relocation.service.in config/sysv/xm.in config/openrc/xm.in
CLEANFILES += $(init_files)
$(init_files): Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's,@sbindir[@],$(sbindir),' -e 's,@sysconfdir[@],$(sysconfdir),' \
		<$(srcdir)/$@.in >$@.tmp && mv $@.tmp $@
config/xm-supervise.service: $(srcdir)/config/xm-supervise.service.in
config/xm-autostart.service: $(srcdir)/config/xm-autostart.service.in
config/xm-relocation.service: $(srcdir)/config/xm-relocation.service.in
config/sysv/xm: $(srcdir)/config/sysv/xm.in
config/openrc/xm: $(srcdir)/config/openrc/xm.in

.PHONY: install-init install-init-systemd install-init-sysv install-init-openrc install-init-none uninstall-init
install-data-local: install-init
uninstall-local: uninstall-init
install-init: install-init-$(INIT)
install-init-none:
install-init-systemd: $(systemd_units)
	$(MKDIR_P) "$(DESTDIR)$(systemdsystemunitdir)"
	$(INSTALL_DATA) $(systemd_units) "$(DESTDIR)$(systemdsystemunitdir)"
install-init-sysv install-init-openrc: install-init-%: config/%/xm
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)/init.d"
	$(INSTALL_SCRIPT) $< "$(DESTDIR)$(sysconfdir)/init.d/xm"
uninstall-init:
	case $(INIT) in \
	systemd) cd "$(DESTDIR)$(systemdsystemunitdir)" && rm -f $(notdir $(systemd_units)) ;; \
	sysv | openrc) rm -f "$(DESTDIR)$(sysconfdir)/init.d/xm" ;; \
	esac

# What libxl runs for disks that are shared on purpose.
xmlibexecdir = $(libexecdir)/xm
dist_xmlibexec_SCRIPTS = config/block-shared
