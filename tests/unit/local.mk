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

UNIT_TESTS += tests/unit/doc
tests_unit_doc_SOURCES = tests/unit/doc.c
tests_unit_doc_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/json
tests_unit_json_SOURCES = tests/unit/json.c
tests_unit_json_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/sxp
tests_unit_sxp_SOURCES = tests/unit/sxp.c
tests_unit_sxp_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/registry
tests_unit_registry_SOURCES = tests/unit/registry.c tests/unit/interrupt.h
tests_unit_registry_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_registry_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/guest
tests_unit_guest_SOURCES = tests/unit/guest.c tests/unit/interrupt.h
tests_unit_guest_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_guest_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/attach
tests_unit_attach_SOURCES = tests/unit/attach.c tests/unit/interrupt.h
tests_unit_attach_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_attach_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/check
tests_unit_check_SOURCES = tests/unit/check.c
tests_unit_check_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/super
tests_unit_super_SOURCES = tests/unit/super.c
tests_unit_super_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/index
tests_unit_index_SOURCES = tests/unit/index.c
tests_unit_index_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/live
tests_unit_live_SOURCES = tests/unit/live.c
tests_unit_live_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/sweep
tests_unit_sweep_SOURCES = tests/unit/sweep.c
tests_unit_sweep_LDADD = $(unit_ldadd)
UNIT_TESTS += tests/unit/superlog
tests_unit_superlog_SOURCES = tests/unit/superlog.c
tests_unit_superlog_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/stream
tests_unit_stream_SOURCES = tests/unit/stream.c
tests_unit_stream_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/xenhost
tests_unit_xenhost_SOURCES = tests/unit/xenhost.c
tests_unit_xenhost_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/sim
tests_unit_sim_SOURCES = tests/unit/sim.c
tests_unit_sim_LDADD = $(unit_ldadd)
UNIT_TESTS += tests/unit/lang
tests_unit_lang_SOURCES = tests/unit/lang.c
tests_unit_lang_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/xlgrammar
tests_unit_xlgrammar_SOURCES = tests/unit/xlgrammar.c
tests_unit_xlgrammar_LDADD = $(unit_ldadd) $(XEN_LIBS)

UNIT_TESTS += tests/unit/savefile
tests_unit_savefile_SOURCES = tests/unit/savefile.c
tests_unit_savefile_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/migrate
tests_unit_migrate_SOURCES = tests/unit/migrate.c
tests_unit_migrate_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/relocation
tests_unit_relocation_SOURCES = tests/unit/relocation.c
tests_unit_relocation_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/policy
tests_unit_policy_SOURCES = tests/unit/policy.c
tests_unit_policy_LDADD = $(unit_ldadd)
UNIT_TESTS += tests/unit/forms
tests_unit_forms_SOURCES = tests/unit/forms.c
tests_unit_forms_LDADD = $(unit_ldadd)

EXTRA_DIST += tests/corpus
UNIT_TESTS += tests/unit/corpus
tests_unit_corpus_SOURCES = tests/unit/corpus.c
tests_unit_corpus_LDADD = $(unit_ldadd)


UNIT_TESTS += tests/unit/wild
tests_unit_wild_SOURCES = tests/unit/wild.c tests/unit/bound.h
tests_unit_wild_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/devices
tests_unit_devices_SOURCES = tests/unit/devices.c tests/unit/bound.h
tests_unit_devices_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/stock
tests_unit_stock_SOURCES = tests/unit/stock.c tests/unit/bound.h
tests_unit_stock_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/bind tests/unit/conf tests/unit/config tests/unit/keys
tests_unit_bind_SOURCES = tests/unit/bind.c tests/unit/bound.h
tests_unit_bind_LDADD = $(unit_ldadd)
tests_unit_keys_SOURCES = tests/unit/keys.c tests/unit/bound.h
tests_unit_keys_LDADD = $(unit_ldadd)
tests_unit_conf_SOURCES = tests/unit/conf.c
tests_unit_conf_LDADD = $(unit_ldadd)
tests_unit_config_SOURCES = tests/unit/config.c
tests_unit_config_LDADD = $(unit_ldadd)
EXTRA_DIST += tests/corpus

UNIT_TESTS += tests/unit/plain
tests_unit_plain_SOURCES = tests/unit/plain.c
tests_unit_plain_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/langlib
tests_unit_langlib_SOURCES = tests/unit/langlib.c
tests_unit_langlib_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/schedule
tests_unit_schedule_SOURCES = tests/unit/schedule.c
tests_unit_schedule_LDADD = $(unit_ldadd)

# These pack with what there is to unpack with; gzip they all need.
if HAVE_ZLIB
UNIT_TESTS += tests/unit/unpack tests/unit/kernel-cache
endif
tests_unit_unpack_SOURCES = tests/unit/unpack.c tests/unit/packer.h
tests_unit_unpack_LDADD = $(unit_ldadd)
tests_unit_kernel_cache_SOURCES = tests/unit/kernel-cache.c tests/unit/packer.h tests/unit/interrupt.h
tests_unit_kernel_cache_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_kernel_cache_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/storage
tests_unit_storage_SOURCES = tests/unit/storage.c
tests_unit_storage_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/verdicts
tests_unit_verdicts_SOURCES = tests/unit/verdicts.c
tests_unit_verdicts_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/dryrun
tests_unit_dryrun_SOURCES = tests/unit/dryrun.c
tests_unit_dryrun_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/move
tests_unit_move_SOURCES = tests/unit/move.c tests/unit/interrupt.h
tests_unit_move_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_move_LDADD = $(unit_ldadd)

UNIT_TESTS += tests/unit/question
tests_unit_question_SOURCES = tests/unit/question.c
tests_unit_question_LDADD = $(unit_ldadd)

# A host of their own and a peer they share with the fuzz targets.
UNIT_TESTS += tests/unit/damage tests/unit/hostile
tests_unit_damage_SOURCES = tests/unit/damage.c tests/unit/interrupt.h tests/fuzz/side.c tests/fuzz/side.h
tests_unit_damage_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_damage_LDADD = $(unit_ldadd)
tests_unit_hostile_SOURCES = tests/unit/hostile.c tests/fuzz/side.c tests/fuzz/side.h
tests_unit_hostile_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_hostile_LDADD = $(unit_ldadd)
