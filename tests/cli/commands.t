#!/bin/bash
# Each word of COMMANDS has its test, its section in the manual, and its completion.
. "$(dirname "$0")/sim.sh"

src=${abs_top_srcdir:-$(cd "$tests_dir/.." && pwd)}
commands=$(awk '/^COMMANDS *=/ { on = 1; sub(/.*=/, "") } on { more = sub(/\\$/, ""); print; if (!more) exit }' \
    "$src/cmd/local.mk")
shown=$(printf '%s\n' $commands | grep -v '^__')

# A check that names the command first in its title, in any file here, is a test of it.
untested() {
    local name
    for name in $shown; do
        [ -e "$src/tests/cli/$name.t" ] ||
            grep -Eq "^ *(check|refuse|is|like) ['\"]([a-z-]+, )*$name[ :,]" "$src"/tests/cli/*.t || echo "$name"
    done
}

# A section is the command's own synopsis and, after those that share it, three lines of prose.
undescribed() {
    local name
    for name in $shown; do
        awk -v name="$name" '
            /^@MAN / { here = 0; gsub(/[@\\]/, ""); for (i = 2; i <= NF; i++) here += $i == name; found += here; next }
            /^\.SH / { here = 0 }
            here && /^[A-Za-z.]/ && !/^\.(PP|IP|TP|br|nf|fi)/ { lines++ }
            END { exit !(found == 1 && lines >= 3) }' "$src/man/xm.1.in" || echo "$name"
    done
}

like 'COMMANDS is read' '^create new ' "$(echo $shown)"
is 'each command has a test here' '' "$(untested)"
is 'each command has a section in the manual' '' "$(undescribed)"
is 'help lists each command' "$(printf '%s\n' $shown)" \
    "$(xm help | sed -n '/full list/,/^Options/s/^ \([a-z][a-z0-9-]*\) .*/\1/p')"
is 'completion offers each command' "$(printf '%s\n' $shown)" "$(xm __complete '')"
for name in $shown; do
    like "help: $name has a usage line" "^Usage: xm $name( |$)" "$(xm help "$name")"
done
# Pages of ours that a page sends its reader to.
lost() {
    local page
    sed -n 's/^\.BR "*\(xm[a-z.\\-]*\)"* *(\([0-9]\)).*/\1.\2/p' "$abs_top_builddir"/man/*.[0-9] | tr -d '\\' | sort -u |
        while read -r page; do [ -e "$abs_top_builddir/man/$page" ] || echo "$page"; done
}
is 'man: no page sends its reader to one that is not there' '' "$(lost)"
for page in xm.1 xm.cfg.5 xm.conf.5 xm-migrate.7; do
    if ! command -v groff >/dev/null; then
        tap_ok "man: $page is formatted without a warning # SKIP groff is not here"
        continue
    fi
    is "man: $page is formatted without a warning" '' \
        "$(groff -t -man -Tutf8 -ww -z "$abs_top_builddir/man/$page" 2>&1)"
done
is 'man: xm.cfg has each key of the table' "$(xm create --help-config | sed -n 's/^  \([a-z][^ ]*\) .*/\1/p')" \
    "$(sed -n '/^\.SH KEYS/,$ s/^\.B "\([^"]*\)"$/\1/p' "$abs_top_builddir/man/xm.cfg.5")"
like 'man: a synopsis and an option come from the command itself' '\.SS "create .*FILE' \
    "$(cat "$abs_top_builddir/man/xm.1")"
done_testing
