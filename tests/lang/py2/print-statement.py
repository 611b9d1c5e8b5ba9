print 'a', 1, None
print
print 'b',
print 'c',
print
print 'd', ; print 'e'
print ('f', 'g')
print ('h')
print('i') 
print ()
print [1, 'x'], (1,), {'k': 'v'}
print 'tab\n',
print 'after'
print '%d' % 5
print ('%s-%s') % ('a', 'b')
print ('x'), 'y'
print 1.0, 0.1, 1e20, 1/3.0, 100.0/3
print "last",
