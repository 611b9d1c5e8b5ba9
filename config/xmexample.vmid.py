# One file for many guests, each of which has a number of its own:
#
#     xm create xmexample.vmid.py vmid=3
#     xm create xmexample.vmid.py vmid=4 memory=512      a word beats the file
#
# This is how xm's own examples did it. vmid is declared, checked, and then a number here.

def vmid_check(var, val):
    val = int(val)
    if not 0 < val < 255:
        raise ValueError('must be from 1 to 254')
    return val

xm_vars.var('vmid', use="the guest's number, from 1 to 254", check=vmid_check)
xm_vars.check()

def volume(number, use):
    """The host's volume for one use of one guest."""
    return f'phy:/dev/vg0/guest{number:03d}-{use}'

name = f'guest{vmid:03d}'
memory = 256 if vmid < 100 else 512
vcpus = 1 + vmid % 2

kernel = "/boot/vmlinuz-guest"
ramdisk = "/boot/initrd-guest.img"
root = "/dev/xvda ro"
extra = "console=hvc0 vmid=%d" % vmid

# root is xvda, data is xvdb, and so on.
disk = [f'{volume(vmid, use)},xvd{chr(ord("a") + i)},w' for i, use in enumerate(['root', 'data'])]

# An address that is the same at each start, and another one for each guest.
vif = ['bridge=xenbr0, mac=00:16:3e:00:00:%02x' % vmid]
