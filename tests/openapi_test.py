"""The description of the API (its path is the argument) says what its calls accept, and is no YAML by accident:
a comma in a text without quotes makes a field without a value of the words behind it."""

import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    api = yaml.safe_load(file)
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


find_fields_without_value(api, "")
for path, operations in api["paths"].items():
    for method, operation in operations.items():
        if "/keys/" not in path or method not in ("post", "put", "delete") or operation["tags"] == ["use"]:
            continue
        call = f"{method.upper()} {path}"
        parameters = {resolved(each)["name"] for each in operation.get("parameters", [])}
        if not about_jwks <= parameters:
            mistakes.append(f"{call} lacks the parameters {sorted(about_jwks - parameters)}")
        # Creating a key is the one call that takes none of them in its body.
        if operation["operationId"] != "createKey" and not about_jwks <= fields_of_body(operation):
            mistakes.append(f"{call} lacks the fields {sorted(about_jwks - fields_of_body(operation))} in its body")

print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
