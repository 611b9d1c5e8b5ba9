lib_libxm_all_la_SOURCES += lib/lang/lang.h
