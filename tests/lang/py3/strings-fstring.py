name = 'web'
n = 7
x = 3.14159
items = ['a', 'b']
d = {'k': 'v'}
a = f'{name}'
b = f'{name}-{n}'
c = f'{n:03d}|{x:.2f}|{name:>6}|{name:<6}|{name:^7}|'
e = f'{name!r} {name!s} {name!a}'
f = f'{{literal}} {n}'
g = f'{n + 1} {n * 2} {n ** 2}'
h = f"{d['k']} {items[0]} {items[-1]}"
i = f'{name.upper()} {len(items)}'
j = f'{n=} {x = :.1f} {name=!s}'
k = f'{"nested"}' f'{n}' 'plain'
l = f'{n:{n}d}|{x:{n}.{2}f}|'
m = f'''{
    n
    + 1
}'''
o = f'{[i * 2 for i in range(3)]} {(lambda v: v + 1)(2)}'
p = f'{n if n > 5 else 0} {n!r:>4} {True} {None}'
q = f'{n:,} {1234567:,} {1234567:_} {255:#x} {255:b} {255:o}'
r = f'{"a" "b"}{f"{n}"}'
s = f'{n == 7} {n != 7} {n >= 1}'
t = f'tab\t{n}\n'
u = rf'\{n}\t'
v = f'{n,} {1, 2}'
w = f'{{}}' + f'{{{n}}}'
y = f''
z = f'{ {"a": 1}["a"] }'
