def kind(f):
    try: f()
    except ZeroDivisionError: return "ZeroDivisionError"
    except OverflowError: return "OverflowError"
    except ValueError: return "ValueError"
    except TypeError: return "TypeError"
    except KeyError: return "KeyError"
    except IndexError: return "IndexError"
    except AttributeError: return "AttributeError"
    except OSError: return "OSError"
    return "none"
text = open("/proc/version").read()
f = open("/etc/passwd")
lines = f.readlines()
a = len(text) > 10, text.startswith("Linux"), lines[0][-1] == "\n", len(lines) > 1, f.read(), f.readline(), f.readlines(), f.name, f.mode, f.closed, f.close(), f.closed
f = open("/etc/passwd", "r")
b = f.readline() == lines[0], f.read(3) == lines[1][:3], f.readline() == lines[1][3:], f.readline(2) == lines[2][:2], list(f) == [lines[2][2:]] + lines[3:], f.read(5)
c = [l.split(":")[0] for l in open("/etc/passwd")] == [l.split(":")[0] for l in lines], open("/etc/passwd", mode="rt").read() == "".join(lines), open("/etc/passwd").read(0), open("/etc/passwd").read(-1) == "".join(lines), open("/etc/passwd").readlines() == lines
f.close()
d = kind(lambda: f.read()), kind(lambda: f.readline()), kind(lambda: f.readlines()), kind(lambda: open("/nonexistent")), kind(lambda: open("/")), kind(lambda: open(1.5)), kind(lambda: open("/etc/passwd").read("x")), kind(lambda: list(f)), kind(lambda: f.nosuch)
del f, text, lines
