lib_libxm_all_la_SOURCES += \
	lib/guest/arrive.c lib/guest/arrive.h \
	lib/guest/attach.c \
	lib/guest/build.c \
	lib/guest/carry.c lib/guest/carry.h \
	lib/guest/change.c \
	lib/guest/check.c lib/guest/check.h \
	lib/guest/claim.c lib/guest/claim.h \
	lib/guest/config.c \
	lib/guest/core.c lib/guest/core-room.c lib/guest/core.h \
	lib/guest/device.c lib/guest/device.h \
	lib/guest/dump.c \
	lib/guest/edit.c lib/guest/edit.h \
	lib/guest/end.c \
	lib/guest/finding.c lib/guest/finding.h \
	lib/guest/guest.h \
	lib/guest/import.c lib/guest/import.h \
	lib/guest/keep.c \
	lib/guest/leave.c lib/guest/leave.h \
	lib/guest/list.c \
	lib/guest/mac.c lib/guest/mac.h \
	lib/guest/mend.c \
	lib/guest/move.c lib/guest/move.h \
	lib/guest/new.c \
	lib/guest/pending.c lib/guest/pending.h \
	lib/guest/pick.c \
	lib/guest/repair-entry.c \
	lib/guest/repair.c lib/guest/repair.h lib/guest/repairer.h \
	lib/guest/room.c \
	lib/guest/save.c \
	lib/guest/savefile.c lib/guest/savefile.h \
	lib/guest/schedule.c lib/guest/schedule.h \
	lib/guest/step.c lib/guest/step.h \
	lib/guest/suspend.c \
	lib/guest/sxp.c lib/guest/sxp.h
if HAVE_ZSTD
lib_libxm_all_la_SOURCES += lib/guest/zstd.c lib/guest/zstd.h
else
lib_libxm_all_la_SOURCES += lib/guest/no-zstd.c lib/guest/zstd.h
endif
