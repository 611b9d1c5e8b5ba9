lib_libxm_all_la_SOURCES += lib/registry/registry.h
