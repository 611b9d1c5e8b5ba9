# Each target tests/fuzz/NAME.c twice: with libFuzzer where configured (--enable-fuzzing CC=clang),
# as tests/fuzz/fuzz-NAME; and always as tests/fuzz/replay-NAME, which runs over seeds/NAME.
FUZZ_REPLAYS = tests/fuzz/replay-lang tests/fuzz/replay-json tests/fuzz/replay-sxp tests/fuzz/replay-bind tests/fuzz/replay-savefile
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/fuzz
check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)
EXTRA_DIST += tests/fuzz/seeds

tests_fuzz_replay_lang_SOURCES = tests/fuzz/replay.c tests/fuzz/lang.c tests/fuzz/fuzz.h
tests_fuzz_replay_lang_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"lang"'
tests_fuzz_replay_lang_LDADD = lib/libxm-all.la
tests_fuzz_replay_json_SOURCES = tests/fuzz/replay.c tests/fuzz/json.c tests/fuzz/fuzz.h
tests_fuzz_replay_json_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"json"'
tests_fuzz_replay_json_LDADD = lib/libxm-all.la
tests_fuzz_replay_sxp_SOURCES = tests/fuzz/replay.c tests/fuzz/sxp.c tests/fuzz/fuzz.h
tests_fuzz_replay_sxp_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"sxp"'
tests_fuzz_replay_sxp_LDADD = lib/libxm-all.la

tests_fuzz_replay_bind_SOURCES = tests/fuzz/replay.c tests/fuzz/bind.c tests/fuzz/fuzz.h
tests_fuzz_replay_bind_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"bind"'
tests_fuzz_replay_bind_LDADD = lib/libxm-all.la
tests_fuzz_replay_savefile_SOURCES = tests/fuzz/replay.c tests/fuzz/savefile.c tests/fuzz/fuzz.h
tests_fuzz_replay_savefile_CPPFLAGS = $(fuzz_cppflags) -DFUZZ_NAME='"savefile"'
tests_fuzz_replay_savefile_LDADD = lib/libxm-all.la

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz-lang tests/fuzz/fuzz-json tests/fuzz/fuzz-sxp tests/fuzz/fuzz-bind tests/fuzz/fuzz-savefile
tests_fuzz_fuzz_lang_SOURCES = tests/fuzz/lang.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_lang_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_lang_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_lang_LDADD = lib/libxm-all.la
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/json.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_json_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_json_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_json_LDADD = lib/libxm-all.la
tests_fuzz_fuzz_sxp_SOURCES = tests/fuzz/sxp.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_sxp_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_sxp_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_sxp_LDADD = lib/libxm-all.la
tests_fuzz_fuzz_bind_SOURCES = tests/fuzz/bind.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_bind_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_bind_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_bind_LDADD = lib/libxm-all.la
tests_fuzz_fuzz_savefile_SOURCES = tests/fuzz/savefile.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_savefile_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_savefile_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_savefile_LDADD = lib/libxm-all.la
endif
