#!/bin/bash
# Plays the walk-through on a simulated host that is made for it and is gone afterwards. Status 0
# if every command did what it should.
. "$(dirname "$0")/sim.sh"
. "$tests_dir/cli/solaris.sh"
trap 'exit 130' INT

solaris_host '"hostname": "sun"' '"nr_cpus": 4'
echo '# cat guest.py'
cat guest.py
"$tests_dir/walk-through.sh"
