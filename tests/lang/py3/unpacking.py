a, b = 1, 2
a, b = b, a
c, (d, e) = 1, (2, 3)
[f, g] = 'xy'
h, *i = [1, 2, 3]
*j, k = [1, 2, 3]
l, *m, n = 'abcde'
(o), p = 1, 2
q = r = [1]
s, t = {'x': 1, 'y': 2}
u, = [5]
(v, w), x = [[1, 2], 3]
y, *z = [1]
aa, (bb, *cc), *dd = 1, (2, 3, 4), 5, 6
ee = [0, 0]
ee[0], ee[1] = 7, 8
ff = [*range(3), *'ab', 9]
gg = (*[1, 2], 3)
hh = *[1], 2
for ii, (jj, kk) in [(1, (2, 3)), (4, (5, 6))]:
    pass
ll = [(x1, y1) for x1, *y1 in [(1, 2, 3), (4,)]]
mm = {}
mm['a'], mm['b'] = 1, 2
nn = oo = pp = 0
i0 = 0
arr = [0, 1, 2]
i0, arr[i0] = 1, 'set'
