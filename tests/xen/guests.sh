# Guests for tests in dom0: writes their configurations, and says when they are up. Each writer
# makes NAME.cfg in the current directory, in words stock xl and xm both read; further arguments
# are added to it as lines.
#
#   tiny NAME [LINE...]     4 MiB, PV; sleeps and is deaf
#   sleeper NAME [LINE...]  8 MiB, PVH; sleeps, and has no drivers to ask: the hypervisor itself shuts it down for
#                           the reason that is asked for, by xm shutdown or reboot
#   mortal NAME RS [LINE...]    8 MiB, PV; ends for reason R (0 poweroff, 1 reboot, 3 crash, 4 watchdog,
#                           5 soft reset) after about S seconds, both of them one digit
#   walker NAME [LINE...]   8 MiB, PVH; looks again and again whether its memory, and its disk xvda if it has one,
#                           hold what it wrote; suspends and powers off when told to
#   pv, pvh NAME [LINE...]  Debian's kernel, 96 MiB, with a shell on its console
#   bios NAME [LINE...]     HVM, 32 MiB, with a device model and no kernel; sleeps and is deaf, but
#                           is up in seconds. `guest ready` stands on its serial port
#   hvm NAME [LINE...]      the same with a device model, and consoles on the serial port and hvc0
#
#   ready NAME [N]          succeeds when `guest ready` stands on its console, N times (for the
#                           second boot of a guest, or for one with two consoles); waits 240 s
#   tell NAME LINE          types a line into its shell
#   walked NAME             a walker's count of passes and of errors, and what was wrong
#   guest_state NAME        its state as stock xl shows it, such as -b----

console_log() { echo "/var/log/xen/console/guest-$1.log"; }

write_cfg() {
    local name=$1
    shift
    printf '%s\n' "name = '$name'" "$@" >"$name.cfg"
    rm -f "$(console_log "$name")"
}

tiny() { write_cfg "$1" "kernel = '/guests/tiny'" 'memory = 4' "${@:2}"; }

sleeper() { tiny "$1" "type = 'pvh'" 'memory = 8' 'shadow_memory = 2' "${@:2}"; }

walker() { tiny "$1" "kernel = '/guests/walker'" "type = 'pvh'" 'memory = 8' 'shadow_memory = 2' "${@:2}"; }

# Who counts the seconds to its end does nothing else, and is not to keep dom0 from its work.
mortal() { write_cfg "$1" "kernel = '/guests/mortal'" 'memory = 8' 'cpu_weight = 1' "extra = '$2'" "${@:3}"; }

pv() {
    write_cfg "$1" "kernel = '/guests/vmlinux'" "ramdisk = '/guests/initrd'" 'memory = 96' \
        "extra = 'console=hvc0 quiet'" "${@:2}"
}

pvh() { pv "$1" "type = 'pvh'" "${@:2}"; }

# Its disk is a copy: the device model wants to write to what it boots from.
bios() {
    cp /guests/boot.img "$1.img"
    write_cfg "$1" "type = 'hvm'" 'memory = 32' "disk = ['file:$PWD/$1.img,hda,w']" \
        "serial = 'file:$(console_log "$1")'" "${@:2}"
}

hvm() {
    write_cfg "$1" "type = 'hvm'" "kernel = '/guests/vmlinuz'" "ramdisk = '/guests/initrd'" \
        'memory = 160' "extra = 'console=hvc0 console=ttyS0 quiet'" "serial = 'pty'" "${@:2}"
}

ready() {
    wait_for 240 "[ \"\$(grep -c '^guest ready' $(console_log "$1"))\" -ge ${2:-1} ]"
}

# Types a line into the guest's shell, whose answer then stands in its console's log.
tell() {
    local tty
    tty=$(xenstore-read "/local/domain/$(xl domid "$1")/console/tty") && printf '%s\n' "$2" >"$tty"
}

walked() { xenstore-read "/local/domain/$(xl domid "$1")/data/walker"; }

guest_state() { xl list "$1" | awk 'NR == 2 { print $5 }'; }
