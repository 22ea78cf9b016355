"""The API's description (OpenAPI 3.1), made from the operations themselves, so that it cannot lie. It knows no request."""

from collections.abc import Iterable

from firmware.web.fields import Field, Place
from firmware.web.operation import API, Operation

_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_REFUSALS = {
    "400": "The request is not what this operation takes.",
    "401": "Nobody is signed in.",
    "403": "Not with these rights, not from another page, or not by this name.",
    "404": "There is no such thing.",
    "405": "Not by this method.",
    "409": "The device refuses; the sentence says why.",
    "413": "Too long.",
    "422": "The settings have mistakes; nothing was changed.",
    "429": "Too many wrong tries; Retry-After says for how long.",
    "503": "The device is not there.",
}
_ABOUT = (
    "The page stands on this API; scripts use it with a token (Authorization: Bearer kl_...). "
    "A browser signs in at /session, and gives the header x-csrf-token with every order. "
    "Every refusal is an object with one sentence, `error`."
)


def describe(operations: Iterable[Operation], version: str) -> dict[str, object]:
    paths: dict[str, dict[str, object]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keepline", "version": version, "description": _ABOUT, "license": {"name": "GPL-3.0-or-later"}},
        "servers": [{"url": API}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "keepline"},
            },
            "schemas": {"Error": _ERROR},
        },
    }


def _operation(operation: Operation) -> dict[str, object]:
    told: dict[str, object] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": _responses(operation),
        "security": [{"token": []}, {"session": []}] if operation.scope else [],
    }
    if operation.scope:
        told["x-scope"] = operation.scope.value
    parameters = [_parameter(field) for field in operation.fields if field.place is not Place.BODY]
    if parameters:
        told["parameters"] = parameters
    body = _body(operation)
    return told | ({"requestBody": body} if body else {})


def _parameter(field: Field) -> dict[str, object]:
    required = field.required or field.place is Place.PATH
    return {
        "name": field.name,
        "in": field.place.value,
        "required": required,
        "description": field.help,
        "schema": {word: bound for word, bound in field.schema().items() if word != "description"},
    }


def _body(operation: Operation) -> dict[str, object] | None:
    if operation.upload:
        return {"required": True, "content": {operation.upload: {"schema": {"type": "string", "format": "binary"}}}}
    fields = [field for field in operation.fields if field.place is Place.BODY]
    if not fields:
        return None
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: field.schema() for field in fields},
        "required": [field.name for field in fields if field.required],
    }
    required = any(field.required for field in fields)
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _responses(operation: Operation) -> dict[str, object]:
    schema = {} if operation.answers == "application/json" else {"type": "string"}
    answers: dict[str, object] = {"200": {"description": "As asked.", "content": {operation.answers: {"schema": schema}}}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return answers | {status: {"description": words, "content": error} for status, words in _REFUSALS.items()}
