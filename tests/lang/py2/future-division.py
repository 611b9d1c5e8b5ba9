from __future__ import division
print 'x'
a = 7 / 2, 7 // 2
b = 5
b /= 2
