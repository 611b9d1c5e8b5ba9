# The dry run: what hosts ask and tell each other, and the comparison.
lib_libxm_all_la_SOURCES += \
	lib/migrate/ask.c \
	lib/migrate/check.c lib/migrate/check.h \
	lib/migrate/check-cpu.c lib/migrate/check-disk.c lib/migrate/check-host.c lib/migrate/compare.h \
	lib/migrate/cpus.c lib/migrate/cpus.h \
	lib/migrate/estimate.c \
	lib/migrate/facts.c lib/migrate/facts-shape.c lib/migrate/facts.h \
	lib/migrate/question.c lib/migrate/question.h \
	lib/migrate/shape.c lib/migrate/shape.h \
	lib/migrate/tree.c lib/migrate/tree.h
