# The guest of the walk-through, as its administrator wrote it down, and a simulated host that has
# what it asks for. Read after sim.sh; makes guest.py in the current directory.
solaris_host() {        # MEMBER...
    mkdir -p "$tap_dir/root/tank/guests/solaris"
    truncate -s 8G "$tap_dir/root/tank/guests/solaris/disk.img"
    machine "\"root\": \"$tap_dir/root\"" '"guests": ["solaris sim.boot=0.5"]' "$@"
    echo 'min_restart_seconds = 0' >"$XM_CONF"
    # It is up when it is no longer busy with its boot.
    export WALK_READY='until_true "solaris is idle" "[ \$(xm domstate solaris) = idle ]"'
    cat >guest.py <<'END'
name = "solaris"
vcpus = 2
memory = "512"

extra = "-k"

root = "/dev/dsk/c0d0s0"
disk = ['file:/tank/guests/solaris/disk.img,0,w']

vif = ['']

on_xend_start = "start"
on_xend_stop = "shutdown"

on_shutdown = "destroy"
on_reboot = "restart"
on_crash = "destroy"
END
}
