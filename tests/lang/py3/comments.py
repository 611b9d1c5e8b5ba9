# first
a = 1  # behind
    # indented comment
b = '# not a comment'
c = [1, # in a list
     # alone
     2]
#
def f(): # behind def
    # in it
    return 1 # end
d = f()
if 1: # here
    e = 2
# last, without a newline
