#!/bin/bash
# xm version: which xm this is.
. "$(dirname "$0")/sim.sh"

like 'version: name and number' '^xm [0-9]+\.[0-9]+\.[0-9]+$' "$(xm version)"
is 'version: --version is the same' "$(xm version)" "$(xm --version)"
check 'version: needs no host' 'XM_HOST=sim:/proc/nowhere xm version'
refuse 'version: takes no words' 1 "requires" 'xm version 2'
done_testing
