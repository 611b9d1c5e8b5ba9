# Each target tests/fuzz/NAME.c twice: always as replay-NAME, which runs over seeds/NAME; and with
# libFuzzer where configured (--enable-fuzzing CC=clang) as fuzz-NAME, which tests/fuzz/run starts.
FUZZ_REPLAYS =
FUZZERS =
check_PROGRAMS += $(FUZZ_REPLAYS)
TESTS += $(FUZZ_REPLAYS)
EXTRA_DIST += tests/fuzz/run tests/fuzz/lang.dict tests/fuzz/device.dict tests/fuzz/seeds
fuzz_common = tests/fuzz/bound.c tests/fuzz/fuzz.h
fuzz_ldflags = -fsanitize=fuzzer
if FUZZING
noinst_PROGRAMS += $(FUZZERS)
endif

# For those that need a host, and a peer to speak with.
fuzz_side = tests/fuzz/side.c tests/fuzz/side.h
# These alone, without the program.
fuzzers: $(FUZZERS)
.PHONY: fuzzers

FUZZ_REPLAYS += tests/fuzz/replay-lang
tests_fuzz_replay_lang_SOURCES = tests/fuzz/lang.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_lang_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-lang
tests_fuzz_fuzz_lang_SOURCES = tests/fuzz/lang.c $(fuzz_common)
tests_fuzz_fuzz_lang_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_lang_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-words
tests_fuzz_replay_words_SOURCES = tests/fuzz/words.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_words_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-words
tests_fuzz_fuzz_words_SOURCES = tests/fuzz/words.c $(fuzz_common)
tests_fuzz_fuzz_words_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_words_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-bind
tests_fuzz_replay_bind_SOURCES = tests/fuzz/bind.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_bind_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-bind
tests_fuzz_fuzz_bind_SOURCES = tests/fuzz/bind.c $(fuzz_common)
tests_fuzz_fuzz_bind_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_bind_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-device
tests_fuzz_replay_device_SOURCES = tests/fuzz/device.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_device_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-device
tests_fuzz_fuzz_device_SOURCES = tests/fuzz/device.c $(fuzz_common)
tests_fuzz_fuzz_device_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_device_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-json
tests_fuzz_replay_json_SOURCES = tests/fuzz/json.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_json_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-json
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/json.c $(fuzz_common)
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-sxp
tests_fuzz_replay_sxp_SOURCES = tests/fuzz/sxp.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_sxp_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-sxp
tests_fuzz_fuzz_sxp_SOURCES = tests/fuzz/sxp.c $(fuzz_common)
tests_fuzz_fuzz_sxp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sxp_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-savefile
tests_fuzz_replay_savefile_SOURCES = tests/fuzz/savefile.c $(fuzz_side) tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_savefile_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-savefile
tests_fuzz_fuzz_savefile_SOURCES = tests/fuzz/savefile.c $(fuzz_side) $(fuzz_common)
tests_fuzz_fuzz_savefile_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_savefile_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-say
tests_fuzz_replay_say_SOURCES = tests/fuzz/say.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_say_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-say
tests_fuzz_fuzz_say_SOURCES = tests/fuzz/say.c $(fuzz_common)
tests_fuzz_fuzz_say_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_say_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-stream
tests_fuzz_replay_stream_SOURCES = tests/fuzz/stream.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_stream_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-stream
tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/stream.c $(fuzz_common)
tests_fuzz_fuzz_stream_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_stream_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-cfg
tests_fuzz_replay_cfg_SOURCES = tests/fuzz/cfg.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_cfg_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-cfg
tests_fuzz_fuzz_cfg_SOURCES = tests/fuzz/cfg.c $(fuzz_common)
tests_fuzz_fuzz_cfg_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_cfg_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-state
tests_fuzz_replay_state_SOURCES = tests/fuzz/state.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_state_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-state
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/state.c $(fuzz_common)
tests_fuzz_fuzz_state_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_state_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-kernel
tests_fuzz_replay_kernel_SOURCES = tests/fuzz/kernel.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_kernel_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-kernel
tests_fuzz_fuzz_kernel_SOURCES = tests/fuzz/kernel.c $(fuzz_common)
tests_fuzz_fuzz_kernel_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_kernel_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-facts
tests_fuzz_replay_facts_SOURCES = tests/fuzz/facts.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_facts_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-facts
tests_fuzz_fuzz_facts_SOURCES = tests/fuzz/facts.c $(fuzz_common)
tests_fuzz_fuzz_facts_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_facts_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-arrive
tests_fuzz_replay_arrive_SOURCES = tests/fuzz/arrive.c tests/fuzz/replay.c $(fuzz_side) $(fuzz_common)
tests_fuzz_replay_arrive_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-arrive
tests_fuzz_fuzz_arrive_SOURCES = tests/fuzz/arrive.c $(fuzz_side) $(fuzz_common)
tests_fuzz_fuzz_arrive_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_arrive_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-arrivexl
tests_fuzz_replay_arrivexl_SOURCES = tests/fuzz/arrivexl.c tests/fuzz/replay.c $(fuzz_side) $(fuzz_common)
tests_fuzz_replay_arrivexl_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-arrivexl
tests_fuzz_fuzz_arrivexl_SOURCES = tests/fuzz/arrivexl.c $(fuzz_side) $(fuzz_common)
tests_fuzz_fuzz_arrivexl_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_arrivexl_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-leave
tests_fuzz_replay_leave_SOURCES = tests/fuzz/leave.c tests/fuzz/replay.c $(fuzz_side) $(fuzz_common)
tests_fuzz_replay_leave_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-leave
tests_fuzz_fuzz_leave_SOURCES = tests/fuzz/leave.c $(fuzz_side) $(fuzz_common)
tests_fuzz_fuzz_leave_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_leave_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-moves
tests_fuzz_replay_moves_SOURCES = tests/fuzz/moves.c tests/fuzz/replay.c $(fuzz_side) $(fuzz_common)
tests_fuzz_replay_moves_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-moves
tests_fuzz_fuzz_moves_SOURCES = tests/fuzz/moves.c $(fuzz_side) $(fuzz_common)
tests_fuzz_fuzz_moves_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_moves_LDADD = lib/libxm-all.la

FUZZ_REPLAYS += tests/fuzz/replay-relocation
tests_fuzz_replay_relocation_SOURCES = tests/fuzz/relocation.c tests/fuzz/replay.c $(fuzz_common)
tests_fuzz_replay_relocation_LDADD = lib/libxm-all.la
FUZZERS += tests/fuzz/fuzz-relocation
tests_fuzz_fuzz_relocation_SOURCES = tests/fuzz/relocation.c $(fuzz_common)
tests_fuzz_fuzz_relocation_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_relocation_LDADD = lib/libxm-all.la
