#!/bin/sh
# Puts into a manual page what follows from the program. Standard input to standard output:
#
#   @MAN COMMAND...@    the commands' synopses and options, as they are declared
#   @KEYS@              every key of a configuration, by subject, with what --help_config says of it
#   @VERSION@           anywhere in a line
#
# usage: expand.sh XM VERSION
set -u
xm=$1 version=$2
# The page is about xm, whatever this machine's xm.conf says.
XM_CONF=/dev/null
unset XM_HOST
export XM_CONF

while IFS= read -r line; do
    case $line in
    '@MAN '*@)
        commands=${line#@MAN }
        # shellcheck disable=SC2086
        "$xm" __man ${commands%@} || exit 1
        ;;
    @KEYS@)
        keys=$("$xm" create --help_config) && [ -n "$keys" ] || exit 1
        printf '%s\n' "$keys" | sed 's/\\/\\e/g; s/-/\\-/g
            # What was replaced so far must not count for the next t.
            t rows
            :rows
            s/^                               \(.*\)/.br\n(\1)/; t
            s/^  \([^ ]*\) *\(.*\)/.TP\n.B "\1"\n\\\&\2./; t
            s/^\(.*\):$/.SS "\1"/'
        ;;
    *) printf '%s\n' "$line" | sed "s/@VERSION@/$version/g" ;;
    esac
done
