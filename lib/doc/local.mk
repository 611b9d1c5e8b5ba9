lib_libxm_all_la_SOURCES += lib/doc/doc.c lib/doc/doc.h
