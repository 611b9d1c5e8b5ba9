# The language against Python itself.
check_PROGRAMS += tests/lang/evaluate
tests_lang_evaluate_SOURCES = tests/lang/evaluate.c
tests_lang_evaluate_LDADD = lib/libxm-all.la

LANG_TESTS = tests/lang/lang.t
TESTS += $(LANG_TESTS)
EXTRA_DIST += $(LANG_TESTS) tests/lang/dump.py tests/lang/regenerate tests/lang/py2 tests/lang/py3
