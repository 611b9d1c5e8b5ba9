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
a = "aBc dE".upper(), "aBc dE".lower(), "aBC dE".capitalize(), "aBC dE-fG h1x".title(), "aBc".swapcase(), "".title(), "they're".title(), "1a".capitalize(), "".capitalize()
b = "7".zfill(3), "-7".zfill(4), "+7".zfill(4), "abc".zfill(2), "".zfill(2), "-".zfill(3), "--7".zfill(5), kind(lambda: "a".zfill("x"))
c = "a".ljust(3) + "|", "a".rjust(3), "a".center(4) + "|", "ab".center(5) + "|", "a".center(3, "*"), "ab".center(5, "*"), "abc".center(6, "*"), "a".ljust(3, "."), "a".rjust(3, "0"), "abc".ljust(2), "a".center(0), "".center(3, "-"), kind(lambda: "a".ljust(3, "ab")), kind(lambda: "a".center("x")), kind(lambda: "a".rjust(3, "")), kind(lambda: "a".rjust(3, 5))
d = "12".isdigit(), "".isdigit(), "1a".isdigit(), "ab".isalpha(), "a1".isalpha(), "".isalpha(), "a1".isalnum(), "a 1".isalnum(), " \t\n".isspace(), "".isspace(), " a".isspace()
e = "AB".isupper(), "Ab".isupper(), "A1".isupper(), "1".isupper(), "ab".islower(), "aB".islower(), "a1".islower(), "".islower(), "Ab Cd".istitle(), "ab Cd".istitle(), "AB".istitle(), "".istitle(), "A1b".istitle(), "A1B".istitle(), "1".istitle()
f = "12".isdecimal(), "1.5".isdecimal(), "12".isnumeric(), "-1".isnumeric(), "abc".isascii(), "".isascii(), "\u00e4".isascii()
g = "a\tb".expandtabs(), "a\tb".expandtabs(4), "\t".expandtabs(2), "ab\tc\nd\te".expandtabs(4), "a\tb".expandtabs(0), "a\tb".expandtabs(tabsize=3), "".expandtabs(), kind(lambda: "a".expandtabs("x"))
h = "{}-{}".format(1, "x"), "{1}{0}".format("a", "b"), "{n:>4}|{n:<4}|{n:^4}|".format(n="z"), "{:04d} {:x} {:.2f} {:,}".format(7, 255, 1.005, 1234567), "{0[0]} {1[k]}".format([5], {"k": 6}), "{{}}".format(), "{!r:>5}".format("a"), "{:>{w}}".format("x", w=3)
i = "{a}-{b}".format_map({"a": 1, "b": 2}), kind(lambda: "{a}".format_map({})), kind(lambda: "{}".format()), kind(lambda: "{a}".format(1)), kind(lambda: "{:d}".format("x")), kind(lambda: "{".format())
j = format(255, "x"), format(3.14159, ".2f"), format("a", ">3"), format(5), format(1234567, ","), format(True), format("x", ""), kind(lambda: format("x", "d")), kind(lambda: format(5, 5))
k = "abc".encode().decode(), "abc".encode("ascii").decode("ascii"), "\u00e4".encode("utf-8").decode("utf8"), kind(lambda: "\u00e4".encode("ascii")), kind(lambda: "a".encode(5))
import string
l = string.ascii_letters, string.ascii_lowercase, string.ascii_uppercase, string.digits, string.hexdigits, string.octdigits, string.punctuation, string.whitespace, string.printable
m = string.capwords("hello  big world"), string.capwords("a-b-c", "-"), string.capwords("")
