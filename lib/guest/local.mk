lib_libxm_all_la_SOURCES += lib/guest/guest.h
