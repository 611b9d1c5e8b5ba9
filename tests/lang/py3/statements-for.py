a = []
for i in range(5):
    if i == 1:
        continue
    if i == 4:
        break
    a.append(i)
else:
    a.append('else')
b = []
for x in 'abc': b.append(x)
else: b.append('done')
c = []
for k in {'x': 1, 'y': 2}:
    c.append(k)
d = []
for i in range(3):
    for j in range(3):
        if j == 2:
            break
        d.append((i, j))
e = []
for n in [1, 2, 3]:
    pass
f = n
g = []
lst = [1, 2, 3]
for x in lst:
    if x < 3:
        lst.append(x + 10)
    g.append(x)
    if len(g) > 6:
        break
h = {}
for h['key'] in [1, 2]:
    pass
l = []
for i in []:
    l.append(i)
else:
    l.append('empty')
m = []
for i in 1, 2, 3:
    m.append(i)
for p, q in zip('ab', [1, 2]):
    m.append(p * q)
for t in (*[7, 8], 9):
    m.append(t)
