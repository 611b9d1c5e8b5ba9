def a(): pass
def b():
    pass; pass
for i in range(2): pass
while 0: pass
if 1: pass
else: pass
try: pass
except: pass
c = 1;
