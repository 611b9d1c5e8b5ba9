#!/usr/bin/env python3
"""Each snippet means here what it means in Python: its names and its output are compared with
those that python3 gives for it, or for a snippet of Python 2 with those that are stored."""
import glob
import json
import os
import subprocess
import sys
import warnings

here = os.path.join(os.environ['abs_top_srcdir'], 'tests/lang')
program = os.path.join(os.environ['abs_top_builddir'], 'tests/lang/evaluate')
sys.path.insert(0, here)
sys.dont_write_bytecode = True
warnings.simplefilter('ignore')         # some snippets do on purpose what Python warns of
import dump  # noqa: E402

count = values = 0


def report(good, title, lines=()):
    global count
    count += 1
    print('%sok %d - %s' % ('' if good else 'not ', count, title))
    for line in lines:
        print('# ' + line)


def evaluate(path, dialect='xm'):
    return json.loads(subprocess.run([program, path, dialect], stdout=subprocess.PIPE, timeout=60, check=True).stdout)


def sort_dicts(value):
    """Python 2's dicts have no order."""
    if isinstance(value, dict) and 'dict' in value:
        pairs = sorted(zip(value['dict'][::2], value['dict'][1::2]), key=repr)
        return {'dict': [sort_dicts(v) for pair in pairs for v in pair]}
    if isinstance(value, dict):
        return {k: [sort_dicts(v) for v in items] if isinstance(items, list) else items for k, items in value.items()}
    return value


def compare(path, expected, old):
    """Which values differ."""
    global values
    got = evaluate(path)
    if 'error' in got:
        return got['error'].split('\n')
    ours, theirs = dict(map(tuple, got['names'])), dict(map(tuple, expected['names']))
    lines = []
    for name in sorted(set(ours) | set(theirs)):
        a, b = ours.get(name, 'no such name'), theirs.get(name, 'no such name')
        if old:
            a, b = sort_dicts(a), sort_dicts(b)
        values += 1
        if json.dumps(a) != json.dumps(b):
            lines.append('%s is %s here, in Python %s' % (name, json.dumps(a), json.dumps(b)))
    if got['print'] != expected['print']:
        lines.append('prints %r here, in Python %r' % (got['print'], expected['print']))
    values += len(expected['print'].splitlines())
    return lines


for path in sorted(glob.glob(here + '/py3/*.py')):
    with open(path, encoding='utf-8') as f:
        source = f.read()
    lines = compare(path, dump.run(source, path), False)
    report(not lines, 'Python 3: ' + os.path.basename(path)[:-3], lines)
for path in sorted(glob.glob(here + '/py2/*.py')):
    with open(path.replace('.py', '.expected')) as f:
        expected = json.load(f)
    lines = compare(path, expected, True)
    report(not lines, 'Python 2: ' + os.path.basename(path)[:-3], lines)
report(values >= 600, 'at least 600 values were compared', ['%d values' % values])
print('1..%d' % count)
