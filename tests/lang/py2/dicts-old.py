d = {'a': 1}
a = d.has_key('a'), d.has_key('b')
b = [k for k in d.iterkeys()], [v for v in d.itervalues()], [i for i in d.iteritems()]
c = d.keys(), d.values(), d.items()
e = d.keys() + ['x']
f = d.items()[0]
g = sorted(d.keys())
