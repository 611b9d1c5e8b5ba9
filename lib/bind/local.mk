lib_libxm_all_la_SOURCES += \
	lib/bind/bind.h lib/bind/binder.h lib/bind/conf.h lib/bind/config.h lib/bind/cpulist.h lib/bind/disks.h \
	lib/bind/keys.def lib/bind/keys.h \
	lib/bind/bind.c lib/bind/binder.c lib/bind/boot.c lib/bind/conf.c lib/bind/config.c lib/bind/cpuid.c \
	lib/bind/cpulist.c lib/bind/cpus.c lib/bind/disk.c lib/bind/from-json.c lib/bind/from-sxp.c lib/bind/hvm.c lib/bind/key-text.c lib/bind/keys.c lib/bind/others.c lib/bind/pci.c lib/bind/plain.c lib/bind/plain-devices.c lib/bind/plain.h \
	lib/bind/ranges.c lib/bind/sxp.c lib/bind/usb.c lib/bind/vfb.c lib/bind/vif.c lib/bind/vif.h lib/bind/vnuma.c lib/bind/vsnd.c
