lib_libxm_all_la_SOURCES += \
	lib/super/client.c lib/super/client.h \
	lib/super/emit.c \
	lib/super/handover.c lib/super/handover.h \
	lib/super/jobs.c \
	lib/super/log.c lib/super/log.h \
	lib/super/loop.c lib/super/loop.h \
	lib/super/moves.c \
	lib/super/notice.c \
	lib/super/patience.c \
	lib/super/peers.c \
	lib/super/policy.c lib/super/policy.h \
	lib/super/socket.c lib/super/socket.h \
	lib/super/stream.c \
	lib/super/super.h \
	lib/super/tracked.c \
	lib/super/work.c
