print 'leak'
a = [x for x in range(3)]
b = x
def f():
    c = [y for y in 'ab']
    return y
c = f()
d = [z for z in 1, 2, 3]
e = z
g = {k: 1 for k in 'ab'}
try:
    k
    h = 'leaks'
except NameError:
    h = 'own'
i = sum(w for w in range(4))
try:
    w
    j = 'leaks'
except NameError:
    j = 'own'
