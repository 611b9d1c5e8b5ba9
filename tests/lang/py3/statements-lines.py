a = 1; b = 2;
c = (1 +
     2 +   # a comment
     3)
d = 1 + \
    2
e = [
    1,

    # alone
    2,
]
if a == 1 and \
   b == 2:
    f = 'joined'
g = {'a': 1,
     'b': [2,
           3],
}
def fn(x,
       y=2,
       ): return x + y
h = fn(
    1
)
i = 'a' \
    'b'
if 1:
	j = 'tab'
if 1:
        k = 'wide'

        l = 'after a blank line'
    # a comment at another column
        m = 3
n = 5 # end
