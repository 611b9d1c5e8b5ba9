a = [x * 2 for x in range(5)]
b = [x for x in range(10) if x % 2 if x > 3]
c = [(x, y) for x in 'ab' for y in range(2)]
d = [[j for j in range(i)] for i in range(4)]
e = {x: len(x) for x in ['a', 'bb']}
f = sorted({x // 2 for x in range(6)})
g = sum(x for x in range(5))
h = list(x for x in 'abc')
i = ','.join(str(n) for n in range(3))
j = [x for x in [1, 2, 3] if not x == 2]
k = [y for x in [[1, 2], [3]] for y in x]
x = 'kept'
l = [x for x in range(2)]
m = x
n = [a1 + b1 for a1, b1 in [(1, 2), (3, 4)]]
o = [i1 if i1 % 2 else -i1 for i1 in range(4)]
p = any(x1 > 2 for x1 in range(4)), all(x1 > 2 for x1 in range(4))
q = dict((k1, v1) for k1, v1 in [('a', 1)])
r = [f2(3) for f2 in [lambda v: v + 1]]
def func():
    y = 2
    return [y * z for z in range(3)]
s = func()
t = tuple(i2 for i2 in range(3))
u = [(i3, j3) for i3 in range(3) for j3 in range(i3)]
v = {v1: k1 for k1, v1 in {'a': 1, 'b': 2}.items()}
w = max((len(s1) for s1 in ['a', 'bbb']))
z = [last := n1 for n1 in range(3)]
