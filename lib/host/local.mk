lib_libxm_all_la_SOURCES += lib/host/core.c lib/host/devices.c lib/host/file.c lib/host/holders.c lib/host/host.c lib/host/host.h \
	lib/host/leftovers.c lib/host/machine.c lib/host/machine.h lib/host/ops.h lib/host/send.c lib/host/settings.c lib/host/storage.c
include lib/host/kernel/local.mk
include lib/host/xen/local.mk
include lib/host/sim/local.mk
