"""Runs a snippet in the Python that runs this, and gives what tests/lang/evaluate writes for it."""
import io
import json
import sys


def text(value):
    """A string's bytes, each a character."""
    if isinstance(value, bytes):
        return value.decode('latin-1')
    return value.encode('utf-8', 'surrogateescape').decode('latin-1')


def plain(value):
    if value is None or value is True or value is False:
        return value
    if isinstance(value, float):
        return {'float': '%.17g' % value} if value - value == 0 else {'other': []}
    if type(value).__name__ in ('int', 'long'):
        return int(value)
    if type(value).__name__ in ('str', 'unicode', 'bytes'):
        return text(value)
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [plain(v) for v in value]}
    if isinstance(value, dict):
        # Python 2 keeps no order.
        items = list(value.items()) if sys.version_info[0] > 2 else sorted(value.items())
        return {'dict': [plain(v) for item in items for v in item]}
    return {'other': []}


def run(source, name):
    names, out = {}, sys.stdout
    sys.stdout = io.StringIO() if sys.version_info[0] > 2 else io.BytesIO()
    try:
        exec(compile(source, name, 'exec'), names)
    finally:
        printed, sys.stdout = sys.stdout.getvalue(), out
    # What Python itself puts among the names is none of the snippet's.
    own = [(k, v) for k, v in names.items() if not k.startswith('__') and v.__class__.__name__ != '_Feature']
    return {'names': [[text(k), plain(v)] for k, v in own], 'print': text(printed)}


if __name__ == '__main__':
    for path in sys.argv[1:]:
        with open(path) as f:
            result = run(f.read(), path)
        result['names'] = sorted(result['names'], key=lambda item: item[0])
        with open(path.replace('.py', '.expected'), 'w') as f:
            f.write(json.dumps(result, indent=0, sort_keys=True, separators=(',', ': ')) + '\n')
