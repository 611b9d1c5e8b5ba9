lib_libxm_all_la_SOURCES += \
	lib/base/api.h \
	lib/base/buf.c lib/base/buf.h \
	lib/base/bytes.c lib/base/bytes.h \
	lib/base/error.c lib/base/error.h \
	lib/base/fd.c lib/base/fd.h \
	lib/base/fresh.c lib/base/fresh.h \
	lib/base/log.c lib/base/log.h \
	lib/base/mem.c lib/base/mem.h
