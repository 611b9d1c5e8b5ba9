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
import re
a = re.match("a+", "aab").group(), re.match("b", "aab"), re.search("b", "aab").start(), re.fullmatch("a+", "aaa").group(0), re.fullmatch("a", "aa"), re.search("x", "abc"), bool(re.search("", ""))
m = re.match(r"(?P<name>[a-z]+)-(?P<num>\d+)(\.x)?", "web-12")
b = m.group("name"), m.group(2), m[1], m["num"], m.groups(), m.groups("none"), m.groupdict(), m.start(2), m.end(2), m.span(), m.span("name"), m.group(1, 2), m.string, m.start(3), m.span(3), m.group(0, "num"), m.expand(r"\2-\g<name>")
c = kind(lambda: m.group(9)), kind(lambda: m.group("zz")), kind(lambda: m.start(9)), kind(lambda: m["q"]), kind(lambda: m.nosuch)
d = re.sub("a", "b", "banana"), re.sub("a", "b", "banana", 2), re.sub("a", "b", "banana", count=1), re.subn("a", "b", "banana"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub(r"(?P<x>\d)", r"<\g<x>\g<1>\g<0>>", "a1b2"), re.sub("x*", "-", "abxd"), re.sub("", "-", "ab"), re.sub(r"\.", r"\\n\n", "a.b"), re.sub("(a)|b", r"[\1]", "ab"), re.sub("a", lambda mm: mm.group(0).upper() * 2, "banana"), re.sub("$", "!", "a\n"), re.sub(r"\b", "|", "ab cd")
e = re.findall(r"\d+", "a1b22c333"), re.findall(r"(\w)(\d)", "a1 b2"), re.findall(r"(\w)\d", "a1 b2"), re.findall("x*", "axb"), re.findall("z", "abc"), re.findall(r"a|(b)", "ab"), re.findall("", "ab"), re.findall(r"(?i)A", "aA"), re.findall("^.", "a\nb", re.M), re.findall(r"\w+$", "one two\n")
f = [mm.group() for mm in re.finditer("[ab]", "xaby")], [mm.span() for mm in re.finditer("x*", "axb")], [mm.start() for mm in re.finditer("a", "aaa")]
g = re.split(",", "a,b,c"), re.split("(,)", "a,b"), re.split(r"\s*;\s*", "a ; b;c"), re.split(",", "a,b,c", 1), re.split(",", "a,b,c", maxsplit=1), re.split("x*", "axbc"), re.split("(a)|b", "1a2b3"), re.split(",", ""), re.split(r"\b", "a b"), re.split("[:,]", "phy:a,xvda,w")
h = re.search("A", "a", re.I) is not None, re.search("a.b", "a\nb"), bool(re.search("a.b", "a\nb", re.S)), bool(re.search("^b", "a\nb", re.M)), bool(re.search("a b # text", "ab", re.X)), bool(re.search("a$", "a\n")), re.search(r"a\Z", "a\n"), bool(re.match("(?s)a.b", "a\nb")), bool(re.match("(?i:A)b", "ab")), re.match("(?i:A)B", "ab"), bool(re.search("A", "a", re.IGNORECASE | re.MULTILINE)), bool(re.search("a", "a", flags=re.DOTALL))
p = re.compile(r"(\d+)")
i = p.match("12a").group(), p.search("a12").span(), p.findall("1 22"), p.sub("N", "a1b2"), p.sub("N", "a1b2", 1), p.split("a1b"), p.fullmatch("12").group(1), p.pattern, [x.group() for x in p.finditer("1,2")], p.subn("x", "1"), p.match("a12", 1).group(), p.search("12345", 1, 3).group(), p.match("12", 5), p.search("a1", 0, 1), p.findall("1 2 3", 2), re.search(p, "7").group(), re.sub(p, "x", "1")
j = re.escape("a.b*c-d e_f/1"), re.escape("[x]"), re.escape(""), bool(re.match(re.escape("a+b"), "a+b"))
k = kind(lambda: re.search(5, "a")), kind(lambda: re.search("a", 5)), kind(lambda: re.sub("a", 5, "a")), kind(lambda: re.search("a")), kind(lambda: re.escape(5)), kind(lambda: re.split("a", 5)), kind(lambda: re.findall("a", None))
def bad(pattern):
    try: re.compile(pattern)
    except re.error: return True
    return False
l = [bad(x) for x in ["(", "a)", "[a", "*a", "a**", r"\q", r"\h", r"\K", "(?<n>a)", "(?P<1>a)", "(?P=x)", "(?R)", "(?1)", "(?P>x)", "(*ACCEPT)", "a{2,1}", r"\x1", "(?z)", "\\", r"\u12", "(?#x", "(?(2)a|b)", r"[\Z]", "(?<=a*)b", r"\2(a)", "(?(x)a)", "(?&x)"]]
n = [bool(re.search(x, y)) for x, y in [("[]a]", "]"), ("[^]a]", "b"), (r"[\]a]", "]"), (r"[a\-z]", "-"), (r"\v", "\x0b"), (r"\v", "\n"), (r"[\v]", "\x0b"), ("x{,3}y", "xxy"), ("^x{,3}y", "xxxxy"), ("a{,b", "a{,b"), ("a{1", "a{1"), (r"\x41", "A"), (r"\u0041", "A"), (r"\101", "A"), (r"\0", "a"), ("(a)(?#comment)b", "ab"), ("(?P<q>a)(?P=q)", "aa"), ("(a)?(?(1)b|c)", "ab"), ("(?P<z>a)?(?(z)b|c)$", "c"), ("a(?=b)", "ab"), ("a(?!b)", "ab"), ("(?<=a)b", "ab"), ("(?<!a)b", "ab"), ("a++b", "aab"), ("(?>a+)b", "aab"), (r"\Aa", "ba"), ("a|b|", "z"), (r"\d\D\w\W\s\S", "1a_- x"), ("(?x) a  b # c", "ab"), ("(?:ab)+", "abab"), ("(?im)^B", "a\nb"), ("(?-i:a)", "A"), ("\\.", "."), ("\\\\", "\\"), (r"\/", "/"), (r"[\w.-]+@", "a.b-c@")]]
o = re.findall(".", "\u00e4b"), re.search("[\u00e4\u00f6]", "x\u00f6").group(), re.findall(r"\w+", "\u00e4b c"), re.sub("\u00e4", "ae", "\u00e4\u00e4"), re.findall("", "\u00e4"), re.split("", "\u00e4b"), re.findall(r"\w", "\u00e4", re.A), re.search("\u00c4", "\u00e4", re.I).group(), re.match(r"\xe4", "\u00e4").group()
q = re.I | 0, re.M | 0, re.S | 0, re.X | 0, re.A | 0, re.IGNORECASE == re.I, re.U | 0
q = tuple(int(x) for x in q)
del m, p, re
