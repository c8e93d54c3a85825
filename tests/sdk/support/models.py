"""The SDK's own models, and whether an answer is what they read it as.

The SDK coerces in silence: a number in place of a text, the text "false" in place of a truth. So what
came over the wire is held against the types its models name.
"""

from huaweicloudsdkecs import v2 as ecs

PLAIN = {"str": str, "int": int, "float": (int, float), "bool": bool, "object": object}



def faults(operation: str, body) -> list:
    """Everything in a successful answer that the SDK reads as something else."""
    model = getattr(ecs, f"{operation}Response", None)
    if model is None or not isinstance(body, dict):
        return []
    return list(of_model(model, body, operation))


def of_model(model, value, place):
    for name, kind in model.openapi_types.items():
        key = model.attribute_map[name]
        if key in value:
            yield from of_kind(kind, value[key], f"{place}.{key}")


def of_kind(kind, value, place):
    if value is None:
        return
    if kind.startswith("list["):
        if not isinstance(value, list):
            yield f"{place}: is read as a list"
            return
        for one in value:
            yield from of_kind(kind[5:-1], one, f"{place}[]")
    elif kind.startswith("dict("):
        if not isinstance(value, dict):
            yield f"{place}: is read as a map"
            return
        inner = kind[5:-1].split(", ", 1)[1]
        for one in value.values():
            yield from of_kind(inner, one, f"{place}.*")
    elif kind in PLAIN:
        fits = isinstance(value, PLAIN[kind]) and (kind in ("bool", "object") or not isinstance(value, bool))
        if not fits:
            yield f"{place}: {value!r} is read as {kind}"
    elif hasattr(ecs, kind):
        model = getattr(ecs, kind)
        if not isinstance(value, dict):
            yield f"{place}: is read as {kind}"
        else:
            yield from of_model(model, value, place)
