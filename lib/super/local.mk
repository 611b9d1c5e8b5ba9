lib_libxm_all_la_SOURCES += lib/super/super.h
