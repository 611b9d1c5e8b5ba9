# Without ssh.
lib_libxm_all_la_SOURCES += \
	lib/migrate/allow.c lib/migrate/allow.h \
	lib/migrate/carrier.c lib/migrate/carrier.h \
	lib/migrate/connect.c lib/migrate/relocation.c lib/migrate/relocation.h \
	lib/migrate/listen.c lib/migrate/listen.h \
	lib/migrate/peer.c lib/migrate/peer.h \
	lib/migrate/peername.c lib/migrate/peername.h \
	lib/migrate/preface.c lib/migrate/preface.h \
	lib/migrate/socket.c lib/migrate/socket.h \
	lib/migrate/tls.c lib/migrate/tls.h lib/migrate/tls-library.c lib/migrate/tls-library.h \
	lib/migrate/wire.c lib/migrate/wire.h
