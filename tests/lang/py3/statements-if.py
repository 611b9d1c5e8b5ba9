def kind(n):
    if n < 0:
        return 'negative'
    elif n == 0:
        return 'zero'
    elif n < 10: return 'small'
    else:
        return 'large'
a = [kind(n) for n in (-5, 0, 3, 100)]
if a: b = 1
if not a: c = 1
else: c = 2
if 1:
    if 0:
        d = 1
    else:
        d = 2
if 0: pass
elif 1: e = 'elif'
if a and b: f = 1; g = 2
if (1 and
    2):
    h = 'paren'
if 1: i = 5
else: i = 6
x = 3; y = 4; z = 5
