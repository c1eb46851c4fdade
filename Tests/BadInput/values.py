"""Values that a field of a schema must refuse, as JSON text for bodies and percent-encoded for queries."""

import json
from urllib.parse import quote

LONG = "9" * 30
NUMBER_TEXTS = ["NaN", "Infinity", "-inf", "1e400", "0x10", " 1", "1 ", "1,000", "1_000", "", "abc", "٣", "１２", "--1",
                "1.2.3", ".", "-", "\u00001", LONG, "-" + LONG, "0." + "0" * 20 + "1", "9" * 5000]
OTHER_TYPES = ["true", "[]", "{}", '{"a":1}', "[1]"]
UNKNOWN_FIELD = "no_such_field"


def length_faults(schema):
    found = ['""'] if schema.get("minLength", 0) > 0 else []
    return found + ([json.dumps("a" * (schema["maxLength"] + 1))] if "maxLength" in schema else [])


def plain(schema):
    """Without the null that stands for a field left out."""
    return schema["anyOf"][0] if "anyOf" in schema else schema


def wrong_for(schema):
    """JSON texts, each of which is no value of this schema."""
    kind = schema.get("type")
    if "enum" in schema:
        words = [word.lower() if word != word.lower() else word.upper() for word in schema["enum"][:1]]
        words = [word for word in words if word not in schema["enum"]]
        return [json.dumps(word) for word in ["nonsense", "", " ", *words]] + ["1", *OTHER_TYPES]
    if kind == ["number", "string"]:
        return [json.dumps(text) for text in NUMBER_TEXTS] + [
            "1e400", "-1e400", LONG, "-" + LONG, LONG + "." + LONG, "-1", "0." + "0" * 20 + "1", *OTHER_TYPES]
    if kind == "string":
        found = [*OTHER_TYPES, "1", "1e400", *length_faults(schema)]
        if schema.get("maxLength") == len("12:00"):
            return found + ['"25:00"', '"9:00a"', '"09-00"', '"٠٩:٠٠"', '"09:60"', '"-9:00"']
        return found + ['"a\\u0000b"', '"\\u001b[2J"', '"\\u0085"']
    if kind == "integer":
        low, high = schema["minimum"], schema["maximum"]
        return [*OTHER_TYPES, '"1"', "1.5", "1e400", LONG, str(low - 1), str(high + 1)]
    if kind == "boolean":
        return ['"true"', "1", "0", '""', "[]", "{}"]
    if kind == "array":
        found = ['"a"', "1", "true", "{}", '{"0":1}']
        element = wrong_for(schema["items"])[0]
        if schema.get("minItems", 0) > 0:
            found.append("[]")
        return found + ["[" + ",".join(["1"] * (schema["maxItems"] + 1)) + "]"] + ["[" + element + "]"]
    if kind == "object":
        return ['"a"', "1", "true", "[]", "[{}]"]
    return []


def wrong_in_query(schema):
    """Percent-encoded texts, each of which is no value of this parameter."""
    texts = [""]
    if "enum" in schema:
        texts += ["nonsense", schema["enum"][0] + " "]
        texts += [word for word in [schema["enum"][0].swapcase()] if word not in schema["enum"]]
    elif schema.get("type") == "integer":
        texts += ["NaN", "1e400", "-1", "-0.5", "1.5", "٣", "１", LONG, "0x1", " ", "1 ", "true", "null"]
    elif schema.get("format") == "date-time":
        texts += ["yesterday", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z", "2025-01-18T25:00:00Z", "1e400", "NaN", LONG,
                  "2025-01-18T10:30:00", "٢٠٢٥-01-18T10:30:00Z", "2025-01-18T10:30:00+99:00", "999999-01-01T00:00:00Z"]
    else:
        texts += ["a" * (schema.get("maxLength", 200) + 1), "a\0b", "\x1b[2J"]
    return [quote(text, safe="") for text in texts]


def fields_of(schema, place=()):
    """All fields that a body can have: where each stands, and its schema. Nested objects after their own field."""
    for name, inner in schema.get("properties", {}).items():
        inner = plain(inner)
        yield (*place, name), inner
        if inner.get("type") == "object" and "properties" in inner:
            yield from fields_of(inner, (*place, name))


def replaced(value, texts):
    """The JSON text of `value` with each text at its place, as it stands."""
    copy = json.loads(json.dumps(value))
    marks = {}
    for number, (place, text) in enumerate(texts.items()):
        inner = copy
        for name in place[:-1]:
            inner = inner.setdefault(name, {})
        inner[place[-1]] = mark = f"<{number}>"
        marks[json.dumps(mark)] = text
    body = json.dumps(copy)
    for mark, text in marks.items():
        body = body.replace(mark, text)
    return body.encode()


def without(value, place):
    copy = json.loads(json.dumps(value))
    inner = copy
    for name in place[:-1]:
        inner = inner[name]
    inner.pop(place[-1], None)
    return copy


# What is no JSON document, or none that an operation takes: 400 everywhere.
NESTED = 100_000
BODIES = {
    "cut off": b'{"a":', "cut off in a name": b'{"a', "cut off in an escape": b'{"a":"\\u00', "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}', "single quotes": b"{'a':1}", "no quotes": b"{a:1}", "a comment": b'{/**/"a":1}',
    "a comma at the end": b'{"a":1,}', "two documents": b"{}{}", "more behind it": b"{} x", "a NUL behind it": b"{}\0",
    "a byte order mark": b"\xef\xbb\xbf{}", "UTF-16": '{"a":1}'.encode("utf-16"), "invalid UTF-8": b'{"a":"\xff\xfe"}',
    "overlong UTF-8": b'{"a":"\xc0\xaf"}', "half a surrogate": b'{"a":"\\ud800"}', "a raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "a raw NUL": b'{"a":"\0"}', "a raw line feed": b'{"a":"\n"}', "an unknown escape": b'{"a":"\\x41"}',
    "leading zeros": b'{"a":007}', "a plus": b'{"a":+1}', "half a number": b'{"a":1.}', "half an exponent": b'{"a":1e}',
    "hexadecimal": b'{"a":0x10}', "a name twice": b'{"a":1,"a":2}', "a name twice, escaped": b'{"a":1,"\\u0061":2}',
    "an inner name twice": b'{"a":{"b":1,"b":1}}', "spaces alone": b"   ", "a list": b"[]", "a text": b'"x"', "a number": b"5",
    "null": b"null", "true": b"true", "deep lists": b"[" * NESTED, "deep objects": b'{"a":' * NESTED,
    "deep and whole": b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "a form": b"a=1&b=2", "XML": b'<?xml version="1.0"?><a/>',
    "a gzip": bytes.fromhex("1f8b08000000000000ff"), "one byte": b"\xff",
}

IDS = [
    "..", ".", "%2e%2e", "..%2f..%2fetc%2fpasswd", "..%5c..%5cboot.ini", "%2F", "a%2Fb", "%00", "sma_cross%00", "%ff", "%zz",
    "%", "%C0%AF", "%ED%A0%80", "a" * 201, "a" * 8000, "%F0%9F%92%A9", "'%20OR%201=1--", "%3Cscript%3E", "ord-" + LONG,
    "ord-0", "ord--1", "ord-+1", "ord-%D9%A1", "pos-" + LONG, "stop-0", "key-0", "-1", "1e400", "NaN", "null", "%20", "%E2%80%AE",
    "%0d%0aX-Injected:%201", "{}", "*", "BTC_USDT%20", "btc_usdt", "sma_cross%20", "SMA_CROSS",
]
