"""The vendor's published definitions, and whether an answer keeps to them.

The definitions are the API explorer's own, taken from the package that carries them by
`cargo xtask huawei-definitions`. An answer must have every required key, each with a value of its
declared type and within its declared limits; keys the definition does not know are reported too,
unless a test says that it expects them.
"""

import functools
import json
import re
import subprocess

from .plane import TOP

# Required by the definitions and yet null or empty in the vendor's own examples and captures, so
# "required" means that the key is there.
NULL = type(None)


@functools.cache
def all_definitions() -> dict:
    printed = subprocess.run(
        ["cargo", "run", "--quiet", "--package", "xtask", "--", "huawei-definitions"],
        cwd=TOP, stdout=subprocess.PIPE, check=True, stdin=subprocess.DEVNULL,
    )
    return json.loads(printed.stdout)


@functools.cache
def routes() -> list:
    """(operation, METHOD, pattern of the path, the operation's entry), longest path first."""
    found = []
    for name, document in all_definitions().items():
        for path, methods in document["paths"].items():
            for method, entry in methods.items():
                pattern = re.compile(re.sub(r"\\?\{[^}]*\\?\}", "[^/]+", path.rstrip("/")) + "/?$")
                literal = len(re.sub(r"\{[^}]*\}", "", path))
                found.append((literal, name, method.upper(), pattern, entry))
    found.sort(key=lambda route: -route[0])
    return [route[1:] for route in found]


# Operations that share one path and are told apart by the body's only key.
BY_BODY_KEY = {
    "os-start": "BatchStartServers",
    "os-stop": "BatchStopServers",
    "reboot": "BatchRebootServers",
}


def operation_of(method: str, path: str, body) -> str | None:
    """The operation a request asks for, by its method, path and body."""
    if path.endswith("/cloudservers/action") and body:
        key = next(iter(json.loads(body)), None)
        return BY_BODY_KEY.get(key)
    for name, verb, pattern, _ in routes():
        if verb == method and pattern.match(path):
            return name
    return None


def faults(operation: str, status: int, body) -> list:
    """Everything in a successful answer that the operation's definition does not allow."""
    document = all_definitions()[operation]
    entry = next(iter(next(iter(document["paths"].values())).values()))
    declared = entry["responses"]
    if str(status) not in declared:
        return [f"status {status} is not declared; declared are {sorted(declared)}"]
    schema = declared[str(status)].get("schema")
    if not schema:
        return [] if body in (None, {}) else [f"no body is declared, got {body!r}"]
    checker = Checker(document)
    checker.check(schema, body, "$")
    return checker.found


TYPES = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
}


class Checker:
    def __init__(self, document):
        self.document = document
        self.found = []

    def resolve(self, schema):
        while "$ref" in schema:
            at = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            schema = at
        return schema

    def check(self, schema, value, place):
        schema = self.resolve(schema)
        if value is None:
            return
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        wanted = TYPES.get(kind)
        wrong = wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"))
        if wrong:
            self.found.append(f"{place}: {value!r} is no {kind}")
            return
        if kind == "array":
            self.check_array(schema, value, place)
        elif kind == "object":
            self.check_object(schema, value, place)
        elif kind == "string":
            self.check_string(schema, value, place)

    def check_array(self, schema, value, place):
        if len(value) < schema.get("minItems", 0):
            self.found.append(f"{place}: {len(value)} items, at least {schema['minItems']}")
        if len(value) > schema.get("maxItems", len(value)):
            self.found.append(f"{place}: {len(value)} items, at most {schema['maxItems']}")
        for index, item in enumerate(value):
            self.check(schema.get("items", {}), item, f"{place}[{index}]")

    def check_object(self, schema, value, place):
        properties = schema.get("properties") or {}
        for key in schema.get("required") or []:
            if key not in value:
                self.found.append(f"{place}.{key}: is required and missing")
        more = schema.get("additionalProperties")
        for key, item in value.items():
            if key in properties:
                self.check(properties[key], item, f"{place}.{key}")
            elif isinstance(more, dict):
                self.check(more, item, f"{place}.{key}")
            elif properties:
                self.found.append(f"{place}.{key}: is not in the definition")

    def check_string(self, schema, value, place):
        allowed = schema.get("enum")
        if allowed and value not in allowed and value != "":
            self.found.append(f"{place}: {value!r} is none of {allowed}")
        if len(value) > schema.get("maxLength", len(value)):
            self.found.append(f"{place}: {len(value)} characters, at most {schema['maxLength']}")
        pattern = schema.get("pattern")
        if pattern and value and not re.search(pattern, value):
            self.found.append(f"{place}: {value!r} does not match {pattern}")
