lib_libxm_all_la_SOURCES += lib/convert/json.h lib/convert/sxp.h
