a = sorted({3, 1, 2, 1})
b = sorted({1, 2} | {2, 3}), sorted({1, 2} & {2, 3}), sorted({1, 2} - {2, 3}), sorted({1, 2} ^ {2, 3})
c = 1 in {1, 2}, 3 not in {1, 2}
d = {1, 2} == {2, 1}, {1} < {1, 2}, {1, 2} <= {1, 2}, {1, 2} > {1}, {1} >= {2}, {1} != {2}
e = len({1, 1.0, True})
f = sorted({x % 3 for x in range(10)})
g = {1, 2}
g |= {3}
h = sorted(g)
g -= {1}
i = sorted(g)
g &= {3, 4}
j = sorted(g)
g ^= {3, 9}
k = sorted(g)
l = sorted({*[1, 2], *(3, 4)})
m = bool({1} - {1}), bool({0})
n = str({1}), repr({'a'})
o = {(1, 2), (1, 2)} == {(1, 2)}
p = {1, 2} < {1, 3}, {1, 2} > {1, 3}
q = {1}
r = q
q |= {2}
t = sorted(r)
