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
import math
a = math.pi, math.e, math.sqrt(16), math.sqrt(2), math.ceil(1.2), math.floor(-1.2), math.ceil(-0.5), math.floor(7), math.trunc(-2.7), math.trunc(2.7), type(math.ceil(1.5)) is int
b = math.pow(2, 10), math.log(math.e), math.log(8, 2), math.log2(1024), math.log10(1000), math.exp(0), math.exp(1.5), math.log(10)
c = math.sin(1), math.cos(1), math.tan(1), math.fabs(-3), math.fabs(2.5), math.hypot(3, 4), math.fmod(-7, 3), math.fmod(7.5, 2)
d = math.gcd(12, 18), math.gcd(0, 5), math.gcd(-4, 6), math.gcd(), math.gcd(12, 18, 27), math.gcd(7)
e = math.isnan(float("nan")), math.isnan(1), math.isinf(math.inf), math.isinf(-math.inf), math.isinf(1.5), math.isnan(math.nan), str(math.inf), str(-math.inf), str(math.nan), math.inf > 10 ** 18
f = math.isclose(1, 1 + 1e-10), math.isclose(1, 1.1), math.isclose(1, 1.05, rel_tol=0.1), math.isclose(0, 1e-12), math.isclose(0, 1e-12, abs_tol=1e-9), math.isclose(math.inf, math.inf)
g = kind(lambda: math.sqrt(-1)), kind(lambda: math.log(0)), kind(lambda: math.log(-1)), kind(lambda: math.log10(0)), kind(lambda: math.log2(-2)), kind(lambda: math.log(5, 1)), kind(lambda: math.exp(1000)), kind(lambda: math.pow(0, -1)), kind(lambda: math.pow(-8, 0.5)), kind(lambda: math.fmod(1, 0)), kind(lambda: math.floor(math.inf)), kind(lambda: math.ceil(math.nan)), kind(lambda: math.trunc(math.inf)), kind(lambda: math.sin("x")), kind(lambda: math.cos(math.inf)), kind(lambda: math.tan(None)), kind(lambda: math.gcd(1.5, 2)), kind(lambda: math.hypot("a", 1)), kind(lambda: math.fabs("x")), kind(lambda: math.isnan("x")), kind(lambda: math.isinf(None)), kind(lambda: math.isclose(1, 1, rel_tol=-1)), kind(lambda: math.pow(2, 5000)), kind(lambda: math.ceil("x")), kind(lambda: math.sqrt(None))
del math
