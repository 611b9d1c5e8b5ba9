def caught(error, base):
    try:
        raise error
    except base:
        return True
    except BaseException:
        return False
a = caught(ZeroDivisionError(), ArithmeticError), caught(OverflowError(), ArithmeticError), caught(FloatingPointError(), ArithmeticError)
b = caught(IndexError(), LookupError), caught(KeyError(), LookupError)
c = caught(FileNotFoundError(), OSError), caught(PermissionError(), IOError), caught(IsADirectoryError(), EnvironmentError), caught(NotADirectoryError(), OSError), caught(FileExistsError(), OSError), caught(TimeoutError(), OSError)
d = caught(UnicodeError(), ValueError), caught(RecursionError(), RuntimeError), caught(NotImplementedError(), RuntimeError)
e = caught(ModuleNotFoundError(), ImportError), caught(UnboundLocalError(), NameError), caught(IndentationError(), SyntaxError)
f = caught(StopIteration(), Exception), caught(SystemExit(), Exception), caught(KeyboardInterrupt(), Exception), caught(MemoryError(), Exception), caught(EOFError(), Exception)
g = caught(ValueError(), (TypeError, ValueError)), caught(ValueError(), (TypeError, KeyError)), caught(ValueError(), TypeError)
h = caught(AttributeError(), Exception), caught(SystemError(), Exception), caught(BufferError(), Exception), caught(UserWarning(), Warning)
i = str(ValueError), str(type(KeyError('x')))
j = IOError is OSError, EnvironmentError is OSError
