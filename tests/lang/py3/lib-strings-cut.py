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
a = " x  y ".split(), "a,b,,c".split(","), "a,b,c".split(",", 1), "a b c".split(None, 1), " a b c ".split(None, 1), "".split(), "".split(","), "aXXbXXc".split("XX"), "a,b".split(sep=","), "a,b,c".split(",", maxsplit=1), "a b".split(maxsplit=0), "abc".split("abc"), " a  b ".split(" ")
b = "a.b.c".rsplit(".", 1), "a.b.c".rsplit("."), " a b c ".rsplit(None, 1), "a b".rsplit(), "aaa".rsplit("aa"), "aaa".split("aa"), "".rsplit(","), "a,b,c".rsplit(",", maxsplit=2), "a b c".rsplit(None, 0), "x".rsplit("y", 1), "ab1ab2ab".rsplit("ab", 2)
c = kind(lambda: "a".split("")), kind(lambda: "a".split(5)), kind(lambda: "a".rsplit("")), kind(lambda: "a".split(",", "x")), kind(lambda: "a".rsplit(1, 1))
d = "a\nb\r\nc\rd".splitlines(), "a\n\nb\n".splitlines(), "".splitlines(), "a\r\nb\n".splitlines(True), "a\x0bb\x0cc".splitlines(), "\n".splitlines(), "a\nb".splitlines(keepends=True)
e = "  a ".strip(), "  a ".lstrip(), "  a ".rstrip(), "xxaxx".strip("x"), "abcba".strip("ab"), "abc".lstrip("ab"), "abc".rstrip("c"), "\t\n a \r".strip(), "".strip(), "xx".strip("x"), "a".strip(None), "abc".strip(""), kind(lambda: "a".strip(5))
f = "aXbX".replace("X", "--"), "aaa".replace("a", "b", 2), "aaa".replace("a", "b", 0), "aaa".replace("aa", "b"), "abc".replace("", "-"), "".replace("", "x"), "abc".replace("", "-", 2), "abc".replace("z", "y"), "aXb".replace("X", ""), kind(lambda: "a".replace("a")), kind(lambda: "a".replace(1, 2)), kind(lambda: "a".replace("a", "b", "c"))
g = "abcabc".find("b"), "abcabc".find("b", 2), "abcabc".find("b", 2, 4), "abc".find("z"), "abc".find(""), "abc".find("", 3), "abc".find("", 4), "abcabc".find("b", -3), "abcabc".find("c", -2), "abc".find("b", 0, -1), "abc".find("c", 0, -1), "abc".find("a", None, 2), kind(lambda: "a".find(5))
h = "abcabc".rfind("b"), "abcabc".rfind("b", 0, 4), "abc".rfind("z"), "abc".rfind(""), "abc".rfind("", 1, 2), "abc".rfind("", 4), "aaaa".rfind("aa"), "abcabc".rfind("abc", 0, 5), "abab".rfind("ab", -1), kind(lambda: "a".rfind(None))
i = "abc".index("b"), "abcb".rindex("b"), "abc".index("c", 1), kind(lambda: "abc".index("z")), kind(lambda: "abc".rindex("z")), kind(lambda: "abc".index("a", 1))
j = "abcb".count("b"), "aaaa".count("aa"), "abc".count(""), "abc".count("", 1, 2), "abcb".count("b", 2), "abc".count("z"), "".count(""), "abc".count("", 4), kind(lambda: "a".count(1))
k = "abc".startswith("ab"), "abc".startswith(("x", "a")), "abc".startswith("b", 1), "abc".startswith("ab", 0, 1), "abc".startswith(""), "abc".startswith("", 4), "abc".startswith(()), "".startswith("a"), kind(lambda: "a".startswith(5)), kind(lambda: "a".startswith(["a"])), kind(lambda: "a".startswith((1,)))
l = "abc".endswith("bc"), "abc".endswith(("x", "c")), "abc".endswith("b", 0, 2), "abc".endswith("bc", 2), "abc".endswith(""), "abc".endswith("", 4), "a.img".endswith((".img", ".raw")), kind(lambda: "a".endswith(5))
m = "a=b=c".partition("="), "a=b=c".rpartition("="), "abc".partition("="), "abc".rpartition("="), "=a".partition("="), "".partition("x"), "a::b::c".rpartition("::"), kind(lambda: "a".partition("")), kind(lambda: "a".rpartition("")), kind(lambda: "a".partition(1))
n = ",".join(["a", "b"]), "".join("abc"), "-".join([]), ", ".join(("x",)), "".join(c1 for c1 in "xyz"), "|".join({"k": 1}), kind(lambda: ",".join([1])), kind(lambda: ",".join(5)), kind(lambda: ",".join(["a", None]))
o = "vm-1".removeprefix("vm-"), "a.img".removesuffix(".img"), "abc".removeprefix("x"), "abc".removesuffix(""), "abc".removeprefix("abc"), kind(lambda: "a".removeprefix(1)), kind(lambda: "a".removesuffix())
p = "abc".translate({97: "x", 98: None, 99: 100}), "hello".translate(str.maketrans("el", "ip")), "a-b_c".translate(str.maketrans("-", "+", "_")), "x\u00e4".translate({228: "ae"}), str.maketrans("ab", "cd"), "abc".translate({}), kind(lambda: str.maketrans("ab", "c")), kind(lambda: "a".translate({97: []}))
