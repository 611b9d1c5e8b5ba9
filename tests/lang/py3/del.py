a = 1
del a
try:
    a
except NameError:
    a = 'gone'
b = [1, 2, 3]
del b[1]
c = {'x': 1, 'y': 2}
del c['x']
d, e = 1, 2
del d, e
f, g = 3, 4
del (f, g)
h = [1, 2]
del h[0], h[0]
i = {'a': [1, 2, 3]}
del i['a'][1:]
j = [[1, 2], [3]]
del j[0][0]
k, l = 5, 6
del [k]
