from __future__ import division, print_function
a = 7 / 2
print('x', 'y', sep='+')
b = 7 // 2
