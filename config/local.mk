# Examples are installed as examples: /etc is the administrator's.
exampledir = $(docdir)/examples
dist_example_DATA = config/xm.conf \
	config/xmexample.cluster.py config/xmexample.devices.cfg config/xmexample.hvm.py config/xmexample.plain.cfg \
	config/xmexample.pv.py config/xmexample.pvh.cfg config/xmexample.vmid.py

systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = config/xm-supervise.service
EXTRA_DIST += config/xm-supervise.service.in
CLEANFILES += config/xm-supervise.service
config/xm-supervise.service: $(srcdir)/config/xm-supervise.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) config && sed 's,@sbindir[@],$(sbindir),' \
		<$(srcdir)/config/xm-supervise.service.in >$@.tmp && mv $@.tmp $@

# What libxl runs for disks that are shared on purpose.
xmlibexecdir = $(libexecdir)/xm
dist_xmlibexec_SCRIPTS = config/block-shared
