lib_libxm_all_la_SOURCES += \
	lib/convert/cfg.c lib/convert/cfg.h \
	lib/convert/json.c lib/convert/json.h \
	lib/convert/json-doc.c \
	lib/convert/sxp.c lib/convert/sxp.h
