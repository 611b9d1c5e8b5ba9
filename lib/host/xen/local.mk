lib_libxm_all_la_SOURCES += \
	lib/host/xen/balloon.c \
	lib/host/xen/build.c \
	lib/host/xen/console.c \
	lib/host/xen/cpu.c \
	lib/host/xen/dump.c \
	lib/host/xen/events.c \
	lib/host/xen/file.c \
	lib/host/xen/holders.c \
	lib/host/xen/hotplug.c \
	lib/host/xen/info.c \
	lib/host/xen/leftovers.c \
	lib/host/xen/life.c \
	lib/host/xen/list.c \
	lib/host/xen/log.c \
	lib/host/xen/op.c \
	lib/host/xen/need.c \
	lib/host/xen/open.c \
	lib/host/xen/orphans.c \
	lib/host/xen/released.c \
	lib/host/xen/save.c \
	lib/host/xen/sched.c \
	lib/host/xen/settings.c \
	lib/host/xen/shutdown.c \
	lib/host/xen/text.c \
	lib/host/xen/text.h \
	lib/host/xen/vnc.c \
	lib/host/xen/xen.h
