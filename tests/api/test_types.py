"""A program's number is no text and its 0 no boolean; what is missing or null is for the field to say."""

from typing import Any

import pytest
from django.http import QueryDict
from django.urls import get_resolver
from rest_framework import serializers

from tesigo.platform.api.serializers import ApiSerializer
from tesigo.platform.clean_fields import CountedField, LineField


class Part(ApiSerializer):
    title = serializers.CharField()


class Sent(ApiSerializer):
    name = serializers.CharField(required=False, allow_null=True)
    pages = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    is_on = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(["1", "a"], required=False)
    id = serializers.UUIDField(required=False)
    amount = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)
    parts = Part(many=True, required=False)
    shown = serializers.CharField(read_only=True)


RIGHT: list[dict[str, Any]] = [
    {}, {"name": None}, {"name": "1"}, {"pages": 1}, {"share": 1}, {"share": 0.5}, {"is_on": False}, {"kind": "1"},
    {"id": "11111111-1111-4111-8111-111111111111"}, {"amount": "1.00"}, {"words": ["a"]}, {"words": []},
    {"parts": [{"title": "a"}]}, {"shown": 5},
]  # fmt: skip
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": 1}, "name"), ({"name": True}, "name"), ({"name": ["a"]}, "name"), ({"name": {}}, "name"),
    ({"pages": "1"}, "pages"), ({"pages": True}, "pages"), ({"pages": 1.5}, "pages"), ({"share": "1"}, "share"),
    ({"is_on": 0}, "is_on"), ({"is_on": "yes"}, "is_on"), ({"kind": 1}, "kind"), ({"id": 5}, "id"),
    ({"amount": 1.0}, "amount"), ({"words": [1]}, "words"), ({"words": "ab"}, "words"),
    ({"words": {"0": "a"}}, "words"),
    ({"parts": [{"title": 5}]}, "parts"), ({"parts": {}}, "parts"),
]  # fmt: skip


@pytest.mark.parametrize("sent", RIGHT, ids=str)
def test_what_is_right_comes_in(sent: dict[str, Any]) -> None:
    serializer = Sent(data=sent)
    assert serializer.is_valid(), serializer.errors


@pytest.mark.parametrize(("sent", "name"), WRONG, ids=str)
def test_what_is_of_another_type_is_named(sent: dict[str, Any], name: str) -> None:
    serializer = Sent(data=sent)
    assert not serializer.is_valid()
    assert set(serializer.errors) == {name}


class Line(ApiSerializer):
    line = LineField(max_length=5)


def test_what_is_taken_away_from_a_text_makes_no_room() -> None:
    assert Line(data={"line": "ab\u200bcd"}).is_valid()
    long = Line(data={"line": "abcde\u200b"})
    assert not long.is_valid()
    assert [error.code for error in long.errors["line"]] == ["max_length"]


def test_of_a_query_everything_is_text() -> None:
    serializer = Sent(data=QueryDict("pages=5&is_on=true&share=0.5"))
    assert serializer.is_valid(), serializer.errors
    assert serializer.validated_data["pages"] == 5


@pytest.mark.parametrize("sent", [[], "x", 5, None, True])
def test_what_is_no_object_is_refused(sent: Any) -> None:
    assert not Sent(data=sent).is_valid()


def test_every_text_counts_as_it_was_sent() -> None:
    """What is longer than the description says is refused, although it would not be once its blanks are gone."""
    assert CountedField(max_length=3).run_validation("a\n") == "a"
    with pytest.raises(serializers.ValidationError, match="no more than 3"):
        CountedField(max_length=3).run_validation("a\n\n\n")
    get_resolver().url_patterns  # noqa: B018  # has all serializers loaded
    shortened = [
        f"{serializer.__name__}.{name}"
        for serializer in every(ApiSerializer)
        for name, field in serializer().fields.items()
        if isinstance(field, serializers.CharField) and field.max_length and field.trim_whitespace
        # Of a code its pattern says what it may be.
        if not (field.read_only or isinstance(field, (CountedField, serializers.RegexField)))
    ]
    assert shortened == []


def every(base: type[serializers.Serializer]) -> list[type[serializers.Serializer]]:
    """All subclasses, at any depth."""
    return [one for child in base.__subclasses__() for one in (child, *every(child))]
