lib_libxm_all_la_SOURCES += \
	lib/host/kernel/cache.c \
	lib/host/kernel/cache.h \
	lib/host/kernel/image.c \
	lib/host/kernel/image.h \
	lib/host/kernel/kept.c \
	lib/host/kernel/kept.h \
	lib/host/kernel/room.c \
	lib/host/kernel/unpack.c \
	lib/host/kernel/unpack.h
lib_libxm_all_la_LIBADD += $(NETTLE_LIBS) $(ZLIB_LIBS) $(BZIP2_LIBS) $(LZMA_LIBS) $(LZ4_LIBS) $(ZSTD_LIBS)
if HAVE_ZLIB
lib_libxm_all_la_SOURCES += lib/host/kernel/gzip.c
endif
if HAVE_BZIP2
lib_libxm_all_la_SOURCES += lib/host/kernel/bzip2.c
endif
if HAVE_LZMA
lib_libxm_all_la_SOURCES += lib/host/kernel/lzma.c
endif
if HAVE_LZ4
lib_libxm_all_la_SOURCES += lib/host/kernel/lz4.c
endif
if HAVE_ZSTD
lib_libxm_all_la_SOURCES += lib/host/kernel/zstd.c
endif
