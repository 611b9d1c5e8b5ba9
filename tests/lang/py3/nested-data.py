a = {'vm': {'disks': [{'dev': 'xvda', 'size': 10}, {'dev': 'xvdb', 'size': 20}], 'nets': ()}}
b = a['vm']['disks'][1]['dev']
a['vm']['disks'][0]['size'] *= 2
a['vm']['nets'] += ('br0',)
c = sum(d['size'] for d in a['vm']['disks'])
e = [(k, len(v)) for k, v in a['vm'].items()]
f = [[1, [2, [3, [4]]]]]
g = f[0][1][1][1][0]
f[0][1][1][1][0] = 'deep'
h = {1: {2: {3: {}}}}
h[1][2][3]['x'] = [h[1][2][3] == {}]
i = [(1, (2, (3,)))][0][1][1][0]
j = {'a': [1, 2, {'b': (3, [4])}]}['a'][2]['b'][1][0]
k = [[r * c2 for c2 in range(3)] for r in range(3)]
l = [row[1] for row in k]
m = [list(t) for t in zip(*k)]
n = {**a['vm'], 'extra': 1}['extra']
