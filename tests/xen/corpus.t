#!/bin/bash
# `create -n` of stock xl and of xm in its dialect, asked in one boot: every file of the corpus, and
# each fortieth of its cases; the answers that are written down are compared without Xen, all of them.
. "$(dirname "$0")/../tap.sh"
need_xen

corpus=$(cd "$(dirname "$0")/../corpus" && pwd)

# Lines of stdin that do not begin with what xm means to do otherwise.
alike() {
    local line
    while IFS= read -r line; do
        grep -qF "${line%%$'\t'[0r]*}"$'\t' "$corpus/differences" || printf '%s\n' "$line"
    done
}

grep -v '^#' "$corpus/keys.cases" | awk 'NR % 40 == 1' | while IFS= read -r line; do
    grep -qF "$line"$'\t' "$corpus/differences" || printf '%s\n' "$line"
done >cases
"$corpus/ask" keys 1 xl -N create -n <cases >cases.stock
"$corpus/ask" keys 1 xm --dialect=xl create -n <cases >cases.ours
check 'there are cases, and stock xl takes most of them' '[ $(grep -c "	0	" cases.stock) -gt 30 ]'
check 'the cases come out the same' 'diff cases.stock cases.ours'

"$corpus/ask" files xl -N create -n | alike >files.stock
"$corpus/ask" files xm --dialect=xl create -n | alike >files.ours
check 'there are files, and stock xl takes most of them' '[ $(grep -c "	0	" files.stock) -gt 70 ]'
check 'the files come out the same' 'diff files.stock files.ours'
check 'stock xl says of the files what is written down' 'alike <"$corpus/xl.expected" | diff - files.stock'
done_testing
