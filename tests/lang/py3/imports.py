import os, re, sys
import os.path
import os.path as p
from os.path import basename, join as j
from os import path
a = basename('/a/b'), j('x', 'y')
b = os.path.dirname('/a/b/c'), p.basename('z/w')
c = path.join('a', '/b', 'c')
d = bool(re.search('b+', 'abbc')), re.match('x', 'abc') is None
def f():
    import os as local
    return local.path.join('m', 'n')
e = f()
def g():
    from os.path import exists
    return exists('/nonexistent/file')
h = g()
