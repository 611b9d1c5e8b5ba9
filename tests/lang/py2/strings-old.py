a = ur'\d+'
b = u'text' == 'text'
c = unicode('x'), str(u'y')
d = len(u'abc')
e = r'\n' + u'z'
f = 'x' * 3L
g = '%s %s' % (u'a', 'b')
h = isinstance('x', basestring), isinstance(u'x', basestring), isinstance(1, basestring)
