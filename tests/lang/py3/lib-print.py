import sys
print(1, "a", None, [1, "b"], sep="-")
print("x", end="")
print("y", end="!\n")
print()
print("a", "b", sep="")
print("a", sep=None, end=None)
print(*[1, 2, 3], sep=", ")
print("to stdout", file=sys.stdout)
print("flushed", flush=True)
sys.stdout.write("written\n")
sys.stdout.flush()
try:
    print("a", sep=5)
except TypeError:
    print("TypeError")
a = print()
del sys
