lib_libxm_all_la_SOURCES += \
	lib/migrate/flow.c lib/migrate/flow.h \
	lib/migrate/link.c lib/migrate/link.h \
	lib/migrate/migrate.h \
	lib/migrate/pump.c lib/migrate/pump.h \
	lib/migrate/rune.c lib/migrate/rune.h \
	lib/migrate/say.c lib/migrate/say.h \
	lib/migrate/session-receive.c lib/migrate/session-send.c lib/migrate/session.h \
	lib/migrate/stall.c lib/migrate/stall.h \
	lib/migrate/trailer.c lib/migrate/trailer.h \
	lib/migrate/xl-receive.c lib/migrate/xl-send.c lib/migrate/xl.c lib/migrate/xl.h
