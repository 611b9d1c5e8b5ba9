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
import time
g = time.gmtime(0)
a = tuple(g), g.tm_year, g.tm_mon, g.tm_mday, g.tm_hour, g.tm_min, g.tm_sec, g.tm_wday, g.tm_yday, g.tm_isdst, len(g), g[0]
b = time.strftime("%Y-%m-%d %H:%M:%S %a %b %j %y %% %w", g), time.strftime("", g), time.strftime("plain", g), time.strftime("%p", g), time.strftime("%d.%m.", time.gmtime(1e9))
c = tuple(time.gmtime(1234567890)), tuple(time.gmtime(1234567890.9)), tuple(time.gmtime(-1)), tuple(time.localtime(86400 * 400)), time.asctime(g), time.ctime(86400 * 200) == time.asctime(time.localtime(86400 * 200)), time.mktime(time.localtime(1000000000)), time.asctime((2020, 2, 29, 1, 2, 3, 5, 60, 0))
d = time.time() > 1500000000, type(time.time()) is float, time.localtime().tm_year >= 2020, time.gmtime().tm_year >= 2020, len(time.strftime("%Y")), len(time.ctime()) == 24, len(time.asctime()) == 24, time.strftime("%H", (2020, 1, 1, 5, 0, 0, 2, 1, -1))
e = kind(lambda: time.strftime(5)), kind(lambda: time.strftime("%Y", 5)), kind(lambda: time.strftime("%Y", (1, 2))), kind(lambda: time.gmtime("x")), kind(lambda: time.localtime("x")), kind(lambda: time.strftime("%m", (2020, 13, 1, 0, 0, 0, 0, 1, 0))), kind(lambda: time.asctime(5)), kind(lambda: g.nosuch), kind(lambda: time.mktime(5)), kind(lambda: time.ctime("x"))
del time, g
