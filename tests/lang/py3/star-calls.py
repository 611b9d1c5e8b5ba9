def f(*a, **k): return (a, sorted(k.items()))
args = [1, 2]
kw = {'x': 1}
a = f(*args)
b = f(0, *args, 3)
c = f(**kw)
d = f(*args, **kw)
e = f(*args, y=2, **kw)
g = f(*[], **{})
h = f(*'ab', *(1,), z=1, **{'w': 2})
i = max(*[3, 9, 2]), max(*[1], 5)
j = [*args, *args]
k = {**kw, **{'y': 2}}
l = '{} {}'.format(*args)
m = '{x}'.format(**kw)
def g2(a, b, c=0): return a + b * c
n = g2(*[1, 2], **{'c': 3})
o = f(*{'k1': 1}), f(*(x for x in range(2)))
p = dict(**kw, q=5)
print(*args, sep='|')
