# What an administrator writes.
base = '/dev/vg0'
count = 3
bridges = ['xenbr0', 'xenbr1']
def disk(n, dev, mode='w'):
    """One disk of a guest."""
    return 'phy:%s/guest%d-%s,%s,%s' % (base, n, dev, dev, mode)
vmid = 7
name = 'guest%d' % vmid
memory = 512 * 2
vcpus = 2 if memory > 512 else 1
disks = [disk(vmid, d) for d in ('xvda', 'xvdb')] + [disk(vmid, 'xvdc', mode='r')]
vif = ['mac=00:16:3e:%02x:%02x:%02x,bridge=%s' % (vmid, i, 255 - i, b) for i, b in enumerate(bridges)]
extra = ' '.join(['console=hvc0', 'root=/dev/xvda1'] + (['debug'] if memory > 2048 else []))
on_crash = {'test': 'destroy', 'live': 'restart'}.get('live', 'preserve')
cpus = ','.join(str(c) for c in range(count) if c != 1)
vfb = [f"type=vnc,vncdisplay={vmid},vncpasswd={'x' * 8}"]
arch = 'x86_64'
if arch.startswith('x86'):
    kernel = '/boot/vmlinuz-%s' % arch
elif arch == 'arm64':
    kernel = '/boot/Image'
else:
    raise ValueError('unknown machine: ' + arch)
uuid = '-'.join(('%032x' % (vmid << 40))[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
for i in range(count):
    if i == 2:
        break
else:
    never = True
tmp = [d.split(',')[1] for d in disks]
