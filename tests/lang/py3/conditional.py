a = [('fizz' if i % 3 == 0 else '') + ('buzz' if i % 5 == 0 else '') or i for i in range(1, 16)]
b = 1 if 2 < 3 else 0 if 3 < 4 else -1
c = (1, 2) if True else 3
d = [1 if x else 0 for x in (True, False, None)]
e = 'a' + ('b' if 0 else 'c') + 'd'
f = (lambda x: x if x else 'none')(0)
g = {'k': 1 if True else 2}
h = not True if True else False
i = 1 + 2 if 0 else 3 + 4
j = (5 if 1 else 6) * 2
