lib_libxm_all_la_SOURCES += \
	lib/registry/change.c \
	lib/registry/decision.c \
	lib/registry/entry.c \
	lib/registry/index.c \
	lib/registry/list.c \
	lib/registry/moves.c lib/registry/moves.h \
	lib/registry/registry.c lib/registry/registry.h \
	lib/registry/state.c \
	lib/registry/store.h \
	lib/registry/trouble.c lib/registry/trouble.h \
	lib/registry/uuid.c lib/registry/uuid.h
