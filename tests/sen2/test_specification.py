"""The specification of each year is what its readers quote: order, how often, mandatory or not, codes, numbers."""

import pytest
from lxml import etree

from ehcp_flow.conversion.returns import specified, tables
from ehcp_flow.sen2 import schema_of
from tests.sen2 import specification as spec

XS = "{http://www.w3.org/2001/XMLSchema}"


def children(year: int, element: str, depth: int) -> list[tuple[str, str]]:
    """What stands directly within an element, in order, groups taken away."""
    found, within = [], False
    for at, name, need, more in spec.lines(year):
        if at == depth and name == element:
            within = True
        elif within and at <= depth:
            break
        elif within and more[:1] != ["group"]:
            groups = 1 if element == "Header" else 0
            if at == depth + 1 + groups:
                found.append((name, need))
    return found


def places(year: int) -> list[tuple[int, str, str, str]]:
    """Each table: how deep it stands, its element, its name here, how often."""
    found = []
    for depth, name, _, more in spec.lines(year):
        if more and more[0] != "group":
            found.append((depth, name, more[0], more[1] if len(more) > 1 else ""))
    return found


@pytest.mark.parametrize("year", spec.YEARS)
def test_each_table_has_its_elements_in_order_and_each_is_needed_as_the_year_has_it(year: int):
    seen = []
    for depth, element, name, often in places(year):
        table = tables()[name]
        seen.append(name)
        expected = children(year, element, depth)
        assert table.element == element
        assert table.order_in(year) == tuple(each for each, _ in expected), name
        items = table.by_name
        for each, need in expected:
            if each not in items:
                continue
            item = items[each]
            kind = "-" if not item.is_needed(year) else "+" if item.when or item.blank else "*"
            assert kind == need, (name, each)
        if often:
            least, _, most = often.partition("-")
            assert (table.least, table.most) == (int(least), int(most) if most else None), name
    assert seen == ["header", *(name for name in tables() if name != "header")]


@pytest.mark.parametrize("year", spec.YEARS)
def test_the_codes_of_each_year_are_those_that_are_quoted(year: int):
    for name, table in tables().items():
        for item in table.items_in(year):
            if item.type != "code":
                assert not item.codes, item.name
                continue
            if item.name == "SENSetting":
                words = spec.PLACES_IN_PLANS if name == "plan_details" else spec.PLACES
                expected = {*words.split(), *(code for code, first in spec.PLACES_LATER.items() if first <= year)}
            elif item.name == "SENtype":
                expected = {*spec.NEEDS.split(), *(code for code, first in spec.NEEDS_LATER.items() if first <= year)}
            elif item.name == "Ethnicity":
                expected = set(spec.ETHNICITIES.split())
            elif item.name == "Sex":
                expected = set(spec.SEXES[year].split())
            else:
                expected = set(spec.CODES[item.name].split())
            assert set(item.codes_in(year)) == expected, (name, item.name)


@pytest.mark.parametrize("year", spec.YEARS)
def test_the_numbers_of_items_are_those_of_the_year(year: int):
    quoted = spec.NUMBERS[year].split()
    known = {item.name: item.number_in(year) for table in tables().values() for item in table.items_in(year)}
    for name, number in zip(quoted[::2], quoted[1::2], strict=True):
        assert known[name] == number, name


@pytest.mark.parametrize("year", spec.YEARS)
def test_the_schema_of_a_year_has_the_same_order_and_the_same_number_of_times(year: int):
    schema = etree.XML(schema_of(year).encode())
    etree.XMLSchema(schema)
    types = {each.get("name"): each for each in schema.findall(f"{XS}complexType")}
    for depth, element, _, _ in places(year):
        found = [
            (each.get("name"), each.get("minOccurs", "1"))
            for each in types[element].iter(f"{XS}element")
            if each.get("type") or each.find(f"{XS}simpleType") is not None
        ]
        for (name, need), (found_name, least) in zip(children(year, element, depth), found, strict=True):
            assert name == found_name
            if name not in types:
                assert least == ("1" if need == "*" else "0"), name


def test_a_collection_that_is_not_known_yet_is_specified_as_the_last_that_is():
    assert (specified(2027), specified(2026), specified(2021)) == (2026, 2026, 2023)
    assert schema_of(2030) == schema_of(2026)
