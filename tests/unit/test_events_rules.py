"""Rules between fields: what each operation says, and that an absent operand says nothing."""

import msgspec
import pytest

from services.domain.events.findings import shown
from services.domain.events.rules import CompiledRule, Condition, Rule, findings
from services.domain.events.stamp import append_stamp, replace_stamp


def broken(condition: Condition, values: dict[str, object], *when: Condition) -> bool:
    rule = Rule(text="it must hold", when=when, then=(condition,), pointer="/data/a")
    return CompiledRule(rule).broken(values, values)


@pytest.mark.parametrize(
    ("condition", "a", "b", "fails"),
    [
        (Condition("a", "=", "b"), 1, 1, False),
        (Condition("a", "=", "b"), 1, 2, True),
        (Condition("a", "!=", "b"), 1, 1, True),
        (Condition("a", "<", "b"), 1, 1, True),
        (Condition("a", "<=", "b"), 1, 1, False),
        (Condition("a", ">", "b"), 1, 1, True),
        (Condition("a", ">=", "b"), 0, 1, True),
        (Condition("a", ">", value=0), 0, None, True),
        (Condition("a", "=", value=True), True, None, False),
        (Condition("a", "in", value=(1, 2)), 3, None, True),
        (Condition("a", "in", value=(1, 2)), 2, None, False),
        (Condition("a", "=", "b"), None, 1, False),
        (Condition("a", "=", "b"), 1, None, False),
        (Condition("a", ">", value=0), None, 1, False),
        (Condition("a", "in", value=(1, 2)), None, 1, False),
        (Condition("a", "present"), None, 1, True),
        (Condition("a", "present"), 0, 1, False),
        (Condition("a", "absent"), 0, 1, True),
        (Condition("a", "absent"), None, 1, False),
    ],
)
def test_an_operation(condition: Condition, a: object, b: object, *, fails: bool) -> None:
    assert broken(condition, {"a": a, "b": b}) is fails


@pytest.mark.parametrize(("amount", "fails"), [(1005, False), (995, False), (1006, True)])
@pytest.mark.clause("8.1.8")
def test_within_a_share_of_a_product(amount: int, *, fails: bool) -> None:
    condition = Condition("a", "within_pct", product_of=("b", "c"), pct=0.5)
    assert broken(condition, {"a": amount, "b": 10, "c": 100}) is fails
    assert not broken(condition, {"a": amount, "b": 10})


@pytest.mark.clause("7.3.1")
def test_a_rule_applies_only_where_all_of_its_conditions_hold() -> None:
    when = Condition("b", "=", value=1)
    assert broken(Condition("a", "present"), {"b": 1}, when)
    assert not broken(Condition("a", "present"), {"b": 2}, when)
    assert not broken(Condition("a", "present"), {}, when)


def test_a_condition_that_lacks_its_operand_makes_no_rule() -> None:
    for condition in (Condition("a", "in", value=1), Condition("a", "within_pct")):
        rule = Rule(text="", then=(condition,), pointer="")
        with pytest.raises(TypeError, match="a: "):
            CompiledRule(rule)


def test_a_finding_quotes_what_was_sent() -> None:
    rule = Rule(text="a must not exceed b", then=(Condition("a", "<=", "b"),), pointer="/data/a")
    (finding,) = findings([CompiledRule(rule)], {"a": 2, "b": 1}, {"a": 2, "b": 1})
    assert finding.detail == "a must not exceed b; a is 2, b is 1."
    assert (finding.code, finding.pointer) == ("rule_violated", "/data/a")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("a", '"a"'),
        (1.5, "1.5"),
        ('a"\n', '"a\\"\\n"'),
        ({"a": 1}, "an object"),
        ([1], "an array of 1"),
        (float("inf"), "a number too large for 64 bits"),
        ("x" * 99, '"' + "x" * 58 + "…"),
    ],
)
def test_a_value_in_a_sentence(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("raw", "stamped"),
    [
        (b'{"ingestedtime":"x","a":1}', b'{"ingestedtime":"T","a":1}'),
        (b'{"a":{"ingestedtime":"x"},"ingestedtime": null }', None),
        (b'{"a":"\\"ingestedtime\\":\\"x\\"","ingestedtime":"x"}', None),
        (b'{"a":["ingestedtime"],"b":"ingestedtime","ingestedtime" : "x"}', None),
        (b'{"ingested\\u0074ime":"x"}', b'{"ingested\\u0074ime":"T"}'),
    ],
)
def test_only_the_value_of_the_attribute_is_replaced(raw: bytes, stamped: bytes | None) -> None:
    result = replace_stamp(raw, b'"T"')
    before, after = msgspec.json.decode(raw), msgspec.json.decode(result)
    assert after == before | {"ingestedtime": "T"}
    assert stamped is None or result == stamped


def test_a_record_without_the_attribute_gets_it_at_its_end() -> None:
    assert append_stamp(b'{"a":"}"} \n', b'"T"') == b'{"a":"}","ingestedtime":"T"}'
    with pytest.raises(ValueError, match="no such attribute"):
        replace_stamp(b'{"a":{"ingestedtime":"x"}}', b'"T"')
