a = range(3), range(3) + [9], xrange(3)[1]
b = map(lambda x: x + 1, [1, 2]), filter(lambda x: x > 1, [1, 2, 3])
c = zip([1, 2], 'ab'), zip([1, 2], 'ab')[0]
e = len(map(str, [1, 2])), range(5)[1:3]
f = [i for i in xrange(2)]
g = type(range(2)) == list
h = (lambda (p, q), r: p + q + r)((1, 2), 3)
def pair((m, n), o=1): return m * n + o
i = pair((2, 3)), pair([4, 5], 6)
j = sorted({'a': 2, 'b': 1}.items(), key=lambda (k, v): v)
