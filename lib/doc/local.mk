lib_libxm_all_la_SOURCES += lib/doc/doc.h
