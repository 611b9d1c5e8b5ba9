a = 'grün'
b = 'ä' + 'ö'
c = ['é', 'ñ']
d = {'ключ': 'значение'}
e = 'x' if 'ü' in 'grün' else 'y'
f = f'{a}!'
g = 'a%sb' % 'ß'
h = '{}'.format('日本')
i = a == 'gr\u00fcn'
j = repr(['ä'])
k = 'ä,ö'.split(',')
über = 5
l = über + 1
m = 'naïve'.replace('ï', 'i')
