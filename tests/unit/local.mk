# One program for each tests/unit/NAME.c: cmocka on the whole of libxm, hidden symbols included.
UNIT_TESTS =
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
unit_ldadd = lib/libxm-all.la $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/base
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_base_LDADD = $(unit_ldadd)
