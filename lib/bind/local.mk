lib_libxm_all_la_SOURCES += lib/bind/bind.h lib/bind/conf.h lib/bind/config.h
