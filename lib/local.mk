# All of libxm is built once, as a convenience library that the unit tests link whole; the
# installed library is the same objects, of which only the functions marked XM_API are exported.
noinst_LTLIBRARIES += lib/libxm-all.la
lib_LTLIBRARIES += lib/libxm.la

lib_libxm_all_la_SOURCES =
lib_libxm_all_la_LIBADD = $(XEN_LIBS) $(YAJL_LIBS) $(LIBXML2_LIBS) $(PCRE2_LIBS) -lm

lib_libxm_la_SOURCES =
lib_libxm_la_LIBADD = lib/libxm-all.la
lib_libxm_la_LDFLAGS = -version-info 0:0:0

# The headers that xm.h includes, in folders of the same names; libxm.pc says where.
xmincludedir = $(includedir)/xm
xmbasedir = $(xmincludedir)/base
xmbinddir = $(xmincludedir)/bind
xmconvertdir = $(xmincludedir)/convert
xmdocdir = $(xmincludedir)/doc
xmguestdir = $(xmincludedir)/guest
xmhostdir = $(xmincludedir)/host
xmlangdir = $(xmincludedir)/lang
xmregistrydir = $(xmincludedir)/registry
xmsuperdir = $(xmincludedir)/super
xminclude_HEADERS = lib/xm.h
xmbase_HEADERS = lib/base/api.h lib/base/buf.h lib/base/error.h lib/base/fd.h lib/base/log.h lib/base/mem.h
xmbind_HEADERS = lib/bind/conf.h lib/bind/config.h
xmconvert_HEADERS = lib/convert/cfg.h lib/convert/json.h lib/convert/sxp.h
xmdoc_HEADERS = lib/doc/doc.h
xmguest_HEADERS = lib/guest/guest.h
xmhost_HEADERS = lib/host/host.h
xmlang_HEADERS = lib/lang/lang.h
xmregistry_HEADERS = lib/registry/registry.h
xmsuper_HEADERS = lib/super/super.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = lib/libxm.pc

include lib/base/local.mk
include lib/lang/local.mk
include lib/doc/local.mk
include lib/convert/local.mk
include lib/bind/local.mk
include lib/host/local.mk
include lib/registry/local.mk
include lib/guest/local.mk
include lib/super/local.mk
include lib/migrate/check.mk
include lib/migrate/local.mk
include lib/migrate/relocation.mk
