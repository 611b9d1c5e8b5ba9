# All of libxm is built once, as a convenience library that the unit tests link whole; the
# installed library is the same objects, of which only the functions marked XM_API are exported.
noinst_LTLIBRARIES += lib/libxm-all.la
lib_LTLIBRARIES += lib/libxm.la

lib_libxm_all_la_SOURCES =
lib_libxm_all_la_LIBADD = $(XEN_LIBS) $(YAJL_LIBS) $(LIBXML2_LIBS) -lm

lib_libxm_la_SOURCES =
lib_libxm_la_LIBADD = lib/libxm-all.la
lib_libxm_la_LDFLAGS = -version-info 0:0:0

xmincludedir = $(includedir)/xm
nobase_xminclude_HEADERS =
include lib/base/local.mk
include lib/lang/local.mk
include lib/doc/local.mk
include lib/convert/local.mk
include lib/bind/local.mk
include lib/host/local.mk
include lib/registry/local.mk
include lib/guest/local.mk
include lib/super/local.mk
