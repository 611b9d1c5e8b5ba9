a = 'single'
b = "double"
c = 'it''s'
d = "say \"x\""
e = 'don\'t'
f = '''three
lines
'here' '''
g = """a "quoted" word"""
h = 'a' "b" '''c''' """d"""
i = ('a'
     'b'
     "c")
j = 'line \
goes on'
k = ''
l = """"""
m = '"'
n = "'"
o = '''a\
b'''
