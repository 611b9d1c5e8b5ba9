a = {}
a['x'] = 1
a['y'] = {'z': 2}
a['y']['w'] = 3
b = {'a': 1, 'b': 2, 'a': 3}
del b['b']
c = {**{'x': 1}, 'y': 2, **{'x': 5}}
d = {'a': 1} | {'b': 2}
e = {1: 2}
e |= {3: 4}
f = {}
f[1, 2] = 'tuple'
g = [k for k in {'p': 1, 'q': 2}]
h = len({'a': 1, 'b': 2})
i = {'n': 5}
i['n'] += 2
i['m'] = i['n'] * 2
j = {k: v for k, v in [('a', 1), ('b', 2)]}
k2 = {x: x * x for x in range(4) if x % 2}
l = 'a' in {'a': 1}, 'b' in {'a': 1}
m = {'a': [1]}
m['a'].append(2)
n = dict(a=1, b=2)
o = sorted({'z': 1, 'y': 2})
p = {'x': 1}
q = p
q['y'] = 2
r = {True: 'a', 0: 'b', 1: 'c'}
s = {'k': v for v in range(3)}
t = {'a': 1, 'b': 2}
t.pop('a')
t['a'] = 9
