lib_libxm_all_la_SOURCES += \
	lib/host/sim/behaviour.c \
	lib/host/sim/clock.c \
	lib/host/sim/console.c \
	lib/host/sim/core.c \
	lib/host/sim/cpuset.c \
	lib/host/sim/create.c \
	lib/host/sim/devices.c \
	lib/host/sim/dmesg.c \
	lib/host/sim/events.c \
	lib/host/sim/fault.c \
	lib/host/sim/fields.c \
	lib/host/sim/host.c \
	lib/host/sim/hotplug.c \
	lib/host/sim/info.c \
	lib/host/sim/kernel.c \
	lib/host/sim/leftovers.c \
	lib/host/sim/life.c \
	lib/host/sim/list.c \
	lib/host/sim/look.c \
	lib/host/sim/released.c \
	lib/host/sim/request.c \
	lib/host/sim/save.c \
	lib/host/sim/sched.c \
	lib/host/sim/settings.c \
	lib/host/sim/sim.h \
	lib/host/sim/store.c \
	lib/host/sim/vnc.c
