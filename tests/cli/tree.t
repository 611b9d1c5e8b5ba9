#!/bin/bash
# What the house plan says of the tree itself: who may include whom, what the library shows and
# keeps, and that nothing is left unregistered.
. "$(dirname "$0")/sim.sh"

src=${abs_top_srcdir:-$(cd "$tests_dir/.." && pwd)}
lib=$abs_top_builddir/lib/.libs
order='base lang doc convert bind host registry guest super migrate'

# Lines `FILE: reason` for every include of a folder that does not stand before the file's own.
order_breaches() {
    grep -rn --include='*.[ch]' '^#include "' "$src/lib" | awk -v order="$order" -v root="$src/lib/" '
        BEGIN { n = split(order, names, " "); for (i = 1; i <= n; i++) rank[names[i]] = i }
        {
            file = substr($0, length(root) + 1)
            match($0, /#include "[^"]*"/)
            target = substr($0, RSTART + 10, RLENGTH - 11)
            sub(/:.*/, "", file)
            from = file; sub(/\/.*/, "", from)
            to = target; sub(/\/.*/, "", to)
            if (file == "xm.h" || target == "config.h" || target !~ /\//) next
            if (!(from in rank) || !(to in rank)) print file ": " target " is in no folder of the plan"
            else if (rank[to] > rank[from]) print file ": includes " target
        }'
}

cmd_breaches() {
    grep -n '^#include "' "$src"/cmd/*.[ch] | grep -Ev '"(xm|cmd|config)\.h"' | while IFS=: read -r file _ text; do
        text=${text#*\"}
        [ -e "$src/cmd/${text%\"*}" ] || echo "$file: includes $text"
    done
}

# Files outside the folder that include one of the headers or call one of the functions.
elsewhere() {           # FOLDER REGEX
    grep -rnE --include='*.[ch]' "$2" "$src/lib" "$src/cmd" | grep -v "^$src/$1/"
}

declared() {
    find "$src/lib" -name '*.h' -exec sed -n 's/^XM_API [^(]*[ *]\([a-z0-9_]*\)(.*/\1/p' {} + | LC_ALL=C sort
}

exported() { nm -D --defined-only "$lib/libxm.so" | awk '$2 == "T" { print $3 }' | LC_ALL=C sort; }

# Objects in sections that can be written to after the program has been loaded; but for one, each
# thread's own, without which what libxl calls back would not know for whom (lib/host/xen/names.c).
mutable() {
    objdump -tw "$lib/libxm-all.a" | awk '
        NF > 3 && $(NF - 2) ~ /^\.t?(data|bss)|^\*COM/ && $(NF - 2) !~ /^\.data\.rel\.ro/ && $NF !~ /^\./ &&
            !($(NF - 2) == ".tbss" && $NF == "making") { print $NF }'
}

headers_alone() {
    local header bad=0
    for header in $(cd "$src" && find lib cmd -name '*.h'); do
        printf '#include "%s"\n' "$src/$header" |
            ${CC:-gcc} -std=gnu17 -Wall -Wextra -Werror -D_GNU_SOURCE -fsyntax-only -I"$src/lib" -I"$src/cmd" \
                -I"$abs_top_builddir" -I"$abs_top_builddir/lib" $(pkg-config --cflags libxml-2.0 yajl 2>/dev/null) -x c - || bad=1
    done
    return $bad
}

own_header_first() {
    local file name bad=0
    for file in $(cd "$src" && find lib -name '*.c'); do
        [ -e "$src/${file%.c}.h" ] || continue
        name=$(basename "$file" .c).h
        grep -m 1 '^#include' "$src/$file" | grep -q "[\"/]$name\"" || { echo "$file"; bad=1; }
    done
    return $bad
}

# Tests of real Xen are not looked for: the harness there takes every file in its folder.
unregistered() {
    local file
    for file in $(cd "$src" && ls tests/cli/*.t tests/unit/*.c); do
        grep -qw -e "${file%.c}" "$src"/tests/*/local.mk || echo "$file"
    done
}

is 'each folder of lib includes only what stands before it' '' "$(order_breaches)"
is 'commands reach the library through xm.h alone' '' "$(cmd_breaches)"
is 'only host/xen opens libxl, libxenctrl or libxenstore' '' "$(elsewhere lib/host/xen \
    '#include <(xenctrl|xenguest|xenstore|xenevtchn|xenforeignmemory|xengnttab)\.h>|\<libxl_ctx_alloc *\(|\<(xc_interface|xs)_open *\(')"
is 'only convert sees yajl and libxml2' '' "$(elsewhere lib/convert '#include <(yajl|libxml)/')"
is 'only cmd prints or exits' '' "$(find "$src/lib" -name '*.c' -exec sed -Ens \
    's/"[^"]*"//g; /\<(printf|puts|putchar|perror|exit) *\(|\<f(printf|puts) *\((stdout|stderr)/{F;p}' {} +)"
is 'the library exports what XM_API marks and nothing else' "$(declared)" "$(exported)"
if nm -D "$lib/libxm.so" | grep -q __asan_init; then
    tap_ok 'the library has no mutable globals # SKIP the sanitizer adds its own'
else
    is 'the library has no mutable globals' '' "$(mutable)"
fi
check 'each header compiles alone' headers_alone
check 'each source includes its own header first' own_header_first
is 'each test is registered' '' "$(unregistered)"
is 'each test can be run by itself' '' "$(find "$src/tests" -name '*.t' ! -perm -u+x)"
done_testing
