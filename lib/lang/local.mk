lib_libxm_all_la_SOURCES += \
	lib/lang/arena.c lib/lang/arena.h \
	lib/lang/argument.c \
	lib/lang/ast.h \
	lib/lang/builtin.c lib/lang/builtin.h \
	lib/lang/builtin-number.c \
	lib/lang/builtin-sequence.c \
	lib/lang/call.c \
	lib/lang/context.c lib/lang/context.h \
	lib/lang/eval.c lib/lang/eval.h \
	lib/lang/exec.c \
	lib/lang/file.c lib/lang/file.h \
	lib/lang/format.c lib/lang/format.h \
	lib/lang/format-spec.c lib/lang/format-spec.h \
	lib/lang/format-text.c \
	lib/lang/ip.c \
	lib/lang/lang.c lib/lang/lang.h \
	lib/lang/lexer.c lib/lang/lexer.h \
	lib/lang/literal.c lib/lang/literal.h \
	lib/lang/math.c \
	lib/lang/methods.c \
	lib/lang/methods-str.c \
	lib/lang/modules.c \
	lib/lang/operator.c lib/lang/operator.h \
	lib/lang/os.c \
	lib/lang/output.c lib/lang/output.h \
	lib/lang/parse-expr.c \
	lib/lang/parse-fstring.c \
	lib/lang/parse-stmt.c \
	lib/lang/parser.c lib/lang/parser.h \
	lib/lang/random.c \
	lib/lang/regex.c lib/lang/regex.h \
	lib/lang/regex-translate.c \
	lib/lang/set.c \
	lib/lang/source.c lib/lang/source.h \
	lib/lang/str-form.c \
	lib/lang/string.c \
	lib/lang/sys.c \
	lib/lang/time.c \
	lib/lang/utf8.c lib/lang/utf8.h \
	lib/lang/value.c lib/lang/value.h
