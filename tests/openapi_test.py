"""The description of the API (its path is the argument) says what its calls accept, its examples fit their schemas, and it
is no YAML by accident: a comma in a text without quotes makes a field without a value of the words behind it."""

import base64
import binascii
import sys

import jsonschema
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    api = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
about_jwks = {"jwkUpdateAction", "jwkDeleteAction", "updateScope"}
mistakes = []


def find_fields_without_value(node, place):
    for name, child in node.items() if isinstance(node, dict) else enumerate(node):
        if child is None and isinstance(node, dict):
            mistakes.append(f"{place}/{name} has no value")
        if isinstance(child, (dict, list)):
            find_fields_without_value(child, f"{place}/{name}")


def resolved(node):
    while "$ref" in node:
        target = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def fields_of_body(operation):
    body = resolved(operation.get("requestBody", {}))
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    return resolved(schema).get("properties", {}).keys()


formats = jsonschema.FormatChecker(formats=())


@formats.checks("byte", raises=binascii.Error)
def is_base64(value):
    return not isinstance(value, str) or base64.b64decode(value, validate=True) is not None


def type_or_null(validator, types, instance, schema):
    """OpenAPI 3.0 has `nullable` in the place of the type `null`."""
    if instance is None and schema.get("nullable"):
        return ()
    return jsonschema.Draft4Validator.VALIDATORS["type"](validator, types, instance, schema)


# OpenAPI 3.0's schemas are those of JSON Schema's draft 5, which says the same as draft 4.
Validator = jsonschema.validators.extend(jsonschema.Draft4Validator, {"type": type_or_null})


def examples_of(body):
    """Pairs of a place and the example there, of a request's or an answer's body."""
    for media_type, content in body.get("content", {}).items():
        named = {f"examples/{name}": example["value"] for name, example in content.get("examples", {}).items()}
        if "example" in content:
            named["example"] = content["example"]
        for name, example in named.items():
            yield f"{media_type}/{name}", example, content["schema"]


def check_examples(body, place):
    count = 0
    for name, example, schema in examples_of(resolved(body)):
        count += 1
        whole = {"allOf": [schema], "components": api["components"]}
        error = jsonschema.exceptions.best_match(Validator(whole, format_checker=formats).iter_errors(example))
        if error:
            where = "".join(f"/{part}" for part in error.absolute_path)
            mistakes.append(f"{place} {name} does not fit its schema: {where} {error.message}")
    return count


find_fields_without_value(api, "")
examples = 0
for path, operations in api["paths"].items():
    for method, operation in operations.items():
        if method == "parameters":
            continue
        call = f"{method.upper()} {path}"
        examples += check_examples(operation.get("requestBody", {}), f"{call} request")
        for status, answer in operation["responses"].items():
            examples += check_examples(answer, f"{call} {status}")
        if "/keys/" not in path or method not in ("post", "put", "delete") or operation["tags"] == ["use"]:
            continue
        parameters = {resolved(each)["name"] for each in operation.get("parameters", [])}
        if not about_jwks <= parameters:
            mistakes.append(f"{call} lacks the parameters {sorted(about_jwks - parameters)}")
        # Creating a key is the one call that takes none of them in its body.
        if operation["operationId"] != "createKey" and not about_jwks <= fields_of_body(operation):
            mistakes.append(f"{call} lacks the fields {sorted(about_jwks - fields_of_body(operation))} in its body")
if examples == 0:
    mistakes.append("no example was found: this test looks for them in the wrong places")

print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
