def point(x, y):
    def get(what): return {'x': x, 'y': y}[what]
    def move(dx, dy):
        nonlocal x, y
        x, y = x + dx, y + dy
    return {'get': get, 'move': move}
p = point(1, 2)
p['move'](3, 4)
a = p['get']('x'), p['get']('y')
state = {'n': 0}
def step(): state['n'] += 1; return state['n']
b = step(), step(), state
stack = []
stack.append(1); stack.append(2)
c = stack.pop(), stack
queue = [1, 2, 3]
d = queue.pop(0), queue
table = {'add': lambda a, b: a + b, 'mul': lambda a, b: a * b}
e = [table[k](3, 4) for k in ('add', 'mul')]
del p, table
