# The nodes of a cluster out of one file, with what differs read from another:
#
#     xm create xmexample.cluster.py node=db1
#
# nodes.txt, beside this file or in /etc/xen, has a line for each: NAME MEMORY VCPUS. Without it,
# and for a node that it does not name, there are defaults. What a file reads and computes is
# bounded; it can neither write nor run programs. `xm config` shows what comes out.

import os, random, re

settings = {'memory': 256, 'vcpus': 1}

def read_nodes(path):
    nodes = {}
    for line in open(path):
        words = line.split('#')[0].split()
        if len(words) == 3:
            nodes[words[0]] = {'memory': int(words[1]), 'vcpus': int(words[2])}
    return nodes

for path in [os.path.join(os.path.dirname(xm_file), 'nodes.txt'), '/etc/xen/nodes.txt']:
    try:
        settings.update(read_nodes(path).get(node, {}))
        break
    except IOError:
        continue            # it is not there: the next one

if not re.match(r'^[a-z]+[0-9]+$', node):
    raise ValueError('node=%s: a word and a number, like db1' % node)

name = 'cluster-' + node
memory = settings['memory']
vcpus = settings['vcpus']

kernel = '/boot/vmlinuz-guest' if os.uname()[4] == 'x86_64' else '/boot/vmlinuz-guest-' + os.uname()[4]
ramdisk = '/boot/initrd-guest.img'
extra = ' '.join(['console=hvc0', 'role=' + re.sub('[0-9]', '', node)])

# A seed makes the numbers the same each time, so that a node keeps its addresses.
seed = 0
for letter in node:
    seed = (seed * 31 + ord(letter)) % 2 ** 31
random.seed(seed)
macs = [':'.join(['00', '16', '3e'] + ['%02x' % random.randint(0, 127) for _ in range(3)]) for _ in range(2)]
vif = ['bridge=xenbr0, mac=' + mac for mac in macs]

disk = [dict(xvda='phy:/dev/vg0/%s,xvda,w', xvdb='phy:/dev/vg0/%s-swap,xvdb,w')[d] % node for d in ('xvda', 'xvdb')]
on_crash = 'preserve'       # somebody wants to know
del settings, path, seed, letter
